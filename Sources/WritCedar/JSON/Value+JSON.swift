// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// A value that Cedar's JSON cannot say: a record inside it has an attribute of a name that stands for something else.
public struct UnwritableValueError: Error, Sendable, CustomStringConvertible {
  /// The attribute's name, and where it is.
  public let description: String
}

extension Value {
  /// The value in Cedar's JSON, in UTF-8, as any schema and none reads it: entities as `{"__entity": …}`, values of
  /// extension types as `{"__extn": …}`.
  ///
  /// - Throws: ``UnwritableValueError`` for a record with an attribute `__entity`, `__extn` or `__expr`.
  public func json() throws(UnwritableValueError) -> [UInt8] {
    try checkWritable()
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  private static let reserved = ["__entity", "__extn", "__expr"]

  /// Looks through the records in the value.
  fileprivate func checkWritable() throws(UnwritableValueError) {
    var pending = [self]
    while let next = pending.popLast() {
      switch next {
      case .set(let set): pending.append(contentsOf: set.elements)
      case .record(let record):
        for attribute in record.attributes {
          if Self.reserved.contains(where: { $0.hasSameScalars(as: attribute.name) }) {
            throw UnwritableValueError(
              description: "a record has an attribute `\(attribute.name)`, which stands for something else in JSON"
            )
          }
          pending.append(attribute.value)
        }
      default: break
      }
    }
  }
}

extension RecordValue {
  /// The record in Cedar's JSON, in UTF-8, such as the context of a request.
  ///
  /// - Throws: ``UnwritableValueError`` for a record with an attribute `__entity`, `__extn` or `__expr`.
  public func json() throws(UnwritableValueError) -> [UInt8] { try Value.record(self).json() }

  /// Looks through the records in the attributes; the names of the attributes themselves may be any.
  fileprivate func checkAttributesWritable() throws(UnwritableValueError) {
    for attribute in attributes { try attribute.value.checkWritable() }
  }
}

extension Entity {
  /// The entity in Cedar's JSON, in UTF-8: `{"uid", "attrs", "parents"}`, and `tags` where it has some.
  ///
  /// - Throws: ``UnwritableValueError`` for a record in an attribute or tag that has an attribute `__entity`, `__extn`
  ///   or `__expr`.
  public func json() throws(UnwritableValueError) -> [UInt8] {
    try checkWritable()
    var writer = JSONWriter()
    writer.entity(self)
    return writer.bytes
  }

  fileprivate func checkWritable() throws(UnwritableValueError) {
    try attributes.checkAttributesWritable()
    try tags.checkAttributesWritable()
  }
}

extension EntityStore {
  /// The entities in Cedar's JSON, in UTF-8, in the order of their identifiers.
  ///
  /// - Throws: ``UnwritableValueError`` as an entity's ``Entity/json()`` does.
  public func json() throws(UnwritableValueError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for entity in sorted(by: { $0.uid < $1.uid }) {
      try entity.checkWritable()
      writer.entity(entity)
    }
    writer.endArray()
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func entity(_ entity: Entity) {
    beginObject()
    key("uid")
    uid(entity.uid)
    key("attrs")
    value(.record(entity.attributes))
    key("parents")
    beginArray()
    for parent in entity.parents { uid(parent) }
    endArray()
    if !entity.tags.isEmpty {
      key("tags")
      value(.record(entity.tags))
    }
    endObject()
  }
}
