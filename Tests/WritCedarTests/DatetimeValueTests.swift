// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Datetimes: text and calendar (D3, RFC 80, P11)")
struct DatetimeTextTests {
  @Test(
    "D3 text is read in milliseconds since 1970",
    arguments: [
      ("1970-01-01", 0),
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01T00:00:00.001Z", 1),
      ("1969-12-31", -86_400_000),
      ("1969-12-31T23:59:59.999Z", -1),
      ("2000-03-01", 951_868_800_000),
      ("2024-02-29T12:34:56.789Z", 1_709_210_096_789),
      ("0000-01-01", -62_167_219_200_000),
      ("0000-03-01", -62_162_035_200_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, Int64)]
  )
  func reads(text: String, milliseconds: Int64) throws {
    #expect(try DatetimeValue(text).milliseconds == milliseconds)
  }

  @Test(
    "D3 an offset says how far local time is ahead of UTC",
    arguments: [
      ("1970-01-01T00:00:00+0000", 0),
      ("1970-01-01T00:00:00-0000", 0),
      ("1970-01-01T00:00:00+0530", -19_800_000),
      ("1970-01-01T00:00:00-0830", 30_600_000),
      ("1970-01-01T00:00:00.250+0001", -59_750),
      ("1970-01-01T00:00:00+2359", -86_340_000),
      ("1970-01-01T00:00:00-2359", 86_340_000),
      ("0000-01-01T00:00:00+2359", -62_167_305_540_000),
      ("9999-12-31T23:59:59.999-2359", 253_402_387_139_999),
    ] as [(String, Int64)]
  )
  func readsOffset(text: String, milliseconds: Int64) throws {
    #expect(try DatetimeValue(text).milliseconds == milliseconds)
  }

  @Test(
    "D3 29 February exists in leap years only",
    arguments: [
      ("0000", true), ("0004", true), ("0100", false), ("1900", false), ("2000", true), ("2023", false),
      ("2024", true), ("2100", false), ("9996", true), ("9999", false),
    ]
  )
  func leapDays(year: String, isLeap: Bool) throws {
    #expect(((try? DatetimeValue("\(year)-02-29")) != nil) == isLeap)
    let lengthOfFebruary = try DatetimeValue("\(year)-03-01").durationSince(DatetimeValue("\(year)-02-01"))
    #expect(lengthOfFebruary.toDays == (isLeap ? 29 : 28))
  }

  @Test(
    "D3 days and times that do not exist are refused",
    arguments: [
      "2024-00-01", "2024-13-01", "2024-01-00", "2024-01-32", "2024-02-30", "2024-04-31", "2024-06-31", "2024-09-31",
      "2024-11-31", "9999-99-99", "2024-01-01T24:00:00Z", "2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z",
      "2016-12-31T23:59:60Z", "2016-12-31T23:59:60.000Z", "2024-01-01T99:99:99Z", "2024-01-01T00:00:00+2400",
      "2024-01-01T00:00:00-2400", "2024-01-01T00:00:00+0060", "2024-01-01T00:00:00-0060", "2024-01-01T00:00:00+9999",
    ]
  )
  func refusesImpossible(text: String) {
    #expect(throws: ExtensionFailure.self) { try DatetimeValue(text) }
  }

