// SPDX-License-Identifier: Apache-2.0

extension NumericDate {
  /// A time written as a number of JSON, `1.7e9` and `1700000000.25` included; `nil` for other text and for times
  /// outside the years 1 to 9999.
  ///
  /// Each digit counts by its place, so that nothing is rounded but what lies beyond nanoseconds, which is rounded up.
  package init?(parsing text: Span<UInt8>) {
    guard let number = DecimalNumber(text) else { return nil }
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    var isFiner = false
    var place = number.firstPlace
    for index in number.digits where text[index] != UInt8(ascii: ".") {
      let digit = Int64(text[index] &- UInt8(ascii: "0"))
      if digit != 0 {
        // INVARIANT: twelve digits before the point and nine after it: no sum overflows.
        switch place {
        case 12...: return nil
        case 0...11: seconds += digit * Self.powerOfTen(place)
        case -9 ... -1: nanoseconds += digit * Self.powerOfTen(9 + place)
        default: isFiner = true
        }
      }
      place -= 1
    }
    if number.isNegative {
      // Up is towards zero.
      self.init(negative: seconds, nanoseconds)
    } else {
      if isFiner { nanoseconds += 1 }
      if nanoseconds == Self.nanosecondsPerSecond { (seconds, nanoseconds) = (seconds + 1, 0) }
      guard seconds <= Self.last else { return nil }
      self.init(seconds: seconds, nanoseconds: nanoseconds)
    }
  }

  /// The time so long before 1970.
  private init?(negative seconds: Int64, _ nanoseconds: Int64) {
    let whole = nanoseconds > 0 ? -seconds - 1 : -seconds
    guard whole >= Self.first else { return nil }
    self.init(seconds: whole, nanoseconds: nanoseconds > 0 ? Self.nanosecondsPerSecond - nanoseconds : 0)
  }

  /// - Parameter exponent: 0 to 11.
  private static func powerOfTen(_ exponent: Int) -> Int64 {
    var power: Int64 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }
}

/// The parts of a number as JSON writes it (RFC 8259, section 6).
private struct DecimalNumber {
  let isNegative: Bool
  /// The positions of the digits, and of the point among them.
  let digits: Range<Int>
  /// The power of ten that the first digit counts.
  let firstPlace: Int

  /// Larger exponents are treated as this one: no text is long enough to need them.
  private static let largestExponent = 1 << 40

  init?(_ text: Span<UInt8>) {
    func isDigit(_ index: Int) -> Bool { index < text.count && text[index] &- UInt8(ascii: "0") < 10 }
    isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    let start = isNegative ? 1 : 0
    var index = start
    while isDigit(index) { index += 1 }
    let whole = index - start
    guard whole > 0 else { return nil }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      guard isDigit(index) else { return nil }
      while isDigit(index) { index += 1 }
    }
    digits = start..<index
    var exponent = 0
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      let isBelow = index < text.count && text[index] == UInt8(ascii: "-")
      if isBelow || (index < text.count && text[index] == UInt8(ascii: "+")) { index += 1 }
      guard isDigit(index) else { return nil }
      while isDigit(index) {
        exponent = min(exponent * 10 + Int(text[index] &- UInt8(ascii: "0")), Self.largestExponent)
        index += 1
      }
      if isBelow { exponent = -exponent }
    }
    guard index == text.count else { return nil }
    firstPlace = whole - 1 + exponent
  }
}
