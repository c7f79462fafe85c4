// SPDX-License-Identifier: Apache-2.0

/// A Cedar `decimal`: a fixed-point number with four fraction digits, from -922337203685477.5808 to
/// 922337203685477.5807.
///
/// Two decimals are equal when their numbers are, however they were written: `1.0` equals `1.0000`.
public struct DecimalValue: Hashable, Sendable {
  /// The number in ten-thousandths: 15000 for `1.5`.
  public let scaled: Int64

  /// Reads Cedar's `decimal` text: an optional `-`, digits, a point, and one to four digits.
  ///
  /// Leading zeros are legal; a fifth fraction digit is not, even when it is zero.
  ///
  /// - Parameter text: The argument of the Cedar constructor `decimal`.
  /// - Throws: ``ExtensionFailure`` if the text has another form or the number does not fit.
  public init(_ text: String) throws(ExtensionFailure) {
    var rest = text.utf8[...]
    var number = SignedDigits(isNegative: rest.skip(UInt8(ascii: "-")))
    let wholeDigits = number.read(&rest)
    let hasPoint = rest.skip(UInt8(ascii: "."))
    let fractionDigits = number.read(&rest)
    guard wholeDigits > 0, hasPoint, (1...4).contains(fractionDigits), rest.isEmpty else {
      throw ExtensionFailure(
        refused: text,
        by: "decimal",
        expected: "an optional '-', digits, '.' and one to four digits"
      )
    }
    for _ in fractionDigits..<4 { number.append(0) }
    guard let scaled = number.value else {
      throw ExtensionFailure(
        refused: text,
        by: "decimal",
        expected: "a number from -922337203685477.5808 to 922337203685477.5807"
      )
    }
    self.scaled = scaled
  }
}

extension DecimalValue: Comparable {
  /// Whether the left number is smaller.
  public static func < (left: Self, right: Self) -> Bool {
    left.scaled < right.scaled
  }
}

extension DecimalValue: CustomStringConvertible {
  /// The number with at least one fraction digit and no zero after that: `1.0`, `-0.25`.
  ///
  /// ``init(_:)`` reads it back to the same value.
  public var description: String {
    let (whole, remainder) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
    var fraction = remainder
    var width = 4
    while width > 1, fraction.isMultiple(of: 10) {
      fraction /= 10
      width -= 1
    }
    return "\(scaled < 0 ? "-" : "")\(whole).\(zeroPadded(fraction, to: width))"
  }
}

// MARK: - Reading and writing the text of extension values

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
  mutating func read(_ rest: inout Substring.UTF8View) -> Int {
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

extension Substring.UTF8View {
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

extension ExtensionFailure {
  /// The failure of a constructor that cannot read its argument.
  ///
  /// The text is cut to its first 64 scalars, and everything in it but printable ASCII is escaped: what is wrong with
  /// it may be exactly what a terminal does not show.
  init(refused text: String, by function: String, expected: String) {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(64) {
      switch scalar {
      case "\"", "\\": shown += "\\\(scalar)"
      case " "..."~": shown.unicodeScalars.append(scalar)
      default: shown += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    let ellipsis = text.unicodeScalars.dropFirst(64).isEmpty ? "" : "..."
    self.init("\(function)(\"\(shown)\(ellipsis)\"): expected \(expected)")
  }
}
