// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Tokens bound to a key or a certificate (RFC 9449, RFC 8705)")
struct TokenProofTests {
  private static let now: Int64 = 1_800_000_000
  private static let uri = "https://api.example/photos"
  private static let certificate: [UInt8] = [0x30, 0x03, 1, 2, 3]
  private let clock = TokenClock.fixed(now)
  private let issuer: AccessTokenIssuer
  private let keys: VerificationKeys
  private let signer: DPoPSigner
  private let dpop: DPoPVerifier
  private let replays: LocalReplayMemory

  init() throws {
    let material = try KeyMaker.secretJSON(.hs256)
    issuer = try AccessTokenIssuer(
      issuer: "i",
      signingKey: KeyMaker.signingKey(material),
      lifetime: .seconds(300),
      clock: clock
    )
    keys = try KeyMaker.verificationKeys(material)
    signer = try DPoPSigner(key: PrivateKey.generate(.es256), clock: clock)
    dpop = try DPoPVerifier(clock: clock)
    replays = try LocalReplayMemory(clock: clock)
  }

  private func token(_ confirmation: TokenConfirmation?) throws -> String {
    let claims = AccessTokenClaims(clientIdentifier: "app", confirmation: confirmation)
    return try issuer.issue(claims, subject: "alice", audience: "api")
  }

  private func verifier(cache: TokenCache? = nil, _ proof: TokenRules.ProofRule = .required) throws -> TokenVerifier {
    var rules = TokenRules.accessToken(issuer: "i", audience: "api")
    rules.proof = proof
    return try TokenVerifier(keys: keys, rules: rules, clock: clock, cache: cache)
  }

  private func proof(of token: String, by signer: DPoPSigner? = nil) throws -> TokenProof<LocalReplayMemory> {
    .dpop(
      try (signer ?? self.signer).proof(method: "GET", uri: Self.uri, accessToken: token),
      method: "GET",
      uri: Self.uri,
      verifier: dpop,
      replays: replays
    )
  }

  private func refusal<Result>(_ body: () throws(TokenError) -> Result) -> TokenError.Code? {
    WritAuthenticationTests.refusal(body)
  }

  private var key: TokenConfirmation { TokenConfirmation(keyThumbprint: signer.thumbprint) }
  private var holder: TokenConfirmation {
    get throws {
      TokenConfirmation(certificateThumbprint: try TokenConfirmation.thumbprint(ofCertificate: Self.certificate.span))
    }
  }

  @Test(
    "A token with cnf is no bearer token: refused by every verifier, from the cache too, unless waived by name (J51)"
  )
  func bearers() async throws {
    for confirmation in [key, try holder] {
      let text = try token(confirmation)
      let cached = try verifier(cache: TokenCache())
      // Verified with its proof it is in the cache, and no bearer's token for all that.
      if confirmation == key { _ = try cached.verify(text, as: AccessTokenClaims.self, proof: proof(of: text)) }
      for verifier in [cached, cached, try verifier()] {
        #expect(refusal { () throws(TokenError) in try verifier.verify(text, as: AccessTokenClaims.self) } == .binding)
        #expect(refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) } == .binding)
        await #expect(throws: TokenError.self) { try await verifier.verifyRefreshingKeys(text, as: NoClaims.self) }
      }
      let plain = try TokenVerifier(keys: keys, issuer: "i", audience: "api", clock: clock)
      #expect(refusal { () throws(TokenError) in try plain.verify(text, as: NoClaims.self) } == .binding)
      let waived = try verifier(.checkedByCaller)
      #expect(try waived.verify(text, as: AccessTokenClaims.self).claims.confirmation == confirmation)
    }
    _ = try verifier().verify(try token(nil), as: AccessTokenClaims.self)
  }

  @Test("A cnf of any kind binds a token, and one that cannot be checked is not taken with a proof either (J51)")
  func unknownConfirmations() throws {
    struct Odd: Codable, Sendable { var cnf: [String: String] }
    let material = try KeyMaker.secretJSON(.hs256)
    let issuer = try TokenIssuer(
      issuer: "i",
      signingKey: KeyMaker.signingKey(material),
      lifetime: .seconds(60),
      clock: clock
    )
    let verifier = try TokenVerifier(
      keys: KeyMaker.verificationKeys(material),
      issuer: "i",
      audience: "api",
      clock: clock
    )
    for cnf in [["kid": "x"], ["jwk": "x"], [:], ["jku": "https://a.example"]] {
      let text = try issuer.issue(CodableClaims(Odd(cnf: cnf)), audience: "api")
      #expect(refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) } == .binding)
      let proof = try proof(of: text)
      #expect(refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self, proof: proof) } == .claim)
    }
  }

