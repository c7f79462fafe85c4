// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("An object has each name once")
struct DuplicateMemberTests {
  @Test(
    "Refused at the second name, compared as decoded bytes",
    arguments: [
      (#"{"a":1,"a":1}"#, 7), (#"{"a":1,"b":2,"a":3}"#, 13), (#"{"":1,"":2}"#, 6), (#"{"a":1,"\u0061":2}"#, 7),
      (#"{"\u0061":1,"a":2}"#, 12), (#"{"\u0061b":1,"a\u0062":2}"#, 13), (#"{"/":1,"\/":2}"#, 7),
      (#"{"é":1,"\u00E9":2}"#, 8), (#"{"😀":1,"\ud83d\ude00":2}"#, 10), (#"[{"x":{"k":[],"k":{}}}]"#, 14),
      (#"{"k":{"a":[{"b":0}]},"b":1,"k":2}"#, 27), (#"{"\u0000":1,"\u0000":2}"#, 12),
    ]
  )
  func refused(text: String, offset: Int) {
    let error = refusal(parsing: Array(text.utf8))
    #expect(error?.code == .duplicateMember)
    #expect(error?.offset == offset)
  }

  @Test(
    "Accepted: names that differ in any byte",
    arguments: [
      "{\"\u{E9}\":1,\"e\u{301}\":2}", #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#, #"{"a":{"a":1},"b":{"a":1}}"#,
      #"[{"a":1},{"a":1}]"#, #"{"a":"a","b":"a"}"#, #"{"a":1,"a\u0000":2}"#, #"{"a\\u0062":1,"ab":2}"#,
      #"{"xa":1,"ya":2,"a":3}"#, "{\"K\":1,\"\u{212A}\":2}",
    ]
  )
  func accepted(text: String) {
    #expect(refusal(parsing: Array(text.utf8)) == nil)
  }

  private func object(_ names: [String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for name in names {
      writer.key(name)
      writer.null()
    }
    writer.endObject()
    return writer.bytes
  }

  @Test("Whatever the number of members", arguments: [2, 3, 11, 12, 13, 14, 40, 1000])
  func everySize(count: Int) throws {
    let names = (0..<count - 1).map { "name\($0)" }
    #expect(refusal(parsing: object(names)) == nil)
    for place in Set([0, count / 2, count - 2].filter { $0 < names.count }) {
      let bytes = object(names + [names[place]])
      let error = try #require(refusal(parsing: bytes))
      #expect(error.code == .duplicateMember)
      let last = "\"name\(place)\":null}"
      #expect(error.offset == bytes.count - last.utf8.count)
    }
  }

  @Test("Of several repetitions the first is reported, in small and large objects", arguments: [0, 100])
  func firstRepetition(padding: Int) {
    let names = (0..<padding).map { "pad\($0)" } + ["p", "q", "r"]
    let prefix = object(names).count - 1
    let error = refusal(parsing: object(names + ["r", "q", "p"]))
    #expect(error?.code == .duplicateMember)
    #expect(error?.offset == prefix + 1)
  }

  @Test("Objects of 100,000 members take no longer than their size demands", .timeLimit(.minutes(1)))
  func large() throws {
    let names = (0..<100_000).map { "member\($0)" }
    let document = try JSONDocument(parsing: object(names), maximumDepth: 1)
    #expect(document.count(of: document.root) == names.count)
    #expect(refusal(parsing: object(names + ["member77777"]))?.code == .duplicateMember)
  }

  @Test("Names of one hash are told apart by their bytes")
  func collision() throws {
    let collision = ["n15748", "n33700"]  // found by search, for the hash in Tape+Names.swift
    let names = collision + (0..<20).map { "pad\($0)" }
    #expect(refusal(parsing: object(names)) == nil)
    for name in collision {
      let error = try #require(refusal(parsing: object(names + [name])))
      #expect(error.code == .duplicateMember)
      #expect(error.offset == object(names).count)
    }
  }

  @Test("Long names with a common prefix are told apart")
  func commonPrefix() throws {
    let prefix = String(repeating: "p", count: 3000)
    let names = (0..<200).map { prefix + "\($0 + 1000)" }
    #expect(refusal(parsing: object(names)) == nil)
    #expect(refusal(parsing: object(names + [names[99]]))?.code == .duplicateMember)
  }
}
