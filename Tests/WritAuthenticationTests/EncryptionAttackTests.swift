// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Encrypted tokens that no issuer should write.
@Suite("JSON Web Encryption: attacks")
struct EncryptionAttackTests {
  private static let secret = [UInt8](repeating: 7, count: 32)

  /// A token of a header and parts as given, encrypted with A256GCM under ``secret`` itself.
  private func token(_ header: String, _ content: [UInt8] = [1], encryptedKey: [UInt8] = []) throws -> String {
    let text = Array(base64URL(header).utf8)
    let vector = try Randomness.bytes(12)
    let key = SecretBytes(copying: Self.secret.span)
    let sealed = try AESGCM.seal(content.span, key: key, vector: vector.span, additionalData: text.span)
    let parts = [encryptedKey, vector, sealed.ciphertext, sealed.tag].map(base64URL)
    return ([base64URL(header)] + parts).joined(separator: ".")
  }

  private func keys(_ algorithm: String = "dir", rules: DecryptionRules = .standard) throws -> DecryptionKeys {
    try KeyMaker.decryptionKeys(["kty": "oct", "k": base64URL(Self.secret), "alg": algorithm], rules: rules)
  }

  private static let direct = #"{"alg":"dir","enc":"A256GCM""#

  @Test("what is taken is taken, so that the rest of the suite can fail")
  func taken() throws {
    #expect(refusal(of: try token(Self.direct + "}"), try keys()) == nil)
    // J07, J08: keys that a header brings are not looked at.
    let others =
      #","jku":"http://169.254.169.254/","x5u":"file:///etc/passwd","jwk":{"kty":"oct","k":"AA"},"x5c":["AA"]}"#
    #expect(refusal(of: try token(Self.direct + others), try keys()) == nil)
  }