  @Test("A token is taken with the proof of its own key, once, and with no other (J51)")
  func proofs() async throws {
    let text = try token(key)
    let verifier = try verifier()
    let right = try proof(of: text)
    #expect(try verifier.verify(text, as: AccessTokenClaims.self, proof: right).subject == "alice")
    #expect(
      refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self, proof: right) } == .replayed
    )
    let other = try DPoPSigner(key: PrivateKey.generate(.es256), clock: clock)
    for wrong in [try proof(of: text, by: other), try proof(of: "other"), .certificate(Self.certificate)] {
      #expect(
        refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self, proof: wrong) } == .binding
      )
    }
    let shared = try await verifier.verifyRefreshingKeys(text, as: AccessTokenClaims.self, proof: proof(of: text))
    #expect(shared.subject == "alice")
    let unbound = try token(nil)
    let proof = try proof(of: unbound)
    #expect(
      refusal { () throws(TokenError) in try verifier.verify(unbound, as: NoClaims.self, proof: proof) } == .binding
    )
  }

  @Test("A token is taken with its certificate and no other; one bound to both needs both (J51)")
  func certificates() throws {
    let verifier = try verifier()
    let text = try token(holder)
    _ = try verifier.verify(text, as: AccessTokenClaims.self, proof: .certificate(Self.certificate))
    for wrong in [[], Self.certificate + [0]] {
      let code = refusal { () throws(TokenError) in
        try verifier.verify(text, as: NoClaims.self, proof: .certificate(wrong))
      }
      #expect(code == .binding)
    }
    let proofOfKey = try proof(of: text)
    #expect(
      refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self, proof: proofOfKey) } == .binding
    )
    let bearer = try token(nil)
    let strict = refusal { () throws(TokenError) in
      try verifier.verify(bearer, as: NoClaims.self, proof: .certificate(Self.certificate))
    }
    #expect(strict == .binding)
    _ = try verifier.verify(bearer, as: NoClaims.self, proof: .certificate(Self.certificate, takesBearerTokens: true))
    var both = key
    both.certificateThumbprint = try holder.certificateThumbprint
    let doubly = try token(both)
    let half = try proof(of: doubly)
    #expect(
      refusal { () throws(TokenError) in try verifier.verify(doubly, as: NoClaims.self, proof: half) } == .binding
    )
    let whole = TokenProof.dpop(
      try signer.proof(method: "GET", uri: Self.uri, accessToken: doubly),
      method: "GET",
      uri: Self.uri,
      verifier: dpop,
      replays: replays,
      certificate: Self.certificate
    )
    _ = try verifier.verify(doubly, as: NoClaims.self, proof: whole)
  }

  @Test("A bound token inside an encrypted one needs the proof for the token as it was sent (J51)")
  func nested() throws {
    let key = try PrivateKey.generate(.ecdhES)
    let inner = try token(self.key)
    let sealed = try JSONWebEncryption.encrypt(
      inner.utf8.span,
      for: EncryptionKey(key.publicKey),
      contentType: "JWT"
    )
    let opener = NestedTokenVerifier(decryptionKeys: try DecryptionKeys(key), verifier: try verifier())
    #expect(refusal { () throws(TokenError) in try opener.verify(sealed, as: NoClaims.self) } == .binding)
    let ofInner = try proof(of: inner)
    #expect(
      refusal { () throws(TokenError) in try opener.verify(sealed, as: NoClaims.self, proof: ofInner) } == .binding
    )
    #expect(try opener.verify(sealed, as: AccessTokenClaims.self, proof: proof(of: sealed)).subject == "alice")
  }

  @Test("Introspection tells of a bound token, and its result is not a bearer's (J51)")
  func introspection() async throws {
    let text = try token(key)
    let body = Array("token=\(text)".utf8)
    let request = try TokenRequest(body: body.span, contentType: "application/x-www-form-urlencoded")
    let active = try #require(try await AccessTokenIntrospection(verifier()).introspect(request, for: "api"))
    #expect(active.confirmation == key && active.type == "DPoP")
    #expect(refusal { () throws(TokenError) in try active.checkSender(of: text) } == .binding)
    try active.checkSender(of: text, proof: proof(of: text))
    let bearer = try token(nil)
    let bearerRequest = try TokenRequest(
      body: Array("token=\(bearer)".utf8).span,
      contentType: "application/x-www-form-urlencoded"
    )
    try #require(try await AccessTokenIntrospection(verifier()).introspect(bearerRequest, for: "api")).checkSender(
      of: bearer
    )
    // A client that has its own bound token revoked needs no proof.
    let revocations = try Revocations(clock: clock)
    try await AccessTokenRevocation(verifier(), revocations: revocations).revoke(request, for: "app")
    #expect(revocations.count == 1)
  }
}
