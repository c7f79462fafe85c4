// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Nested tokens (RFC 7519, section 5.2)")
struct NestedTokenTests {
  private struct Role: TokenClaims {
    var role: String
    init(role: String) { self.role = role }
    init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
    func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
  }

  private let signing: Object
  private let encryption: Object
  private let verifier: TokenVerifier

  init() throws {
    signing = try KeyMaker.secretJSON(.es256)
    encryption = try KeyMaker.secretJSON(.ecdhESA256KW, curve: .x25519)
    verifier = try TokenVerifier(
      keys: try KeyMaker.verificationKeys(signing),
      issuer: "https://id.example",
      audience: "api",
      clock: .fixed(1000)
    )
  }

  private func issuer(_ key: Object? = nil, lifetime: Duration = .seconds(60)) throws -> NestedTokenIssuer {
    let issuer = try TokenIssuer(
      issuer: "https://id.example",
      signingKey: try KeyMaker.signingKey(key ?? signing),
      lifetime: lifetime,
      clock: .fixed(1000)
    )
    return try NestedTokenIssuer(issuer: issuer, encryptionKey: try KeyMaker.encryptionKey(encryption))
  }

  private func nested() throws -> NestedTokenVerifier {
    NestedTokenVerifier(decryptionKeys: try KeyMaker.decryptionKeys(encryption), verifier: verifier)
  }

  private func refusal(of token: String) throws -> TokenError.Code? {
    let nested = try nested()
    return WritAuthenticationTests.refusal { () throws(TokenError) in try nested.verify(token, as: Role.self) }
  }

  private func encrypt(_ text: String, contentType: String? = "JWT") throws -> String {
    let content = Array(text.utf8)
    return try JSONWebEncryption.encrypt(
      content.span,
      for: try KeyMaker.encryptionKey(encryption),
      contentType: contentType
    )
  }

  @Test("what is issued is verified, with the same result as a signed token")
  func roundTrip() throws {
    let token = try issuer().issue(Role(role: "editor"), subject: "alice", audience: "api", identifier: "1")
    #expect(token.split(separator: ".", omittingEmptySubsequences: false).count == 5)
    #expect(!token.contains(base64URL("alice")))
    let verified = try nested().verify(token, as: Role.self)
    #expect(verified.claims.role == "editor")
    #expect(verified.subject == "alice")
    #expect(verified.issuer == "https://id.example")
    #expect(verified.key.algorithm == .es256)
  }

  @Test("all rules hold inside")
  func rules() throws {
    let signed = try issuer().issuer.issue(Role(role: "r"), subject: "a", audience: "api")
    #expect(try refusal(of: try encrypt(signed)) == nil)
    #expect(try refusal(of: try issuer().issue(Role(role: "r"), audience: "other")) == .audience)
    #expect(try refusal(of: try issuer().issue(NoClaims(), audience: "api")) == .claim)
    #expect(
      try refusal(of: try issuer(try KeyMaker.secretJSON(.es256)).issue(Role(role: "r"), audience: "api")) == .signature
    )
    let other = try KeyMaker.secretJSON(.es256).merging(["kid": "other"]) { $1 }
    #expect(try refusal(of: try issuer(other).issue(Role(role: "r"), audience: "api")) == .keyUnknown)
    #expect(try refusal(of: try encrypt(String(signed.dropLast(3)) + "AAA")) == .signature)
  }

  @Test("a signed token alone, an encrypted one inside another, and one that is not said to be a token are refused")
  func shapes() throws {
    let signed = try issuer().issuer.issue(Role(role: "r"), audience: "api")
    #expect(try refusal(of: signed) == .malformed)
    #expect(try refusal(of: try encrypt(try encrypt(signed))) == .malformed)
    for contentType in [nil, "", "JW", "JWTT", "jws", "application/json", "J\u{17}T"] {
      #expect(try refusal(of: try encrypt(signed, contentType: contentType)) == .type, "\(contentType ?? "none")")
    }
    for contentType in ["jwt", "Jwt"] { #expect(try refusal(of: try encrypt(signed, contentType: contentType)) == nil) }
    for content in ["", "a.b", "\0", signed + "\n", " " + signed] {
      #expect(try refusal(of: try encrypt(content)) != nil, "\(content)")
    }
    let token = try encrypt(signed)
    let code = WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(token, as: Role.self) }
    #expect(code == .malformed, "J27")
  }

  @Test("claims that are encrypted, not signed, are never taken, also under a shared key")
  func unsigned() throws {
    let claims = #"{"iss":"https://id.example","aud":"api","exp":2000,"role":"admin"}"#
    for contentType in [nil, "JWT"] { #expect(try refusal(of: try encrypt(claims, contentType: contentType)) != nil) }
    let unsigned = base64URL(#"{"alg":"none"}"#) + "." + base64URL(claims) + "."
    #expect(try refusal(of: try encrypt(unsigned)) == .signature)
    let secret = try KeyMaker.secretJSON(.a256GCM)
    let nested = NestedTokenVerifier(decryptionKeys: try KeyMaker.decryptionKeys(secret), verifier: verifier)
    let content = Array(claims.utf8)
    let token = try JSONWebEncryption.encrypt(content.span, for: try KeyMaker.encryptionKey(secret), contentType: "JWT")
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try nested.verify(token, as: Role.self) } == .malformed
    )
  }

  @Test("An algorithm that is not the key's is refused when the issuer is made")
  func configuration() throws {
    let issuer = try issuer().issuer
    let key = try KeyMaker.encryptionKey(try KeyMaker.secretJSON(.a128GCM))
    for algorithm in [ContentEncryptionAlgorithm.a256GCM, .a128CBCHS256] {
      let code = WritAuthenticationTests.refusal { () throws(TokenError) in
        try NestedTokenIssuer(issuer: issuer, encryptionKey: key, contentAlgorithm: algorithm)
      }
      #expect(code == .configuration)
    }
    #expect(try NestedTokenIssuer(issuer: issuer, encryptionKey: key).contentAlgorithm == .a128GCM)
  }

  @Test("the longest token is one of 65,536 bytes, to be written and to be read")
  func size() throws {
    let key = try KeyMaker.encryptionKey(try KeyMaker.secretJSON(.a256GCM))
    var count = 49_000
    func token(_ count: Int) -> String? {
      let content = [UInt8](repeating: 0x41, count: count)
      return try? JSONWebEncryption.encrypt(content.span, for: key)
    }
    while token(count + 1) != nil { count += 1 }
    let longest = try #require(token(count))
    #expect((65_535...65_536).contains(longest.utf8.count))
  }
}
