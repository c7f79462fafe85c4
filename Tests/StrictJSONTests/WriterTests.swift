// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("The writer's output is compact, safe on a terminal, and read back unchanged")
struct WriterTests {
  @Test("Commas and colons stand where they belong")
  func structure() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.integer(1)
    writer.beginObject()
    writer.endObject()
    writer.beginArray()
    writer.endArray()
    writer.string("x")
    writer.endArray()
    writer.key("b")
    writer.null()
    writer.key("c")
    writer.beginObject()
    writer.key("d")
    writer.boolean(true)
    writer.endObject()
    writer.key("e")
    writer.boolean(false)
    writer.endObject()
    #expect(writer.text == #"{"a":[1,{},[],"x"],"b":null,"c":{"d":true},"e":false}"#)
    #expect(writer.text.utf8.elementsEqual(writer.bytes))
  }

  @Test("Lines follow each other, and the storage starts again")
  func lines() {
    var writer = JSONWriter()
    for index in 0..<2 {
      writer.beginArray()
      writer.integer(index)
      writer.endArray()
      writer.endLine()
    }
    #expect(writer.text == "[0]\n[1]\n")
    writer.removeAll()
    writer.string("")
    #expect(writer.text == #""""#)
  }

  @Test(
    "Text that could move a cursor or end a line is escaped",
    arguments: [
      ("plain", "plain"), ("é😀\u{A0}", "é😀\u{A0}"), ("\"\\/", #"\"\\/"#), ("\u{8}\u{9}\u{A}\u{C}\u{D}", #"\b\t\n\f\r"#),
      ("\u{0}\u{1B}\u{1F} ", #"\u0000\u001b\u001f "#), ("\r\n", #"\r\n"#), ("~\u{7F}", #"~\u007f"#),
      ("\u{80}\u{9B}\u{9F}", #"\u0080\u009b\u009f"#),
      ("\u{2027}\u{2028}\u{2029}\u{202A}", "\u{2027}\\u2028\\u2029\\u202a"),
      ("e\u{301}", "e\u{301}"),
    ]
  )
  func escapes(text: String, literal: String) {
    var writer = JSONWriter()
    writer.string(text)
    #expect(writer.bytes == Array("\"\(literal)\"".utf8))
  }

  @Test("Every scalar below U+3000 and some above survive, as text and as a name")
  func scalars() throws {
    let scalars = (0..<0x3000).compactMap { Unicode.Scalar($0) } + ["\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10FFFF}"]
    var writer = JSONWriter()
    writer.beginObject()
    for scalar in scalars {
      writer.key(String(scalar))
      writer.string("<\(scalar)>")
    }
    writer.endObject()
    #expect(writer.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    let document = try JSONDocument(parsing: writer.bytes, maximumDepth: 1)
    let members = Array(document.members(of: document.root))
    try #require(members.count == scalars.count)
    for (member, scalar) in zip(members, scalars) {
      #expect(document.string(at: member.key, equals: String(scalar)))
      #expect(document.string(at: member.value, equals: "<\(scalar)>"))
    }
  }

  @Test("Integers of any width", arguments: [Int64.min, -1, 0, 1, .max])
  func integers(value: Int64) throws {
    var writer = JSONWriter()
    writer.integer(value)
    let document = try JSONDocument(parsing: writer.bytes, maximumDepth: 0)
    #expect(document.integer(at: document.root) == value)
  }

  @Test("What was read and written once is written the same again")
  func roundTrip() throws {
    let once = rewritten(try JSONDocument(parsing: Array(sampleText.utf8), maximumDepth: 16))
    let twice = rewritten(try JSONDocument(parsing: Array(once.utf8), maximumDepth: 16))
    #expect(once == twice)
  }

  @Test("a writer goes on where another stopped")
  func resuming() {
    var first = JSONWriter()
    first.beginObject()
    first.key("a")
    first.integer(1)
    var writer = JSONWriter(resuming: first.bytes, reservingCapacity: 100)
    writer.key("b")
    writer.string("plain")
    writer.endObject()
    #expect(writer.text == #"{"a":1,"b":"plain"}"#)
  }
}
