// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("JSON Web Keys")
struct KeyTests {
  private static let kinds: [(JSONWebAlgorithm, JSONWebCurve?)] =
    JSONWebAlgorithm.allCases.map { ($0, nil) }
    + [(.edDSA, .ed448), (.ecdhES, .p384), (.ecdhES, .p521), (.ecdhES, .x25519), (.ecdhES, .x448)]

  @Test("what is written reads as the same key", arguments: kinds)
  func jsonRoundTrip(algorithm: JSONWebAlgorithm, curve: JSONWebCurve?) throws {
    let key = try JSONWebKey(parsing: json(try KeyMaker.secretJSON(algorithm, curve: curve)), accepting: [algorithm])
    #expect(key.attributes.algorithm == algorithm)
    #expect(key.attributes.identifier == "k")
    let text: String
    switch key {
    case .symmetric(let key):
      text = key.secretJSON()
      #expect(try key.thumbprint().utf8.count == 43)
    case .private(let key):
      text = try key.secretJSON()
      let publicKey = try JSONWebKey(parsing: Array(try key.publicKey.json().utf8), accepting: [algorithm])
      #expect(publicKey.attributes == key.publicKey.attributes)
      #expect(try publicKey.publicKey?.thumbprint() == key.publicKey.thumbprint())
    case .public: text = ""
    }
    let read = try JSONWebKey(parsing: Array(text.utf8), accepting: [algorithm])
    #expect(read.attributes == key.attributes)
    #expect(object(text) as NSDictionary == (try #require(object(text) as NSDictionary?)))
    #expect(read.type == key.type)
  }

