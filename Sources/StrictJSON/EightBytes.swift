// SPDX-License-Identifier: Apache-2.0

/// Eight bytes of a string looked at together, the first one lowest; what is found is the highest bit of its byte.
enum EightBytes {
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// Quotes, backslashes and control characters of ASCII; exact up to the first, after which a borrow may spoil bytes.
  @inline(__always)
  static func endsOfPlain(_ word: UInt64) -> UInt64 {
    let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    var found = (word &- (ones &* 0x20)) & ~word
    found |= (quotes &- ones) & ~quotes
    found |= (backslashes &- ones) & ~backslashes
    return found & (ones &* 0x80)
  }

  /// U+007F and all that is not ASCII; exact up to the first, after which a carry may spoil bytes.
  @inline(__always)
  static func beyondPrintable(_ word: UInt64) -> UInt64 {
    (word | word &+ ones) & (ones &* 0x80)
  }
}
