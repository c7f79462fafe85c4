// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// The rows of Documentation/ThreatModel.md that are about the signature of a token and its form.
@Suite("Attacks on signed tokens")
struct TokenAttackTests {
  private let material: Object
  private let keys: VerificationKeys
  private let key: SigningKey

  init() throws {
    material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    keys = try KeyMaker.verificationKeys(material)
    key = try KeyMaker.signingKey(material)
  }

  /// A token with any header and payload whatever, its code right.
  private func token(_ header: String, _ payload: String = "{}") throws -> String {
    try token(
      parts: base64URL(header) + "." + base64URL(payload),
      key: decodedBase64URL(material["k"] as? String ?? "")
    )
  }

  private func token(parts: String, key: [UInt8]) throws -> String {
    let code = try MessageAuthenticationKey(key.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  @Test("the tokens of these tests verify when nothing is wrong with them")
  func control() throws {
    #expect(refusal(of: try token("{\"alg\":\"HS256\"}"), keys) == nil)
    #expect(refusal(of: try token("{ \"typ\" : \"JWT\",\r\n \"alg\" : \"HS256\", \"x\":[{}] }"), keys) == nil)
  }

  @Test("J01 J02 J03 none, in all spellings, with and without a signature; alg of another type")
  func none() throws {
    for name in [
      "none", "None", "NONE", "nOnE", " none", "none ", "none\\u0000", "n\\u006fne", "", "HS256 ", "hs256", "HS1",
    ] {
      let header = base64URL("{\"alg\":\"\(name)\"}")
      for end in [".", ".AA", "." + base64URL([UInt8](repeating: 0, count: 32))] {
        #expect(refusal(of: header + ".e30" + end, keys) == (end == "." ? .signature : .algorithm), "\(name)\(end)")
      }
      #expect(refusal(of: try token("{\"alg\":\"\(name)\"}"), keys) == .algorithm)
    }
    for value in ["null", "[]", "[\"HS256\"]", "1", "true", "{}"] {
      #expect(refusal(of: try token("{\"alg\":\(value)}"), keys) == .header)
    }
    // RFC 7515, A.5, and RFC 7519, 6.1: the unsecured token, also where its algorithm is all that a verifier could
    // mean.
    let unsecured = try #require((Vectors.rfc["unsecured"] as? Object)?["jwt"] as? String)
    #expect(refusal(of: unsecured, keys) == .signature)
    #expect(refusal(of: unsecured + "AA", keys) == .algorithm)
    #expect(refusal(of: unsecured, VerificationKeys([])) != nil)
    #expect(refusal(of: try token("{}"), keys) == .algorithm)
    #expect(refusal(of: try token("{\"ALG\":\"HS256\"}"), keys) == .algorithm)
  }

  @Test(
    "J04 J05 a public key's text is no secret: HS256 under an RSA or EC key is refused",
    arguments: [JSONWebAlgorithm.rs256, .es256, .edDSA]
  )
  func confusion(algorithm: JSONWebAlgorithm) throws {
    let publicJSON = try KeyMaker.publicJSON(algorithm)
    let keys = try KeyMaker.verificationKeys(publicJSON)
    let pem = try #require(try JSONWebKey(parsing: json(publicJSON)).publicKey).pem()
    let der = try #require(try JSONWebKey(parsing: json(publicJSON)).publicKey).der()
    var secrets = [Array(pem.utf8), Array(pem.dropLast().utf8), der, json(publicJSON)]
    for name in ["n", "x", "y"] {
      if let text = publicJSON[name] as? String { secrets += [Array(text.utf8), decodedBase64URL(text)] }
    }
    if let x = publicJSON["x"] as? String, let y = publicJSON["y"] as? String {
      let (x, y) = (decodedBase64URL(x), decodedBase64URL(y))
      secrets += [x + y, [4] + x + y, [2 + y[y.count - 1] % 2] + x]
    }
    for secret in secrets {
      let parts = base64URL("{\"alg\":\"HS256\",\"kid\":\"k\"}") + ".e30"
      #expect(refusal(of: try token(parts: parts, key: secret), keys) == .algorithm)
    }
  }

  @Test("J06 one key, one algorithm: no other of its family")
  func families() throws {
    for families: [JSONWebAlgorithm] in [[.rs256, .rs384, .rs512, .ps256, .ps384, .ps512], [.hs256, .hs384, .hs512]] {
      for own in families {
        let secret =
          own.suits(.symmetric)
          ? ["kty": "oct", "k": base64URL([UInt8](repeating: 9, count: 64))] : try KeyMaker.secretJSON(.rs256)
        let keys = try KeyMaker.verificationKeys(secret.merging(["alg": own.rawValue]) { $1 })
        for other in families where other != own {
          let key = try KeyMaker.signingKey(secret.merging(["alg": other.rawValue]) { $1 })
          let payload: [UInt8] = [1]
          #expect(refusal(of: try JSONWebSignature.sign(payload.span, with: key), keys) == .algorithm)
        }
      }
    }
  }

  @Test("J07 J08 J09 keys that a header brings or points to are not used")
  func headerKeys() throws {
    let attacker = try PrivateKey.generate(.es256)
    let victim = try KeyMaker.verificationKeys(try KeyMaker.publicJSON(.es256).filter { $0.key != "kid" })
    let signer = try SignatureSigner(PrivateKeyHandle(pem: attacker), .ecdsa(.sha256))
    for member in [
      "\"jwk\":\(try attacker.publicKey.json())", "\"jku\":\"http://169.254.169.254/\"",
      "\"jku\":\"file:///etc/passwd\"",
      "\"x5u\":\"http://127.0.0.1:1/\"", "\"x5c\":[\"MIIB\"]",
    ] {
      let parts = base64URL("{\"alg\":\"ES256\",\(member)}") + ".e30"
      let signature = try signer.sign(parts.utf8.span)
      #expect(refusal(of: parts + "." + base64URL(signature), victim) == .signature, "\(member)")
    }
  }

  @Test("J10 a kid is only a name")
  func identifiers() throws {
    let keys = try KeyMaker.verificationKeys(material.merging(["kid": "k"]) { $1 })
    let long = String(repeating: "k", count: 40_000)
    for kid in ["../../dev/null", "/proc/self/environ", "\\u0000", "k\\u0000", "' OR 1=1--", "", long, "K"] {
      #expect(refusal(of: try token("{\"alg\":\"HS256\",\"kid\":\"\(kid)\"}"), keys) == .keyUnknown)
    }
    for kid in ["1", "[\"k\"]", "{}", "true"] {
      #expect(refusal(of: try token("{\"alg\":\"HS256\",\"kid\":\(kid)}"), keys) == .header)
    }
    #expect(refusal(of: try token("{\"alg\":\"HS256\",\"kid\":\"k\"}"), keys) == nil)
  }

  @Test("J11 without a kid at most 8 keys are tried")
  func manyKeys() throws {
    let strangers = try (0..<8).map { number in try KeyMaker.secretJSON(.hs256).merging(["kid": "\(number)"]) { $1 } }
    let last = material.merging(["kid": "last"]) { $1 }
    let all = try VerificationKeys(try JSONWebKeySet(parsing: json(["keys": strangers + [last]])))
    let eight = try VerificationKeys(try JSONWebKeySet(parsing: json(["keys": Array(strangers.dropLast()) + [last]])))
    #expect(refusal(of: try token("{\"alg\":\"HS256\"}"), all) == .signature)
    #expect(refusal(of: try token("{\"alg\":\"HS256\"}"), eight) == nil)
    #expect(refusal(of: try token("{\"alg\":\"HS256\",\"kid\":\"last\"}"), all) == nil)
  }

  @Test("J12 header parameters that occur twice are refused, however they are written")
  func duplicates() throws {
    for header in [
      "{\"alg\":\"HS256\",\"alg\":\"HS256\"}", "{\"alg\":\"none\",\"alg\":\"HS256\"}",
      "{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}",
      "{\"alg\":\"HS256\",\"x\":1,\"x\":1}", "{\"alg\":\"HS256\",\"x\":{\"y\":1,\"y\":2}}",
    ] { #expect(refusal(of: try token(header), keys) == .malformed, "\(header)") }
  }

  @Test("J13 J14 crit and b64 are refused in every form")
  func critical() throws {
    for value in [
      "[\"x\"]", "[]", "[\"alg\"]", "\"x\"", "null", "{}", "[\"missing\"]", "[\"x\",\"x\"]", "[\"b64\"]", "1",
    ] {
      #expect(refusal(of: try token("{\"alg\":\"HS256\",\"x\":1,\"crit\":\(value)}"), keys) == .header, "\(value)")
    }
    for value in ["false", "true", "\"false\"", "0", "null"] {
      #expect(refusal(of: try token("{\"alg\":\"HS256\",\"b64\":\(value)}"), keys) == .header)
      #expect(refusal(of: try token("{\"alg\":\"HS256\",\"b64\":\(value),\"crit\":[\"b64\"]}"), keys) == .header)
    }
    let secret = decodedBase64URL(material["k"] as? String ?? "")
    let dotted = base64URL("{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}") + ".a.b"
    #expect(refusal(of: try token(parts: dotted, key: secret), keys) == .malformed)
  }

  @Test("J15 J16 base64url in one way only: no padding, no white space, no other letters, no spare bits")
  func encoding() throws {
    let valid = try token("{\"alg\":\"HS256\"}", "{\"a\":1}")
    let parts = valid.split(separator: ".").map(String.init)
    #expect(refusal(of: valid, keys) == nil)
    for index in 0..<3 {
      for spoiled in ["=", "==", "\n", " ", "\t", "\r", "+", "/", "\u{e9}", "?", "%3D", "\0", "A", "AAAAA"] {
        for place in 0...1 {
          var changed = parts
          changed[index] = place == 0 ? spoiled + parts[index] : parts[index] + spoiled
          #expect(refusal(of: changed.joined(separator: "."), keys) != nil, "\(changed)")
        }
      }
    }
    // The last character of 32 bytes in base64url has two bits to spare, of 11 bytes as well.
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let last = try #require(parts[2].last.flatMap { alphabet.firstIndex(of: $0) })
    for spare in 1...3 {
      let spelled = parts[2].dropLast() + String(alphabet[last + spare])
      #expect(refusal(of: "\(parts[0]).\(parts[1]).\(spelled)", keys) == .malformed)
    }
    // With the code computed over what is malformed.
    let secret = decodedBase64URL(material["k"] as? String ?? "")
    for text in ["eyJhIjoxfQ==", "eyJhIjoxfR", "eyJhIjoxfQ\n", "e", "eyJhI", "eyJ?IjoxfQ", "eyJh+joxfQ"] {
      #expect(refusal(of: try token(parts: parts[0] + "." + text, key: secret), keys) == .malformed, "\(text)")
      #expect(refusal(of: try token(parts: text + "." + parts[1], key: secret), keys) == .malformed, "\(text)")
    }
  }

  @Test("J17 a token has three parts, and ten million dots are refused without a look at them")
  func segments() throws {
    let valid = try token("{\"alg\":\"HS256\"}")
    for text in [
      "", ".", "..", "...", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "a.b.c.d.e.f", valid + ".", "." + valid, valid + ".e30",
    ] {
      #expect(refusal(of: text, keys) != nil, "\(text)")
    }
    #expect(refusal(of: String(repeating: ".", count: 10_000_000), keys) == .tooLarge)
    #expect(refusal(of: String(repeating: ".", count: 65_536), keys) == .malformed)
    let parts = valid.split(separator: ".")
    for empty in 0..<3 {
      let emptied = parts.enumerated().map { $0.offset == empty ? "" : String($0.element) }.joined(separator: ".")
      #expect(refusal(of: emptied, keys) != nil)
    }
  }

  @Test("J18 a token of 65,536 bytes is read, one of 65,537 is not")
  func size() throws {
    let header = base64URL("{\"alg\":\"HS256\"}")
    let secret = decodedBase64URL(material["k"] as? String ?? "")
    let room = 65_536 - header.utf8.count - 1 - 1 - 43
    let full = try token(parts: header + "." + String(repeating: "A", count: room), key: secret)
    #expect(full.utf8.count == 65_536)
    #expect(refusal(of: full, keys) == (room % 4 == 1 ? .malformed : nil))
    #expect(
      refusal(of: try token(parts: header + "." + String(repeating: "A", count: room + 1), key: secret), keys)
        == .tooLarge
    )
    #expect(refusal(of: String(repeating: "A", count: 100_000_000), keys) == .tooLarge)
    let payload = [UInt8](repeating: 0, count: 65_000)
    #expect(refusal { () throws(TokenError) in try JSONWebSignature.sign(payload.span, with: key) } == .tooLarge)
  }

  @Test("J19 nesting deeper than 32 is refused on a stack of 512 KiB", arguments: [100, 1000, 10_000, 20_000])
  func nesting(depth: Int) async throws {
    let keys = keys
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] where depth * (open.utf8.count + 1) < 45_000 {
      let value = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      let deep = try token("{\"alg\":\"HS256\",\"x\":\(value)}")
      #expect(await onSmallStack { refusal(of: deep, keys) } == .malformed)
    }
    let allowed =
      "{\"alg\":\"HS256\",\"x\":" + String(repeating: "[", count: 31) + String(repeating: "]", count: 31) + "}"
    #expect(refusal(of: try token(allowed), keys) == nil)
    #expect(
      refusal(of: try token(allowed.replacing("[[", with: "[[[").replacing("]]", with: "]]]")), keys) == .malformed
    )
  }

