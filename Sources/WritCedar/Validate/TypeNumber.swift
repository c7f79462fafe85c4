// SPDX-License-Identifier: Apache-2.0

/// A type of the validator, as its number in a ``TypeTable``: equal types have equal numbers.
struct TypeNumber: Hashable {
  let value: Int32

  /// The type of an expression with an error inside that leaves no type.
  static let unknown = TypeNumber(value: -1)
  static let bool = TypeNumber(value: 0)
  /// The type of expressions that are always true, and of those that are always false.
  static let alwaysTrue = TypeNumber(value: 1)
  static let alwaysFalse = TypeNumber(value: 2)
  static let long = TypeNumber(value: 3)
  static let string = TypeNumber(value: 4)
  static let ip = TypeNumber(value: 5)
  static let decimal = TypeNumber(value: 6)
  static let datetime = TypeNumber(value: 7)
  static let duration = TypeNumber(value: 8)

  static func singleton(_ truth: Bool) -> TypeNumber { truth ? alwaysTrue : alwaysFalse }

  @inline(__always)
  var isKnown: Bool { value >= 0 }

  /// Whether values of the type are true or false.
  @inline(__always)
  var isBool: Bool { value >= 0 && value <= 2 }

  /// Whether `<` and its like compare values of the type.
  @inline(__always)
  var isOrdered: Bool { self == .long || self == .datetime || self == .duration }
}

/// The number of a name: of an attribute, a string or an id, compared by Unicode scalars.
typealias NameNumber = Int32

/// The number of an entity type, the types of actions included.
typealias EntityTypeNumber = Int32
