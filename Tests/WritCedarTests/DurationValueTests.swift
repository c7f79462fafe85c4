// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Durations: text, limits, conversions (D4, P11)")
struct DurationValueTests {
  @Test(
    "D4 text is read in milliseconds",
    arguments: [
      ("0ms", 0),
      ("-0d", 0),
      ("1ms", 1),
      ("1s", 1000),
      ("1m", 60_000),
      ("1h", 3_600_000),
      ("1d", 86_400_000),
      ("1d2h3m4s5ms", 93_784_005),
      ("-1d2h3m4s5ms", -93_784_005),
      ("1m1ms", 60_001),
      ("1d1ms", 86_400_001),
      ("0d0h0m0s7ms", 7),
      ("90m", 5_400_000),
      ("0001d", 86_400_000),
      (String(repeating: "0", count: 300) + "1ms", 1),
    ] as [(String, Int64)]
  )
  func reads(text: String, milliseconds: Int64) throws {
    #expect(try DurationValue(text).milliseconds == milliseconds)
  }

  @Test(
    "D4 the limits of 64 bits are legal, however they are split",
    arguments: [
      ("9223372036854775807ms", Int64.max),
      ("9223372036854775s807ms", Int64.max),
      ("106751991167d7h12m55s807ms", Int64.max),
      ("1d9223372036768375807ms", Int64.max),
      ("-9223372036854775808ms", Int64.min),
      ("-9223372036854775s808ms", Int64.min),
      ("-106751991167d7h12m55s808ms", Int64.min),
    ] as [(String, Int64)]
  )
  func readsLimits(text: String, milliseconds: Int64) throws {
    #expect(try DurationValue(text).milliseconds == milliseconds)
  }

  @Test(
    "D4 a length beyond 64 bits of milliseconds is refused, also one that accumulates",
    arguments: [
      "9223372036854775808ms", "-9223372036854775809ms", "18446744073709551616ms", "18446744073709551617d",
      "9223372036854775s808ms", "-9223372036854775s809ms", "1d9223372036768375808ms", "106751991168d",
      "-106751991168d", "106751991167d7h12m55s808ms", "-106751991167d7h12m55s809ms", "9223372036854775807d",
      "1h9223372036854775807ms", String(repeating: "9", count: 500) + "d",
    ]
  )
  func refusesOverflow(text: String) {
    #expect(throws: ExtensionFailure.self) { try DurationValue(text) }
  }

  @Test(
    "D4 units out of order, repeated, unknown or missing are refused",
    arguments: [
      "", "-", " ", "\0", "1", "-1", "d", "-d", "1d2", "d1", "ms", "1ms1s", "1s1m", "1m1h", "1h1d", "1ms1d", "1d1d",
      "1h1h", "1m1m", "1s1s", "1ms1ms", "1msms", "1mss", "1sm", "1w", "1y", "1us", "1D", "1H", "1MS", "1.5h", "+1d",
      "--1d", "1d-1h", "- 1d", "1d 1h", " 1d", "1d ", "1d\n", "1d\0", "1_000ms", "0x1d", "1e3ms",
      "\u{0663}d", "1d\u{0663}h", "\u{FF13}d", "\u{2212}1d", "1\u{E9}",
    ]
  )
  func refuses(text: String) {
    #expect(throws: ExtensionFailure.self) { try DurationValue(text) }
  }

  @Test(
    "D4 conversions round toward zero",
    arguments: [
      // milliseconds, seconds, minutes, hours, days
      [0, 0, 0, 0, 0],
      [999, 0, 0, 0, 0],
      [-999, 0, 0, 0, 0],
      [-1000, -1, 0, 0, 0],
      [59_999, 59, 0, 0, 0],
      [-3_599_999, -3599, -59, 0, 0],
      [86_399_999, 86_399, 1439, 23, 0],
      [-86_400_001, -86_400, -1440, -24, -1],
      [Int64.max, 9_223_372_036_854_775, 153_722_867_280_912, 2_562_047_788_015, 106_751_991_167],
      [Int64.min, -9_223_372_036_854_775, -153_722_867_280_912, -2_562_047_788_015, -106_751_991_167],
    ] as [[Int64]]
  )
  func conversions(row: [Int64]) {
    let value = DurationValue(milliseconds: row[0])
    #expect([value.toMilliseconds, value.toSeconds, value.toMinutes, value.toHours, value.toDays] == row)
  }

  @Test("C1 durations are equal by length, not by text", arguments: [("1d", "24h"), ("60s", "1m"), ("-0h", "0ms")])
  func equality(left: String, right: String) throws {
    #expect(try DurationValue(left) == DurationValue(right))
  }

  @Test("C3 durations are ordered by length, negative ones first")
  func order() throws {
    let ascending = ["-9223372036854775808ms", "-2d", "-1d", "-1ms", "0s", "1ms", "59m", "1h", "23h", "1d"]
    let values = try ascending.map { try DurationValue($0) }
    #expect(values.reversed().sorted() == values)
  }

  @Test(
    "The description is canonical and reads back",
    arguments: [
      (0, "0ms"),
      (1, "1ms"),
      (-500, "-500ms"),
      (60_000, "1m"),
      (86_400_001, "1d1ms"),
      (-93_784_005, "-1d2h3m4s5ms"),
      (Int64.max, "106751991167d7h12m55s807ms"),
      (Int64.min, "-106751991167d7h12m55s808ms"),
    ] as [(Int64, String)]
  )
  func description(milliseconds: Int64, canonical: String) throws {
    let value = DurationValue(milliseconds: milliseconds)
    #expect(value.description == canonical)
    #expect(try DurationValue(canonical) == value)
  }

  @Test("A failure names the text", arguments: ["1h1d", "9223372036854775808ms"])
  func failure(text: String) throws {
    let failure = try #require(throws: ExtensionFailure.self) { try DurationValue(text) }
    #expect(failure.description.hasPrefix("duration(\"\(text)\"): expected "))
  }
}
