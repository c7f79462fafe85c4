// SPDX-License-Identifier: Apache-2.0

/// A time as claims have it: seconds since 1970-01-01T00:00:00Z, with a fraction (NumericDate, RFC 7519, section 2).
///
/// Times are exact to the nanosecond and are compared exactly. A token that states a time more finely is read as the
/// next nanosecond, which no clock can tell apart. Times lie in the years 1 to 9999.
public struct NumericDate: Sendable, Hashable, Comparable {
  /// The whole seconds since 1970, rounded down.
  public let seconds: Int64
  /// The nanoseconds after ``seconds``, 0 to 999,999,999.
  public let nanoseconds: Int32

  /// The last second of the year 9999: what lies beyond is no time that anybody means.
  package static let last: Int64 = 253_402_300_799
  /// The first second of the year 1.
  package static let first: Int64 = -62_135_596_800
  package static let nanosecondsPerSecond: Int64 = 1_000_000_000

  /// A time in Unix seconds.
  ///
  /// - Parameters:
  ///   - seconds: before the year 1 or after the year 9999 the first or the last second there.
  ///   - nanoseconds: 0 to 999,999,999; others become the nearest of these.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    self.seconds = min(max(Self.first, seconds), Self.last)
    self.nanoseconds = Int32(min(max(0, nanoseconds), Self.nanosecondsPerSecond - 1))
  }

  /// The first whole second that is not earlier.
  public var secondsRoundedUp: Int64 {
    // INVARIANT: the seconds are at most `last`: the sum does not overflow.
    nanoseconds == 0 ? seconds : seconds + 1
  }

  /// Whether one time is earlier than another.
  public static func < (left: NumericDate, right: NumericDate) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// The time a duration later; not beyond the years 1 to 9999.
  public static func + (time: NumericDate, duration: Duration) -> NumericDate {
    let parts = duration.components
    var (seconds, overflow) = time.seconds.addingReportingOverflow(parts.seconds)
    guard !overflow else { return parts.seconds < 0 ? earliest : latest }
    // INVARIANT: both are less than a second.
    var nanoseconds = Int64(time.nanoseconds) + parts.attoseconds / nanosecondsPerSecond
    if nanoseconds < 0 {
      guard seconds > first else { return earliest }
      (seconds, nanoseconds) = (seconds - 1, nanoseconds + nanosecondsPerSecond)
    } else if nanoseconds >= nanosecondsPerSecond {
      guard seconds < last else { return latest }
      (seconds, nanoseconds) = (seconds + 1, nanoseconds - nanosecondsPerSecond)
    }
    guard seconds >= first else { return earliest }
    return seconds > last ? latest : NumericDate(seconds: seconds, nanoseconds: nanoseconds)
  }

  /// The time a duration earlier; not beyond the years 1 to 9999.
  public static func - (time: NumericDate, duration: Duration) -> NumericDate {
    let parts = duration.components
    let (seconds, overflow) = Int64(0).subtractingReportingOverflow(parts.seconds)
    guard !overflow else { return latest }
    return time + Duration(secondsComponent: seconds, attosecondsComponent: -parts.attoseconds)
  }

  private static let earliest = NumericDate(seconds: first)
  private static let latest = NumericDate(seconds: last, nanoseconds: nanosecondsPerSecond - 1)

  /// The duration from one time to another, negative when the other is earlier.
  public static func - (end: NumericDate, start: NumericDate) -> Duration {
    .seconds(end.seconds - start.seconds) + .nanoseconds(Int64(end.nanoseconds) - Int64(start.nanoseconds))
  }
}

extension NumericDate: ExpressibleByIntegerLiteral {
  /// A time in whole seconds since 1970.
  public init(integerLiteral seconds: Int64) { self.init(seconds: seconds) }
}

extension NumericDate: CustomStringConvertible {
  /// The seconds since 1970 as a decimal number, `1700000000.5` for example.
  public var description: String {
    guard nanoseconds > 0 else { return String(seconds) }
    // Rounded down, the seconds of a negative time with a fraction are one too many.
    let isNegative = seconds < 0
    let whole = isNegative ? -(seconds + 1) : seconds
    let fraction = isNegative ? Self.nanosecondsPerSecond - Int64(nanoseconds) : Int64(nanoseconds)
    var digits = String(fraction)
    digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(isNegative ? "-" : "")\(whole).\(digits)"
  }
}

extension NumericDate: Codable {
  /// Reads a number of seconds; as the claim of a token exactly, from other coders as precisely as a `Double` is.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let seconds = try? container.decode(Int64.self) {
      self.init(seconds: seconds)
      return
    }
    guard let time = NumericDate(parsing: "\(try container.decode(Double.self))".utf8.span) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a time outside the years 1 to 9999")
    }
    self = time
  }

  /// Writes a number of seconds, an integer where there is no fraction.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    guard nanoseconds > 0 else { return try container.encode(seconds) }
    try container.encode(Double(seconds) + Double(nanoseconds) / Double(Self.nanosecondsPerSecond))
  }
}

// MARK: Seconds since 2001

extension NumericDate {
  /// Seconds from 1970 to 2001, where the times of Foundation begin.
  private static let referenceSeconds: Int64 = 978_307_200

  /// A time as Foundation keeps it, to the nanosecond; `nil` outside the years 1 to 9999.
  package init?(secondsSince2001 time: Double) {
    // Whole seconds and fraction apart: a sum in `Double` would lose digits of the fraction.
    let whole = time.rounded(.down)
    guard whole >= Double(Self.first - Self.referenceSeconds), whole <= Double(Self.last - Self.referenceSeconds) else {
      return nil
    }
    let nanoseconds = Int64(((time - whole) * Double(Self.nanosecondsPerSecond)).rounded())
    let isNext = nanoseconds == Self.nanosecondsPerSecond
    self.init(seconds: Int64(whole) + Self.referenceSeconds + (isNext ? 1 : 0), nanoseconds: isNext ? 0 : nanoseconds)
  }

  /// The time as Foundation keeps it.
  package var secondsSince2001: Double {
    Double(seconds - Self.referenceSeconds) + Double(nanoseconds) / Double(Self.nanosecondsPerSecond)
  }
}
