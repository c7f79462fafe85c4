// SPDX-License-Identifier: Apache-2.0

/// A type of a schema: of an attribute, of a tag, of a context.
///
/// Its parts are looked up when they are asked for, so that a type is as cheap as a number, however its common types
/// refer to each other.
public struct SchemaType: Sendable {
  /// The kind of a type, with its parts.
  public enum Kind: Sendable {
    /// `Bool`
    case bool
    /// `Long`
    case long
    /// `String`
    case string
    /// `ipaddr`
    case ip
    /// `decimal`
    case decimal
    /// `datetime`
    case datetime
    /// `duration`
    case duration
    /// Entities of a type; a type of actions too.
    case entity(EntityTypeName)
    /// `Set<T>`
    case set(SchemaType)
    /// A record, its attributes in the order of their names.
    case record([SchemaAttribute])
  }

  private let schema: Schema
  private let index: Schema.TypeIndex

  init(_ schema: Schema, _ index: Schema.TypeIndex) {
    self.schema = schema
    self.index = index
  }

  /// The kind, one level of parts deep.
  public var kind: Kind {
    switch schema[index] {
    case .bool: .bool
    case .long: .long
    case .string: .string
    case .ip: .ip
    case .decimal: .decimal
    case .datetime: .datetime
    case .duration: .duration
    case .entity(let name): .entity(name)
    case .set(let element): .set(SchemaType(schema, element))
    case .record: .record(attributes)
    }
  }

  /// The attributes of a record; none for other types.
  public var attributes: [SchemaAttribute] {
    guard case .record(let attributes) = schema[index] else { return [] }
    return attributes.map {
      SchemaAttribute(name: $0.name, type: SchemaType(schema, $0.type), isRequired: $0.isRequired)
    }
  }

  /// Returns the reason why a value is not of the type, as `expected String, found long` with the attributes that lead
  /// there; `nil` where it is.
  public func mismatch(_ value: Value) -> SchemaMismatch? {
    schema.mismatch(value, index).map { SchemaMismatch(description: $0.description) }
  }
}

/// An attribute as a schema declares it.
public struct SchemaAttribute: Sendable {
  /// The name, any text.
  public let name: String
  /// The type of its values.
  public let type: SchemaType
  /// Whether it is always there; an optional one is tested with `has` first.
  public let isRequired: Bool
}
