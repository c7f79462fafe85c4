// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("JSON Web Encryption")
struct JSONWebEncryptionTests {
  private static let kinds: [(JSONWebAlgorithm, JSONWebCurve?)] =
    JSONWebAlgorithm.allCases.filter { !$0.isSignature && !$0.suits(.curve(.p256)) }.map { ($0, nil) }
    + [JSONWebAlgorithm.ecdhES, .ecdhESA128KW, .ecdhESA192KW, .ecdhESA256KW].flatMap { algorithm in
      [JSONWebCurve.p256, .p384, .p521, .x25519, .x448].map { (algorithm, $0) }
    }

  private static let content: [UInt8] = [1]

  /// PBES2 with few iterations, so that tests are quick.
  static func encryptionKey(_ material: Object) throws -> EncryptionKey {
    let name = material["alg"] as? String ?? ""
    guard name.hasPrefix("PBES2"), let algorithm = KeyManagementAlgorithm(named: name) else {
      return try KeyMaker.encryptionKey(material)
    }
    let secret = String(decoding: decodedBase64URL(material["k"] as? String ?? ""), as: UTF8.self)
    let password = try EncryptionPassword(secret, algorithm: algorithm, identifier: material["kid"] as? String)
    return try EncryptionKey(password, iterations: 1000)
  }

  static func material(_ algorithm: JSONWebAlgorithm, _ curve: JSONWebCurve? = nil) throws -> Object {
    let material = try KeyMaker.secretJSON(algorithm, curve: curve)
    guard algorithm.rawValue.hasPrefix("PBES2") else { return material }
    return material.merging(["k": base64URL("entrap_o-peter_long")]) { $1 }
  }

  @Test("what is encrypted is decrypted, by its key alone, with every algorithm of content", arguments: kinds)
  func roundTrip(algorithm: JSONWebAlgorithm, curve: JSONWebCurve?) throws {
    let material = try Self.material(algorithm, curve)
    let key = try Self.encryptionKey(material)
    let keys = try KeyMaker.decryptionKeys(material)
    let isContentKey = algorithm == .dir || algorithm.rawValue.hasSuffix("GCM") || algorithm.rawValue.contains("CBC")
    let contents: [ContentEncryptionAlgorithm?] = isContentKey ? [nil] : ContentEncryptionAlgorithm.allCases
    for content in contents {
      for plaintext in [[], [0], Array("{}".utf8), [UInt8](repeating: 0xFF, count: 1000)] {
        let token = try JSONWebEncryption.encrypt(
          plaintext.span,
          for: key,
          with: content,
          type: "test",
          contentType: "octets"
        )
        let decrypted = try JSONWebEncryption(decrypting: token, keys: keys)
        #expect(decrypted.content == plaintext)
        #expect(decrypted.type == "test")
        #expect(decrypted.contentType == "octets")
        #expect(decrypted.key.identifier == "k")
        #expect(decrypted.key.algorithm == algorithm)
        #expect(content == nil || decrypted.contentAlgorithm == content)
      }
    }
    guard !algorithm.suits(.rsa) else { return }
    let plaintext: [UInt8] = [1]
    let token = try JSONWebEncryption.encrypt(plaintext.span, for: key)
    var other = try Self.material(algorithm, curve)
    if algorithm.rawValue.hasPrefix("PBES2") { other["k"] = base64URL("another password") }
    #expect(refusal(of: token, try KeyMaker.decryptionKeys(other)) == .decryption)
  }

