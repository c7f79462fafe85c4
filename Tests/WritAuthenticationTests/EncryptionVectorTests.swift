// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("JSON Web Encryption: the examples of the RFCs")
struct EncryptionVectorTests {
  @Test("RFC 7516, A.1 to A.3, RFC 7519, A.1 and A.2, RFC 7520, 5.1 to 5.9: decrypted, those of RSA1_5 refused")
  func tokens() throws {
    let examples = try #require(Vectors.encryption["encryptions"] as? [Object])
    #expect(examples.count == 14)
    for example in examples {
      let name = try #require(example["name"] as? String)
      let token = try #require(example["jwe"] as? String)
      guard let algorithm = JSONWebAlgorithm(named: example["algorithm"] as? String ?? "") else {
        #expect(example["algorithm"] as? String == "RSA1_5", "\(name)")
        let key = try #require(example["key"] as? Object).merging(["alg": "RSA-OAEP"]) { $1 }
        #expect(refusal(of: token, try KeyMaker.decryptionKeys(key)) == .algorithm, "J44 \(name)")
        continue
      }
      let isCompressed = example["compressed"] as? Bool == true
      let rules = try DecryptionRules(allowsCompression: isCompressed)
      let keys: DecryptionKeys
      if let password = example["password"] as? String {
        let passwordAlgorithm = try #require(KeyManagementAlgorithm(named: algorithm.rawValue))
        keys = try DecryptionKeys(EncryptionPassword(password, algorithm: passwordAlgorithm), rules: rules)
      } else {
        let key = try #require(example["key"] as? Object).merging(["alg": algorithm.rawValue]) { $1 }
        keys = try KeyMaker.decryptionKeys(key, rules: rules)
      }
      let decrypted = try JSONWebEncryption(decrypting: token, keys: keys)
      #expect(String(decoding: decrypted.content, as: UTF8.self) == example["plaintext"] as? String, "\(name)")
      #expect(decrypted.key.algorithm == algorithm, "\(name)")
      guard isCompressed else { continue }
      #expect(refusal(of: token, DecryptionKeys(keys.keys)) == .header, "\(name): compressed, and not asked for")
    }
  }

  @Test("J26 the JSON serializations of RFC 7520, 5.8, are refused")
  func serializations() throws {
    let examples = try #require(Vectors.encryption["serializations"] as? [Object])
    #expect(examples.count == 2)
    let keys = try KeyMaker.decryptionKeys(["kty": "oct", "k": "GZy6sIZ6wl9NJOKB-jnmVQ", "alg": "A128KW"])
    for example in examples {
      let token = try #require(example["jwe"] as? String)
      #expect(refusal(of: token, keys) == .malformed, "\(example["name"] ?? "")")
    }
  }

  @Test("RFC 7518, B.1 to B.3: AES-CBC with HMAC, and any bit changed is refused")
  func content() throws {
    let examples = try #require(Vectors.encryption["content"] as? [[String: String]])
    #expect(examples.count == 3)
    for example in examples {
      let name = try #require(example["name"])
      let algorithm = try #require(ContentEncryptionAlgorithm(named: example["enc"] ?? ""))
      let cipher = ContentCipher(algorithm)
      func bytes(_ member: String) -> [UInt8] { decodedBase64URL(example[member] ?? "") }
      func open(_ changed: String? = nil) throws -> [UInt8] {
        func part(_ member: String) -> [UInt8] {
          var part = bytes(member)
          if member == changed { part[part.count - 1] ^= 1 }
          return part
        }
        let (ciphertext, vector, tag) = (part("ciphertext"), part("vector"), part("tag"))
        let (key, additionalData) = (part("key"), part("additionalData"))
        return try cipher.open(
          ciphertext.span,
          vector: vector.span,
          tag: tag.span,
          key: SecretBytes(copying: key.span),
          additionalData: additionalData.span
        )
      }
      #expect(try open() == bytes("plaintext"), "\(name)")
      for member in ["ciphertext", "vector", "tag", "key", "additionalData"] {
        #expect(throws: LibCryptoError.self, "\(name) \(member)") { try open(member) }
      }
    }
  }

  @Test("RFC 7518, C: both sides agree on the key")
  func agreement() throws {
    let example = try #require(Vectors.encryption["agreement"] as? Object)
    func bytes(_ member: String) -> [UInt8] { decodedBase64URL(example[member] as? String ?? "") }
    func handles(_ member: String) throws -> (PrivateKeyHandle, PublicKeyHandle) {
      let key = try #require(example[member] as? Object)
      let (x, y, d) = (part(key, "x"), part(key, "y"), part(key, "d"))
      let publicKey = try PublicKeyHandle(curve: .p256, x: x.span, y: y.span)
      let scalar = SecretBytes(copying: d.span)
      return (try PrivateKeyHandle(curve: .p256, scalar: scalar, publicKey: publicKey), publicKey)
    }
    func part(_ key: Object, _ member: String) -> [UInt8] { decodedBase64URL(key[member] as? String ?? "") }
    let (ephemeral, recipient) = (try handles("ephemeral"), try handles("private"))
    for (own, other) in [(ephemeral.0, recipient.1), (recipient.0, ephemeral.1)] {
      let secret = try KeyAgreement.sharedSecret(own, other)
      let expectedSecret = bytes("secret")
      #expect(secret.withBytes { isEqualInConstantTime($0, expectedSecret.span) })
      let key = try KeyDerivation.agreedKey(
        secret,
        algorithm: "A128GCM",
        partyU: bytes("apu"),
        partyV: bytes("apv"),
        count: 16
      )
      let expected = bytes("key")
      #expect(key.withBytes { isEqualInConstantTime($0, expected.span) })
    }
  }

  @Test("RFC 7517, C.3 to C.5: a password becomes a key, which opens the content key")
  func password() throws {
    let password = Array("Thus from my lips, by yours, my sin is purged.".utf8)
    let key = try KeyDerivation.passwordKey(
      SecretBytes(copying: password.span),
      algorithm: "PBES2-HS256+A128KW",
      salt: decodedBase64URL("2WCTcJZ1Rvd_CJuJripQ1w"),
      iterations: 4096,
      count: 16,
      hash: .sha256
    )
    let derived: [UInt8] = [110, 171, 169, 92, 129, 92, 109, 117, 233, 242, 116, 233, 170, 14, 24, 75]
    #expect(key.withBytes { isEqualInConstantTime($0, derived.span) })
    let wrapped = decodedBase64URL("TrqXOwuNUfDV9VPTNbyGvEJ9JMjefAVn-TR1uIxR9p6hsRQh9Tk7BA")
    let expected = decodedBase64URL("bxsZNEIdFE5csDjwQdBScKGDJDfK7LmsgReZwsMw_bY")
    let contentKey = try AESKeyWrap.unwrap(wrapped.span, with: key)
    #expect(contentKey.withBytes { isEqualInConstantTime($0, expected.span) })
  }
}
