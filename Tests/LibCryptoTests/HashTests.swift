// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
import LibCrypto
import Testing

@Suite("Hashes, HMAC and key derivation")
struct HashTests {
  // Digests of "abc", computed with Python's hashlib.
  private static let abc: [(HashFunction, String)] = [
    (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (.sha384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"),
    (
      .sha512,
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    ),
  ]

  @Test("digests of \"abc\"", arguments: abc)
  func digest(hash: HashFunction, expected: String) throws {
    let message = Array("abc".utf8)
    #expect(try hash.digest(of: message.span).bytes == bytes(expected))
    #expect(bytes(expected).count == hash.digestCount)
  }

  // RFC 4231, 4.3: the key "Jefe".
  private static let jefe: [(HashFunction, String)] = [
    (.sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (.sha384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"),
    (
      .sha512,
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    ),
  ]

  @Test("RFC 4231, 4.3, by saved states and by EVP_MAC", arguments: jefe)
  func hmac(hash: HashFunction, expected: String) throws {
    let key = Array("Jefe".utf8)
    let message = Array("what do ya want for nothing?".utf8)
    for path in [MessageAuthenticationKey.Path.savedState, .provider] {
      let key = try MessageAuthenticationKey(key.span, hash: hash, path: path)
      let expected = bytes(expected)
      #expect(try key.code(of: message.span).bytes == expected)
      #expect(try key.isValid(expected.span, for: message.span))
      let cut = Array(expected.dropLast())
      #expect(try !key.isValid(cut.span, for: message.span))
      for index in expected.indices {
        var wrong = expected
        wrong[index] ^= 1
        #expect(try !key.isValid(wrong.span, for: message.span))
      }
    }
  }

  @Test(
    "saved states and EVP_MAC agree for keys and messages around the block",
    arguments: [HashFunction.sha256, .sha384, .sha512]
  )
  func paths(hash: HashFunction) throws {
    for keyCount in [0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 300] {
      let key = try Randomness.bytes(keyCount)
      let saved = try MessageAuthenticationKey(key.span, hash: hash, path: .savedState)
      let provider = try MessageAuthenticationKey(key.span, hash: hash, path: .provider)
      for messageCount in [0, 1, 55, 56, 64, 111, 112, 128, 1000] {
        let message = try Randomness.bytes(messageCount)
        let code = try saved.code(of: message.span).bytes
        #expect(code == (try provider.code(of: message.span).bytes))
        #expect(code == (try saved.code(of: message.span).bytes), "the saved state does not change")
      }
    }
  }

  @Test("HMAC with SHA-1 goes through EVP_MAC, and threads share one key")
  func sharing() async throws {
    let sevens = [UInt8](repeating: 7, count: 32)
    let key = try MessageAuthenticationKey(sevens.span, hash: .sha1)
    let shared = try MessageAuthenticationKey(sevens.span, hash: .sha256)
    let message = [UInt8](repeating: 1, count: 100)
    let expected = (try key.code(of: message.span).bytes, try shared.code(of: message.span).bytes)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<1000).allSatisfy { _ in
            (try? key.code(of: message.span).bytes) == expected.0
              && (try? shared.code(of: message.span).bytes) == expected.1
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("RFC 5869, A.1; lengths that HKDF does not have are refused")
  func hkdf() throws {
    let input = secret([UInt8](repeating: 0x0B, count: 22))
    let salt = bytes("000102030405060708090a0b0c")
    let info = bytes("f0f1f2f3f4f5f6f7f8f9")
    let key = try KeyDerivation.hkdf(input, salt: salt.span, info: info.span, count: 42, hash: .sha256)
    #expect(
      key.revealed == bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    )
    for count in [0, -1, 255 * 32 + 1] {
      let code = refusal { () throws(LibCryptoError) in
        try KeyDerivation.hkdf(input, salt: salt.span, info: info.span, count: count, hash: .sha256)
      }
      #expect(code == .parameter)
    }
  }

  @Test("a digest that names a record is SHA-256, however it is computed")
  func names() throws {
    for count in [0, 1, 31, 32, 33, 55, 56, 64, 1000] {
      let message = (0..<count).map { _ in UInt8.random(in: 0...255) }
      var digest = [UInt8](repeating: 0, count: 32)
      #expect(unsafe EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil) == 1)
      for asBlock in [HashFunction.hasLowLevelSHA, false] {
        let name = try DigestKey(hashing: message.span, asBlock: asBlock)
        let words = [name.first, name.second, name.third, name.fourth]
        #expect(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } } == digest)
      }
    }
  }

  @Test("a digest behind a random block is the same each time, and another for each message and each block")
  func prefixed() throws {
    for path in [MessageAuthenticationKey.Path.savedState, .provider] {
      let hash = try PrefixedHash(path: path)
      let other = try PrefixedHash(path: path)
      var seen: Set<DigestKey> = []
      for count in [0, 1, 55, 63, 64, 65, 1000] {
        let message = [UInt8](repeating: 7, count: count)
        let digest = try hash.digest(of: message.span)
        #expect(try hash.digest(of: message.span) == digest)
        #expect(try other.digest(of: message.span) != digest)
        #expect(seen.insert(digest).inserted)
      }
    }
  }
}

@Suite("Secrets and randomness")
struct SecretTests {
  @Test("secret bytes never print")
  func printing() {
    let canary = secret(Array("canary-canary".utf8))
    var text = "\(canary) \(String(reflecting: canary)) \(canary.description)"
    dump(canary, to: &text)
    #expect(!text.contains("canary"))
    #expect(!text.contains("99"))
    #expect(text.contains("13 secret bytes"))
  }

  @Test("random bytes differ, and there are as many as asked for")
  func randomness() throws {
    let many = try (0..<1000).map { _ in try Randomness.bytes(16) }
    #expect(Set(many).count == 1000)
    #expect(try Randomness.bytes(0).isEmpty)
    #expect(try Randomness.secretBytes(48).revealed != Randomness.secretBytes(48).revealed)
    #expect(try Randomness.secretBytes(48).count == 48)
  }

  @Test("constant-time comparison is comparison")
  func comparison() {
    func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool { isEqualInConstantTime(one.span, other.span) }
    #expect(isEqual([1, 2, 3], [1, 2, 3]))
    #expect(!isEqual([1, 2, 3], [1, 2, 4]))
    #expect(!isEqual([1, 2, 3], [1, 2]))
    #expect(isEqual([], []))
  }

  @Test("wiping leaves zeros")
  func wiping() {
    var bytes: [UInt8] = [1, 2, 3]
    wipe(&bytes)
    #expect(bytes == [0, 0, 0])
  }

  // Computed with Python's hashlib.
  private static let passwordKeys: [(HashFunction, String)] = [
    (.sha256, "29f33cec01a2ca26fd8462ac432445f593a21ce15d4c6d61"),
    (.sha384, "cad51d14ab1be88797db550bb7c1c109070342f9229656c4"),
    (.sha512, "7116b42b781264cc40c1a60a440162b605643ed9e5f22dfc"),
  ]

  @Test("PBKDF2; no iterations and no bytes are refused", arguments: passwordKeys)
  func pbkdf2(hash: HashFunction, expected: String) throws {
    let (password, salt) = (secret(Array("password".utf8)), Array("salt\0salt".utf8))
    let key = try KeyDerivation.pbkdf2(password, salt: salt.span, iterations: 1000, count: 24, hash: hash)
    #expect(key.revealed == bytes(expected))
    for (iterations, count) in [(0, 24), (-1, 24), (.min, 24), (1000, 0), (1000, -1)] {
      let code = refusal { () throws(LibCryptoError) in
        try KeyDerivation.pbkdf2(password, salt: salt.span, iterations: iterations, count: count, hash: hash)
      }
      #expect(code == .parameter)
    }
  }

  @Test("the Concat KDF, of one round and of several (computed with Python's cryptography)")
  func concatenation() throws {
    let expected = bytes(
      "5759e88d1f3e21bc1c719868636374dacc4c823364be4bbddf2ab95c67c64ad312bf5d71b7f7ffe6a6b6311fdb8183c1c229314f37901be5b90b7bd58eea5f1a5ef0e62bdb700395304088f830471214"
    )
    let (input, info) = (secret([UInt8](repeating: 11, count: 32)), Array("info".utf8))
    for count in [1, 16, 32, 33, 80] {
      let key = try KeyDerivation.concatenation(input, info: info.span, count: count, hash: .sha256)
      #expect(key.revealed == Array(expected.prefix(count)))
    }
    for count in [0, -1] {
      let code = refusal { () throws(LibCryptoError) in
        try KeyDerivation.concatenation(input, info: info.span, count: count, hash: .sha256)
      }
      #expect(code == .parameter)
    }
  }
}
