// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StrictJSON

@Suite("A document answers for its values")
struct ValueTests {
  private func document(_ text: String, maximumDepth: Int = 16) throws -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8), maximumDepth: maximumDepth)
  }

  @Test(
    "Integers are exact or nil",
    arguments: [
      ("0", 0), ("7", 7), ("-1", -1), ("10", 10), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("-9223372036854775807", .min + 1), ("9223372036854775808", nil), ("-9223372036854775809", nil),
      ("9223372036854775817", nil), ("92233720368547758070", nil), ("18446744073709551616", nil),
      ("18446744073709551617", nil), ("100000000000000000000000000000000000000000", nil), ("-0", nil), ("1.0", nil),
      ("1e2", nil), ("1E2", nil), ("0.0", nil), ("-0.0", nil), ("0e0", nil), ("1e-0", nil),
    ] as [(String, Int64?)]
  )
  func integers(literal: String, value: Int64?) throws {
    let document = try document(literal)
    #expect(document.kind(of: document.root) == .number)
    #expect(document.integer(at: document.root) == value)
    #expect(document.numberText(at: document.root) == literal)
  }

  @Test("Each accessor answers for its own kind only")
  func kinds() throws {
    let document = try document(#"[null, true, false, 12, "12", "\u0031", [1], {"a":1}]"#)
    let all = Array(document.elements(of: document.root))
    #expect(
      all.map { document.kind(of: $0) } == [.null, .boolean, .boolean, .number, .string, .string, .array, .object]
    )
    #expect(all.map { document.boolean(at: $0) } == [nil, true, false, nil, nil, nil, nil, nil])
    #expect(all.map { document.integer(at: $0) } == [nil, nil, nil, 12, nil, nil, nil, nil])
    #expect(all.map { document.numberText(at: $0) } == [nil, nil, nil, "12", nil, nil, nil, nil])
    #expect(all.map { document.string(at: $0) } == [nil, nil, nil, nil, "12", "1", nil, nil])
    #expect(
      all.map { document.string(at: $0, equals: "12") } == [false, false, false, false, true, false, false, false]
    )
    #expect(all.map { document.count(of: $0) } == [0, 0, 0, 0, 0, 0, 1, 1])
    #expect(all.map { Array(document.elements(of: $0)).count } == [0, 0, 0, 0, 0, 0, 1, 0])
    #expect(all.map { Array(document.members(of: $0)).count } == [0, 0, 0, 0, 0, 0, 0, 1])
    #expect(all.map { document.member("a", of: $0) != nil } == [false, false, false, false, false, false, false, true])
    #expect(all.map { document.withStringBytes(at: $0) { $0.count } } == [nil, nil, nil, nil, 2, 1, nil, nil])
    #expect(all.map { document.offset(of: $0) } == [1, 7, 13, 20, 24, 30, 40, 45])
  }

  @Test("Members are found by the bytes of their names, past nested values")
  func members() throws {
    let text = "{\"skip\":[[{\"k\":0}],{}],\"\u{E9}\":1,\"e\\u0301\":2,\"k\":{\"x\":\"y\"},\"\":null}"
    let document = try document(text)
    let root = document.root
    #expect(document.count(of: root) == 5)
    #expect(document.member("\u{E9}", of: root).flatMap { document.integer(at: $0) } == 1)
    #expect(document.member("e\u{301}", of: root).flatMap { document.integer(at: $0) } == 2)
    #expect(document.member("k", of: root).map { document.kind(of: $0) } == .object)
    #expect(document.member("", of: root).map { document.kind(of: $0) } == .null)
    #expect(document.member("x", of: root) == nil)
    let keys = document.members(of: root).map { document.string(at: $0.key).map { Array($0.utf8) } }
    #expect(keys == ["skip", "\u{E9}", "e\u{301}", "k", ""].map { Array($0.utf8) })
    #expect(
      document.members(of: root).map { document.kind(of: $0.value) } == [.array, .number, .number, .object, .null]
    )
  }

  @Test("Strings compare by bytes, not by canonical equivalence")
  func stringEquality() throws {
    let document = try document("[\"\u{E9}\", \"\\u00e9\"]")
    for element in document.elements(of: document.root) {
      #expect(document.string(at: element, equals: "\u{E9}"))
      #expect(!document.string(at: element, equals: "e\u{301}"))
      #expect(!document.string(at: element, equals: "\u{E9}x"))
      #expect(!document.string(at: element, equals: ""))
    }
  }

  @Test("The bytes of a string are those of its text", arguments: ["", "plain", "\u{0}", "é😀", "\"\\\n", "\u{2028}x"])
  func stringBytes(text: String) throws {
    var writer = JSONWriter()
    writer.string(text)
    let document = try JSONDocument(parsing: writer.bytes, maximumDepth: 0)
    let bytes = document.withStringBytes(at: document.root) { span in span.indices.map { span[$0] } }
    #expect(bytes == Array(text.utf8))
    #expect(document.string(at: document.root, equals: text))
  }

  @Test("Nesting at the limit is accepted, one deeper refused at its bracket", arguments: [0, 1, 2, 64, 1000])
  func depth(limit: Int) throws {
    for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
      let depthOfOpen = open == #"[{"a":"# ? 2 : 1
      guard limit.isMultiple(of: depthOfOpen) else { continue }
      let levels = limit / depthOfOpen
      let text = String(repeating: open, count: levels) + "0" + String(repeating: close, count: levels)
      _ = try document("[[],{}]", maximumDepth: 2)
      _ = try document(text, maximumDepth: limit)
      let deeper = refusal(parsing: Array(("[" + text + "]").utf8), maximumDepth: limit)
      #expect(deeper?.code == .depthExceeded)
      #expect(
        deeper?.offset == (limit == 0 ? 0 : 1 + levels * open.utf8.count - (depthOfOpen == 2 ? 5 : open.utf8.count))
      )
    }
    #expect(refusal(parsing: Array("[]".utf8), maximumDepth: -1)?.code == .depthExceeded)
  }

  @Test("Width does not count as depth")
  func width() throws {
    let text = "[" + String(repeating: "[{}],", count: 1000) + "[]]"
    _ = try document(text, maximumDepth: 3)
  }

  @Test("A million open brackets need no stack")
  func depthNeedsNoStack() throws {
    let levels = 1_000_000
    let open = [UInt8](repeating: UInt8(ascii: "["), count: levels)
    let close = [UInt8](repeating: UInt8(ascii: "]"), count: levels)
    let document = try JSONDocument(parsing: open + close, maximumDepth: .max)
    #expect(document.count(of: document.root) == 1)
    #expect(refusal(parsing: open, maximumDepth: .max)?.code == .unexpectedEnd)
    #expect(refusal(parsing: open)?.code == .depthExceeded)
  }

  @Test("An index of another document is harmless")
  func foreignIndex() throws {
    let large = try document("[1,2,3,{\"a\":\"b\"}]")
    let foreign = try #require(Array(large.elements(of: large.root)).last)
    for other in [try document("\"x\""), JSONDocument(maximumDepth: 1)] {
      #expect(other.kind(of: foreign) == .null)
      #expect(other.offset(of: foreign) == 0)
      #expect(other.string(at: foreign) == nil)
      #expect(other.member("a", of: foreign) == nil)
      #expect(Array(other.elements(of: foreign)).isEmpty)
    }
    #expect(JSONDocument(maximumDepth: 1).kind(of: large.root) == .null)
  }

  @Test("A document reads again into its storage, and holds null after an error")
  func reuse() throws {
    var document = JSONDocument(maximumDepth: 2)
    try document.parse(Array(#"{"a":"\u0062"}"#.utf8))
    #expect(rewritten(document) == #"{"a":"b"}"#)
    try document.parse(Array(#"["\n","c"]"#.utf8))
    #expect(rewritten(document) == #"["\n","c"]"#)
    #expect(throws: JSONError.self) { try document.parse(Array("[1,[2],x]".utf8)) }
    #expect(rewritten(document) == "null")
    #expect(throws: JSONError.self) { try document.parse([0xFF]) }
    #expect(rewritten(document) == "null")
  }

  @Test("Inputs that 32 bits cannot address are refused")
  func size() {
    #expect(throws: Never.self) { try JSONDocument.checkSize(Int(UInt32.max) - 1) }
    do throws(JSONError) {
      try JSONDocument.checkSize(Int(UInt32.max))
      Issue.record("accepted")
    } catch {
      #expect(error.code == .tooLarge)
    }
  }

  @Test("A node takes 16 bytes")
  func nodeSize() {
    #expect(MemoryLayout<Tape.Node>.stride == 16)
  }

  @Test("short strings as numbers: different ones differ, long ones and other values have none")
  func packedStrings() throws {
    let document = try JSONDocument(
      parsing: Array(#"["", "a", "aa", "iss", "\u0069ss", "1234567", "12345678", 1, null]"#.utf8),
      maximumDepth: 1
    )
    let packed = document.elements(of: document.root).map { document.packedString(at: $0) }
    #expect(packed[3] == 3 << 56 | 0x69_73_73)
    #expect(packed[4] == packed[3], "escapes are decoded")
    #expect(packed[0] == 0)
    #expect(Set(packed[1...3] + [packed[5]]).count == 4)
    #expect(packed[6...].allSatisfy { $0 == 0 })
  }

  @Test("strings of every length are found to end where they do, and compared whole", arguments: 0..<40)
  func lengths(count: Int) throws {
    let text = String(repeating: "x", count: count)
    for (written, read) in [("", ""), ("\\n", "\n"), ("\\\"", "\""), ("\u{e9}", "\u{e9}"), ("\u{7F}", "\u{7F}")] {
      for end in ["", "yyyyyyyyy"] {
        let document = try JSONDocument(parsing: Array("\"\(text)\(written)\(end)\"".utf8), maximumDepth: 0)
        #expect(document.string(at: document.root) == text + read + end)
        #expect(document.string(at: document.root, equals: text + read + end))
        #expect(!document.string(at: document.root, equals: text + read + end + "z"))
        if count > 0 { #expect(!document.string(at: document.root, equals: "z" + text.dropFirst() + read + end)) }
        if count > 0 { #expect(!document.string(at: document.root, equals: text.dropLast() + "z" + read + end)) }
      }
    }
    for control: UInt8 in [0, 0x0A, 0x1F] {
      let broken = Array("\"\(text)".utf8) + [control] + Array("yyyyyyyyy\"".utf8)
      #expect(refusal(parsing: broken)?.offset == count + 1)
      #expect(refusal(parsing: broken)?.code == .invalidString)
    }
  }
}
