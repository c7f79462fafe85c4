// SPDX-License-Identifier: Apache-2.0

/// A Cedar `datetime`: an instant in whole milliseconds, without leap seconds (RFC 80).
///
/// Two datetimes are equal when their instants are, whatever offset from UTC they were written with.
public struct DatetimeValue: Hashable, Sendable {
  /// The milliseconds since 1970-01-01T00:00:00Z; negative before it.
  public let milliseconds: Int64

  /// The instant `milliseconds` after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Reads Cedar's `datetime` text: `YYYY-MM-DD`, or `YYYY-MM-DDThh:mm:ss` with an optional `.SSS` and then `Z` or
  /// an offset from UTC, `+hhmm` or `-hhmm`.
  ///
  /// Every field has exactly the width shown; the years are 0000 to 9999 of the proleptic Gregorian calendar, and
  /// there is neither hour 24 nor second 60.
  ///
  /// - Parameter text: The argument of the Cedar constructor `datetime`.
  /// - Throws: ``ExtensionFailure`` if the text has another form or names no day or time.
  public init(_ text: String) throws(ExtensionFailure) {
    switch Self.read(text.utf8[...]) {
    case .success(let value): self = value
    case .failure(let error):
      let expected =
        switch error {
        case .form: "YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with an optional .SSS and then Z, +hhmm or -hhmm"
        case .range: "a day of the calendar, hours to 23, minutes and seconds to 59"
        }
      throw ExtensionFailure(refused: text, by: "datetime", expected: expected)
    }
  }

  /// Reads the same text from its bytes; `nil` for what is refused.
  package init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard case .success(let value) = unsafe Self.read(utf8[...]) else { return nil }
    self = value
  }

  private static func read(_ bytes: some ByteSlice) -> Result<Self, ExtensionTextError> {
    guard let fields = DatetimeFields(bytes) else { return .failure(.form) }
    guard fields.areInRange else { return .failure(.range) }
    return .success(DatetimeValue(milliseconds: fields.milliseconds))
  }

  /// The instant `duration` later, or earlier if that is negative.
  ///
  /// - Throws: ``ExtensionFailure`` if the milliseconds do not fit in 64 bits.
  public func offset(by duration: DurationValue) throws(ExtensionFailure) -> DatetimeValue {
    guard let instant = checkedOffset(by: duration) else {
      throw ExtensionFailure("offset: \(self) by \(duration) does not fit in 64 bits of milliseconds")
    }
    return instant
  }

  /// The time from `start` to this instant, negative if `start` is later.
  ///
  /// - Throws: ``ExtensionFailure`` if the milliseconds do not fit in 64 bits.
  public func durationSince(_ start: DatetimeValue) throws(ExtensionFailure) -> DurationValue {
    guard let duration = checkedDuration(since: start) else {
      throw ExtensionFailure("durationSince: from \(start) to \(self) does not fit in 64 bits of milliseconds")
    }
    return duration
  }

  /// The start of this instant's day in UTC, at or before the instant, also before 1970.
  ///
  /// - Throws: ``ExtensionFailure`` on the first, incomplete day of the 64-bit range.
  public func toDate() throws(ExtensionFailure) -> DatetimeValue {
    guard let midnight = checkedDate() else {
      throw ExtensionFailure("toDate: the start of the day of \(self) does not fit in 64 bits of milliseconds")
    }
    return midnight
  }

  /// The time since the start of this instant's day in UTC: from zero to less than 24 hours.
  public func toTime() -> DurationValue {
    let time = milliseconds % millisecondsPerDay
    return DurationValue(milliseconds: time < 0 ? time + millisecondsPerDay : time)
  }
}

// The same without a message, for the evaluators: `nil` where the milliseconds do not fit in 64 bits.
extension DatetimeValue {
  func checkedOffset(by duration: DurationValue) -> DatetimeValue? {
    let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
    return overflow ? nil : DatetimeValue(milliseconds: sum)
  }

  func checkedDuration(since start: DatetimeValue) -> DurationValue? {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(start.milliseconds)
    return overflow ? nil : DurationValue(milliseconds: difference)
  }

  func checkedDate() -> DatetimeValue? {
    let (midnight, overflow) = milliseconds.subtractingReportingOverflow(toTime().milliseconds)
    return overflow ? nil : DatetimeValue(milliseconds: midnight)
  }
}

extension DatetimeValue: Comparable {
  /// Whether the left instant is earlier.
  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

extension DatetimeValue: CustomStringConvertible {
  /// The UTC text without the parts that are zero: `2024-02-29`, `2024-02-29T12:30:00Z`, `2024-02-29T12:30:00.250Z`.
  ///
  /// ``init(_:)`` reads it back to the same value, except outside the years 0000 to 9999: such a year is written with
  /// a sign and is there to be read by people only.
  public var description: String {
    DatetimeFields(utc: milliseconds).description
  }

