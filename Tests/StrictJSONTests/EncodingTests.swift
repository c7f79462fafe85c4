// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("Only valid UTF-8 is read")
struct EncodingTests {
  @Test(
    "Refused wherever it stands, at the first byte of the bad sequence",
    arguments: [
      [0x80], [0xBF], [0xFE], [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF],
      [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
      [0xC3, 0xC3, 0xA9], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
    ] as [[UInt8]]
  )
  func invalid(sequence: [UInt8]) throws {
    let quote = UInt8(ascii: "\"")
    let inString = Array("[\"é".utf8) + sequence + [quote, UInt8(ascii: "]")]
    let bare = Array("[1] ".utf8) + sequence
    let inName = Array("[{\"".utf8) + sequence + Array("\":1}]".utf8)
    for (bytes, offset) in [(inString, 4), (bare, 4), (inName, 3), (sequence, 0)] {
      let whole = try #require(refusal(parsing: bytes))
      #expect(whole.code == .invalidUTF8)
      #expect(whole.offset == offset)
      #expect(refusal(streaming: bytes) == whole)
    }
  }

  @Test("Found anywhere in a long input", arguments: [0, 1, 31, 32, 33, 4095, 4096, 9999])
  func invalidInLongInput(offset: Int) {
    var bytes = [UInt8](repeating: UInt8(ascii: " "), count: 10_000)
    bytes[offset] = 0xFF
    let error = refusal(parsing: bytes)
    #expect(error?.code == .invalidUTF8)
    #expect(error?.offset == offset)
  }

  @Test(
    "Scalars at the edges of each length",
    arguments: ["\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"]
  )
  func edges(scalar: String) throws {
    let document = try JSONDocument(parsing: Array("\"\(scalar)\"".utf8), maximumDepth: 0)
    #expect(document.string(at: document.root).map { Array($0.utf8) } == Array(scalar.utf8))
  }

  @Test("A byte order mark is named as such; UTF-16 is not UTF-8")
  func byteOrderMarks() {
    #expect(refusal(parsing: [0xEF, 0xBB, 0xBF])?.code == .byteOrderMark)
    #expect(refusal(streaming: [0xEF, 0xBB, 0xBF, 0x5B, 0x5D])?.code == .byteOrderMark)
    #expect(refusal(parsing: [0xFF, 0xFE, 0x5B, 0x00])?.code == .invalidUTF8)
    #expect(refusal(parsing: [0xFE, 0xFF, 0x00, 0x5B])?.code == .invalidUTF8)
    #expect(refusal(parsing: [0xEF, 0xBB])?.code == .invalidUTF8)
  }
}