  @Test(
    "headers are read strictly",
    arguments: [
      (#"{"enc":"A256GCM"}"#, TokenError.Code.algorithm), (#"{"alg":"dir"}"#, .algorithm),
      (#"{"alg":"none","enc":"A256GCM"}"#, .algorithm), (#"{"alg":"DIR","enc":"A256GCM"}"#, .algorithm),
      (#"{"alg":"RSA1_5","enc":"A256GCM"}"#, .algorithm), (#"{"alg":"HS256","enc":"A256GCM"}"#, .algorithm),
      (#"{"alg":"A256GCM","enc":"A256GCM"}"#, .algorithm), (#"{"alg":"dir","enc":"dir"}"#, .algorithm),
      (#"{"alg":"dir","enc":"a256gcm"}"#, .algorithm), (#"{"alg":"dir","enc":"A256KW"}"#, .algorithm),
      (#"{"alg":["dir"],"enc":"A256GCM"}"#, .header), (#"{"alg":"dir","enc":null}"#, .header),
      (#"{"alg":"dir","enc":"A256GCM","alg":"dir"}"#, .malformed),
      (#"{"alg":"dir","enc":"A256GCM","\u0065nc":"A256GCM"}"#, .malformed),
      (#"{"alg":"dir","enc":"A256GCM"} "x""#, .malformed), ("[]", .malformed), ("", .malformed),
      ("\u{FEFF}{}", .malformed),
      (#"{"alg":"dir","enc":"A256GCM","kid":1}"#, .header), (#"{"alg":"dir","enc":"A256GCM","typ":[]}"#, .header),
      (#"{"alg":"dir","enc":"A256GCM","cty":{}}"#, .header), (#"{"alg":"dir","enc":"A256GCM","b64":true}"#, .header),
    ]
  )
  func headers(header: String, code: TokenError.Code) throws {
    #expect(refusal(of: try token(header), try keys()) == code)
  }

  @Test(
    "J13 crit refuses, whatever it names",
    arguments: ["[]", #"["exp"]"#, #"["enc"]"#, #""exp""#, "null", "1", #"["b64","b64"]"#, #"["zip"]"#]
  )
  func critical(value: String) throws {
    #expect(refusal(of: try token(Self.direct + #","crit":\#(value)}"#), try keys()) == .header)
  }

  @Test(
    "J26 other serializations, other numbers of parts, other alphabets; J18 sizes",
    arguments: [
      "", ".", "....", "a.b.c", "a.b.c.d", "a.b.c.d.e.f", #"{"protected":"e30","ciphertext":"AA"}"#,
      #"{"recipients":[{},{}],"protected":"e30.....","ciphertext":"...."}"#, String(repeating: ".", count: 65536),
    ]
  )
  func shapes(token: String) throws {
    #expect(refusal(of: token, try keys()) == .malformed)
    #expect(refusal(of: token + String(repeating: "A", count: 65537), try keys()) == .tooLarge)
  }

  @Test("each part is strict base64url (J15, J16), and each bit of it counts")
  func parts() throws {
    let keys = try keys("A256KW")
    let key = try KeyMaker.encryptionKey(["kty": "oct", "k": base64URL(Self.secret), "alg": "A256KW"])
    let content = Array("content".utf8)
    let token = try JSONWebEncryption.encrypt(content.span, for: key, with: .a128CBCHS256)
    #expect(refusal(of: token, keys) == nil)
    let parts = token.split(separator: ".").map(String.init)
    func changed(_ index: Int, _ part: String) -> String {
      (parts[..<index] + [part] + parts[(index + 1)...]).joined(separator: ".")
    }
    for index in 1..<5 {
      for other in [
        parts[index] + "=", parts[index] + " ", "\n" + parts[index], parts[index] + "+", parts[index] + "é",
      ] {
        #expect(refusal(of: changed(index, other), keys) == .malformed)
      }
      let bytes = decodedBase64URL(parts[index])
      for position in bytes.indices {
        var other = bytes
        other[position] ^= 1 << UInt8(position % 8)
        #expect(refusal(of: changed(index, base64URL(other)), keys) == .decryption, "part \(index), byte \(position)")
      }
      for count in [0, 1, bytes.count - 1, bytes.count + 1, bytes.count + 8] {
        let other = bytes.prefix(count) + [UInt8](repeating: 0, count: max(0, count - bytes.count))
        #expect(
          refusal(of: changed(index, base64URL(Array(other))), keys) == .decryption,
          "part \(index), \(count) bytes"
        )
      }
    }
  }

  @Test(
    "J43 tags and vectors of other lengths, content keys of the wrong size",
    arguments: ContentEncryptionAlgorithm.allCases
  )
  func lengths(content: ContentEncryptionAlgorithm) throws {
    let material = try KeyMaker.secretJSON(.contentEncryption(content))
    let (key, keys) = (try KeyMaker.encryptionKey(material), try KeyMaker.decryptionKeys(material))
    let plaintext = [UInt8](repeating: 1, count: 16)
    let token = try JSONWebEncryption.encrypt(plaintext.span, for: key)
    var parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let (vector, tag) = (decodedBase64URL(parts[2]), decodedBase64URL(parts[4]))
    for count in [0, 1, 4, 8, tag.count - 1, tag.count + 1, tag.count * 2] {
      parts[4] = base64URL(Array((tag + tag).prefix(count)))
      #expect(refusal(of: parts.joined(separator: "."), keys) == .decryption, "tag of \(count)")
    }
    parts[4] = base64URL(tag)
    for count in [0, 1, 8, vector.count - 1, vector.count + 1, 16, 32] where count != vector.count {
      parts[2] = base64URL(Array((vector + vector + vector).prefix(count)))
      #expect(refusal(of: parts.joined(separator: "."), keys) == .decryption, "vector of \(count)")
    }
    // A content key of another size under the same wrapping key.
    let wrapping = SecretBytes(copying: Self.secret.span)
    for count in [16, 24, 32, 40, 48, 64, 72] where count != content.keyCount {
      let wrapped = try AESKeyWrap.wrap(try Randomness.secretBytes(count), with: wrapping)
      let text = base64URL(#"{"alg":"A256KW","enc":"\#(content)"}"#)
      let other = ([text, base64URL(wrapped)] + parts[2...]).joined(separator: ".")
      #expect(refusal(of: other, try self.keys("A256KW")) == .decryption, "content key of \(count)")
    }
  }

  @Test("a content key beside a key that is the content key is refused (RFC 7516, 5.2, step 10)")
  func encryptedKey() throws {
    #expect(refusal(of: try token(Self.direct + "}", encryptedKey: [1]), try keys()) == .malformed)
    let material = try KeyMaker.secretJSON(.ecdhES)
    let content: [UInt8] = [1]
    let agreed = try JSONWebEncryption.encrypt(content.span, for: try KeyMaker.encryptionKey(material))
    let other = agreed.replacing("..", with: ".AAAA.")
    #expect(refusal(of: other, try KeyMaker.decryptionKeys(material)) == .malformed)
  }

  @Test(
    "J40 iterations and salts out of range",
    arguments: [
      ("0", "AAAAAAAAAAA"), ("1", "AAAAAAAAAAA"), ("999", "AAAAAAAAAAA"), ("10001", "AAAAAAAAAAA"),
      ("1000000000", "AAAAAAAAAAA"), ("-4096", "AAAAAAAAAAA"), ("4096.0", "AAAAAAAAAAA"), ("4096e0", "AAAAAAAAAAA"),
      ("1e400", "AAAAAAAAAAA"), ("9223372036854775808", "AAAAAAAAAAA"), (#""4096""#, "AAAAAAAAAAA"),
      ("null", "AAAAAAAAAAA"), ("4096", "AAAAAAAAAA"), ("4096", ""), ("4096", "AAAAAAAAAAA="), ("4096", "AAAAAAAAAAB"),
    ]
  )
  func iterations(count: String, salt: String) throws {
    let header = #"{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":\#(count),"p2s":"\#(salt)"}"#
    #expect(refusal(of: try token(header), try keys("PBES2-HS256+A128KW")) == .header)
  }

  @Test("J40 1,000 and 10,000 iterations are read, more where it is allowed; what may be allowed ends at 1,000,000")
  func iterationLimits() throws {
    let password = try EncryptionPassword("correct horse", algorithm: .pbes2HS512A256KW)
    let content: [UInt8] = [1]
    func encrypt(_ iterations: Int) throws -> String {
      try JSONWebEncryption.encrypt(content.span, for: try EncryptionKey(password, iterations: iterations))
    }
    for iterations in [1000, 10_000] {
      #expect(refusal(of: try encrypt(iterations), try DecryptionKeys(password)) == nil)
    }
    let token = try encrypt(10_001)
    #expect(refusal(of: token, try DecryptionKeys(password)) == .header)
    let rules = try DecryptionRules(maximumIterations: 10_001)
    #expect(refusal(of: token, try DecryptionKeys(password, rules: rules)) == nil)
    for iterations in [999, 1_000_001] {
      #expect(refusal { () throws(KeyError) in try EncryptionKey(password, iterations: iterations) } == .weak)
      let code = refusal { () throws(TokenError) in try DecryptionRules(maximumIterations: iterations) }
      #expect(code == .configuration)
    }
    #expect(EncryptionKey.usualIterations == 600_000)
  }

  private static let x25519 = #""kty":"OKP","crv":"X25519""#

  @Test(
    "J42 ephemeral keys that are none, or on another curve",
    arguments: [
      (
        "ECDH-ES", JSONWebCurve.p256, #"{"kty":"EC","crv":"P-256","x":"\#(zeros(32))","y":"\#(zeros(32))"}"#,
        TokenError.Code.decryption
      ),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-256","x":"\#(zeros(31))","y":"\#(zeros(32))"}"#, .decryption),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-256","x":"\#(ones(32))","y":"\#(ones(32))"}"#, .decryption),
      ("ECDH-ES+A128KW", .p256, #"{"kty":"EC","crv":"P-384","x":"\#(ones(48))","y":"\#(ones(48))"}"#, .decryption),
      ("ECDH-ES", .p256, #"{"kty":"OKP","crv":"X25519","x":"\#(ones(32))"}"#, .decryption),
      ("ECDH-ES", .x25519, #"{\#(x25519),"x":"\#(zeros(32))"}"#, .decryption),
      ("ECDH-ES+A256KW", .x25519, #"{\#(x25519),"x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#, .decryption),
      ("ECDH-ES", .x25519, #"{\#(x25519),"x":"\#(zeros(31))"}"#, .decryption),
      ("ECDH-ES", .x448, #"{"kty":"OKP","crv":"X448","x":"\#(zeros(56))"}"#, .decryption),
      ("ECDH-ES", .x25519, #"{"kty":"OKP","crv":"Ed25519","x":"\#(ones(32))"}"#, .decryption),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-256","x":"AA"}"#, .header),
      ("ECDH-ES", .p256, #"{"kty":"OKP","crv":"P-256","x":"AA","y":"AA"}"#, .header),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-257","x":"AA","y":"AA"}"#, .header),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}"#, .header),
      ("ECDH-ES", .p256, #"{"kty":"EC","crv":"P-256","x":"A","y":"AA"}"#, .header),
      ("ECDH-ES", .p256, #""x""#, .header), ("ECDH-ES", .p256, "null", .header),
    ]
  )
  func ephemeralKeys(algorithm: String, curve: JSONWebCurve, key: String, code: TokenError.Code) throws {
    let header = #"{"alg":"\#(algorithm)","enc":"A256GCM","epk":\#(key)}"#
    let bound = try #require(JSONWebAlgorithm(named: algorithm))
    let keys = try KeyMaker.decryptionKeys(try KeyMaker.secretJSON(bound, curve: curve))
    let encrypted = bound == .ecdhES ? [] : [UInt8](repeating: 0, count: 40)
    #expect(refusal(of: try token(header, encryptedKey: encrypted), keys) == code)
  }

  private static func zeros(_ count: Int) -> String { base64URL([UInt8](repeating: 0, count: count)) }
  private static func ones(_ count: Int) -> String { base64URL([UInt8](repeating: 0xFF, count: count)) }

  @Test("J42 parties are part of what is agreed on, and base64url")
  func parties() throws {
    let material = try KeyMaker.secretJSON(.ecdhES)
    let content: [UInt8] = [1]
    let token = try JSONWebEncryption.encrypt(content.span, for: try KeyMaker.encryptionKey(material))
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let header = String(decoding: decodedBase64URL(parts[0]), as: UTF8.self).dropLast()
    let keys = try KeyMaker.decryptionKeys(material)
    for (party, code) in [(#""QWxpY2U""#, TokenError.Code.decryption), (#""A""#, .header), ("1", .header)] {
      let other = ([base64URL(#"\#(header),"apu":\#(party)}"#)] + parts[1...]).joined(separator: ".")
      #expect(refusal(of: other, keys) == code)
    }
  }

  @Test("J44 whatever does not fit an RSA key is one error, with one text", arguments: ["RSA-OAEP", "RSA-OAEP-256"])
  func oneError(name: String) throws {
    let algorithm = try #require(JSONWebAlgorithm(named: name))
    let material = try KeyMaker.secretJSON(algorithm)
    let keys = try KeyMaker.decryptionKeys(material)
    let content: [UInt8] = [1]
    let right = try JSONWebEncryption.encrypt(content.span, for: try KeyMaker.encryptionKey(material))
    let parts = right.split(separator: ".").map(String.init)
    var encrypted = decodedBase64URL(parts[1])
    encrypted[200] ^= 1
    let others = [
      encrypted, [UInt8](repeating: 0, count: 256), [UInt8](repeating: 0xFF, count: 256), [], [1], encrypted + [0],
    ]
    var texts: Set<String> = []
    for other in others.map(base64URL) + [parts[1]] {
      // The right key with another tag is among them.
      let end = parts[4].hasSuffix("AA") ? "QA" : "AA"
      let tag = other == parts[1] ? parts[4].dropLast(2) + end : parts[4]
      do throws(TokenError) {
        _ = try JSONWebEncryption(
          decrypting: [parts[0], other, parts[2], parts[3], tag].joined(separator: "."),
          keys: keys
        )
        Issue.record("taken")
      } catch {
        texts.insert("\(error.code.rawValue) \(error.description)")
      }
    }
    #expect(texts == ["decryption the token cannot be decrypted"])
  }

  // MARK: Compression (J41)

  /// Raw DEFLATE of 3,000 letters, a block with codes of its own, made with Python's zlib.
  private static let letters = """
    TVYJYuQwCHvrJOb6_weKJHDa7k4zjs0hhHBlZVYV_3vVU9ELlr3YS9Gfjlf9lIE39eKr8205l9JqfoKnMmDrVNma6N-D98f76fF2\
    QVO9MSvc6b39MJR23VuiLZeXmXbOB5YYDT7sB-uFjTieYZMHoseTFY_gMejq-0nkh6OpZx1ApimDqS38g2xfmk6Eg3B766k1mfng\
    TB1zBMiNABLnvF6AMn7w9-2s4Foe-n2t9zqhaF6A1TsSltuNIaZwnY_JOrLdJbAsRigfjK6XTJHj31MCmKHBnAdKwF06GsK2Q8UO\
    OywMaVD5azNBm3EBTDntvW7yOmiIS8koiucdTpx8abOOcyaATcy4JpGMq8z2eam7hbaDYSui9EOwgYcnyJAhvoVv2afWIY7DMALS\
    OtgKyvgUvfkdpsz2d9LxdHPAebD7Jx52JEw0CKqBG_lMPfqdI6rYyE-qOQRi_CZu_rh4JMr1xt9Rg7EE3rZcTaQDSaoxBVfw02Kq\
    txiIk82_-g1uTEONgudgzUy0dLb2Wi_5ZkxYmkZXozRzQ23yy2H59P0A9bAAYQNMkyLRsH5uHUMBerLBGzaGgaXmpW8rxCCP85vh\
    LsttA5XiM5lufGQcIVazg4bYxj92ReoflUlIfX_73An1jMepVYVOx_2lX4PKMLRx-KmRRM8EGOWJ4tbrnuNOx3LzGdmlYX03clUb\
    WKzWwbJH1XVPe5dP5JhPnn3aaERdLdMw7PWvrCzybampBqJ--PUobq9F50z-ID2NjsbgfQ452FIdNtFAm7haSuKd_-smRqfkVXoS\
    6vGcOmhRyMmZagq-saPHjnjdEdtQEyFuSv4AKvP8Jx3xPvVux-etO9Qupb4CTTPKqcq3OepGR3lhQm6zCsShl8yJtRMkEKQi_JCb\
    kd9QaZEcB8oMIE0tOB1RhUBq2A7Wo058eS4B6nkhLBggQdZN_GAckVTsnDUcqifytrcm8L9xMrCrcrmTVrKjIg4kw-9hqSb-RXWY\
    d4UhVhpmuErk6vb54HKGep3TuXjLjASF2ywHpdyBcFzJQCSinslPqEX49kEfja1mRm3MPmIC664amhEmbA8UKY4Lfb8TSCCHlCen\
    rsF7UGzzAqWkFOV3BbGQhOpeJdjPzJkYVYF3dKIaGZs8vG7bMuRVLVT9qZr51dvfr3ElyRgfZy9gyQEQI7UahOlfl6A8v2_M78BK\
    RZoWn-B30yzZQ_I95SLiLwFXtMGqms_EEReGeOMqbC8nCSKU7pfpe52MuQn5p6w_Unylk3J_URrAQTKa01Vhh62xu3OIyuSmTbIW\
    HIGdP4xpH-7VlHevn4DYnZ5zNaI0fdHQvuq-t9jIr4Ui91bAKXqbhRpquujmZc2IrSbHFYDe8Ac
    """

  private static var expectedLetters: [UInt8] {
    var state: UInt32 = 1
    return (0..<3000).map { _ in
      state = (state &* 1_103_515_245 &+ 12345) & 0x7FFF_FFFF
      let byte = UInt8(truncatingIfNeeded: state >> 16)
      return UInt8(ascii: "a") + UInt8(8 - byte.leadingZeroBitCount)
    }
  }

  /// 250,000 and 250,001 zeros, made the same way.
  private static let atLimit = "7cEBAQAAAIIg_69uSEAB" + String(repeating: "A", count: 321) + "Hwb"
  private static let pastLimit = "7cEBAQAAAIIg_69uSEAB" + String(repeating: "A", count: 321) + "Jwb"

  private func inflate(_ base64: String) throws -> Result<[UInt8], TokenError> {
    let token = try token(Self.direct + #","zip":"DEF"}"#, decodedBase64URL(base64))
    let keys = try keys(rules: DecryptionRules(allowsCompression: true))
    do throws(TokenError) {
      return .success(try JSONWebEncryption(decrypting: token, keys: keys).content)
    } catch {
      return .failure(error)
    }
  }

  @Test("J41 blocks of all three sorts are inflated where that is allowed")
  func inflated() throws {
    #expect(try inflate("S0xKTgQjAA").get() == Array("abcabcabc".utf8))
    #expect(try inflate("AQMA_P9hYmM").get() == Array("abc".utf8))
    #expect(try inflate("AwA").get() == [])
    #expect(try inflate(Self.letters).get() == Self.expectedLetters)
    #expect(try inflate(Self.atLimit).get() == [UInt8](repeating: 0, count: 250_000))
  }

  @Test("J41 one byte more than 250,000 is refused")
  func bomb() throws {
    #expect(refusal { () throws(TokenError) in try self.result(Self.pastLimit) } == .tooLarge)
  }

  private func result(_ base64: String) throws(TokenError) -> [UInt8] {
    let result = try? inflate(base64)
    return try (result ?? .success([])).get()
  }

  @Test("J41 zip is refused unless asked for, and is DEF")
  func unasked() throws {
    #expect(refusal(of: try token(Self.direct + #","zip":"DEF"}"#), try keys()) == .header)
    let rules = try DecryptionRules(allowsCompression: true)
    for value in [#""def""#, #""GZIP""#, "null", "1", "[]", #""""#] {
      #expect(
        refusal(of: try token(Self.direct + #","zip":\#(value)}"#), try keys(rules: rules)) == .header,
        "\(value)"
      )
    }
  }

  @Test("what is not DEFLATE is refused, cut at each byte, with each bit changed, and with a byte more")
  func notDeflate() throws {
    let bytes = decodedBase64URL(Self.letters)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(refusal { () throws(TokenError) in try self.result(base64URL(Array(bytes[..<count]))) } == .malformed)
    }
    #expect(refusal { () throws(TokenError) in try self.result(base64URL(bytes + [0])) } == .malformed)
    for position in 0..<min(200, bytes.count) {
      var other = bytes
      other[position] ^= 1 << UInt8(position % 8)
      // Another content or none, never a trap; at 39 two codes that do not occur change places, and zlib takes it too.
      let content = try inflate(base64URL(other))
      #expect(((try? content.get()) == Self.expectedLetters) == (position == 39), "byte \(position)")
    }
    // A block of the fourth sort; stored lengths that differ; a distance before the beginning; codes over-full.
    for text in ["Bw", "AQMA_P5hYmM", "AQ", "SwMRAA", "BcCBAAAAAACQ_6-tAA", "_____w"] {
      #expect(refusal { () throws(TokenError) in try self.result(text) } == .malformed, "\(text)")
    }
  }

  @Test("J27 a token made with the public key is no signed token, and claims in it are none")
  func publicKey() throws {
    let material = try KeyMaker.secretJSON(.rsaOAEP256)
    let claims = Array(#"{"iss":"i","aud":"a","sub":"admin","exp":4000000000}"#.utf8)
    let key = try KeyMaker.encryptionKey(material)
    let keys = try KeyMaker.decryptionKeys(material)
    let signing = try KeyMaker.verificationKeys(try KeyMaker.publicJSON(.rs256))
    let verifier = try TokenVerifier(keys: signing, issuer: "i", audience: "a")
    let nested = NestedTokenVerifier(decryptionKeys: keys, verifier: verifier)
    for contentType in [nil, "JWT", "json"] {
      let token = try JSONWebEncryption.encrypt(claims.span, for: key, type: "JWT", contentType: contentType)
      #expect(refusal { () throws(TokenError) in try verifier.verify(token, as: NoClaims.self) } == .malformed)
      #expect(refusal(of: token, signing) == .malformed)
      let code = refusal { () throws(TokenError) in try nested.verify(token, as: NoClaims.self) }
      #expect(code == (contentType == "JWT" ? .malformed : .type))
    }
  }
}
