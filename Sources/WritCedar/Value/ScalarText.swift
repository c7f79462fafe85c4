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
    unsafe other.withUTF8Bytes { unsafe isUTF8($0) }
  }

  /// Whether the string is these bytes in UTF-8.
  @inline(__always)
  package func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    unsafe withUTF8Bytes { unsafe $0.hasSameBytes(as: bytes) }
  }

  /// Does something with the bytes in UTF-8.
  ///
  /// A text that is native, as all are but those that macOS lends, is read without a call; a span of it takes two.
  @inline(__always)
  func withUTF8Bytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let result = unsafe utf8.withContiguousStorageIfAvailable { unsafe body(UnsafeRawBufferPointer($0)) }
    if let result { return result }
    return unsafe utf8.span.withUnsafeBytes { unsafe body($0) }
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

extension UnsafeRawBufferPointer {
  /// Whether the bytes are the same, compared by words that may overlap: most texts are short.
  @inline(__always)
  fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    if count >= 8 {
      var offset = 0
      while offset < count - 8 {
        guard unsafe hasSameWord(as: other, at: offset, UInt64.self) else { return false }
        offset += 8
      }
      return unsafe hasSameWord(as: other, at: count - 8, UInt64.self)
    }
    if count >= 4 {
      return unsafe hasSameWord(as: other, at: 0, UInt32.self)
        && hasSameWord(as: other, at: count - 4, UInt32.self)
    }
    for offset in 0..<count where unsafe self[offset] != other[offset] { return false }
    return true
  }

  @inline(__always)
  private func hasSameWord<Word: FixedWidthInteger & BitwiseCopyable>(
    as other: UnsafeRawBufferPointer,
    at offset: Int,
    _: Word.Type
  ) -> Bool {
    unsafe loadUnaligned(fromByteOffset: offset, as: Word.self)
      == other.loadUnaligned(fromByteOffset: offset, as: Word.self)
  }
}
