// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Base32 of one-time secrets")
struct OneTimeSecretTests {
  private static func decoded(_ text: String) -> [UInt8]? {
    let characters = Array(text.utf8)
    return Base32.decodeSecret(characters.span)?.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  // RFC 4648, section 10.
  private static let encodings = [
    ("", ""), ("f", "MY======"), ("fo", "MZXQ===="), ("foo", "MZXW6==="), ("foob", "MZXW6YQ="), ("fooba", "MZXW6YTB"),
    ("foobar", "MZXW6YTBOI======"),
  ]

  @Test("RFC 4648, section 10; the padding left out, letters of either case", arguments: encodings)
  func examples(text: String, base32: String) {
    let unpadded = String(base32.prefix { $0 != "=" })
    let bytes = Array(text.utf8)
    #expect(Base32.encode(bytes.span) == unpadded)
    for form in [base32, unpadded, base32.lowercased(), unpadded.lowercased()] { #expect(Self.decoded(form) == bytes) }
  }

  @Test("every length is read as it was written", arguments: 0...70)
  func lengths(_ count: Int) throws {
    let bytes = try Randomness.bytes(count)
    let text = Base32.encode(bytes.span)
    #expect(Self.decoded(text) == bytes)
    #expect(text.utf8.count == (count * 8 + 4) / 5)
    // Only the padding that is missing, whole.
    let padding = (8 - text.utf8.count % 8) % 8
    for other in 0...16 {
      let padded = text + String(repeating: "=", count: other)
      #expect((Self.decoded(padded) == bytes) == (other == 0 || other == padding), "\(other)")
    }
  }

  @Test("T08 everything outside the alphabet is refused, in each place")
  func alphabet() {
    let known = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567".utf8)
    for place in 0..<16 {
      for byte in UInt8.min...UInt8.max where !known.contains(byte) {
        // Fifteen characters and their padding.
        guard byte != UInt8(ascii: "=") || place < 15 else { continue }
        var text = Array(repeating: UInt8(ascii: "A"), count: 16)
        text[place] = byte
        #expect(Base32.decodeSecret(text.span) == nil, "\(byte) at \(place)")
      }
    }
  }

  private static let refusals: [(String, OneTimePasswordError.Code)] = [
    ("", .weak),
    ("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", .malformed),
    ("GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", .malformed),
    (" GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ8", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJé", .malformed),
    ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ========", .malformed),
    // Bits after the last byte that are not zero; a group that holds no more bytes.
    ("AAAAAAAAAAAAAAAAAAAAAAAAAB", .malformed),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAA", .malformed),
    // 15 bytes, and 16.
    ("AAAAAAAAAAAAAAAAAAAAAAAA", .weak),
  ]

  @Test("T08 what is no base32, or less than 128 bits, is refused", arguments: refusals)
  func refused(text: String, code: OneTimePasswordError.Code) {
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimeSecret(base32: text) } == code)
  }

  private static let counts: [(Int, OneTimePasswordError.Code?)] = [
    (0, .weak), (15, .weak), (16, nil), (128, nil), (129, .tooLarge),
  ]

  @Test("T08 secrets have 16 to 128 bytes", arguments: counts)
  func bounds(count: Int, code: OneTimePasswordError.Code?) {
    let bytes = [UInt8](repeating: 7, count: count)
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimeSecret(bytes: bytes.span) } == code)
    let text = Base32.encode(bytes.span)
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimeSecret(base32: text) } == code)
  }

  @Test("a million characters are refused before they are looked at")
  func endless() {
    let text = String(repeating: "A", count: 1_000_000)
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimeSecret(base32: text) } == .tooLarge)
  }

  @Test("new secrets are as long as the digest, and differ (RFC 6238, section 3)")
  func generation() throws {
    for (algorithm, count) in [(OneTimePasswordAlgorithm.sha1, 20), (.sha256, 32), (.sha512, 64)] {
      let secrets = try (0..<100).map { _ in try OneTimeSecret.generate(for: algorithm).secretBase32() }
      #expect(Set(secrets).count == 100)
      #expect(secrets.allSatisfy { $0.utf8.count == (count * 8 + 4) / 5 })
    }
  }
}
