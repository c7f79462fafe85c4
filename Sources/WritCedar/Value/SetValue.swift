// SPDX-License-Identifier: Apache-2.0

/// A Cedar set: its elements once each, of any kinds, in no order that a policy could see.
public struct SetValue: Hashable, Sendable {
  /// Sorted by ``Value/order(comparedTo:)``, no two equal: equal sets have equal arrays.
  package let elements: [Value]
  package let depth: Int

  /// The set of these values; repetitions count once.
  ///
  /// - Complexity: O(n log n).
  ///
  /// - Throws: ``NestingLimitExceeded`` when the set would nest deeper than ``Nesting/limit``.
  public init(_ values: some Sequence<Value>) throws(NestingLimitExceeded) {
    var sorted = Array(values)
    let inner = sorted.reduce(0) { Swift.max($0, $1.depth) }
    guard inner < Nesting.limit else { throw NestingLimitExceeded() }
    depth = inner + 1
    if sorted.count > 1 {
      sorted.sort { $0.order(comparedTo: $1) < 0 }
      var kept = 1
      for index in 1..<sorted.count where sorted[index] != sorted[kept - 1] {
        sorted[kept] = sorted[index]
        kept += 1
      }
      sorted.removeSubrange(kept...)
    }
    elements = sorted
  }

  private init() {
    elements = []
    depth = 1
  }

  /// The empty set.
  public static let empty = SetValue()

  /// The number of different elements.
  public var count: Int { elements.count }

  /// Whether there are no elements.
  public var isEmpty: Bool { elements.isEmpty }

  /// Whether the value is an element.
  ///
  /// - Complexity: O(log n) comparisons.
  public func contains(_ value: Value) -> Bool {
    var low = 0
    var high = elements.count
    while low < high {
      let middle = (low + high) / 2
      let order = elements[middle].order(comparedTo: value)
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// Whether every element of the other set is in this one.
  public func isSuperset(of other: SetValue) -> Bool {
    other.count <= count && other.elements.allSatisfy(contains)
  }

  /// Whether no element is in both.
  public func isDisjoint(with other: SetValue) -> Bool {
    let (small, large) = count < other.count ? (self, other) : (other, self)
    return !small.elements.contains(where: large.contains)
  }

  package func order(comparedTo other: SetValue) -> Int {
    for (left, right) in zip(elements, other.elements) {
      let order = left.order(comparedTo: right)
      if order != 0 { return order }
    }
    return count - other.count
  }

  /// Same elements.
  public static func == (left: SetValue, right: SetValue) -> Bool {
    left.count == right.count && left.order(comparedTo: right) == 0
  }

  /// Feeds the elements.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(elements)
  }
}

extension SetValue: Sequence {
  /// The elements in a fixed order that equal sets share.
  public func makeIterator() -> IndexingIterator<[Value]> { elements.makeIterator() }
}
