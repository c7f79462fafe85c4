// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// The rows of Documentation/ThreatModel.md that are about keys.
@Suite("Attacks on keys")
struct KeyAttackTests {
  @Test("J31 short HMAC keys are refused", arguments: [(JSONWebAlgorithm.hs256, 32), (.hs384, 48), (.hs512, 64)])
  func shortSecrets(algorithm: JSONWebAlgorithm, least: Int) {
    func key(_ count: Int) -> Object {
      ["kty": "oct", "alg": algorithm.rawValue, "k": base64URL([UInt8](repeating: 7, count: count))]
    }
    for count in [0, 1, least - 1] { #expect(refusal(ofKey: key(count)) == .weak) }
    #expect(refusal(ofKey: key(least)) == nil)
    #expect(refusal(ofKey: key(1024)) == nil)
    #expect(refusal(ofKey: key(1025)) == .weak)
    let short = [UInt8](repeating: 7, count: least - 1)
    #expect(refusal { () throws(KeyError) in try SymmetricKey(bytes: short.span, algorithm: algorithm) } == .weak)
  }

  private static func rsa(_ modulus: [UInt8], _ exponent: [UInt8] = [1, 0, 1]) -> Object {
    ["kty": "RSA", "alg": "RS256", "n": base64URL(modulus), "e": base64URL(exponent)]
  }

  /// An odd number of so many bits that is no modulus of anybody's.
  private static func modulus(bits: Int) -> [UInt8] {
    var bytes = (0..<(bits + 7) / 8).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 41) }
    let top = (bits - 1) % 8
    bytes[0] = bytes[0] & UInt8((1 << top) - 1) | 1 << UInt8(top)
    bytes[bytes.count - 1] |= 1
    return bytes
  }

  @Test("J32 RSA keys too short or too long are refused")
  func rsaLengths() {
    for bits in [8, 512, 1024, 2047, 16385, 32768] {
      #expect(refusal(ofKey: Self.rsa(Self.modulus(bits: bits))) == .weak, "\(bits)")
    }
    for bits in [2048, 3072, 16384] { #expect(refusal(ofKey: Self.rsa(Self.modulus(bits: bits))) == nil, "\(bits)") }
    let profile = KeyProfile.strict128
    #expect(refusal(ofKey: Self.rsa(Self.modulus(bits: 3071)), profile: profile) == .weak)
    #expect(refusal(ofKey: Self.rsa(Self.modulus(bits: 3072)), profile: profile) == nil)
  }

  @Test("J32 private RSA keys with primes longer than any key has are refused before their primes are looked at")
  func rsaPrimes() throws {
    // Mersenne primes: that they are prime would take a minute to find out, or hours.
    func mersenne(_ bits: Int) -> [UInt8] {
      [UInt8(1 << (bits % 8) - 1)] + [UInt8](repeating: 0xFF, count: bits / 8)
    }
    var key = try KeyMaker.secretJSON(.rs256)
    key["p"] = base64URL(mersenne(11213))
    #expect(refusal(ofKey: key) == .mismatched)
    key["p"] = base64URL([UInt8](repeating: 0, count: 128) + decodedBase64URL(key["q"] as? String ?? ""))
    #expect(refusal(ofKey: key) == .mismatched, "no prime of the modulus, though short enough")
    for (modulus, p, q) in [(66197, 44497, 21701), (2049, 44497, 521), (2049, 521, 44497), (44497, 1279, 1279)] {
      let numbers = [[0], mersenne(modulus), [1, 0, 1], mersenne(2049), mersenne(p), mersenne(q), [3], [3], [3]]
      let contents = numbers.flatMap { Self.der(0x02, $0) }
      let der = Self.der(0x30, contents)
      #expect(
        refusal { () throws(KeyError) in try JSONWebKey(der: der.span, accepting: [.rs256]) }
          == (modulus > 16384 ? .weak : .mismatched),
        "\(modulus) \(p) \(q)"
      )
    }
  }

  /// A value of DER.
  private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    let length: [UInt8] =
      count < 0x80
      ? [UInt8(count)]
      : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
    return [tag] + length + content
  }

  @Test("J33 RSA exponents that are no exponents, even moduli and ROCA's are refused")
  func rsaNumbers() throws {
    let modulus = Self.modulus(bits: 2048)
    let exponents: [[UInt8]] = [[1], [2], [4], [1, 0, 0], [2, 0, 0, 0, 1], [UInt8](repeating: 0xFF, count: 256)]
    for exponent in exponents { #expect(refusal(ofKey: Self.rsa(modulus, exponent)) == .weak, "\(exponent)") }
    for exponent: [UInt8] in [[3], [17], [1, 0, 1], [1, 0xFF, 0xFF, 0xFF, 0xFF]] {
      #expect(refusal(ofKey: Self.rsa(modulus, exponent)) == nil, "\(exponent)")
    }
    var even = modulus
    even[255] &= 0xFE
    #expect(refusal(ofKey: Self.rsa(even)) == .weak)
    let broken = decodedBase64URL(Vectors.rfc["rocaShapedModulus"] as? String ?? "")
    try #require(broken.count == 256)
    #expect(refusal(ofKey: Self.rsa(broken)) == .weak)
    // Numbers are written in as few bytes as they take; one zero in front is what providers publish.
    #expect(refusal(ofKey: Self.rsa([0] + modulus)) == nil)
    #expect(refusal(ofKey: Self.rsa(modulus, [0, 1, 0, 1])) == nil)
    for other in [[0, 0] + modulus, [0], [0, 0], []] { #expect(refusal(ofKey: Self.rsa(other)) == .malformed) }
    for exponent: [UInt8] in [[0, 0, 1, 0, 1], [0], []] {
      #expect(refusal(ofKey: Self.rsa(modulus, exponent)) == .malformed, "\(exponent)")
    }
  }

  @Test("A set may not hold private RSA keys that take too long to check; which ones is counted, not measured (J49)")
  func privateWork() throws {
    // Their numbers fit nothing: to say so costs nothing, and still it is counted what it could have cost.
    let long = base64URL(Self.modulus(bits: 16384))
    let half = base64URL(Self.modulus(bits: 8192))
    func key(_ n: String, _ prime: String, _ position: Int) -> Object {
      [
        "kty": "RSA", "alg": "RS256", "kid": "\(position)", "n": n, "e": "AQAB", "d": prime, "p": prime, "q": prime,
        "dp": prime, "dq": prime, "qi": prime,
      ]
    }
    let set = try JSONWebKeySet(parsing: json(["keys": (0..<40).map { key(long, half, $0) }]))
    #expect(set.refusals.map(\.error.code) == [.mismatched] + [KeyError.Code](repeating: .tooLarge, count: 39))
    let (short, quarter) = (base64URL(Self.modulus(bits: 8192)), base64URL(Self.modulus(bits: 4096)))
    let smaller = try JSONWebKeySet(parsing: json(["keys": (0..<10).map { key(short, quarter, $0) }]))
    #expect(smaller.refusals.count { $0.error.code == .mismatched } == 8)
    #expect(smaller.refusals.count { $0.error.code == .tooLarge } == 2)
    // A key that no accepted algorithm is for costs nothing, and takes nothing from the others.
    let mixed = try JSONWebKeySet(
      parsing: json(["keys": (0..<3).map { key(long, half, $0) } + [try KeyMaker.secretJSON(.es256)]]),
      accepting: [.es256]
    )
    #expect(mixed.refusals.map(\.error.code) == [.algorithmNotAccepted, .algorithmNotAccepted, .algorithmNotAccepted])
    #expect(mixed.keys.count == 1)
  }

  @Test("Where public keys are expected, private parts are refused before they are decoded (J49)")
  func publicOnly() throws {
    let nonsense = "not base64url"
    let keys: [Object] = [
      try KeyMaker.publicJSON(.rs256).merging(["d": nonsense]) { $1 },
      try KeyMaker.publicJSON(.rs256).merging(["p": nonsense, "q": nonsense]) { $1 },
      try KeyMaker.publicJSON(.es256).merging(["d": nonsense, "kid": "b"]) { $1 },
      try KeyMaker.publicJSON(.edDSA).merging(["d": nonsense, "kid": "c"]) { $1 },
      ["kty": "oct", "k": nonsense],
    ]
    for key in keys {
      #expect(refusal { () throws(KeyError) in try PublicKey(parsing: json(key)) } == .notPermitted)
    }
    let good = try KeyMaker.publicJSON(.es384)
    let set = try PublicKeySet(parsing: json(["keys": keys + [good]]))
    #expect(set.refusals.map(\.error.code) == [KeyError.Code](repeating: .notPermitted, count: 5))
    #expect(set.keys.map(\.attributes.algorithm) == [.es384])
    #expect(try VerificationKeys(set).keys.count == 1)
    let pair = try #require(try KeyMaker.privateKey(.es256))
    let secrets = [try pair.secretPEM(password: nil), try pair.secretPEM(password: "a")]
    for pem in secrets + ["-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"] {
      #expect(refusal { () throws(KeyError) in try PublicKey(pem: pem, accepting: [.es256]) } == .notPermitted)
    }
    let half = try pair.publicKey.pem()
    #expect(try PublicKey(pem: half, accepting: [.es256]).thumbprint() == pair.publicKey.thumbprint())
    let der = try pair.publicKey.der()
    #expect(try PublicKey(der: der.span, accepting: [.es256]).thumbprint() == pair.publicKey.thumbprint())
  }

  @Test("A key of a type that JOSE does not have is refused as unsupported, in every form (J49)")
  func otherTypes() throws {
    // DSA, its numbers replaced by none.
    let algorithm = Self.der(0x30, Self.der(0x06, [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]))
    let half = Self.der(0x30, algorithm + Self.der(0x03, [0]))
    let pair = Self.der(0x30, [2, 1, 0] + algorithm + Self.der(0x04, []))
    for (der, label) in [(half, "PUBLIC KEY"), (pair, "PRIVATE KEY")] {
      #expect(
        refusal { () throws(KeyError) in try JSONWebKey(der: der.span, accepting: .signatures) } == .unsupported
      )
      let base64 = base64URL(der).replacing("-", with: "+").replacing("_", with: "/")
      let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
      let pem = "-----BEGIN \(label)-----\n\(padded)\n-----END \(label)-----\n"
      #expect(refusal { () throws(KeyError) in try JSONWebKey(pem: pem, accepting: .signatures) } == .unsupported)
    }
    #expect(refusal { () throws(KeyError) in try PublicKey(der: half.span, accepting: .signatures) } == .unsupported)
    #expect(refusal { () throws(KeyError) in try PublicKey(der: pair.span, accepting: .signatures) } == .notPermitted)
  }

  @Test("J33 RSA keys whose private numbers are another's are refused")
  func rsaParts() throws {
    let key = try KeyMaker.secretJSON(.rs256)
    #expect(refusal(ofKey: key) == nil)
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
      var bytes = decodedBase64URL(key[name] as? String ?? "")
      bytes[bytes.count - 1] ^= 2
      #expect(refusal(ofKey: key.merging([name: base64URL(bytes)]) { $1 }) == .mismatched, "\(name)")
      #expect(refusal(ofKey: key.filter { $0.key != name }) == (name == "d" ? nil : .malformed), "\(name)")
    }
    #expect(refusal(ofKey: key.merging(["oth": []]) { $1 }) == .unsupported)
    #expect(refusal(ofKey: key.merging(["e": "Aw"]) { $1 }) == .weak, "3 is no exponent for a private key")
  }

  @Test("J36 a curve is for its algorithm alone")
  func curves() throws {
    let curves: [JSONWebCurve] = [.p256, .p384, .p521, .secp256k1, .ed25519, .ed448]
    for curve in curves {
      let own = try #require(JSONWebAlgorithm.allCases.first { $0.isSignature && $0.suits(.curve(curve)) })
      let key = try KeyMaker.publicJSON(own, curve: curve)
      for other in JSONWebAlgorithm.allCases where !other.suits(.curve(curve)) {
        let renamed = key.filter { $0.key != "use" }.merging(["alg": other.rawValue]) { $1 }
        #expect(refusal(ofKey: renamed, accepting: Set(JSONWebAlgorithm.allCases)) == .mismatched, "\(curve) \(other)")
      }
      for other in JSONWebCurve.allCases where other != curve {
        let renamed = key.filter { $0.key != "alg" }.merging(["crv": other.rawValue]) { $1 }
        #expect(refusal(ofKey: renamed) != nil, "\(curve) as \(other)")
      }
      for name in ["ES224", "ES521", "es256", "none", "HS256 ", ""] {
        #expect(refusal(ofKey: key.merging(["alg": name]) { $1 }) == .unsupported)
      }
    }
  }

  @Test(
    "J37 points off the curve, at infinity or out of range, and scalars that are none, are refused",
    arguments: [(JSONWebAlgorithm.es256, 32), (.es384, 48), (.es512, 66), (.es256K, 32)]
  )
  func points(algorithm: JSONWebAlgorithm, count: Int) throws {
    let key = try KeyMaker.secretJSON(algorithm)
    let publicKey = key.filter { $0.key != "d" }
    #expect(refusal(ofKey: key) == nil)
    #expect(refusal(ofKey: publicKey) == nil)
    func changed(_ key: Object, _ name: String, _ change: (inout [UInt8]) -> Void) -> Object {
      var bytes = decodedBase64URL(key[name] as? String ?? "")
      change(&bytes)
      return key.merging([name: base64URL(bytes)]) { $1 }
    }
    for name in ["x", "y"] {
      #expect(refusal(ofKey: changed(publicKey, name) { $0[count - 1] ^= 1 }) == .mismatched, "off the curve")
      let large = changed(publicKey, name) { $0 = [UInt8](repeating: 0xFF, count: count) }
      #expect(refusal(ofKey: large) == .mismatched, "not reduced")
      #expect(refusal(ofKey: changed(publicKey, name) { $0.removeLast() }) == .malformed, "short")
      #expect(refusal(ofKey: changed(publicKey, name) { $0.append(0) }) == .malformed, "long")
      #expect(refusal(ofKey: changed(publicKey, name) { $0.insert(0, at: 0) }) == .malformed, "a leading zero")
      #expect(refusal(ofKey: publicKey.filter { $0.key != name }) == .malformed, "missing")
    }
    let zero = changed(changed(publicKey, "x") { $0 = [UInt8](repeating: 0, count: count) }, "y") {
      $0 = [UInt8](repeating: 0, count: count)
    }
    #expect(refusal(ofKey: zero) == .mismatched, "at infinity")
    let zeroScalar = changed(key, "d") { $0 = [UInt8](repeating: 0, count: count) }
    #expect(refusal(ofKey: zeroScalar) == .mismatched, "d = 0")
    let largeScalar = changed(key, "d") { $0 = [UInt8](repeating: 0xFF, count: count) }
    #expect(refusal(ofKey: largeScalar) == .mismatched, "d >= n")
    #expect(refusal(ofKey: changed(key, "d") { $0[count - 1] ^= 1 }) == .mismatched, "d of another key")
    #expect(refusal(ofKey: changed(key, "d") { $0.insert(0, at: 0) }) == .malformed)
  }

  @Test(
    "J38 EdDSA keys of small order, not reduced, of another length or curve are refused",
    arguments: [(JSONWebCurve.ed25519, 32), (.ed448, 57)]
  )
  func edwards(curve: JSONWebCurve, count: Int) throws {
    func key(_ bytes: [UInt8]) -> Object { ["kty": "OKP", "crv": curve.rawValue, "x": base64URL(bytes)] }
    let zero = [UInt8](repeating: 0, count: count)
    var prime = [UInt8](repeating: 0xFF, count: count)
    if curve == .ed25519 { (prime[0], prime[31]) = (0xED, 0x7F) } else { (prime[28], prime[56]) = (0xFE, 0) }
    func adding(_ bytes: [UInt8], _ number: UInt8) -> [UInt8] {
      var sum = bytes
      sum[0] = bytes[0] &+ number
      return sum
    }
    var small = [zero, adding(zero, 1), adding(prime, 0xFF)]
    if curve == .ed25519 {
      small += [
        decodedBase64URL("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"),
        decodedBase64URL("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"),
      ]
    }
    for bytes in small {
      for sign: UInt8 in [0, 0x80] {
        var signed = bytes
        signed[count - 1] |= sign
        #expect(refusal(ofKey: key(signed)) == .weak, "\(bytes)")
      }
    }
    if curve == .ed25519 {
      for number: UInt8 in 0..<19 { #expect(refusal(ofKey: key(adding(prime, number))) == .mismatched) }
    }
    for other in [count - 1, count + 1, 0, count == 32 ? 57 : 32] {
      #expect(refusal(ofKey: key([UInt8](repeating: 9, count: other))) == .malformed)
    }
    var pair = try KeyMaker.secretJSON(.edDSA, curve: curve)
    #expect(refusal(ofKey: pair) == nil)
    pair["x"] = try KeyMaker.publicJSON(.edDSA, curve: curve)["x"]
    #expect(refusal(ofKey: pair) == .mismatched, "the public half of another key")
  }

  @Test("J48 a key for encryption signs nothing; operations are kept to; nothing private is published")
  func uses() throws {
    let key = try KeyMaker.publicJSON(.es256)
    let unbound = key.filter { $0.key != "alg" && $0.key != "use" }
    #expect(refusal(ofKey: unbound.merging(["use": "enc"]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["use": "enc", "alg": "ES256"]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["use": "other"]) { $1 }) == .unsupported)
    #expect(refusal(ofKey: unbound.merging(["key_ops": ["encrypt"]]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["key_ops": ["encrypt"], "alg": "ES256"]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["use": "sig", "key_ops": ["deriveKey"]]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["key_ops": []]) { $1 }) == .notPermitted)
    #expect(refusal(ofKey: unbound.merging(["key_ops": ["verify", "verify"]]) { $1 }) == .malformed)
    #expect(refusal(ofKey: unbound.merging(["key_ops": "verify"]) { $1 }) == .malformed)
    #expect(refusal(ofKey: unbound.merging(["key_ops": ["verify", "dance"]]) { $1 }) == nil)

    let algorithms: [JSONWebAlgorithm] = [.rs256, .es256, .edDSA]
    let pairs = try algorithms.map { try JSONWebKey(parsing: json(try KeyMaker.secretJSON($0)), accepting: [$0]) }
    let published = object(try JSONWebKeySet(pairs).publicJSON())["keys"] as? [Object] ?? []
    #expect(published.count == 3)
    for key in published {
      #expect(Set(key.keys).isDisjoint(with: ["d", "p", "q", "dp", "dq", "qi", "k"]))
    }
    let secret = JSONWebKey.symmetric(try SymmetricKey.generate(.hs256))
    #expect(try JSONWebKeySet([secret]).publicJSON() == "{\"keys\":[]}")
  }

  @Test("private parts never print")
  func printing() throws {
    for algorithm in [JSONWebAlgorithm.hs256, .rs256, .es256, .edDSA, .a128KW, .ecdhES] {
      let material = try KeyMaker.secretJSON(algorithm)
      let key = try JSONWebKey(parsing: json(material), accepting: [algorithm])
      var text = "\(key) \(String(reflecting: key)) \(key.attributes)"
      dump(key, to: &text)
      for name in ["k", "d", "p", "q"] {
        guard let value = material[name] as? String else { continue }
        #expect(!text.contains(value.prefix(8)))
      }
    }
  }
}
