// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("otpauth URIs")
struct OneTimePasswordURITests {
  private static let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

  private static func key(
    _ movingFactor: OneTimePasswordKey.MovingFactor = .time(period: 30),
    _ algorithm: OneTimePasswordAlgorithm = .sha1,
    _ digits: Int = 6
  ) throws -> OneTimePasswordKey {
    let secret = try OneTimeSecret(base32: secret)
    return try OneTimePasswordKey(secret, movingFactor: movingFactor, algorithm: algorithm, digits: digits)
  }

  private static func refusalCode(_ text: String) -> OneTimePasswordError.Code? {
    refusal { () throws(OneTimePasswordError) in try OneTimePasswordURI(parsing: text) }
  }

  private static func isSame(_ one: String?, _ other: String?) -> Bool {
    switch (one, other) {
    case (let one?, let other?): one.utf8.elementsEqual(other.utf8)
    case (nil, nil): true
    default: false
    }
  }

  private static let goodNames = [
    "alice", "alice@example.com", "a?b", "a&b=c", "100%", "%00", "%3A", "a/b#c", "a+b", "my bank", "zwölf", "e\u{301}",
    "é",
    "👩🏽‍🚀", "名前", "\"<>\\^`{|}", "a'b", "=", ".", "~-_", String(repeating: "é", count: 64),
    String(repeating: "x", count: 128),
  ]

  @Test("T07 names of all kinds round-trip exactly", arguments: goodNames)
  func names(_ name: String) throws {
    for issuer in [nil, "Example", name] {
      for (key, counter) in [(try Self.key(), 0), (try Self.key(.counter, .sha512, 8), UInt64.max)] {
        let text = try OneTimePasswordURI(key, issuer: issuer, account: name, counter: counter).secretText()
        #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(text.utf8.count <= OneTimePasswordURI.maximumBytes)
        let read = try OneTimePasswordURI(parsing: text)
        #expect(Self.isSame(read.account, name))
        #expect(Self.isSame(read.issuer, issuer))
        #expect(read.counter == counter)
        #expect(read.key.movingFactor == key.movingFactor)
        #expect(read.key.algorithm == key.algorithm)
        #expect(read.key.digits == key.digits)
        #expect(read.key.secret.secretBase32() == Self.secret)
        #expect(read.secretText() == text)
      }
    }
  }

  @Test("the longest URI that is written can be read")
  func longest() throws {
    let bytes = [UInt8](repeating: 255, count: OneTimeSecret.maximumBytes)
    let key = try OneTimePasswordKey(
      OneTimeSecret(bytes: bytes.span),
      movingFactor: .counter,
      algorithm: .sha512,
      digits: 8
    )
    let name = String(repeating: "%", count: 128)
    let text = try OneTimePasswordURI(key, issuer: name, account: name, counter: .max).secretText()
    #expect(try OneTimePasswordURI(parsing: text).secretText() == text)
  }

