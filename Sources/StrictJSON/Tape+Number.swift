// SPDX-License-Identifier: Apache-2.0

extension Tape {
  /// A number by the grammar of RFC 8259, section 6.
  mutating func readNumber(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
    var position = start
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let integer = position
    position = try Self.skipDigits(bytes, at: integer, expected: "a digit")
    guard bytes[integer] != UInt8(ascii: "0") || position == integer + 1 else {
      throw JSONError(.invalidNumber, at: integer, "found a number with a leading zero, expected none")
    }
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position = try Self.skipDigits(bytes, at: position + 1, expected: "a digit after the decimal point")
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      position = try Self.skipDigits(bytes, at: position, expected: "a digit in the exponent")
    }
    append(.number, flag: isInteger, offset: start, length: position - start)
    return position
  }

  /// One digit or more.
  private static func skipDigits(
    _ bytes: Span<UInt8>,
    at start: Int,
    expected: StaticString
  ) throws(JSONError) -> Int {
    var position = start
    // INVARIANT: a position, never negative, is looked at only below the count.
    while position < bytes.count, unsafe bytes[unchecked: position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
    guard position > start else {
      throw .unexpected(bytes, at: position, expected: expected, code: .invalidNumber)
    }
    return position
  }
}