  @Test("two tokens of the same content share neither key nor vector")
  func fresh() throws {
    for algorithm in [JSONWebAlgorithm.dir, .a128KW, .a256GCMKW, .ecdhES, .rsaOAEP256] {
      let key = try KeyMaker.encryptionKey(try KeyMaker.secretJSON(algorithm))
      let content: [UInt8] = [1, 2, 3]
      let tokens = try (0..<2).map { _ in try JSONWebEncryption.encrypt(content.span, for: key).split(separator: ".") }
      #expect(tokens[0].suffix(3) != tokens[1].suffix(3))
      for part in 1...3 { #expect(tokens[0].reversed()[part - 1] != tokens[1].reversed()[part - 1]) }
    }
  }

  @Test("a content key decrypts with its algorithm only; one of dir with those of its length")
  func contentKeys() throws {
    let material = try KeyMaker.secretJSON(.a256GCM)
    let content: [UInt8] = [1]
    let bound = try KeyMaker.encryptionKey(material)
    #expect(
      refusal { () throws(TokenError) in
        try JSONWebEncryption.encrypt(content.span, for: bound, with: .a128CBCHS256)
      } == .configuration
    )
    let direct = try KeyMaker.encryptionKey(material.merging(["alg": "dir"]) { $1 })
    for algorithm in ContentEncryptionAlgorithm.allCases where algorithm.keyCount != 32 {
      let code = refusal { () throws(TokenError) in
        try JSONWebEncryption.encrypt(content.span, for: direct, with: algorithm)
      }
      #expect(code == .configuration, "\(algorithm)")
    }
    let token = try JSONWebEncryption.encrypt(content.span, for: direct, with: .a128CBCHS256)
    #expect(refusal(of: token, try KeyMaker.decryptionKeys(material)) == .algorithm)
    #expect(refusal(of: token, try KeyMaker.decryptionKeys(material.merging(["alg": "dir"]) { $1 })) == nil)
  }

  @Test("J06 a key decrypts tokens of its one algorithm")
  func oneAlgorithm() throws {
    let material = try KeyMaker.secretJSON(.a256KW)
    let token = try JSONWebEncryption.encrypt(Self.content.span, for: try KeyMaker.encryptionKey(material))
    for other in ["A256GCMKW", "dir", "A256GCM", "PBES2-HS256+A128KW", "HS256"] {
      let renamed = material.merging(["alg": other]) { $1 }.filter { $0.key != "use" }
      let keys = try KeyMaker.decryptionKeys(renamed)
      #expect(refusal(of: token, keys) == (other == "HS256" ? .keyUnknown : .algorithm), "\(other)")
    }
    let rsa = try KeyMaker.secretJSON(.rsaOAEP256)
    let oaep = try JSONWebEncryption.encrypt(Self.content.span, for: try KeyMaker.encryptionKey(rsa))
    let sha1 = try KeyMaker.decryptionKeys(rsa.merging(["alg": "RSA-OAEP"]) { $1 })
    #expect(refusal(of: oaep, sha1) == .algorithm)
  }

  @Test("a token selects among the keys by kid, and falls back to none")
  func selection() throws {
    let materials = try ["a", "b"].map { name in try KeyMaker.secretJSON(.a128KW).merging(["kid": name]) { $1 } }
    let keys = try DecryptionKeys(try JSONWebKeySet(parsing: json(["keys": materials]), accepting: .encryption))
    func encrypt(_ name: String?, for material: Object) throws -> String {
      let renamed = material.filter { $0.key != "kid" }.merging(name.map { ["kid": $0] } ?? [:]) { $1 }
      return try JSONWebEncryption.encrypt(Self.content.span, for: try KeyMaker.encryptionKey(renamed))
    }
    #expect(try JSONWebEncryption(decrypting: encrypt("b", for: materials[1]), keys: keys).key.identifier == "b")
    #expect(try JSONWebEncryption(decrypting: encrypt(nil, for: materials[1]), keys: keys).key.identifier == "b")
    #expect(refusal(of: try encrypt("a", for: materials[1]), keys) == .decryption)
    for name in ["c", "", "A", "a\0", "a "] {
      #expect(refusal(of: try encrypt(name, for: materials[0]), keys) == .keyUnknown, "\(name)")
    }
    let unnamed = try KeyMaker.decryptionKeys(materials[0].filter { $0.key != "kid" })
    #expect(refusal(of: try encrypt("any", for: materials[0]), unnamed) == nil, "a key without a name contradicts none")
    #expect(refusal(of: try encrypt(nil, for: materials[0]), DecryptionKeys([])) == .keyUnknown)
  }

  @Test("8 keys are tried for a token that names none, and not a ninth")
  func candidates() throws {
    let materials = try (0..<9).map { _ in try KeyMaker.secretJSON(.a128KW).filter { $0.key != "kid" } }
    let keys = try DecryptionKeys(try JSONWebKeySet(parsing: json(["keys": materials]), accepting: .encryption))
    for (index, expected) in [(7, nil), (8, TokenError.Code.decryption)] {
      let token = try JSONWebEncryption.encrypt(Self.content.span, for: try KeyMaker.encryptionKey(materials[index]))
      #expect(refusal(of: token, keys) == expected)
    }
  }

