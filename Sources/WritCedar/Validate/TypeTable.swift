// SPDX-License-Identifier: Apache-2.0

/// The types of a schema and of the expressions of policies, each stored once, so that comparing types is comparing
/// numbers.
///
/// Types of literals nest in types that are shared, a schema's nest as deep as its common types refer to each other:
/// nothing here walks a type from top to bottom, but for ``TypeTable/leastUpperBound(_:_:)``, which ends where types
/// are equal.
struct TypeTable {
  enum Kind: UInt8 {
    case bool, long, string, ip, decimal, datetime, duration
    /// Its detail is an ``EntityTypeNumber``.
    case entity
    /// Its detail is the type of the elements.
    case set
    /// Its detail is the number of a record.
    case record
  }

  struct Field: Hashable {
    let name: NameNumber
    let type: TypeNumber
    let isRequired: Bool
  }

  private enum Form: Hashable {
    case entity(EntityTypeNumber)
    case set(TypeNumber)
    case record([Field])
  }

  private var kinds: [Kind] = [
    .bool, .bool, .bool, .long, .string, .ip, .decimal, .datetime, .duration,
  ]
  private var details = [Int32](repeating: 0, count: 9)
  /// Each type with `Bool` in the place of the types of what is always true or always false.
  private var widened: [TypeNumber] = [
    .bool, .bool, .bool, .long, .string, .ip, .decimal, .datetime, .duration,
  ]
  /// Levels of sets and records in values of each type.
  private var depths = [Int32](repeating: 0, count: 9)
  private var numbers: [Form: TypeNumber] = [:]
  /// The fields of records, each record's sorted by the numbers of their names.
  private var records: [[Field]] = []

  private(set) var names: [String] = []
  private var nameNumbers: [ScalarText: NameNumber] = [:]

  // MARK: Names

  mutating func name(_ text: String) -> NameNumber {
    let key = ScalarText(text)
    if let number = nameNumbers[key] { return number }
    let number = NameNumber(truncatingIfNeeded: names.count)
    names.append(text)
    nameNumbers[key] = number
    return number
  }

  // MARK: Making types

  mutating func entity(_ number: EntityTypeNumber) -> TypeNumber {
    intern(.entity(number), .entity, number, depth: 0, wide: nil)
  }

  mutating func set(of element: TypeNumber) -> TypeNumber {
    if let known = numbers[.set(element)] { return known }
    let wide = widen(element)
    return intern(
      .set(element),
      .set,
      element.value,
      depth: depth(element) &+ 1,
      wide: wide == element ? nil : set(of: wide)
    )
  }

  /// The record of these fields, whose names differ.
  mutating func record(_ fields: [Field]) -> TypeNumber {
    let fields = fields.sorted { $0.name < $1.name }
    if let known = numbers[.record(fields)] { return known }
    var wide: TypeNumber?
    if fields.contains(where: { widen($0.type) != $0.type }) {
      // One level: the wide types of the fields are made already.
      wide = record(fields.map { Field(name: $0.name, type: widen($0.type), isRequired: $0.isRequired) })
    }
    records.append(fields)
    var inner: Int32 = 0
    for field in fields { inner = Swift.max(inner, depth(field.type)) }
    return intern(
      .record(fields),
      .record,
      Int32(truncatingIfNeeded: records.count - 1),
      depth: inner &+ 1,
      wide: wide
    )
  }

  private mutating func intern(
    _ form: Form,
    _ kind: Kind,
    _ detail: Int32,
    depth: Int32,
    wide: TypeNumber?
  ) -> TypeNumber {
    if let known = numbers[form] { return known }
    let number = TypeNumber(value: Int32(truncatingIfNeeded: kinds.count))
    kinds.append(kind)
    details.append(detail)
    depths.append(depth)
    widened.append(wide ?? number)
    numbers[form] = number
    return number
  }

  // MARK: Looking

  /// The kind of a type that is known.
  @inline(__always)
  func kind(_ type: TypeNumber) -> Kind { kinds[Int(type.value)] }

  @inline(__always)
  func isEntity(_ type: TypeNumber) -> Bool { type.isKnown && kind(type) == .entity }

  @inline(__always)
  func isSet(_ type: TypeNumber) -> Bool { type.isKnown && kind(type) == .set }

  @inline(__always)
  func isRecord(_ type: TypeNumber) -> Bool { type.isKnown && kind(type) == .record }

  /// The entity type of a type whose kind is ``Kind/entity``.
  @inline(__always)
  func entityType(_ type: TypeNumber) -> EntityTypeNumber { details[Int(type.value)] }

  /// The elements' type of a type whose kind is ``Kind/set``.
  @inline(__always)
  func element(_ type: TypeNumber) -> TypeNumber { TypeNumber(value: details[Int(type.value)]) }

  /// Levels of sets and records in values of a type.
  func depth(_ type: TypeNumber) -> Int32 { type.isKnown ? depths[Int(type.value)] : 0 }

  /// The fields of a type whose kind is ``Kind/record``, in the order of the numbers of their names.
  func fields(_ type: TypeNumber) -> [Field] { records[Int(details[Int(type.value)])] }

  /// The field of this name of a type whose kind is ``Kind/record``.
  func field(_ name: NameNumber, of type: TypeNumber) -> Field? {
    let record = Int(details[Int(type.value)])
    var low = 0
    var high = records[record].count
    while low < high {
      let middle = (low + high) / 2
      let found = records[record][middle].name
      if found == name { return records[record][middle] }
      if found < name { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  @inline(__always)
  private func widen(_ type: TypeNumber) -> TypeNumber { type.isKnown ? widened[Int(type.value)] : type }

  // MARK: Comparing

  /// Whether values of the two types may be compared or stand in one set: they are equal but for what is known of
  /// truth.
  ///
  /// Strict validation knows no other common type: records have the same attributes, required or optional in both, and
  /// entity types are what they are called.
  @inline(__always)
  func areCompatible(_ left: TypeNumber, _ right: TypeNumber) -> Bool {
    left == right || widen(left) == widen(right)
  }

  /// The least type that has the values of both; `nil` where they are not compatible.
  mutating func leastUpperBound(_ left: TypeNumber, _ right: TypeNumber) -> TypeNumber? {
    if left == right { return left }
    guard widen(left) == widen(right) else { return nil }
    if left.isBool { return .bool }
    var merge = TypeMerge(left, right)
    return merge.run(in: &self)
  }
}
