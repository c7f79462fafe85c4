// SPDX-License-Identifier: Apache-2.0

/// UTF-8 text that a reader takes bytes away from.
///
/// Generic, so that the decision tables read texts where they lie, without making strings.
protocol ByteSlice: Collection where Element == UInt8, SubSequence == Self {}

extension Substring.UTF8View: ByteSlice {}
extension Slice: ByteSlice where Base == UnsafeBufferPointer<UInt8> {}

/// The reason why the text of an extension value is refused, without a message.
package enum ExtensionTextError: Error {
  /// The text has another form.
  case form
  /// A number in it is out of range.
  case range
}

/// A decimal number under construction, digit by digit, whose value is lost once it leaves `Int64`.
///
/// The digits accumulate with the sign, so that the smallest `Int64` can be written.
struct SignedDigits {
  let isNegative: Bool
  /// The number so far; `nil` if it does not fit.
  private(set) var value: Int64? = 0

  init(isNegative: Bool) {
    self.isNegative = isNegative
  }

  /// Appends the ASCII digits at the front of `rest`, takes them away, and returns how many there were.
  mutating func read(_ rest: inout some ByteSlice) -> Int {
    var count = 0
    while let digit = rest.popDigit() {
      append(digit)
      count += 1
    }
    return count
  }

  mutating func append(_ digit: UInt8) {
    guard let current = value else { return }
    let (shifted, overflow) = current.multipliedReportingOverflow(by: 10)
    let step = isNegative ? -Int64(digit) : Int64(digit)
    let (sum, carry) = shifted.addingReportingOverflow(step)
    value = overflow || carry ? nil : sum
  }
}

extension ByteSlice {
  /// Takes away the first byte if it is `byte`; whether it was.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard first == byte else { return false }
    removeFirst()
    return true
  }

  /// Takes away the first byte if it is an ASCII digit, and returns the digit's value.
  mutating func popDigit() -> UInt8? {
    guard let byte = first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    removeFirst()
    return byte - UInt8(ascii: "0")
  }
}

/// The decimal digits of `number`, with zeros in front up to `width`.
func zeroPadded(_ number: some BinaryInteger, to width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
