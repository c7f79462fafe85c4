// SPDX-License-Identifier: Apache-2.0

/// A value of the Cedar language.
///
/// Equality is Cedar's (total on all kinds; different kinds are unequal): sets ignore order and repetition, entities
/// compare by type and id, extension values by what they denote, text by Unicode scalars.
public enum Value: Sendable {
  /// `true` or `false`.
  case bool(Bool)
  /// A 64-bit signed integer.
  case long(Int64)
  /// Text, compared by Unicode scalars.
  case string(String)
  /// A reference to an entity, which need not exist.
  case entity(EntityUID)
  /// A set of values, of any kinds.
  case set(SetValue)
  /// A record: attribute names with values.
  case record(RecordValue)
  /// An IP address or range.
  indirect case ip(IPAddressValue)
  /// A number with four decimal places.
  case decimal(DecimalValue)
  /// A moment, in milliseconds since 1970-01-01T00:00:00Z.
  case datetime(DatetimeValue)
  /// A length of time, in milliseconds.
  case duration(DurationValue)
}

extension Value {
  /// Levels of sets and records, 0 for everything else.
  package var depth: Int {
    switch self {
    case .set(let set): set.depth
    case .record(let record): record.depth
    default: 0
    }
  }

  /// The kind's name in the Cedar language, for messages: `long`, `ipaddr`, `User` for an entity.
  package var kindName: String {
    switch self {
    case .bool: "bool"
    case .long: "long"
    case .string: "string"
    case .entity(let uid): "entity of type \(uid.type)"
    case .set: "set"
    case .record: "record"
    case .ip: "ipaddr"
    case .decimal: "decimal"
    case .datetime: "datetime"
    case .duration: "duration"
    }
  }

  private var rank: Int {
    switch self {
    case .bool: 0
    case .long: 1
    case .string: 2
    case .entity: 3
    case .set: 4
    case .record: 5
    case .ip: 6
    case .decimal: 7
    case .datetime: 8
    case .duration: 9
    }
  }

  /// A total order, consistent with equality, that makes sets canonical: by kind, then by content.
  package func order(comparedTo other: Value) -> Int {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): (left ? 1 : 0) - (right ? 1 : 0)
    case (.long(let left), .long(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.string(let left), .string(let right)): left.scalarOrder(comparedTo: right)
    case (.entity(let left), .entity(let right)): left.order(comparedTo: right)
    case (.set(let left), .set(let right)): left.order(comparedTo: right)
    case (.record(let left), .record(let right)): left.order(comparedTo: right)
    case (.ip(let left), .ip(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.decimal(let left), .decimal(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.datetime(let left), .datetime(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.duration(let left), .duration(let right)): left == right ? 0 : left < right ? -1 : 1
    default: rank - other.rank
    }
  }
}

extension Value: Hashable {
  /// Cedar's `==`.
  public static func == (left: Value, right: Value) -> Bool {
    left.order(comparedTo: right) == 0
  }

  /// Feeds the kind and the content.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    switch self {
    case .bool(let bool): hasher.combine(bool)
    case .long(let long): hasher.combine(long)
    case .string(let string): string.hashScalars(into: &hasher)
    case .entity(let uid): hasher.combine(uid)
    case .set(let set): hasher.combine(set)
    case .record(let record): hasher.combine(record)
    case .ip(let address): hasher.combine(address)
    case .decimal(let decimal): hasher.combine(decimal)
    case .datetime(let datetime): hasher.combine(datetime)
    case .duration(let duration): hasher.combine(duration)
    }
  }
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// A `bool`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// A `long`.
  public init(integerLiteral value: Int64) { self = .long(value) }

  /// A `string`.
  public init(stringLiteral value: String) { self = .string(value) }
}
