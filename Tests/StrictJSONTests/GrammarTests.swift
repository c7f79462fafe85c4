// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("The grammar of RFC 8259 is read exactly")
struct GrammarTests {
  @Test(
    "Accepted, and understood as",
    arguments: [
      ("null", "null"), ("true", "true"), ("false", "false"), (" \t\r\n0 \t\r\n", "0"), ("-1", "-1"),
      (#""""#, #""""#), ("[]", "[]"), ("{}", "{}"), ("[ ]", "[]"), ("{ }", "{}"), ("[[],{}]", "[[],{}]"),
      ("[1,2 , 3]", "[1,2,3]"), (#"{"":""}"#, #"{"":""}"#), (#"{"a":[{"b":{}}],"c":1}"#, #"{"a":[{"b":{}}],"c":1}"#),
      ("0.0", #""number 0.0""#), ("-0", #""number -0""#), ("1e0", #""number 1e0""#), ("1E+05", #""number 1E+05""#),
      ("-10.20e-030", #""number -10.20e-030""#), ("1e99999", #""number 1e99999""#),
      (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#), (#""\u0041\u00e9\u20AC\ud83d\uDE00""#, #""Aé€😀""#),
      (#""\u0000""#, #""\u0000""#), (#""\ufeff""#, "\"\u{FEFF}\""), (#""\uffff""#, "\"\u{FFFF}\""),
      ("\"\u{7F}\u{85}\"", #""\u007f\u0085""#), (#"{"a":{"a":{"a":1}}}"#, #"{"a":{"a":{"a":1}}}"#),
      (#"{"a":1,"A":2}"#, #"{"a":1,"A":2}"#), (#"["/*","//"]"#, #"["/*","//"]"#),
      (#"{"x":[],"y":{},"z":[{}]}"#, #"{"x":[],"y":{},"z":[{}]}"#),
    ]
  )
  func accepted(text: String, meaning: String) throws {
    let document = try JSONDocument(parsing: Array(text.utf8), maximumDepth: 8)
    #expect(rewritten(document) == meaning)
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let text: String
    let code: JSONError.Code
    let offset: Int
    var testDescription: String { text.debugDescription }

    init(_ text: String, _ code: JSONError.Code, _ offset: Int) {
      self.text = text
      self.code = code
      self.offset = offset
    }
  }

  static let structure: [Refusal] = [
    Refusal("", .unexpectedEnd, 0), Refusal(" \n", .unexpectedEnd, 2), Refusal("[", .unexpectedEnd, 1),
    Refusal("[1", .unexpectedEnd, 2), Refusal("[1,", .unexpectedEnd, 3), Refusal("{", .unexpectedEnd, 1),
    Refusal(#"{"a""#, .unexpectedEnd, 4), Refusal(#"{"a":"#, .unexpectedEnd, 5),
    Refusal(#"{"a":1"#, .unexpectedEnd, 6), Refusal(#"{"a":1,"#, .unexpectedEnd, 7),
    Refusal("]", .syntax, 0), Refusal("}", .syntax, 0), Refusal("[}", .syntax, 1), Refusal("{]", .syntax, 1),
    Refusal("[1}", .syntax, 2), Refusal(#"{"a":1]"#, .syntax, 6), Refusal("[1 2]", .syntax, 3),
    Refusal("[1,]", .syntax, 3), Refusal("[,1]", .syntax, 1), Refusal("[1,,2]", .syntax, 3), Refusal(",", .syntax, 0),
    Refusal(#"{"a":1,}"#, .syntax, 7), Refusal(#"{,"a":1}"#, .syntax, 1), Refusal(#"{"a" 1}"#, .syntax, 5),
    Refusal(#"{"a":}"#, .syntax, 5), Refusal(#"{"a"}"#, .syntax, 4), Refusal(#"{"a","b"}"#, .syntax, 4),
    Refusal(#"{"a":1:2}"#, .syntax, 6), Refusal(#"["a":1]"#, .syntax, 4), Refusal("{a:1}", .syntax, 1),
    Refusal("{'a':1}", .syntax, 1), Refusal("{1:1}", .syntax, 1), Refusal("{null:1}", .syntax, 1),
    Refusal("'a'", .syntax, 0), Refusal("// c\n1", .syntax, 0), Refusal("/* c */1", .syntax, 0),
    Refusal("[1/**/]", .syntax, 2), Refusal("#", .syntax, 0), Refusal("\u{0B}1", .syntax, 0),
    Refusal("\u{0C}1", .syntax, 0), Refusal("\u{A0}1", .syntax, 0), Refusal("[\u{2060}]", .syntax, 1),
    Refusal("\u{0}", .syntax, 0), Refusal("NaN", .syntax, 0), Refusal("Infinity", .syntax, 0),
    Refusal("True", .syntax, 0), Refusal("nil", .syntax, 0), Refusal("undefined", .syntax, 0),
    Refusal("tru", .unexpectedEnd, 3), Refusal("[nul]", .syntax, 1), Refusal("[falsy]", .syntax, 1),
    Refusal("1 2", .trailingBytes, 2), Refusal("[]]", .trailingBytes, 2), Refusal("{}\n{}", .trailingBytes, 3),
    Refusal("null,", .trailingBytes, 4), Refusal("truex", .trailingBytes, 4), Refusal("1\u{0}", .trailingBytes, 1),
    Refusal("\u{FEFF}[]", .byteOrderMark, 0), Refusal("[\u{FEFF}]", .syntax, 1), Refusal(" \u{FEFF}1", .syntax, 1),
  ]

  static let numbers: [Refusal] = [
    Refusal("01", .invalidNumber, 0), Refusal("-01", .invalidNumber, 1), Refusal("00", .invalidNumber, 0),
    Refusal("[1,007]", .invalidNumber, 3), Refusal("00.5", .invalidNumber, 0), Refusal("+1", .invalidNumber, 0),
    Refusal(".5", .invalidNumber, 0), Refusal("[-.5]", .invalidNumber, 2), Refusal("[1.]", .invalidNumber, 3),
    Refusal("[1.e3]", .invalidNumber, 3), Refusal("[1e]", .invalidNumber, 3), Refusal("[1e+]", .invalidNumber, 4),
    Refusal("[1e1.5]", .syntax, 4), Refusal("[--1]", .invalidNumber, 2), Refusal("[-]", .invalidNumber, 2),
    Refusal("-", .unexpectedEnd, 1), Refusal("1.", .unexpectedEnd, 2), Refusal("1e", .unexpectedEnd, 2),
    Refusal("1e-", .unexpectedEnd, 3), Refusal("-Infinity", .invalidNumber, 1), Refusal("[-NaN]", .invalidNumber, 2),
    Refusal("0x10", .trailingBytes, 1), Refusal("1_000", .trailingBytes, 1), Refusal("[1 .5]", .syntax, 3),
    Refusal("[１]", .syntax, 1), Refusal("[1-]", .syntax, 2), Refusal("1ee1", .invalidNumber, 2),
  ]

  static let strings: [Refusal] = [
    Refusal("\"", .unexpectedEnd, 1), Refusal("\"abc", .unexpectedEnd, 4), Refusal(#""\"#, .unexpectedEnd, 2),
    Refusal(#""\""#, .unexpectedEnd, 3), Refusal(#""\u12"#, .unexpectedEnd, 5),
    Refusal(#""\ud83d"#, .unexpectedEnd, 7), Refusal(#""\ud83d\"#, .unexpectedEnd, 8),
    Refusal(#""\ud83d\u"#, .unexpectedEnd, 9), Refusal(#""\ud83d\ude0"#, .unexpectedEnd, 12),
    Refusal("\"a\nb\"", .invalidString, 2), Refusal("\"\t\"", .invalidString, 1),
    Refusal("\"\u{0}\"", .invalidString, 1),
    Refusal("\"\u{1F}\"", .invalidString, 1), Refusal("\"\\n\r\"", .invalidString, 3),
    Refusal("{\"\n\":1}", .invalidString, 2), Refusal(#""\x41""#, .invalidString, 2),
    Refusal(#""\'""#, .invalidString, 2),
    Refusal(#""\0""#, .invalidString, 2), Refusal(#""\a""#, .invalidString, 2),
    Refusal(#""\U0041""#, .invalidString, 2),
    Refusal(#""\ ""#, .invalidString, 2), Refusal(#""\é""#, .invalidString, 2), Refusal("\"\\\n\"", .invalidString, 2),
    Refusal(#""\u""#, .invalidString, 3), Refusal(#""\u12G4""#, .invalidString, 5),
    Refusal(#""\u{41}""#, .invalidString, 3), Refusal(#""\u+041""#, .invalidString, 3),
    Refusal(#""a\ud800""#, .invalidString, 2), Refusal(#""\udc00""#, .invalidString, 1),
    Refusal(#""\uDFFFx""#, .invalidString, 1), Refusal(#""\ud800\ud800""#, .invalidString, 1),
    Refusal(#""\ud800x""#, .invalidString, 1), Refusal(#""\ud800\n""#, .invalidString, 1),
    Refusal(#""\ud800\u0041""#, .invalidString, 1), Refusal(#""\ude00\ud83d""#, .invalidString, 1),
    Refusal(#"{"\ud800":1}"#, .invalidString, 2),
  ]

  @Test("Refused, with the kind of error and its byte", arguments: structure + numbers + strings)
  func refused(_ expected: Refusal) {
    let error = refusal(parsing: Array(expected.text.utf8))
    #expect(error?.code == expected.code)
    #expect(error?.offset == expected.offset)
    #expect(error?.message.isEmpty == false)
  }

  @Test(
    "Messages name what was found and what was expected",
    arguments: [
      ("", "the input is empty, expected a value"),
      ("[1,]", "found ']', expected a value"),
      ("[NaN]", "found 'NaN', expected a value"),
      ("[1 \u{E9}]", "found U+00E9, expected ',' or ']'"),
      ("[1 \u{1F600}]", "found U+1F600, expected ',' or ']'"),
      ("{\"a\":1,}", "found '}', expected a member name"),
      ("{\"a\" 1}", "found '1', expected ':' after the member name"),
      ("\"\u{1B}\"", "found U+001B in a string, expected control characters escaped"),
      ("[01]", "found a number with a leading zero, expected none"),
      ("{\"a\":1,\"\\u0061\":2}", "found a second member named \"a\", expected each name once"),
    ]
  )
  func messages(text: String, message: String) {
    #expect(refusal(parsing: Array(text.utf8))?.message == message)
  }

  @Test("A message never carries much of the input, nor control characters of it")
  func messagesAreShort() throws {
    let long = String(repeating: "x", count: 10_000)
    let name = "\u{1B}[31m" + long
    var writer = JSONWriter()
    writer.beginObject()
    writer.key(name)
    writer.null()
    writer.key(name)
    writer.null()
    writer.endObject()
    for bytes in [Array(long.utf8), writer.bytes] {
      let message = try #require(refusal(parsing: bytes)).message
      #expect(message.utf8.count < 120)
      #expect(message.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }
  }

  @Test("Line and column count from 1, columns in Unicode scalars")
  func positions() throws {
    let bytes = Array("{\n \"é😀\": \"a\",\r\n  \"é\": x}".utf8)
    let found = try #require(refusal(parsing: bytes))
    #expect(found.position(in: bytes) == (3, 8))
    #expect(JSONError.position(of: 0, in: bytes) == (1, 1))
    #expect(JSONError.position(of: -5, in: bytes) == (1, 1))
    #expect(JSONError.position(of: .max, in: Array("a\nbc".utf8)) == (2, 3))
  }
}
