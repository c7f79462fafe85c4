// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("DPoP proofs (RFC 9449)")
struct DPoPTests {
  private static let now: Int64 = 1_800_000_000
  private static let uri = "https://id.example/token"
  private let key: PrivateKey
  private let clock = TokenClock.fixed(now)

  init() throws {
    key = try PrivateKey.generate(.es256)
  }

  // MARK: Making proofs of any kind

  private func header(_ changes: Object = [:], key: PrivateKey? = nil) throws -> Object {
    var jwk = object(try (key ?? self.key).publicKey.json())
    for name in ["use", "alg", "kid"] { jwk[name] = nil }
    let header: Object = ["typ": "dpop+jwt", "alg": (key ?? self.key).attributes.algorithm.rawValue, "jwk": jwk]
    return header.merging(changes) { $1 }.filter { !($0.value is NSNull) }
  }

  private func claims(_ changes: Object = [:]) -> Object {
    let claims: Object = ["jti": "1", "htm": "POST", "htu": Self.uri, "iat": Self.now]
    return claims.merging(changes) { $1 }.filter { !($0.value is NSNull) }
  }

  /// A proof signed with a key, whatever header and claims say.
  private func proof(_ header: Object, _ claims: Object, key: PrivateKey? = nil) throws -> String {
    let headerAndDot = Array((base64URL(json(header)) + ".").utf8)
    let payload = json(claims)
    return try TokenWriter.write(headerAndDot: headerAndDot, payload.span, SigningKey(key ?? self.key))
  }

  private func verifier(_ nonces: DPoPNonces? = nil, clock: TokenClock? = nil) throws -> DPoPVerifier {
    try DPoPVerifier(nonces: nonces, clock: clock ?? self.clock)
  }

  private func refusal(
    _ proof: String,
    _ verifier: DPoPVerifier? = nil,
    method: String = "POST",
    uri: String = Self.uri
  ) throws -> TokenError.Code? {
    let verifier = try verifier ?? self.verifier()
    let replays = try LocalReplayMemory(clock: clock)
    let code = WritAuthenticationTests.refusal { () throws(TokenError) in
      try verifier.verify(proof, method: method, uri: uri, replays: replays)
    }
    #expect(replays.count == (code == nil ? 1 : 0), "only what is taken is remembered")
    return code
  }

  // MARK: What is taken

  @Test("RFC 9449 4.1, 5, 6.1, 7.1: the examples verify, bound to their token and key")
  func examples() throws {
    let examples = try #require(Vectors.rfc["proofs"] as? [Object])
    #expect(examples.count == 3)
    for example in examples {
      func text(_ name: String) -> String { example[name] as? String ?? "" }
      let time = try #require(example["time"] as? Int64)
      let verifier = try verifier(clock: .fixed(time))
      let replays = try LocalReplayMemory(clock: .fixed(time))
      let proof =
        if let accessToken = example["accessToken"] as? String {
          try verifier.verify(
            text("proof"),
            method: text("method"),
            uri: text("uri"),
            accessToken: accessToken,
            boundTo: TokenConfirmation(keyThumbprint: text("thumbprint")),
            replays: replays
          )
        } else {
          try verifier.verify(text("proof"), method: text("method"), uri: text("uri"), replays: replays)
        }
      #expect(proof.thumbprint == text("thumbprint"))
      #expect(proof.identifier == text("identifier"))
      #expect(proof.issuedAt.seconds == time)
    }
  }

