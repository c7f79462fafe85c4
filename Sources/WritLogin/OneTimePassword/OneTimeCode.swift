// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The digits of a code, as they are compared.
struct OneTimeCode {
  /// Digits in ASCII, zeros behind them.
  private var storage = InlineArray<8, UInt8>(repeating: 0)
  private let count: Int

  /// A code as it was typed: ASCII digits, exactly as many as asked for, ignoring white space; `nil` for everything
  /// else.
  init?(_ text: String, digits: Int) {
    guard let bytes = TypedCode.characters(text), bytes.count == digits, digits <= storage.count else { return nil }
    count = digits
    for index in bytes.indices {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
      storage[index] = bytes[index]
    }
  }

  /// The last digits of a number.
  init(_ number: UInt32, digits: Int) {
    count = min(digits, storage.count)
    var rest = number
    for index in (0..<count).reversed() {
      storage[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }

  var text: String { String(decoding: (0..<count).map { storage[$0] }, as: UTF8.self) }

  /// Whether the codes are the same, in time that does not depend on their digits.
  func isEqual(to other: OneTimeCode) -> Bool {
    // Both wholes: of different lengths, the zeros differ from digits.
    isEqualInConstantTime(storage.span, other.storage.span)
  }
}