  @Test(
    "D3 fields of another width, other separators and other letters are refused",
    arguments: [
      "", " ", "\0", "10000-01-01", "-0001-01-01", "+2024-01-01", "24-01-01", "2024-1-01", "2024-01-1", "20240101",
      "2024/01/01", "2024-01", "2024-01-01T", "2024-01-01Z", "2024-01-01T00Z", "2024-01-01T00:00Z",
      "2024-01-01T00:00:00", "2024-01-01T00:00:00.000", "2024-01-01T0:00:00Z", "2024-01-01T000:00:00Z",
      "2024-01-01T00:00:0Z", "2024-01-01T-1:00:00Z", "2024-01-01t00:00:00Z", "2024-01-01T00:00:00z",
      "2024-01-01 00:00:00Z", "2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00Z+0000", "2024-01-01T00:00:00.Z",
      "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.12Z", "2024-01-01T00:00:00.1234Z", "2024-01-01T00:00:00,123Z",
      "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00+05", "2024-01-01T00:00:00+053", "2024-01-01T00:00:00+05300",
      "2024-01-01T00:00:00 +0530", "2024-01-01T00:00:00+-530", "2024-01-01T00:00:00\u{2212}0530", " 2024-01-01",
      "2024-01-01 ", "2024-01-01\n", "2024-01-01\0", "2024-01-01T00:00:00Z\0", "\u{0662}024-01-01",
      "202\u{FF14}-01-01", "2024\u{2010}01\u{2010}01", "2024-0\u{E9}-01", "2024-01-01\u{E9}", "\u{1F550}",
    ]
  )
  func refuses(text: String) {
    #expect(throws: ExtensionFailure.self) { try DatetimeValue(text) }
  }

  @Test(
    "C1 datetimes are equal by instant, not by text",
    arguments: [
      ("2024-01-01", "2024-01-01T00:00:00.000Z"),
      ("2024-01-01T05:30:00+0530", "2023-12-31T16:00:00-0800"),
    ]
  )
  func equality(left: String, right: String) throws {
    #expect(try DatetimeValue(left) == DatetimeValue(right))
  }

  @Test(
    "The canonical text is short, in UTC, and reads back",
    arguments: [
      ("2024-02-29", "2024-02-29"),
      ("2024-02-29T00:00:00.000+0000", "2024-02-29"),
      ("2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00Z"),
      ("2024-02-29T12:00:00.050Z", "2024-02-29T12:00:00.050Z"),
      ("2024-03-01T01:00:00+0200", "2024-02-29T23:00:00Z"),
      ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
      ("1900-03-01", "1900-03-01"),
      ("0000-01-01", "0000-01-01"),
      ("0000-02-29", "0000-02-29"),
      ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ]
  )
  func canonicalText(text: String, canonical: String) throws {
    let value = try DatetimeValue(text)
    #expect(value.canonicalText == canonical)
    #expect(value.description == canonical)
    #expect(try DatetimeValue(canonical) == value)
  }

  @Test(
    "Every day of 400 years, after which the calendar repeats, has a canonical text that reads back",
    arguments: ["0000-01-01", "1800-01-01"]
  )
  func everyDay(first: String) throws {
    let start = try DatetimeValue(first).milliseconds
    for day in Int64(0)..<146_097 {
      let value = DatetimeValue(milliseconds: start + day * 86_400_000)
      let text = try #require(value.canonicalText)
      guard text.utf8.count == 10, try DatetimeValue(text) == value else {
        Issue.record("\(value.milliseconds) ms is written as \(text)")
        return
      }
    }
  }

  @Test(
    "Outside the years 0000 to 9999 there is no canonical text, but a description for people",
    arguments: [
      (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
      (253_402_300_800_000, "+10000-01-01"),
      (Int64.max, "+292278994-08-17T07:12:55.807Z"),
      (Int64.min, "-292275055-05-16T16:47:04.192Z"),
    ] as [(Int64, String)]
  )
  func outsideText(milliseconds: Int64, description: String) {
    let value = DatetimeValue(milliseconds: milliseconds)
    #expect(value.canonicalText == nil)
    #expect(value.description == description)
  }

  @Test("A failure names the text", arguments: ["2023-02-29", "2024-01-01T00:00:00z"])
  func failure(text: String) throws {
    let failure = try #require(throws: ExtensionFailure.self) { try DatetimeValue(text) }
    #expect(failure.description.hasPrefix("datetime(\"\(text)\"): expected "))
  }
}

@Suite("Datetimes: arithmetic and order (D3, C3)")
struct DatetimeArithmeticTests {
  private let earliest = DatetimeValue(milliseconds: .min)
  private let latest = DatetimeValue(milliseconds: .max)

