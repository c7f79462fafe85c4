// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

/// Reads single attributes of entities and contexts from JSON that somebody else wrote: plain values, guided by the
/// schema, never the escapes `__entity` and `__extn`, which would let the writer name any entity.
package struct AttributeReader {
  private let schema: Schema?
  private var values: ValueReader

  package init(schema: Schema?) {
    self.schema = schema
    values = ValueReader(schema: schema, admitsEscapes: false)
  }

  /// The value of an attribute of an entity.
  package mutating func value(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    as attribute: String,
    of type: EntityTypeName
  ) throws(JSONFailure) -> Value {
    try value(index, of: document, as: attribute, in: schema?.entity(for: type)?.attributes)
  }

  /// The value of an attribute of an action's context.
  package mutating func value(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    as attribute: String,
    inContextOf action: EntityUID
  ) throws(JSONFailure) -> Value {
    try value(index, of: document, as: attribute, in: schema?.actions[action]?.context)
  }

  private mutating func value(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    as attribute: String,
    in record: Schema.TypeIndex?
  ) throws(JSONFailure) -> Value {
    try values.value(index, of: document, expecting: record.flatMap { schema?.attribute(attribute, of: $0)?.type })
  }
}
