// SPDX-License-Identifier: Apache-2.0

/// A Cedar record: attribute names, each once, with their values.
///
/// The context of a request is one.
public struct RecordValue: Hashable, Sendable {
  /// An attribute's name and value.
  public struct Attribute: Sendable {
    /// The name, any text.
    public let name: String
    /// The value.
    public let value: Value

    package init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// Sorted by the bytes of the name, no name twice.
  package let attributes: [Attribute]
  package let depth: Int

  /// The record of these attributes.
  ///
  /// When a name occurs twice, the later value stands.
  ///
  /// - Throws: ``NestingLimitExceeded`` when the record would nest deeper than ``Nesting/limit``.
  public init(_ attributes: some Sequence<(String, Value)>) throws(NestingLimitExceeded) {
    var latest: [ScalarText: Value] = [:]
    for (name, value) in attributes { latest[ScalarText(name)] = value }
    try self.init(distinct: latest.map { Attribute(name: $0.key.string, value: $0.value) })
  }

  /// The record of attributes whose names are known to differ.
  package init(distinct attributes: consuming [Attribute]) throws(NestingLimitExceeded) {
    var inner = 0
    for index in attributes.indices { inner = Swift.max(inner, attributes[index].value.depth) }
    guard inner < Nesting.limit else { throw NestingLimitExceeded() }
    depth = inner + 1
    attributes.sort { $0.name.scalarOrder(comparedTo: $1.name) < 0 }
    self.attributes = attributes
  }

  private init() {
    attributes = []
    depth = 1
  }

  /// - Parameter attributes: sorted by the bytes of their names, no name twice.
  private init(sorted attributes: [Attribute], depth: Int) {
    self.attributes = attributes
    self.depth = depth
  }

  /// This record with the attributes of another whose names it does not have.
  package func adding(_ other: RecordValue) -> RecordValue {
    var attributes = attributes
    attributes += other.attributes.filter { self[$0.name] == nil }
    attributes.sort { $0.name.scalarOrder(comparedTo: $1.name) < 0 }
    // No deeper than the deeper one of the two.
    return RecordValue(sorted: attributes, depth: Swift.max(depth, other.depth))
  }

  /// The record without attributes.
  public static let empty = RecordValue()

  /// The number of attributes.
  public var count: Int { attributes.count }

  /// Whether there are no attributes.
  public var isEmpty: Bool { attributes.isEmpty }

  /// The value of the attribute with this name, `nil` where there is none.
  ///
  /// - Complexity: O(log n) comparisons.
  public subscript(name: String) -> Value? {
    var low = 0
    var high = attributes.count
    while low < high {
      let middle = (low + high) / 2
      let order = attributes[middle].name.scalarOrder(comparedTo: name)
      if order == 0 { return attributes[middle].value }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// This record without the attributes of some names.
  package func removing(_ names: [String]) -> RecordValue {
    guard !names.isEmpty else { return self }
    let removed = Set(names.map { ScalarText($0) })
    let kept = attributes.filter { !removed.contains(ScalarText($0.name)) }
    let inner = kept.reduce(0) { Swift.max($0, $1.value.depth) }
    return RecordValue(sorted: kept, depth: inner + 1)
  }

  package func order(comparedTo other: RecordValue) -> Int {
    for (left, right) in zip(attributes, other.attributes) {
      let byName = left.name.scalarOrder(comparedTo: right.name)
      if byName != 0 { return byName }
      let byValue = left.value.order(comparedTo: right.value)
      if byValue != 0 { return byValue }
    }
    return count - other.count
  }

  /// Same names with the same values.
  public static func == (left: RecordValue, right: RecordValue) -> Bool {
    left.count == right.count && left.order(comparedTo: right) == 0
  }

  /// Feeds names and values.
  public func hash(into hasher: inout Hasher) {
    for attribute in attributes {
      attribute.name.hashScalars(into: &hasher)
      hasher.combine(attribute.value)
    }
  }
}

extension RecordValue: Sequence {
  /// The attributes in the order of the bytes of their names.
  public func makeIterator() -> IndexingIterator<[Attribute]> { attributes.makeIterator() }
}