  @Test("what is written is what authenticators read (Key URI format)")
  func form() throws {
    let totp = try OneTimePasswordURI(Self.key(), issuer: "ACME Co", account: "john.doe@email.com")
    #expect(
      totp.secretText()
        == "otpauth://totp/ACME%20Co:john.doe%40email.com?secret=\(Self.secret)&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30"
    )
    let hotp = try OneTimePasswordURI(Self.key(.counter, .sha256, 8), issuer: nil, account: "a", counter: 7)
    #expect(hotp.secretText() == "otpauth://hotp/a?secret=\(Self.secret)&algorithm=SHA256&digits=8&counter=7")
  }

  private static let foreignURIs: [(label: String, query: String, issuer: String?, account: String)] = [
    // The label's colon encoded, spaces after it, an issuer in one place only, padding, parameters of others.
    (
      "ACME%20Co:john.doe@email.com", "&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30", "ACME Co",
      "john.doe@email.com"
    ),
    ("Example%3aalice", "", "Example", "alice"),
    ("Example:%20%20alice", "&issuer=Example", "Example", "alice"),
    ("alice", "&issuer=Example", "Example", "alice"),
    ("alice", "", nil, "alice"),
    ("alice", "&image=https%3A%2F%2Fexample%2Fa.png&image=b&&=&x", nil, "alice"),
    ("a/b", "", nil, "a/b"),
  ]

  @Test("URIs that others write are read, with the defaults of the format", arguments: foreignURIs)
  func foreign(label: String, query: String, issuer: String?, account: String) throws {
    let uri = try OneTimePasswordURI(parsing: "otpauth://totp/\(label)?secret=\(Self.secret.lowercased())\(query)")
    #expect(uri.issuer == issuer)
    #expect(uri.account == account)
    #expect(uri.key.movingFactor == .time(period: 30))
    #expect(uri.key.algorithm == .sha1)
    #expect(uri.key.digits == 6)
    #expect(uri.key.secret.secretBase32() == Self.secret)
  }

  private static let badNames: [(String, OneTimePasswordError.Code)] = [
    ("", .malformed), ("a:b", .malformed), (":", .malformed), ("a\0", .malformed), ("a\nb", .malformed),
    ("a\r\nb", .malformed),
    ("a\tb", .malformed), ("\u{7F}", .malformed), ("a\u{85}", .malformed), (" a", .malformed), ("a ", .malformed),
    ("a\u{2028}b", .malformed), ("\u{202E}ecila", .malformed), ("a\u{2066}", .malformed),
    (String(repeating: "x", count: 129), .tooLarge), (String(repeating: "é", count: 65), .tooLarge),
    (String(repeating: "x", count: 10_240), .tooLarge),
  ]

  @Test(
    "T07 names that a label cannot hold, or that would deceive, are refused, written and read",
    arguments: badNames
  )
  func refusedNames(name: String, code: OneTimePasswordError.Code) throws {
    let key = try Self.key()
    for (issuer, account) in [("Example", name), (name, "alice"), (nil, name)] {
      let refused = refusal { () throws(OneTimePasswordError) in
        try OneTimePasswordURI(key, issuer: issuer, account: account)
      }
      #expect(refused == code)
    }
    let encoded = name.utf8.map { byte in
      let digits = String(byte, radix: 16)
      return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }.joined()
    #expect(Self.refusalCode("otpauth://totp/x?secret=\(Self.secret)&issuer=\(encoded)") == code)
    // Read, spaces before an account are no part of it, and a colon ends the issuer.
    guard name != " a", name != "a:b" else { return }
    #expect(Self.refusalCode("otpauth://totp/\(encoded)?secret=\(Self.secret)") == code)
  }

  private static let tail = "secret=\(secret)"

  private static let badURIs: [(String, OneTimePasswordError.Code)] = [
    ("", .malformed),
    ("otpauth://totp/a", .malformed),
    ("otpauth://totp?\(tail)", .malformed),
    ("otpauth://totp/?\(tail)", .malformed),
    ("otpauth://other/a?\(tail)", .malformed),
    ("OTPAUTH://totp/a?\(tail)", .malformed),
    ("https://totp/a?\(tail)", .malformed),
    ("otpauth://totp/a?\(tail)#x", .malformed),
    ("otpauth://totp/a b?\(tail)", .malformed),
    ("otpauth://totp/ä?\(tail)", .malformed),
    ("otpauth://totp/a?\(tail)\n", .malformed),
    ("otpauth://totp/a?\(tail)\0", .malformed),
    // Percent signs.
    ("otpauth://totp/a%?\(tail)", .malformed),
    ("otpauth://totp/a%4?\(tail)", .malformed),
    ("otpauth://totp/a%4g?\(tail)", .malformed),
    ("otpauth://totp/a%+4?\(tail)", .malformed),
    ("otpauth://totp/a%ff?\(tail)", .malformed),
    ("otpauth://totp/a%c0%80?\(tail)", .malformed),
    ("otpauth://totp/a%ed%a0%80?\(tail)", .malformed),
    ("otpauth://totp/a%00?\(tail)", .malformed),
    // Issuers.
    ("otpauth://totp/Example:alice?\(tail)&issuer=Exampel", .malformed),
    ("otpauth://totp/Example:alice?\(tail)&issuer=example", .malformed),
    ("otpauth://totp/Caf%C3%A9:alice?\(tail)&issuer=Cafe%CC%81", .malformed),
    ("otpauth://totp/Example:alice?\(tail)&issuer=", .malformed),
    ("otpauth://totp/:alice?\(tail)", .malformed),
    ("otpauth://totp/Example:?\(tail)", .malformed),
    ("otpauth://totp/a:b:c?\(tail)", .malformed),
    ("otpauth://totp/a%3Ab%3Ac?\(tail)", .malformed),
    ("otpauth://totp/ACME+Co:a?\(tail)&issuer=ACME%20Co", .malformed),
    // Secrets.
    ("otpauth://totp/a?issuer=b", .malformed),
    ("otpauth://totp/a?secret", .weak),
    ("otpauth://totp/a?secret=", .weak),
    ("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", .weak),
    ("otpauth://totp/a?secret=\(secret)0", .malformed),
    ("otpauth://totp/a?secret=\(secret)%20", .malformed),
    ("otpauth://totp/a?\(tail)&\(tail)", .malformed),
    ("otpauth://totp/a?Secret=\(secret)", .malformed),
    ("otpauth://totp/a?%73ecret=\(secret)", .malformed),
    // Rules.
    ("otpauth://totp/a?\(tail)&algorithm=MD5", .malformed),
    ("otpauth://totp/a?\(tail)&algorithm=sha1", .malformed),
    ("otpauth://totp/a?\(tail)&algorithm=SHA1&algorithm=SHA1", .malformed),
    ("otpauth://totp/a?\(tail)&digits=5", .configuration),
    ("otpauth://totp/a?\(tail)&digits=11", .configuration),
    ("otpauth://totp/a?\(tail)&digits=06", .malformed),
    ("otpauth://totp/a?\(tail)&digits=+6", .malformed),
    ("otpauth://totp/a?\(tail)&digits=", .malformed),
    ("otpauth://totp/a?\(tail)&digits=٦", .malformed),
    ("otpauth://totp/a?\(tail)&digits=99999999999999999999", .malformed),
    ("otpauth://totp/a?\(tail)&period=0", .configuration),
    ("otpauth://totp/a?\(tail)&period=-30", .malformed),
    ("otpauth://totp/a?\(tail)&period=18446744073709551615", .configuration),
    ("otpauth://totp/a?\(tail)&counter=1", .malformed),
    ("otpauth://hotp/a?\(tail)", .malformed),
    ("otpauth://hotp/a?\(tail)&counter=18446744073709551616", .malformed),
    ("otpauth://hotp/a?\(tail)&counter=1&period=30", .malformed),
  ]

  @Test("T07 what is not exactly a URI of the format is refused", arguments: badURIs)
  func refused(text: String, code: OneTimePasswordError.Code) {
    #expect(Self.refusalCode(text) == code)
  }

  @Test("T07 2,048 bytes are read, one more is not")
  func bounds() {
    let start = "otpauth://totp/a?\(Self.tail)&x="
    let filling = String(repeating: "y", count: OneTimePasswordURI.maximumBytes - start.utf8.count)
    #expect(Self.refusalCode(start + filling) == nil)
    #expect(Self.refusalCode(start + filling + "y") == .tooLarge)
    #expect(Self.refusalCode("otpauth://totp/" + String(repeating: "a", count: 10_240)) == .tooLarge)
  }

  @Test("T07 of URIs changed at random none traps, and whatever is read is written and read the same")
  func changed() throws {
    let seeds = [
      "otpauth://totp/ACME%20Co:john.doe%40email.com?\(Self.tail)&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30",
      "otpauth://hotp/a%3A%20b?\(Self.tail)&counter=18446744073709551615&image=%F0%9F%98%80",
    ]
    let pieces =
      Array(":%?&=#/+-~ \0\n7A0a").map { Array(String($0).utf8) } + [
        [0xC3], [0xFF], Array("%00".utf8), Array("issuer=".utf8),
      ]
    var taken = 0
    for round in 0..<20_000 {
      var bytes = Array(seeds[round % 2].utf8)
      for _ in 0..<Int.random(in: 1...4) {
        let place = Int.random(in: 0..<bytes.count)
        switch Int.random(in: 0..<3) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(contentsOf: pieces.randomElement() ?? [], at: place)
        default: bytes.replaceSubrange(place...place, with: pieces.randomElement() ?? [])
        }
      }
      guard let uri = try? OneTimePasswordURI(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
      taken += 1
      let text = uri.secretText()
      #expect(try OneTimePasswordURI(parsing: text).secretText() == text)
    }
    #expect((100...19_900).contains(taken))
  }

  @Test("a counter is for keys that count")
  func counter() throws {
    let key = try Self.key()
    let code = refusal { () throws(OneTimePasswordError) in
      try OneTimePasswordURI(key, issuer: nil, account: "a", counter: 1)
    }
    #expect(code == .configuration)
  }
}
