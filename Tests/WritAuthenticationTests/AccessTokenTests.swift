// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Access tokens (RFC 9068)")
struct AccessTokenTests {
  private static let now: Int64 = 1_800_000_000
  private let secret: [UInt8]
  private let issuer: AccessTokenIssuer
  private let verifier: TokenVerifier
  private let keys: VerificationKeys

  init() throws {
    let material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    secret = decodedBase64URL(material["k"] as? String ?? "")
    let clock = TokenClock.fixed(Self.now)
    let key = try KeyMaker.signingKey(material)
    issuer = try AccessTokenIssuer(issuer: "https://id.example", signingKey: key, lifetime: .seconds(300), clock: clock)
    keys = try KeyMaker.verificationKeys(material)
    verifier = try TokenVerifier(
      keys: keys,
      rules: .accessToken(issuer: "https://id.example", audience: "api"),
      clock: clock
    )
  }

  private static var required: Object {
    [
      "iss": "https://id.example", "exp": now + 300, "aud": "api", "sub": "alice", "client_id": "app", "iat": now,
      "jti": "1",
    ]
  }

  private func refusal(_ claims: Object, type: String? = "at+jwt") throws -> TokenError.Code? {
    var header: Object = ["alg": "HS256"]
    header["typ"] = type
    let parts = base64URL(json(header)) + "." + base64URL(json(claims))
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    let text = parts + "." + base64URL(code.bytes)
    return WritAuthenticationTests.refusal { () throws(TokenError) in
      try verifier.verify(text, as: AccessTokenClaims.self)
    }
  }

  private func refusal(_ name: String, _ value: Any?) throws -> TokenError.Code? {
    var claims = Self.required
    claims[name] = value
    return try refusal(claims)
  }

