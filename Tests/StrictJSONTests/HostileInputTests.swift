// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("No input traps")
struct HostileInputTests {
  @Test("Every proper beginning of an array is refused at its end")
  func truncation() throws {
    let trimmed = Array(sampleText.utf8.reversed().drop { $0 != UInt8(ascii: "]") }.reversed())
    #expect(refusal(parsing: trimmed) == nil)
    for length in trimmed.indices {
      let bytes = Array(trimmed[..<length])
      let error = try #require(refusal(parsing: bytes))
      // Cut within a scalar the bytes are not UTF-8; anywhere else the input just ends too early.
      if error.code == .invalidUTF8 {
        #expect(length - error.offset < 4)
      } else {
        #expect(error.code == .unexpectedEnd)
        #expect(error.offset == length)
      }
    }
  }

  @Test("Random changes are read alike whole and streamed, and what is read can be walked", arguments: 1...8)
  func mutation(seed: Int) {
    var generator = RepeatableGenerator(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
    let sample = Array(sampleText.utf8)
    let telling = Array("[]{}\",:\\u0-.eE+tfn \n/".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]
    for _ in 0..<1500 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte =
          Bool.random(using: &generator)
          ? telling.randomElement(using: &generator) ?? 0 : .random(in: 0...255, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.remove(at: place)
        }
      }
      check(bytes)
    }
  }

  @Test("Random tokens in random order", arguments: 1...8)
  func tokens(seed: Int) {
    var generator = RepeatableGenerator(seed: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
    let tokens = ["[", "]", "{", "}", ",", ":", "\"a\"", "\"\\u0061\"", "1", "-0.5e1", "true", "null", " ", "\"", "\\"]
    for _ in 0..<3000 {
      let count = Int.random(in: 0...12, using: &generator)
      let text = (0..<count).map { _ in tokens.randomElement(using: &generator) ?? "" }.joined()
      check(Array(("[" + text).utf8))
    }
  }

  private func check(_ bytes: [UInt8]) {
    do throws(JSONError) {
      let document = try JSONDocument(parsing: bytes, maximumDepth: 8)
      let text = rewritten(document)
      #expect(refusal(parsing: Array(text.utf8)) == nil)
      if document.kind(of: document.root) == .array { #expect(refusal(streaming: bytes, maximumDepth: 8) == nil) }
    } catch {
      #expect(error.offset >= 0 && error.offset <= bytes.count)
      #expect(error.message.utf8.count < 160)
      let position = error.position(in: bytes)
      #expect(position.line >= 1 && position.column >= 1)
      #expect(refusal(streaming: bytes, maximumDepth: 8) != nil)
    }
  }
}