  /// The shortest UTC text that ``init(_:)`` reads back to this value; `nil` outside the years 0000 to 9999.
  ///
  /// Such an instant comes from ``offset(by:)``, or from text within a day of these years whose offset leads out of
  /// them. It can be written in Cedar as `datetime("1970-01-01").offset(duration("…ms"))`.
  package var canonicalText: String? {
    let fields = DatetimeFields(utc: milliseconds)
    return (0...9999).contains(fields.year) ? fields.description : nil
  }
}

private let millisecondsPerDay: Int64 = 86_400_000

/// The numbers in a datetime's text, as read: they need not name a day or time that exists.
private struct DatetimeFields: CustomStringConvertible {
  private(set) var year: Int64
  private var month: Int64
  private var day: Int64
  private var hour: Int64 = 0
  private var minute: Int64 = 0
  private var second: Int64 = 0
  private var millisecond: Int64 = 0
  private var offsetIsNegative = false
  private var offsetHour: Int64 = 0
  private var offsetMinute: Int64 = 0

  /// Reads the text form; `nil` if a field has not its exact width, or a separator is missing.
  init?(_ text: some ByteSlice) {
    var rest = text
    guard
      let year = rest.popNumber(width: 4), rest.skip(UInt8(ascii: "-")),
      let month = rest.popNumber(width: 2), rest.skip(UInt8(ascii: "-")),
      let day = rest.popNumber(width: 2)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    if rest.isEmpty { return }
    guard readTime(&rest), readZone(&rest), rest.isEmpty else { return nil }
  }

  private mutating func readTime(_ rest: inout some ByteSlice) -> Bool {
    guard
      rest.skip(UInt8(ascii: "T")), let hour = rest.popNumber(width: 2),
      rest.skip(UInt8(ascii: ":")), let minute = rest.popNumber(width: 2),
      rest.skip(UInt8(ascii: ":")), let second = rest.popNumber(width: 2)
    else { return false }
    (self.hour, self.minute, self.second) = (hour, minute, second)
    if rest.skip(UInt8(ascii: ".")) {
      guard let millisecond = rest.popNumber(width: 3) else { return false }
      self.millisecond = millisecond
    }
    return true
  }

  private mutating func readZone(_ rest: inout some ByteSlice) -> Bool {
    if rest.skip(UInt8(ascii: "Z")) { return true }
    offsetIsNegative = rest.first == UInt8(ascii: "-")
    guard
      rest.skip(UInt8(ascii: "-")) || rest.skip(UInt8(ascii: "+")),
      let hour = rest.popNumber(width: 2),
      let minute = rest.popNumber(width: 2)
    else { return false }
    (offsetHour, offsetMinute) = (hour, minute)
    return true
  }

  /// The fields of an instant in UTC.
  ///
  /// The days are counted from 1 March of year 0, so that the leap day is the last of its year and the lengths of the
  /// months before it follow one formula: 153 days in five months, starting with March.
  init(utc milliseconds: Int64) {
    var (days, time) = milliseconds.quotientAndRemainder(dividingBy: millisecondsPerDay)
    if time < 0 {
      days -= 1
      time += millisecondsPerDay
    }
    days += daysBefore1970
    let cycle = (days >= 0 ? days : days - (daysPerCycle - 1)) / daysPerCycle
    let dayOfCycle = days - cycle * daysPerCycle
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    hour = time / 3_600_000
    minute = time / 60_000 % 60
    second = time / 1000 % 60
    millisecond = time % 1000
  }

  /// Whether the fields name a day of the calendar, a time of day and an offset of less than a day.
  var areInRange: Bool {
    (1...12).contains(month) && (1...daysInMonth).contains(day)
      && hour <= 23 && minute <= 59 && second <= 59
      && offsetHour <= 23 && offsetMinute <= 59
  }

  private var daysInMonth: Int64 {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The instant, in milliseconds since 1970.
  ///
  /// Fields of the text form, in range or not, are too small to overflow.
  var milliseconds: Int64 {
    let yearFromMarch = month <= 2 ? year - 1 : year
    let cycle = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
    let yearOfCycle = yearFromMarch - cycle * 400
    let monthFromMarch = month <= 2 ? month + 9 : month - 3
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfCycle = 365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    let days = cycle * daysPerCycle + dayOfCycle - daysBefore1970
    let offset = (offsetHour * 60 + offsetMinute) * 60_000
    let time = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
    return days * millisecondsPerDay + time + (offsetIsNegative ? offset : -offset)
  }

  /// The fields with `Z`, without the time or the milliseconds if these are zero.
  var description: String {
    let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
    let date = "\(sign)\(zeroPadded(year.magnitude, to: 4))-\(zeroPadded(month, to: 2))-\(zeroPadded(day, to: 2))"
    if hour == 0, minute == 0, second == 0, millisecond == 0 { return date }
    let time = "\(zeroPadded(hour, to: 2)):\(zeroPadded(minute, to: 2)):\(zeroPadded(second, to: 2))"
    return millisecond == 0 ? "\(date)T\(time)Z" : "\(date)T\(time).\(zeroPadded(millisecond, to: 3))Z"
  }
}

/// The days of 400 years, after which the Gregorian calendar repeats.
private let daysPerCycle: Int64 = 146_097

/// The days from 1 March of year 0 to 1 January 1970.
private let daysBefore1970: Int64 = 719_468

extension ByteSlice {
  /// Takes away exactly `width` ASCII digits and returns their number; `nil` if there are fewer.
  fileprivate mutating func popNumber(width: Int) -> Int64? {
    var number: Int64 = 0
    for _ in 0..<width {
      guard let digit = popDigit() else { return nil }
      number = number * 10 + Int64(digit)
    }
    return number
  }
}