  @Test(
    "what is made verifies, with every algorithm",
    arguments: [SignatureAlgorithm.es256, .es384, .es512, .edDSA, .ps256]
  )
  func roundTrip(algorithm: SignatureAlgorithm) throws {
    let key = try #require(try KeyMaker.privateKey(.signature(algorithm)))
    let nonces = try DPoPNonces(clock: clock)
    let signer = try DPoPSigner(key: key, clock: clock)
    let verifier = try DPoPVerifier(algorithms: [algorithm], nonces: nonces, clock: clock)
    let replays = try LocalReplayMemory()
    let made = try signer.proof(
      method: "GET",
      uri: "HTTPS://api.example:443/a/../b?x#y",
      accessToken: "t",
      nonce: nonces.nonce()
    )
    #expect(!made.contains("\"d\""))
    let header = object(String(decoding: decodedBase64URL(String(made.prefix { $0 != "." })), as: UTF8.self))
    #expect(Set((header["jwk"] as? Object ?? [:]).keys).isDisjoint(with: ["d", "p", "q", "dp", "dq", "qi", "kid"]))
    let proof = try verifier.verify(
      made,
      method: "GET",
      uri: "https://api.example/b",
      accessToken: "t",
      boundTo: TokenConfirmation(keyThumbprint: signer.thumbprint),
      replays: replays
    )
    #expect(proof.thumbprint == signer.thumbprint)
    #expect(proof.thumbprint == (try key.publicKey.thumbprint()))
  }

  // MARK: What is refused

  @Test("RFC 9449 4.3, 4 to 7: typ, alg, jwk and signature")
  func headers() throws {
    let other = try PrivateKey.generate(.es256)
    let secret = object(try key.secretJSON())
    let shared = object(try SymmetricKey.generate(.hs256).secretJSON())
    let rsa = try #require(try KeyMaker.privateKey(.rs256))
    let p384 = try PrivateKey.generate(.es384)
    let jwk = try #require(try header()["jwk"] as? Object)
    #expect(try refusal(proof(header(), claims())) == nil)
    #expect(try refusal(proof(header(["typ": "application/dpop+jwt"]), claims())) == nil)
    for (changes, expected) in [
      (["typ": NSNull()], .type), (["typ": "JWT"], .type), (["typ": "at+jwt"], .type), (["alg": NSNull()], .algorithm),
      (["alg": "none"], .algorithm), (["alg": "HS256"], .algorithm), (["alg": "ES384"], .header),
      (["alg": "RS256"], .algorithm),
      (["alg": "ES256K"], .algorithm), (["alg": "ECDH-ES"], .algorithm), (["jwk": NSNull()], .header),
      (["jwk": "x"], .header),
      (["jwk": [String: String]()], .header), (["jwk": secret], .header), (["jwk": shared], .header),
      (["jwk": jwk.merging(["d": ""]) { $1 }], .header), (["jwk": jwk.merging(["k": "AA"]) { $1 }], .header),
      (["jwk": jwk.merging(["use": "enc"]) { $1 }], .header), (["jwk": jwk.merging(["alg": "ES384"]) { $1 }], .header),
      (["jwk": jwk.merging(["key_ops": ["encrypt"]]) { $1 }], .header),
      (["jwk": jwk.merging(["x": jwk["y"] ?? ""]) { $1 }], .header),
      (["crit": ["x"]], .header), (["b64": false], .header),
    ] as [(Object, TokenError.Code)] {
      #expect(try refusal(proof(header(changes), claims())) == expected, "\(changes)")
    }
    // Signed by one key, shown another; an algorithm that is not accepted; a key of another curve.
    #expect(try refusal(proof(header(), claims(), key: other)) == .signature)
    #expect(try refusal(proof(header(key: rsa), claims(), key: rsa)) == .algorithm)
    #expect(try refusal(proof(header(["alg": "ES256"], key: p384), claims(), key: p384)) == .header)
    let text = try proof(header(), claims())
    #expect(try refusal(String(text.dropLast(2) + (text.hasSuffix("AA") ? "AQ" : "AA"))) == .signature)
    for text in [text + "," + text, text + ", " + text, text + ".", "", "a.b", String(repeating: "A", count: 8192)] {
      #expect(try refusal(text) == .malformed || (try refusal(text)) == .signature)
    }
    #expect(try refusal(String(repeating: ".", count: 8193)) == .tooLarge)
    #expect(try refusal(proof(header(), claims(["x": String(repeating: "x", count: 8000)]))) == .tooLarge)
  }

