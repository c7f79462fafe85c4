// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Decimals: text, limits, order (D2, P11)")
struct DecimalValueTests {
  @Test(
    "D2 text is read in ten-thousandths",
    arguments: [
      ("0.0", 0),
      ("-0.0", 0),
      ("1.5", 15_000),
      ("-1.5", -15_000),
      ("-0.5", -5000),
      ("12.34", 123_400),
      ("0.123", 1230),
      ("0.0001", 1),
      ("-0.0001", -1),
      ("007.2500", 72_500),
      (String(repeating: "0", count: 300) + "1.0", 10_000),
      ("922337203685477.5807", Int64.max),
      ("-922337203685477.5808", Int64.min),
      ("922337203685477.58", 9_223_372_036_854_775_800),
    ] as [(String, Int64)]
  )
  func reads(text: String, scaled: Int64) throws {
    #expect(try DecimalValue(text).scaled == scaled)
  }

  @Test(
    "D2 any other form is refused",
    arguments: [
      "", " ", "-", ".", "-.", "1", "1.", ".1", "-.1", "+1.0", "--1.0", "1.-0", "1.0.0", "1,0", "1e3", "1.0e3",
      "0x1.0", "1_0.0", "1.00000", "1.23456", "0.00000000", " 1.0", "1.0 ", "1.0\n", "1.0\0", "\0", "1 .0",
      "\u{2212}1.0", "\u{0663}.0", "3.\u{0663}", "\u{FF13}.0", "NaN", "inf",
    ]
  )
  func refuses(text: String) {
    #expect(throws: ExtensionFailure.self) { try DecimalValue(text) }
  }

  @Test(
    "D2 a number beyond 64 bits of ten-thousandths is refused",
    arguments: [
      "922337203685477.5808", "922337203685477.581", "922337203685477.6", "922337203685478.0",
      "-922337203685477.5809", "-922337203685477.6", "-922337203685478.0",
      "9223372036854775807.0", "9223372036854775808.0", "-9223372036854775809.0",
      String(repeating: "9", count: 500) + ".0",
    ]
  )
  func refusesOverflow(text: String) {
    #expect(throws: ExtensionFailure.self) { try DecimalValue(text) }
  }

  @Test(
    "C1 decimals are equal by number, not by text",
    arguments: [("1.0", "1.0000"), ("-0.0", "0.0"), ("00.10", "0.1")]
  )
  func equality(left: String, right: String) throws {
    #expect(try DecimalValue(left) == DecimalValue(right))
    #expect(try DecimalValue(left).hashValue == DecimalValue(right).hashValue)
  }

  @Test("C3 decimals are ordered by number")
  func order() throws {
    let ascending = ["-922337203685477.5808", "-10.0", "-9.0", "-0.0001", "0.0", "0.0001", "0.5", "9.0", "10.0"]
    let values = try ascending.map { try DecimalValue($0) }
    #expect(values.reversed().sorted() == values)
  }

  @Test(
    "The description is canonical and reads back",
    arguments: [
      ("1.0000", "1.0"),
      ("-0.0", "0.0"),
      ("-0.2500", "-0.25"),
      ("10.0100", "10.01"),
      ("0.0001", "0.0001"),
      ("0012.3", "12.3"),
      ("922337203685477.5807", "922337203685477.5807"),
      ("-922337203685477.5808", "-922337203685477.5808"),
    ]
  )
  func description(text: String, canonical: String) throws {
    let value = try DecimalValue(text)
    #expect(value.description == canonical)
    #expect(try DecimalValue(canonical) == value)
  }
}

@Suite("Failures of extension constructors name the text")
struct RefusedTextTests {
  private func refusal(_ text: String) -> String? {
    do throws(ExtensionFailure) {
      _ = try DecimalValue(text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("The text and what was expected are in the message")
  func namesText() throws {
    let message = try #require(refusal("1.23456"))
    #expect(message == #"decimal("1.23456"): expected an optional '-', digits, '.' and one to four digits"#)
  }

  @Test("Too large a number is told apart from a wrong form")
  func namesRange() throws {
    let message = try #require(refusal("922337203685477.5808"))
    #expect(message.hasSuffix("expected a number from -922337203685477.5808 to 922337203685477.5807"))
  }

  @Test(
    "Text that a terminal would hide or obey is escaped",
    arguments: [
      ("1\u{1B}[2J", #"("1\u{1b}[2J")"#),
      ("1\n", #"("1\u{a}")"#),
      ("\0", #"("\u{0}")"#),
      ("\u{202E}1.0", #"("\u{202e}1.0")"#),
      ("\"\\", #"("\"\\")"#),
    ]
  )
  func escapes(text: String, shown: String) throws {
    let message = try #require(refusal(text))
    #expect(message.contains(shown))
  }

  @Test("Long text is cut to 64 scalars", arguments: [(63, false), (64, false), (65, true), (100_000, true)])
  func cuts(length: Int, isCut: Bool) throws {
    let message = try #require(refusal(String(repeating: "7", count: length)))
    #expect(message.filter { $0 == "7" }.count == min(length, 64))
    #expect(message.contains("...") == isCut)
  }
}