  @Test("PEM and DER read as the same key", arguments: kinds.filter { !$0.0.suits(.symmetric) })
  func pemRoundTrip(algorithm: JSONWebAlgorithm, curve: JSONWebCurve?) throws {
    let key = try #require(try KeyMaker.privateKey(algorithm, curve: curve))
    let thumbprint = try key.publicKey.thumbprint()
    func read(_ pem: String, _ password: String? = nil) throws(KeyError) -> JSONWebKey {
      try JSONWebKey(pem: Array(pem.utf8), password: password, accepting: [algorithm], identifier: "new")
    }
    let pair = try read(try key.secretPEM(password: nil))
    guard case .private(let pair) = pair else { return #expect(Bool(false), "no pair") }
    #expect(try pair.publicKey.thumbprint() == thumbprint)
    #expect(pair.attributes.identifier == "new")
    guard case .public(let half) = try read(try key.publicKey.pem()) else { return #expect(Bool(false), "no half") }
    #expect(try half.thumbprint() == thumbprint)
    let der = try key.publicKey.der()
    #expect(try JSONWebKey(der: der.span, accepting: [algorithm]).publicKey?.thumbprint() == thumbprint)
    if algorithm == .es256 {
      let encrypted = try key.secretPEM(password: "secret")
      #expect(try read(encrypted, "secret").publicKey?.thumbprint() == thumbprint)
      for password in ["wrong", "", nil] {
        #expect(refusal { () throws(KeyError) in try read(encrypted, password) } == .password)
      }
      let open = try key.secretPEM(password: nil)
      #expect(refusal { () throws(KeyError) in try read(open, "secret") } == .password)
      let half = try key.publicKey.pem()
      #expect(refusal { () throws(KeyError) in try read(half, "secret") } == .password)
    }
  }

  @Test("thumbprints: RFC 7638, 3.1, and RFC 8037, A.3")
  func thumbprints() throws {
    let examples = try #require(Vectors.rfc["thumbprints"] as? [Object])
    #expect(examples.count == 2)
    for example in examples {
      let key = try JSONWebKey(parsing: json(try #require(example["key"])))
      #expect(try key.publicKey?.thumbprint() == example["thumbprint"] as? String)
    }
  }

  @Test("RFC 7517, A.1 to A.3: the example sets are read, and their keys are those of other examples")
  func exampleSets() throws {
    let examples = try #require(Vectors.rfc["keySets"] as? [Object])
    #expect(examples.count == 3)
    var sets: [JSONWebKeySet] = []
    for example in examples[..<2] {
      let set = try JSONWebKeySet(parsing: json(try #require(example["set"])), accepting: [.ecdhES, .rs256])
      #expect(set.refusals.isEmpty && set.keys.count == 2, "\(example["name"] ?? "")")
      sets.append(set)
    }
    // The second key of A.3 does not say what it is for.
    let secrets = json(try #require(examples[2]["set"]))
    #expect(
      refusal { () throws(KeyError) in try JSONWebKeySet(parsing: secrets, accepting: [.a128KW, .hs256]) }
        == .algorithmAmbiguous
    )
    let wrapping = try JSONWebKeySet(parsing: secrets, accepting: [.a128KW])
    let signing = try JSONWebKeySet(parsing: secrets, accepting: [.hs256])
    #expect(wrapping.keys.map(\.attributes.algorithm) == [.a128KW])
    #expect(signing.keys.map(\.attributes.identifier) == ["HMAC key used in JWS spec Appendix A.1 example"])
    // A.1 and A.2 are the two halves of the same keys; that of RSA is the key of RFC 7638, 3.1.
    let thumbprints = try sets[..<2].map { try $0.keys.map { try #require(try $0.publicKey?.thumbprint()) } }
    #expect(thumbprints[0] == thumbprints[1])
    #expect(thumbprints[0][1] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    for key in sets[0].keys { #expect(key.publicKey != nil) }
    for case .public in sets[1].keys { Issue.record("a private part was passed over") }
    // The second key of A.3 signed the example of RFC 7515, A.1; no key of A.3 is ever published.
    let signed = try #require((Vectors.rfc["signatures"] as? [Object])?.first?["jws"] as? String)
    #expect(refusal(of: signed, try VerificationKeys(signing)) == nil)
    #expect(try signing.publicJSON() == "{\"keys\":[]}")
  }

  @Test("RFC 8037, A.6: both sides agree on the secret")
  func exampleAgreement() throws {
    let example = try #require(Vectors.rfc["agreement"] as? Object)
    func part(_ key: String, _ name: String) -> [UInt8] {
      decodedBase64URL((example[key] as? Object)?[name] as? String ?? "")
    }
    let scalar = part("ephemeral", "d")
    let (own, peer) = (
      try PublicKeyHandle(curve: .x25519, x: part("ephemeral", "x").span, y: [UInt8]().span),
      try PublicKeyHandle(curve: .x25519, x: part("public", "x").span, y: [UInt8]().span)
    )
    let key = try PrivateKeyHandle(curve: .x25519, scalar: SecretBytes(copying: scalar.span), publicKey: own)
    let secret = try KeyAgreement.sharedSecret(key, peer)
    let expected = decodedBase64URL(example["secret"] as? String ?? "")
    #expect(expected.count == 32 && secret.withBytes { isEqualInConstantTime($0, expected.span) })
  }

  @Test("where a key does not say what it is for, exactly one accepted algorithm decides")
  func binding() throws {
    func stripped(_ algorithm: JSONWebAlgorithm, _ curve: JSONWebCurve? = nil) throws -> Object {
      try KeyMaker.publicJSON(algorithm, curve: curve).filter { $0.key != "alg" && $0.key != "use" }
    }
    func bound(_ key: Object, _ accepted: Set<JSONWebAlgorithm>) -> JSONWebAlgorithm? {
      try? JSONWebKey(parsing: json(key), accepting: accepted).attributes.algorithm
    }
    let rsa = try stripped(.rs256)
    #expect(bound(rsa, [.ps384]) == .ps384)
    #expect(bound(rsa, [.ps384, .es256, .hs256]) == .ps384)
    #expect(refusal(ofKey: rsa) == .algorithmAmbiguous)
    #expect(refusal(ofKey: rsa, accepting: [.rs256, .ps256]) == .algorithmAmbiguous)
    #expect(refusal(ofKey: rsa, accepting: [.es256, .hs256]) == .algorithmNotAccepted)
    #expect(refusal(ofKey: rsa, accepting: []) == .algorithmNotAccepted)
    #expect(bound(rsa.merging(["use": "sig"]) { $1 }, [.rs256, .rsaOAEP256]) == .rs256)
    #expect(bound(rsa.merging(["use": "enc"]) { $1 }, [.rs256, .rsaOAEP256]) == .rsaOAEP256)
    #expect(bound(rsa.merging(["key_ops": ["wrapKey"]]) { $1 }, [.rs256, .rsaOAEP256]) == .rsaOAEP256)
    #expect(refusal(ofKey: rsa.merging(["alg": "RS256"]) { $1 }, accepting: [.ps256]) == .algorithmNotAccepted)
    let secret = object("{\"kty\":\"oct\",\"k\":\"\(base64URL([UInt8](repeating: 1, count: 64)))\"}")
    #expect(bound(secret, [.hs384]) == .hs384)
    #expect(refusal(ofKey: secret) == .algorithmAmbiguous)
    for (algorithm, curve) in [
      (JSONWebAlgorithm.es256, JSONWebCurve?.none), (.es256K, nil), (.edDSA, .ed25519), (.edDSA, .ed448),
    ] {
      #expect(bound(try stripped(algorithm, curve), .signatures) == algorithm)
    }
    #expect(bound(try stripped(.edDSA, .ed448), [.ed448, .ed25519]) == .ed448)
    #expect(refusal(ofKey: try stripped(.edDSA, .ed448), accepting: [.ed25519]) == .algorithmNotAccepted)
    #expect(
      refusal(
        ofKey: ["kty": "RSA", "alg": "RSA-OAEP"].merging(rsa) { old, _ in old },
        accepting: [.rsaOAEP],
        profile: .strict128
      ) != nil
    )
  }

  @Test("malformed keys are refused")
  func malformed() throws {
    let key = try KeyMaker.publicJSON(.es256)
    for name in ["kty", "crv", "x", "y", "alg", "use", "kid"] {
      for value: Any in [1, true, ["a"], ["a": 1]] {
        #expect(refusal(ofKey: key.merging([name: value]) { $1 }) == .malformed, "\(name) \(value)")
      }
    }
    let x = try #require(key["x"] as? String)
    for changed in [x + "=", x + "\n", " " + x, x.replacing(x.prefix(1), with: "+"), x + "A", "", "?" + x] {
      #expect(refusal(ofKey: key.merging(["x": changed]) { $1 }) == .malformed, "\(changed)")
    }
    for kty in ["ec", "EC ", "", "LMS"] { #expect(refusal(ofKey: key.merging(["kty": kty]) { $1 }) == .unsupported) }
    #expect(refusal(ofKey: key.merging(["kty": "OKP"]) { $1 }) == .mismatched)
    for text in [
      "", "{", "[]", "null", "\"EC\"", "{\"kty\":\"EC\",\"kty\":\"EC\"}", "{\"kty\":\"EC\",\"\\u006bty\":\"EC\"}",
      "{} {}",
    ] {
      #expect(refusal { () throws(KeyError) in try JSONWebKey(parsing: Array(text.utf8)) } == .malformed, "\(text)")
    }
    let large = [UInt8](repeating: 0x20, count: JSONWebKey.maximumBytes)
    let small = Array(json(key)) + large.dropFirst(json(key).count)
    #expect(refusal { () throws(KeyError) in try JSONWebKey(parsing: small) } == nil)
    #expect(refusal { () throws(KeyError) in try JSONWebKey(parsing: small + [0x20]) } == .tooLarge)
  }

  @Test("text that is not the PEM of one key is refused")
  func malformedPEM() throws {
    let key = try #require(try KeyMaker.privateKey(.es256))
    let pem = try key.publicKey.pem()
    func read(_ text: String) -> KeyError.Code? {
      refusal { () throws(KeyError) in try JSONWebKey(pem: Array(text.utf8), accepting: [.es256]) }
    }
    #expect(read(pem) == nil)
    #expect(read("\r\n" + pem.replacing("\n", with: "\r\n") + "\n\n") == nil)
    #expect(read("") == .malformed)
    #expect(read(pem + pem) == .malformed)
    #expect(read("text\n" + pem) == nil, "text may stand around it (RFC 7468, section 2)")
    #expect(read(pem.replacing("-----END PUBLIC", with: "-----END PRIVATE")) == .malformed)
    #expect(read(pem.replacing("PUBLIC KEY", with: "PRIVATE KEY")) == .malformed)
    #expect(read(pem.replacing("PUBLIC KEY", with: "CERTIFICATE")) == .unsupported)
    #expect(read(pem.replacing("A", with: "_")) == .malformed)
    #expect(read(pem.replacing("==\n", with: "\n")) == .malformed)
    #expect(read(String(pem.dropLast(40))) == .malformed)
    #expect(read(KeyTests.explicitParameters) == .unsupported)
  }

  @Test("a key with the name of its curve in front is read, as openssl ecparam writes it")
  func curveInFront() throws {
    // openssl ecparam -name prime256v1 -genkey
    let pem = """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIFc3dUpcr+5EO+yWgNW9p2w4D6FojVJ6OjVSl5qcBVJOoAoGCCqGSM49
      AwEHoUQDQgAEaRwRq05EtvvDk2ZqgAl+cQ3cEHZhnSgKVst5RieWxMiK7P/Jz8QU
      e8/VFe0f9ZfbFeZ1e5GGAcI1c2K5Xq6qGA==
      -----END EC PRIVATE KEY-----
      """
    #expect(try JSONWebKey(pem: Array(pem.utf8), accepting: .signatures).type == .curve(.p256))
  }

  /// P-256 spelled out parameter by parameter: openssl ecparam -name prime256v1 -param_enc explicit -genkey, its public
  /// half.
  private static let explicitParameters = """
    -----BEGIN PUBLIC KEY-----
    MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
    AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
    ///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
    NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
    RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
    //////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABJvEMlyx8ZBsHlRZXreLmMqY
    RfLIdEsjDU+h2kCDqQNRsT9M1e11rECyDZhQuNaixKbh93ixtY4V/QToi5BFACM=
    -----END PUBLIC KEY-----
    """
}

@Suite("JSON Web Key Sets")
struct KeySetTests {
  private func set(_ keys: [Object]) throws(KeyError) -> JSONWebKeySet {
    try JSONWebKeySet(parsing: json(["keys": keys]))
  }

  @Test("one key that cannot be used does not keep the others from being used")
  func refusals() throws {
    let good = try KeyMaker.publicJSON(.es256)
    let keys = try set([
      ["kty": "LMS"], good, good.merging(["x": "AA", "kid": "short"]) { $1 },
      good.merging(["use": "enc", "kid": "other"]) { $1 },
    ])
    #expect(keys.keys.count == 1)
    #expect(keys.refusals.map(\.position) == [0, 2, 3])
    #expect(keys.refusals.map(\.error.code) == [.unsupported, .malformed, .notPermitted])
    #expect(try set([]).keys.isEmpty)
  }

  @Test("J11 two keys of one identifier refuse the set; so do secrets beside key pairs")
  func ambiguity() throws {
    let (one, other) = (try KeyMaker.publicJSON(.es256), try KeyMaker.publicJSON(.es256))
    #expect(refusal { () throws(KeyError) in try set([one, other]) } == .ambiguous)
    #expect(try set([one, other.merging(["kid": "l"]) { $1 }]).keys.count == 2)
    #expect(try set([one, try KeyMaker.publicJSON(.es384)]).keys.count == 2, "one identifier, two algorithms")
    let secret = try KeyMaker.secretJSON(.hs256).merging(["kid": "s"]) { $1 }
    #expect(refusal { () throws(KeyError) in try set([one, secret]) } == .ambiguous)
    let broken = one.merging(["x": "AA"]) { $1 }
    #expect(refusal { () throws(KeyError) in try set([one, broken]) } == .ambiguous, "one of them broken")
    // Canonically equivalent texts are different identifiers.
    #expect(
      try set([one.merging(["kid": "\u{e9}"]) { $1 }, other.merging(["kid": "e\u{301}"]) { $1 }]).keys.count == 2
    )
  }

  @Test("a list of algorithms that leaves several for a key refuses the set")
  func ambiguousAlgorithm() throws {
    let key = try KeyMaker.publicJSON(.rs256).filter { $0.key != "alg" }
    #expect(refusal { () throws(KeyError) in try set([key]) } == .algorithmAmbiguous)
    #expect(try JSONWebKeySet(parsing: json(["keys": [key]]), accepting: [.rs256]).keys.count == 1)
  }

  @Test("no more keys and bytes than allowed")
  func limits() throws {
    let key = try KeyMaker.publicJSON(.es256)
    let keys = (0...JSONWebKeySet.maximumCount).map { number in key.merging(["kid": "\(number)"]) { $1 } }
    #expect(try set(keys.dropLast()).keys.count == JSONWebKeySet.maximumCount)
    #expect(refusal { () throws(KeyError) in try set(keys) } == .tooLarge)
    let text = Array("{\"keys\":[]}".utf8)
    let full = text + [UInt8](repeating: 0x20, count: JSONWebKeySet.maximumBytes - text.count)
    #expect(refusal { () throws(KeyError) in try JSONWebKeySet(parsing: full) } == nil)
    #expect(refusal { () throws(KeyError) in try JSONWebKeySet(parsing: full + [0x20]) } == .tooLarge)
    for other in ["[]", "{}", "{\"keys\":{}}", "{\"keys\":1}", "{\"keys\":[],\"keys\":[]}"] {
      #expect(
        refusal { () throws(KeyError) in try JSONWebKeySet(parsing: Array(other.utf8)) } == .malformed,
        "\(other)"
      )
    }
  }
}