  @Test("J24 J25 headers that are no object, or not in UTF-8, are refused")
  func headers() throws {
    for header in [
      "", "[]", "\"HS256\"", "null", "{\"alg\":\"HS256\"} x", "{\"alg\":\"HS256\"}{}", "\u{FEFF}{\"alg\":\"HS256\"}",
      "{\"alg\":\"HS256\",\"x\":\"\\ud800\"}", "{alg:HS256}", "{\"alg\":\"HS256\",}",
    ] {
      #expect(refusal(of: try token(header), keys) == .malformed, "\(header)")
    }
    let secret = decodedBase64URL(material["k"] as? String ?? "")
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
      let header = Array("{\"alg\":\"HS256\",\"x\":\"".utf8) + bytes + Array("\"}".utf8)
      #expect(refusal(of: try token(parts: base64URL(header) + ".e30", key: secret), keys) == .malformed)
    }
  }

  @Test("J26 J27 JSON serializations and encrypted tokens are refused")
  func serializations() throws {
    let parts = try token("{\"alg\":\"HS256\"}").split(separator: ".").map(String.init)
    let flat = "{\"payload\":\"\(parts[1])\",\"protected\":\"\(parts[0])\",\"signature\":\"\(parts[2])\"}"
    #expect(refusal(of: flat, keys) == .malformed)
    #expect(refusal(of: "{\"payload\":\"e30\",\"signatures\":[\(flat),\(flat)]}", keys) == .malformed)
    for header in [
      "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", "{\"alg\":\"HS256\",\"enc\":\"A128GCM\"}",
      "{\"alg\":\"HS256\",\"zip\":\"DEF\"}",
    ] {
      #expect(refusal(of: try token(header), keys) != nil)
      #expect(refusal(of: base64URL(header) + ".AA.AA.AA.AA", keys) == .malformed)
    }
  }

  @Test(
    "J34 J35 ECDSA: r and s in range and of full length only",
    arguments: [JSONWebAlgorithm.es256, .es384, .es512, .es256K]
  )
  func ecdsa(algorithm: JSONWebAlgorithm) throws {
    let orders: [JSONWebAlgorithm: String] = [
      .es256: "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE",
      .es384: "________________________________x2NNgfQ3Ld9YGg2ySLCneuzsGWrMxSlz",
      .es512: "Af__________________________________________-lGGh4O_L5Zrf8wBSPcJpdA7tcm4iZxHrrtvtx6ROGQJ",
      .es256K: "_____________________rqu3OavSKA7v9JejNA2QUE",
    ]
    let material = try KeyMaker.secretJSON(algorithm).filter { $0.key != "kid" }
    let keys = try KeyMaker.verificationKeys(material)
    let payload: [UInt8] = [1]
    let valid = try JSONWebSignature.sign(payload.span, with: try KeyMaker.signingKey(material))
    let parts = valid.split(separator: ".").map(String.init)
    let signature = decodedBase64URL(parts[2])
    let half = signature.count / 2
    func isRefused(_ bytes: [UInt8]) -> Bool {
      refusal(of: "\(parts[0]).\(parts[1]).\(base64URL(bytes))", keys) == .signature
    }
    #expect(!isRefused(signature))
    let order = decodedBase64URL(orders[algorithm] ?? "")
    try #require(order.count == half)
    let zero = [UInt8](repeating: 0, count: half)
    var one = zero
    one[half - 1] = 1
    var beneath = order
    beneath[half - 1] -= 1
    for r in [zero, one, beneath, order] { for s in [zero, one, beneath, order] { #expect(isRefused(r + s)) } }
    let (r, s) = (Array(signature[..<half]), Array(signature[half...]))
    for other in [zero, order, [UInt8](repeating: 0xFF, count: half)] {
      #expect(isRefused(other + s))
      #expect(isRefused(r + other))
    }
    for bytes in [
      Array(signature.dropLast()), signature + [0], [0] + signature, [0] + r + [0] + s, signature + signature, r,
      r + [0] + s, [UInt8](repeating: 0, count: 128), [0x30, 6, 2, 1, 1, 2, 1, 1],
    ] { #expect(isRefused(bytes)) }
  }

  @Test("J38 EdDSA: S beyond the order is refused", arguments: [JSONWebCurve.ed25519, .ed448])
  func edwards(curve: JSONWebCurve) throws {
    let material = try KeyMaker.secretJSON(.edDSA, curve: curve).filter { $0.key != "kid" }
    let keys = try KeyMaker.verificationKeys(material)
    let payload: [UInt8] = [1]
    let valid = try JSONWebSignature.sign(payload.span, with: try KeyMaker.signingKey(material))
    let parts = valid.split(separator: ".").map(String.init)
    // The order of the base point, least significant byte first (RFC 8032, 5.1 and 5.2).
    let order = decodedBase64URL(
      curve == .ed25519
        ? "7dP1XBpjEljWnPei3vneFAAAAAAAAAAAAAAAAAAAABA"
        : "80RYq5LCeCNVj8WNcsJsIZA21q5J207E6SPKfP___________________________________z8A"
    )
    var signature = decodedBase64URL(parts[2])
    let half = signature.count / 2
    try #require(order.count == half)
    var carry = 0
    for index in 0..<half {
      carry += Int(signature[half + index]) + Int(order[index])
      signature[half + index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
    let keptForm = "\(parts[0]).\(parts[1]).\(base64URL(signature))"
    #expect(refusal(of: keptForm, keys) == .signature, "S plus the order signs the same, were it taken")
    for bytes in [Array(signature.dropLast()), signature + [0], []] {
      #expect(refusal(of: "\(parts[0]).\(parts[1]).\(base64URL(bytes))", keys) == .signature)
    }
  }

  @Test(
    "J39 RSA: signatures that are 0, 1, n - 1, n, not reduced or of another length are refused",
    arguments: [JSONWebAlgorithm.rs256, .ps256]
  )
  func rsa(algorithm: JSONWebAlgorithm) throws {
    let material = try KeyMaker.secretJSON(algorithm).filter { $0.key != "kid" }
    let keys = try KeyMaker.verificationKeys(material)
    let payload: [UInt8] = [1]
    let valid = try JSONWebSignature.sign(payload.span, with: try KeyMaker.signingKey(material))
    let parts = valid.split(separator: ".").map(String.init)
    let signature = decodedBase64URL(parts[2])
    let modulus = decodedBase64URL(material["n"] as? String ?? "")
    let zero = [UInt8](repeating: 0, count: modulus.count)
    var one = zero
    one[modulus.count - 1] = 1
    var beneath = modulus
    beneath[modulus.count - 1] -= 1
    var sum = signature
    var carry = 0
    for index in signature.indices.reversed() {
      carry += Int(signature[index]) + Int(modulus[index])
      sum[index] = UInt8(truncatingIfNeeded: carry)
      carry >>= 8
    }
    for bytes in [
      zero, one, beneath, modulus, [UInt8(carry)] + sum, sum, [0] + signature, signature + [0],
      Array(signature.dropFirst()),
      Array(signature.dropLast()), [],
    ] {
      #expect(refusal(of: "\(parts[0]).\(parts[1]).\(base64URL(bytes))", keys) == .signature)
    }
    #expect(refusal(of: valid, keys) == nil)
  }
}

extension PrivateKeyHandle {
  /// The key in libcrypto, for signatures that the library itself would not make.
  convenience init(pem key: PrivateKey) throws {
    let lines = try key.secretPEM(password: nil).split(separator: "\n").dropFirst().dropLast()
    let der = Array(Data(base64Encoded: lines.joined()) ?? Data())
    try self.init(der: der.span, .privateKeyInfo, password: nil)
  }
}