  @Test(
    "D3 offset adds a duration and may leave the years that text can write",
    arguments: [
      ("2024-02-28", "1d", 1_709_164_800_000),
      ("1970-01-01", "-1ms", -1),
      ("9999-12-31", "1d", 253_402_300_800_000),
      ("0000-01-01", "-1d", -62_167_305_600_000),
      ("1970-01-01", "9223372036854775807ms", Int64.max),
      ("1970-01-01", "-9223372036854775808ms", Int64.min),
    ] as [(String, String, Int64)]
  )
  func offset(text: String, duration: String, milliseconds: Int64) throws {
    let value = try DatetimeValue(text).offset(by: DurationValue(duration))
    #expect(value.milliseconds == milliseconds)
  }

  @Test("D3 an offset beyond 64 bits of milliseconds is refused")
  func offsetOverflow() {
    #expect(throws: ExtensionFailure.self) { try latest.offset(by: DurationValue(milliseconds: 1)) }
    #expect(throws: ExtensionFailure.self) { try earliest.offset(by: DurationValue(milliseconds: -1)) }
    #expect(throws: ExtensionFailure.self) { try earliest.offset(by: DurationValue(milliseconds: .min)) }
  }

  @Test("D3 durationSince is negative when the argument is later")
  func durationSince() throws {
    let start = try DatetimeValue("2024-02-28")
    let end = try DatetimeValue("2024-03-01")
    #expect(try end.durationSince(start) == DurationValue("2d"))
    #expect(try start.durationSince(end) == DurationValue("-2d"))
    let beforeEpoch = DatetimeValue(milliseconds: -1)
    #expect(try beforeEpoch.durationSince(latest).milliseconds == .min)
  }

  @Test("D3 a durationSince beyond 64 bits of milliseconds is refused")
  func durationSinceOverflow() {
    let epoch = DatetimeValue(milliseconds: 0)
    #expect(throws: ExtensionFailure.self) { try latest.durationSince(DatetimeValue(milliseconds: -1)) }
    #expect(throws: ExtensionFailure.self) { try epoch.durationSince(earliest) }
    #expect(throws: ExtensionFailure.self) { try latest.durationSince(earliest) }
  }

  @Test(
    "D3 toDate goes back to midnight and toTime is the rest, also before 1970",
    arguments: [
      (0, 0, 0),
      (1, 0, 1),
      (86_399_999, 0, 86_399_999),
      (86_400_000, 86_400_000, 0),
      (-1, -86_400_000, 86_399_999),
      (-86_400_000, -86_400_000, 0),
      (-86_400_001, -172_800_000, 86_399_999),
      (Int64.max, 9_223_372_036_828_800_000, 25_975_807),
      (-9_223_372_036_828_800_000, -9_223_372_036_828_800_000, 0),
    ] as [(Int64, Int64, Int64)]
  )
  func dateAndTime(milliseconds: Int64, date: Int64, time: Int64) throws {
    let value = DatetimeValue(milliseconds: milliseconds)
    #expect(try value.toDate().milliseconds == date)
    #expect(value.toTime().milliseconds == time)
  }

  @Test(
    "D3 on the first, incomplete day of the 64-bit range toDate is refused and toTime is not",
    arguments: [(Int64.min, 60_424_192), (-9_223_372_036_828_800_001, 86_399_999)] as [(Int64, Int64)]
  )
  func firstDay(milliseconds: Int64, time: Int64) {
    let value = DatetimeValue(milliseconds: milliseconds)
    #expect(throws: ExtensionFailure.self) { try value.toDate() }
    #expect(value.toTime().milliseconds == time)
  }

  @Test("C3 datetimes are ordered by instant")
  func order() throws {
    let ascending = [
      "0000-01-01", "1969-12-31T23:59:59.999Z", "1970-01-01", "2024-01-01T00:00:00+0001", "2024-01-01",
      "2024-01-01T00:00:00-0001", "9999-12-31",
    ]
    let values = try [earliest] + ascending.map { try DatetimeValue($0) } + [latest]
    #expect(values.reversed().sorted() == values)
  }
}