  @Test("an issuer follows the keys of a schedule")
  func scheduled() throws {
    let time = TestTime(Self.now)
    let keys = try SigningKeySet(
      ["a", "b"].enumerated().map {
        ScheduledKey(try PrivateKey.generate(.edDSA, identifier: $1), signsFrom: Self.now + Int64($0) * 1000)
      },
      overlap: .seconds(300),
      clock: time.clock
    )
    let issuer = try AccessTokenIssuer(issuer: "https://id.example", keys: keys, lifetime: .seconds(300))
    let rules = TokenRules.accessToken(issuer: "https://id.example", audience: "api")
    let verifier = try TokenVerifier(keys: .scheduled(keys), rules: rules, clock: time.clock)
    for name in ["a", "b"] {
      let text = try issuer.issue(AccessTokenClaims(clientIdentifier: "app"), subject: "alice", audience: "api")
      #expect(try verifier.verify(text, as: AccessTokenClaims.self).key.identifier == name)
      time.seconds += 1000
    }
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in
        try AccessTokenIssuer(issuer: "i", keys: keys, lifetime: .seconds(301))
      } == .configuration
    )
  }

  @Test("what is issued verifies, with every claim there is")
  func roundTrip() throws {
    var claims = AccessTokenClaims(clientIdentifier: "app", scope: ["photos", "openid"])
    claims.authenticationTime = NumericDate(seconds: Self.now - 5)
    claims.authenticationContext = "2"
    claims.authenticationMethods = ["pwd", "otp"]
    claims.roles = ["editor"]
    claims.groups = ["staff", "night"]
    claims.entitlements = ["gold"]
    claims.confirmation = TokenConfirmation(keyThumbprint: String(repeating: "A", count: 43))
    let text = try issuer.issue(claims, subject: "alice", audience: "api", others: CodableClaims(["tenant": "t1"]))
    var rules = TokenRules.accessToken(issuer: "https://id.example", audience: "api")
    rules.proof = .checkedByCaller
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(Self.now))
    let token = try verifier.verify(text, as: AccessTokenClaims.self)
    #expect(token.claims == claims)
    #expect(token.subject == "alice")
    #expect(decodedBase64URL(token.identifier ?? "").count == 16)
    #expect(try token.reader.string("tenant") == "t1")
    #expect(
      object(String(decoding: decodedBase64URL(String(text.prefix { $0 != "." })), as: UTF8.self))["typ"] as? String
        == "at+jwt"
    )
    let other = try issuer.issue(claims, subject: "alice", audience: "api")
    #expect(try verifier.verify(other, as: AccessTokenClaims.self).identifier != token.identifier)
  }

  @Test("RFC 9068 4: each required claim is required, also against null")
  func required() throws {
    #expect(try refusal(Self.required) == nil)
    for name in ["exp", "sub", "client_id", "iat", "jti"] {
      #expect(try refusal(name, nil) == .claim, "\(name)")
      #expect(try refusal(name, NSNull()) == .claim, "\(name)")
    }
    #expect(try refusal("iss", nil) == .issuer)
    #expect(try refusal("aud", nil) == .audience)
    #expect(try refusal("iss", "https://other.example") == .issuer)
    #expect(try refusal("aud", "other") == .audience)
  }

  @Test("J28 RFC 9068 4: typ is at+jwt or application/at+jwt, and no other")
  func types() throws {
    for type in ["at+jwt", "application/at+jwt", "AT+JWT"] { #expect(try refusal(Self.required, type: type) == nil) }
    for type in [nil, "JWT", "id_token", "logout+jwt", "at+jwt ", "application/application/at+jwt"] {
      #expect(try refusal(Self.required, type: type) == .type, "\(type ?? "none")")
    }
  }

  @Test("claims of another type are refused")
  func mistyped() throws {
    for (name, value) in [
      ("scope", ["a b"] as Any), ("scope", [1]), ("scope", 1), ("scope", "a\tb"), ("scope", "a\"b"),
      ("scope", "\u{e9}"), ("client_id", 1), ("auth_time", "1"), ("auth_time", -1), ("acr", 1), ("amr", "pwd"),
      ("amr", [1]),
      ("roles", "editor"), ("groups", [["a"]]), ("entitlements", 1),
    ] { #expect(try refusal(name, value) == .claim, "\(name) \(value)") }
    #expect(try refusal("auth_time", 1.5) == nil)
    for value in ["x", [:], ["jkt": "short"], ["jkt": 1], ["kid": "x"]] as [Any] {
      #expect(try refusal("cnf", value) == .binding, "no bearer's token, whatever it says: \(value)")
    }
  }

  @Test("scope as providers send it: empty, with spaces too many, null, or an array")
  func scopes() throws {
    for (scope, expected) in [
      ("", []), (" ", []), ("a ", ["a"]), (" a", ["a"]), ("a  b", ["a", "b"]), ("a b", ["a", "b"]), (NSNull(), []),
      (["a", "b"], ["a", "b"]), ([], []), (["a", "a"], ["a", "a"]),
    ] as [(Any, [String])] {
      var claims = Self.required
      claims["scope"] = scope
      let parts = base64URL("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}") + "." + base64URL(json(claims))
      let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
      let read = try verifier.verify(parts + "." + base64URL(code.bytes), as: AccessTokenClaims.self)
      #expect(read.claims.scope == expected, "\(scope)")
    }
    for name in ["acr", "auth_time", "amr", "roles", "groups", "entitlements", "cnf"] {
      #expect(try refusal(name, NSNull()) == nil, "\(name)")
    }
  }

  @Test("what a verifier would refuse is not issued")
  func unissuable() {
    for scope in [["a b"], [""], ["\u{e9}"], ["a\\"]] {
      let claims = AccessTokenClaims(clientIdentifier: "app", scope: scope)
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in
          try issuer.issue(claims, subject: "s", audience: "api")
        } == .claim
      )
    }
    for confirmation in [TokenConfirmation(), TokenConfirmation(keyThumbprint: "x")] {
      let claims = AccessTokenClaims(clientIdentifier: "app", confirmation: confirmation)
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in
          try issuer.issue(claims, subject: "s", audience: "api")
        } == .claim
      )
    }
    let twice = WritAuthenticationTests.refusal { () throws(TokenError) in
      try issuer.issue(
        AccessTokenClaims(clientIdentifier: "app"),
        subject: "s",
        audience: "api",
        others: CodableClaims(["client_id": "admin"])
      )
    }
    #expect(twice == .claim)
  }

  @Test("RFC 8705 appendix A: the thumbprint of a certificate, and no other certificate")
  func certificates() throws {
    let certificate = """
      MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAxODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMB\
      MGByqGSM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYI\
      KoZIzj0EAwIDSQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOVbUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
      """
    var der = Array(Data(base64Encoded: certificate) ?? Data())
    #expect(!der.isEmpty)
    let thumbprint = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"
    #expect(try TokenConfirmation.thumbprint(ofCertificate: der.span) == thumbprint)
    let confirmation = TokenConfirmation(certificateThumbprint: thumbprint)
    try confirmation.checkCertificate(der.span)
    func refusal(_ confirmation: TokenConfirmation, _ certificate: [UInt8]) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in try confirmation.checkCertificate(certificate.span) }
    }
    #expect(refusal(TokenConfirmation(keyThumbprint: thumbprint), der) == .binding)
    #expect(refusal(TokenConfirmation(), der) == .binding)
    #expect(refusal(confirmation, [UInt8](repeating: 0, count: 65536)) == .binding)
    #expect(refusal(confirmation, [UInt8](repeating: 0, count: 65537)) == .tooLarge)
    der[der.count - 1] ^= 1
    #expect(refusal(confirmation, der) == .binding)
    #expect(refusal(confirmation, []) == .binding)
  }
}
