// SPDX-License-Identifier: Apache-2.0

/// A Cedar `decimal`: a fixed-point number with four fraction digits, from -922337203685477.5808 to
/// 922337203685477.5807.
///
/// Two decimals are equal when their numbers are, however they were written: `1.0` equals `1.0000`.
public struct DecimalValue: Hashable, Sendable {
  /// The number in ten-thousandths: 15000 for `1.5`.
  public let scaled: Int64

  /// The number of this many ten-thousandths.
  package init(scaled: Int64) {
    self.scaled = scaled
  }

  /// Reads Cedar's `decimal` text: an optional `-`, digits, a point, and one to four digits.
  ///
  /// Leading zeros are legal; a fifth fraction digit is not, even when it is zero.
  ///
  /// - Parameter text: The argument of the Cedar constructor `decimal`.
  /// - Throws: ``ExtensionFailure`` if the text has another form or the number does not fit.
  public init(_ text: String) throws(ExtensionFailure) {
    switch Self.read(text.utf8[...]) {
    case .success(let value): self = value
    case .failure(let error):
      let expected =
        switch error {
        case .form: "an optional '-', digits, '.' and one to four digits"
        case .range: "a number from -922337203685477.5808 to 922337203685477.5807"
        }
      throw ExtensionFailure(refused: text, by: "decimal", expected: expected)
    }
  }

  /// Reads the same text from its bytes; `nil` for what is refused.
  package init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard case .success(let value) = unsafe Self.read(utf8[...]) else { return nil }
    self = value
  }

  private static func read(_ bytes: some ByteSlice) -> Result<Self, ExtensionTextError> {
    var rest = bytes
    var number = SignedDigits(isNegative: rest.skip(UInt8(ascii: "-")))
    let wholeDigits = number.read(&rest)
    let hasPoint = rest.skip(UInt8(ascii: "."))
    let fractionDigits = number.read(&rest)
    guard wholeDigits > 0, hasPoint, (1...4).contains(fractionDigits), rest.isEmpty else { return .failure(.form) }
    for _ in fractionDigits..<4 { number.append(0) }
    guard let scaled = number.value else { return .failure(.range) }
    return .success(DecimalValue(scaled: scaled))
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
