// SPDX-License-Identifier: Apache-2.0

/// Text whose identity is its Unicode scalars, that is, its UTF-8 bytes.
///
/// Swift's `==` on `String` is canonical equivalence, under which `"é"` and `"e\u{301}"` are one string and two
/// principals become one. Wherever identity or security hangs on text, this type is the key, never `String`.
package struct ScalarText: Hashable, Comparable, Sendable {
  package let string: String

  package init(_ string: String) {
    self.string = string
  }

  package static func == (left: ScalarText, right: ScalarText) -> Bool {
    left.string.hasSameScalars(as: right.string)
  }

  package static func < (left: ScalarText, right: ScalarText) -> Bool {
    left.string.scalarOrder(comparedTo: right.string) < 0
  }

  package func hash(into hasher: inout Hasher) {
    string.hashScalars(into: &hasher)
  }
}

extension String {
  /// Whether both strings are the same sequence of Unicode scalars.
  package func hasSameScalars(as other: String) -> Bool {
    let left = utf8.span
    let right = other.utf8.span
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// Negative, zero or positive: the order of the UTF-8 bytes, which is the order of the scalars.
  package func scalarOrder(comparedTo other: String) -> Int {
    let left = utf8.span
    let right = other.utf8.span
    let common = Swift.min(left.count, right.count)
    var index = 0
    while index < common {
      if left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
      index += 1
    }
    return left.count - right.count
  }

  /// Feeds the UTF-8 bytes and a terminator that no UTF-8 contains.
  package func hashScalars(into hasher: inout Hasher) {
    unsafe utf8.span.withUnsafeBufferPointer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(0xFF as UInt8)
  }
}
