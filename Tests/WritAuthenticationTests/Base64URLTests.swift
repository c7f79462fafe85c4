// SPDX-License-Identifier: Apache-2.0

import Testing

import WritCore
import WritLogin
import WritStore
import WritTokens

/// Base64url is read and written sixteen characters at a time, then four, then one: every length meets each of them.
@Suite("Base64url")
struct Base64URLTests {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// RFC 4648, section 4, bit by bit.
  private static func plainText(_ bytes: [UInt8]) -> String {
    var bits = bytes.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
    bits += Array(repeating: 0, count: (6 - bits.count % 6) % 6)
    let characters = stride(from: 0, to: bits.count, by: 6).map { start in
      alphabet[bits[start..<start + 6].reduce(0) { $0 << 1 | Int($1) }]
    }
    return String(decoding: characters, as: UTF8.self)
  }

  @Test("Every length is written as RFC 4648, section 5, says, and read again", arguments: 0...200)
  func lengths(_ count: Int) {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let text = Base64URL.encode(bytes.span)
    #expect(text == Self.plainText(bytes))
    let characters = Array(text.utf8)
    #expect(Base64URL.decode(characters.span) == bytes)
    #expect(Self.decode32(characters) == (count == 32 ? bytes : nil))
  }

  private static func decode32(_ text: [UInt8]) -> [UInt8]? {
    Base64URL.decode32(text.span).map { bytes in bytes.indices.map { bytes[$0] } }
  }

  @Test("32 bytes are read at once as they are read otherwise")
  func identifiers() {
    for _ in 0..<1000 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
      var text = Array(Base64URL.encode(bytes.span).utf8)
      #expect(Self.decode32(text) == bytes)
      let place = Int.random(in: 0..<43)
      text[place] = UInt8.random(in: 0...255)
      #expect(Self.decode32(text) == Base64URL.decode(text.span), "\(text[place]) at \(place)")
    }
  }

  @Test("J15 each byte outside the alphabet is refused in each place", arguments: [2, 4, 16, 19, 22, 43, 64])
  func alphabet(_ count: Int) {
    let text = Array(repeating: UInt8(ascii: "A"), count: count)
    for place in 0..<count {
      for byte in UInt8.min...UInt8.max where !Self.alphabet.contains(byte) {
        var spoilt = text
        spoilt[place] = byte
        #expect(Base64URL.decode(spoilt.span) == nil, "\(byte) at \(place)")
        #expect(Self.decode32(spoilt) == nil, "\(byte) at \(place)")
      }
    }
  }

  @Test("J16 bits behind the last byte are refused", arguments: [2, 3, 18, 43])
  func trailingBits(_ count: Int) {
    var text = Array(repeating: UInt8(ascii: "A"), count: count)
    var accepted = 0
    for character in Self.alphabet {
      text[count - 1] = character
      let bytes = Base64URL.decode(text.span)
      if bytes != nil { accepted += 1 }
      if count == 43 { #expect(Self.decode32(text) == bytes) }
    }
    #expect(accepted == (count % 4 == 2 ? 4 : 16))
  }
}