  @Test("J32 a weak key in a proof is refused")
  func weakKeys() throws {
    let rsa = try #require(try KeyMaker.privateKey(.ps256))
    let verifier = try DPoPVerifier(algorithms: [.ps256], clock: clock)
    for (name, value) in [("n", base64URL([UInt8](repeating: 0xFF, count: 128))), ("e", "AQ"), ("e", "Ag")] {
      var jwk = try #require(try header(key: rsa)["jwk"] as? Object)
      jwk[name] = value
      #expect(try refusal(proof(header(["jwk": jwk], key: rsa), claims(), key: rsa), verifier) == .header, "\(name)")
    }
  }

  @Test("RFC 9449 4.3, 3 and 8 to 11: each claim, and the window to the second")
  func wrongClaims() throws {
    for (changes, expected) in [
      (["jti": NSNull()], .claim), (["jti": ""], .claim), (["jti": 1], .claim), (["htm": NSNull()], .binding),
      (["jti": String(repeating: "x", count: 257)], .claim), (["jti": String(repeating: "x", count: 256)], nil),
      (["htm": "post"], .binding), (["htm": "GET"], .binding), (["htm": 1], .claim), (["htu": NSNull()], .binding),
      (["htu": "https://id.example/token/"], .binding), (["htu": "http://id.example/token"], .binding),
      (["htu": "https://id.example.evil/token"], .binding), (["htu": "/token"], .binding), (["htu": 1], .claim),
      (["htu": "https://ID.example:443/x/../%74oken?a#b"], nil), (["iat": NSNull()], .claim), (["iat": "1"], .claim),
      (["iat": Self.now - 60], nil), (["iat": Self.now - 61], .expired), (["iat": Self.now + 60], nil),
      (["iat": Self.now + 61], .notYetValid), (["iat": -1], .claim), (["iat": 1e300], .claim),
      (["exp": Self.now - 60], .expired), (["nbf": Self.now + 61], .notYetValid), (["nonce": "unasked"], nil),
    ] as [(Object, TokenError.Code?)] {
      #expect(try refusal(proof(header(), claims(changes))) == expected, "\(changes)")
    }
    #expect(try refusal(proof(header(), claims()), method: "GET") == .binding)
    for uri in ["https://id.example/", "id.example/token", "", "https://id.example@evil/token"] {
      #expect(try refusal(proof(header(), claims()), uri: uri) == .binding)
    }
    for algorithms in [[], [.hs256], [.es256, .hs512]] as [Set<SignatureAlgorithm>] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try DPoPVerifier(algorithms: algorithms) }
          == .configuration
      )
    }
    for window: Duration in [.zero, .seconds(601), .seconds(-5)] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try DPoPVerifier(window: window) } == .configuration
      )
    }
  }

  @Test("RFC 9449 4.3, 12: the proof is for this token, and the token is bound to its key")
  func bindings() throws {
    let signer = try DPoPSigner(key: key, clock: clock)
    let bound = TokenConfirmation(keyThumbprint: signer.thumbprint)
    func refusal(_ proof: String, _ confirmation: TokenConfirmation?, token: String = "t") throws -> TokenError.Code? {
      let (verifier, replays) = (try verifier(), try LocalReplayMemory(clock: clock))
      return WritAuthenticationTests.refusal { () throws(TokenError) in
        try verifier.verify(
          proof,
          method: "POST",
          uri: Self.uri,
          accessToken: token,
          boundTo: confirmation,
          replays: replays
        )
      }
    }
    let proof = try signer.proof(method: "POST", uri: Self.uri, accessToken: "t")
    let without = try signer.proof(method: "POST", uri: Self.uri)
    let other = try DPoPSigner(key: try PrivateKey.generate(.es256), clock: clock).thumbprint
    #expect(try refusal(proof, bound) == nil)
    #expect(try refusal(proof, bound, token: "other") == .binding)
    #expect(try refusal(without, bound) == .binding)
    #expect(try refusal(proof, nil) == .binding)
    #expect(try refusal(proof, TokenConfirmation(keyThumbprint: other)) == .binding)
    #expect(try refusal(proof, TokenConfirmation(certificateThumbprint: signer.thumbprint)) == .binding)
  }

  @Test("RFC 9449 8: a nonce is asked for, made here, and taken for its lifetime")
  func nonces() throws {
    let shared = try SymmetricKey.generate(.hs256)
    let nonces = try DPoPNonces(key: shared, lifetime: .seconds(300), clock: clock)
    let verifier = try verifier(nonces)
    func refusal(_ nonce: Any) throws -> TokenError.Code? {
      try self.refusal(proof(header(), claims(["nonce": nonce])), verifier)
    }
    let nonce = try nonces.nonce()
    #expect(try refusal(nonce) == nil)
    #expect(try refusal(try DPoPNonces(key: shared, clock: clock).nonce()) == nil, "of a server with the same key")
    for (time, expected) in [(-300, nil), (-301, TokenError.Code.nonce), (300, nil), (301, .nonce)] {
      let made = try DPoPNonces(key: shared, clock: .fixed(Self.now + Int64(time))).nonce()
      #expect(try refusal(made) == expected, "\(time)")
    }
    #expect(try refusal(try DPoPNonces(clock: clock).nonce()) == .nonce)
    var bytes = decodedBase64URL(nonce)
    bytes[7] ^= 1
    for other in ["", "x", nonce + "A", base64URL(bytes), base64URL([UInt8](repeating: 255, count: 24))] {
      #expect(try refusal(other) == .nonce)
    }
    #expect(try refusal(NSNull()) == .nonce)
    #expect(try refusal(7) == .claim)
    for lifetime: Duration in [.zero, .seconds(3601)] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try DPoPNonces(lifetime: lifetime) }
          == .configuration
      )
    }
    let wrong = try SymmetricKey.generate(.hs512)
    #expect(WritAuthenticationTests.refusal { () throws(TokenError) in try DPoPNonces(key: wrong) } == .configuration)
  }

  // MARK: Replays

  @Test("RFC 9449 11.1: a proof is taken once; another key may use the same jti")
  func replays() throws {
    let (verifier, replays) = (try verifier(), try LocalReplayMemory(clock: clock))
    let text = try proof(header(), claims())
    func code(_ text: String) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in
        try verifier.verify(text, method: "POST", uri: Self.uri, replays: replays)
      }
    }
    #expect(code(text) == nil)
    #expect(code(text) == .replayed)
    #expect(code(try proof(header(), claims(["iat": Self.now + 1]))) == .replayed)
    let other = try PrivateKey.generate(.es256)
    #expect(code(try proof(header(key: other), claims(), key: other)) == nil)
  }

  /// A memory that answers as it is told.
  struct Answering: ReplayMemory {
    let answer: Result<Bool, CocoaError>
    func remember(_ proof: [UInt8], until: Int64) async throws -> Bool {
      #expect(proof.count == 32)
      #expect(until == DPoPTests.now + 120)
      return try answer.get()
    }
  }

  @Test("a shared memory that fails refuses")
  func sharedMemory() async throws {
    let verifier = try verifier()
    let text = try proof(header(), claims())
    _ = try await verifier.verify(text, method: "POST", uri: Self.uri, replays: Answering(answer: .success(true)))
    await #expect(throws: TokenError.self) {
      try await verifier.verify(text, method: "POST", uri: Self.uri, replays: Answering(answer: .success(false)))
    }
    await #expect(throws: CocoaError.self) {
      try await verifier.verify(
        text,
        method: "POST",
        uri: Self.uri,
        replays: Answering(answer: .failure(CocoaError(.fileReadUnknown)))
      )
    }
  }
}