  @Test(
    "J48 a key does only what its operations allow",
    arguments: [
      (JSONWebAlgorithm.a128KW, ["wrapKey"], true, false), (.a128KW, ["unwrapKey"], false, true),
      (.a128KW, ["encrypt", "decrypt"], false, false), (.a128GCMKW, ["wrapKey", "unwrapKey"], true, true),
      (.a128GCM, ["encrypt"], true, false), (.a128GCM, ["decrypt"], false, true),
      (.dir, ["wrapKey", "unwrapKey"], false, false), (.dir, ["encrypt", "decrypt"], true, true),
      (.rsaOAEP256, ["unwrapKey"], true, true), (.rsaOAEP256, ["decrypt"], false, false),
      (.ecdhES, ["deriveKey"], true, true), (.ecdhES, ["deriveBits"], true, true),
      (.ecdhESA256KW, ["unwrapKey"], false, false), (.pbes2HS256A128KW, ["deriveKey"], true, true),
      (.pbes2HS256A128KW, ["wrapKey", "unwrapKey"], false, false),
    ]
  )
  func operations(algorithm: JSONWebAlgorithm, names: [String], encrypts: Bool, decrypts: Bool) throws {
    let material = try KeyMaker.secretJSON(algorithm).merging(["key_ops": names]) { $1 }.filter { $0.key != "use" }
    #expect(((try? KeyMaker.encryptionKey(material)) != nil) == encrypts)
    #expect(try KeyMaker.decryptionKeys(material).keys.isEmpty != decrypts)
  }

  @Test("keys that sign neither encrypt nor decrypt, and public keys do not decrypt")
  func otherKeys() throws {
    let secret = try SymmetricKey.generate(.hs256)
    #expect(refusal { () throws(KeyError) in try EncryptionKey(secret) } == .notPermitted)
    #expect(refusal { () throws(KeyError) in try DecryptionKey(secret) } == .notPermitted)
    #expect(try KeyMaker.decryptionKeys(try KeyMaker.publicJSON(.rsaOAEP256)).keys.isEmpty)
    #expect(try KeyMaker.decryptionKeys(try KeyMaker.publicJSON(.ecdhES)).keys.isEmpty)
  }

  @Test("what needs opting in is not among the algorithms of encryption, and no key is bound to it unasked")
  func optIn() throws {
    let names = Set<JSONWebAlgorithm>.encryption.map(\.rawValue)
    #expect(!names.contains { $0 == "RSA-OAEP" || $0.hasPrefix("PBES2") || $0 == "RSA1_5" })
    #expect(JSONWebAlgorithm(named: "RSA1_5") == nil)
    for algorithm in JSONWebAlgorithm.allCases where algorithm.needsOptIn {
      let material = try KeyMaker.secretJSON(algorithm)
      #expect(refusal(ofKey: material, accepting: .encryption) == .algorithmNotAccepted, "\(algorithm)")
      #expect(refusal(ofKey: material, accepting: [algorithm]) == nil, "\(algorithm)")
    }
  }

  @Test("keys, passwords and errors never show a secret (T06)")
  func descriptions() throws {
    let secret = "entrap_o-peter_long"
    let password = try EncryptionPassword(secret, algorithm: .pbes2HS256A128KW)
    let key = try EncryptionKey(password, iterations: 1000)
    let decryption = try DecryptionKey(password)
    for text in ["\(password)", "\(key)", "\(decryption)", String(reflecting: key), String(reflecting: decryption)] {
      #expect(!text.contains(secret))
    }
    var dumped = ""
    dump(key, to: &dumped)
    dump(decryption, to: &dumped)
    dump(password, to: &dumped)
    #expect(!dumped.contains(secret))
    for short in ["", "1234567"] {
      #expect(
        refusal { () throws(KeyError) in try EncryptionPassword(short, algorithm: .pbes2HS256A128KW) } == .weak
      )
    }
    #expect(refusal { () throws(KeyError) in try EncryptionPassword(secret, algorithm: .a128KW) } == .mismatched)
  }
}
