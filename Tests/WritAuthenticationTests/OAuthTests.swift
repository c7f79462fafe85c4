// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Introspection (RFC 7662) and revocation (RFC 7009)")
struct OAuthTests {
  private static let form = "application/x-www-form-urlencoded"

  private func fields(_ body: String) throws(OAuthError) -> FormFields { try FormFields(body.utf8.span) }

  private func refusal<Result>(_ body: () throws(OAuthError) -> Result) -> OAuthError.Code? {
    do throws(OAuthError) {
      _ = try body()
      return nil
    } catch {
      return error.code
    }
  }

  // MARK: Forms

  @Test("RFC 6749 appendix B: escapes, plus signs and UTF-8")
  func forms() throws {
    let read = try fields("a=+%25%26%2B%C2%A3%E2%82%AC&b=x=y&c=&%64=~*-._")
    #expect(read["a"] == " %&+£€")
    #expect(read["b"] == "x=y")
    #expect(read["c"] == "")
    #expect(read["d"] == "~*-._")
    #expect(read["e"] == nil)
    #expect(try fields("")["a"] == nil)
    let apart = try fields("%C3%A9=1&e%CC%81=2")
    #expect(apart["\u{e9}"] == "1" && apart["e\u{301}"] == "2", "names are compared by bytes")
  }

  @Test(
    "forms that are none",
    arguments: [
      "a", "=a", "&", "a=1&", "&a=1", "a=1&&b=2", "a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "a=%4g", "a=%00",
      "a=\u{0}",
      "a=b c", "a=\u{e9}", "a=%C3", "a=%ED%A0%80", "a=%FF", "a=\n", "a=1\r\n",
    ]
  )
  func badForms(body: String) {
    #expect(refusal { () throws(OAuthError) in try fields(body) } == .invalidRequest)
  }

  @Test("32 fields and 131,072 bytes are read, one more is not")
  func formBounds() throws {
    func body(_ count: Int) -> String { (0..<count).map { "n\($0)=" }.joined(separator: "&") }
    #expect(try fields(body(32))["n31"] == "")
    #expect(refusal { () throws(OAuthError) in try fields(body(33)) } == .invalidRequest)
    #expect(try fields("a=" + String(repeating: "x", count: 131_070))["a"]?.utf8.count == 131_070)
    #expect(
      refusal { () throws(OAuthError) in try fields("a=" + String(repeating: "x", count: 131_071)) } == .invalidRequest
    )
  }

  @Test("a request needs its type and a token; the hint is only one of two")
  func requests() throws {
    func request(_ body: String, _ type: String? = Self.form) throws(OAuthError) -> TokenRequest {
      try TokenRequest(body: body.utf8.span, contentType: type)
    }
    // RFC 7662, section 2.1.
    let request1 = try request("token=mF_9.B5f-4.1JqM&token_type_hint=access_token")
    #expect(request1.token == "mF_9.B5f-4.1JqM" && request1.hint == .accessToken)
    // RFC 7009, section 2.1.
    let request2 = try request("token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token")
    #expect(request2.token == "45ghiukldjahdnhzdauz" && request2.hint == .refreshToken)
    #expect(try request("token=x&token_type_hint=other&more=1").hint == nil)
    #expect(try request("token=x", "Application/X-WWW-Form-URLEncoded ; charset=utf-8").token == "x")
    for type in [nil, "", "application/json", "text/plain; application/x-www-form-urlencoded", Self.form + "x"] {
      #expect(refusal { () throws(OAuthError) in try request("token=x", type) } == .invalidRequest)
    }
    for body in ["", "token=", "Token=x", "token=x&token=x", "token_type_hint=access_token"] {
      #expect(refusal { () throws(OAuthError) in try request(body) } == .invalidRequest, "\(body)")
    }
    #expect(try request("token=" + String(repeating: "x", count: 65536)).token.utf8.count == 65536)
    #expect(
      refusal { () throws(OAuthError) in try request("token=" + String(repeating: "x", count: 65537)) }
        == .invalidRequest
    )
  }

  // MARK: Introspection

  struct Tokens: TokenIntrospecting, TokenRevoking {
    var token: Result<ActiveToken?, any Error>
    func introspect(_ request: TokenRequest, for client: String) async throws -> ActiveToken? {
      client == "rs" ? try token.get() : nil
    }
    func revoke(_ request: TokenRequest, for client: String) async throws { _ = try token.get() }
  }

  private func text(_ response: OAuthResponse) -> String { String(decoding: response.body, as: UTF8.self) }

  @Test("RFC 7662 2.2, RFC 9449 6.2: what is active is told, what is not says nothing but that")
  func introspection() async throws {
    var token = ActiveToken()
    token.subject = "someone@example.com"
    token.issuer = "https://server.example.com"
    token.notBefore = 1_562_262_611
    token.expiration = 1_562_266_216
    token.confirmation = TokenConfirmation(keyThumbprint: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
    let endpoint = IntrospectionEndpoint(Tokens(token: .success(token)))
    let body = Array("token=Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU".utf8)
    let response = await endpoint.respond(to: body, contentType: Self.form, client: "rs")
    #expect(response.status == 200)
    #expect(response.fields["content-type"] == "application/json")
    #expect(response.fields["cache-control"] == "no-store")
    let expected = object(
      """
      {"active":true,"sub":"someone@example.com","iss":"https://server.example.com","nbf":1562262611,"exp":1562266216,
      "cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}
      """
    )
    #expect(object(text(response)) as NSDictionary == expected as NSDictionary)

    for (tokens, client) in [(Tokens(token: .success(token)), "other"), (Tokens(token: .success(nil)), "rs")] {
      let response = await IntrospectionEndpoint(tokens).respond(to: body, contentType: Self.form, client: client)
      #expect(text(response) == "{\"active\":false}")
      #expect(response.status == 200)
    }
    token.scope = ["read", "write"]
    token.audiences = ["a", "b"]
    token.username = "a\"b\n"
    let more = await IntrospectionEndpoint(Tokens(token: .success(token))).respond(
      to: body,
      contentType: Self.form,
      client: "rs"
    )
    #expect(object(text(more))["scope"] as? String == "read write")
    #expect(object(text(more))["aud"] as? [String] == ["a", "b"])
    #expect(object(text(more))["username"] as? String == "a\"b\n")
  }

  @Test("S05 a look-up that fails is no inactive token, and its reason is not told")
  func failures() async throws {
    struct Secret: Error, CustomStringConvertible { var description: String { "canary" } }
    let body = Array("token=canary".utf8)
    for (error, status, code) in [
      (Secret() as any Error, 503, "temporarily_unavailable"),
      (TokenError(.failure, "canary"), 503, "temporarily_unavailable"),
      (OAuthError(.invalidClient, "no"), 401, "invalid_client"),
      (OAuthError(.invalidGrant, "no"), 400, "invalid_grant"),
      (OAuthError(.unauthorizedClient, "no"), 403, "unauthorized_client"),
      (OAuthError(.unsupportedTokenType, "no"), 400, "unsupported_token_type"),
    ] {
      let tokens = Tokens(token: .failure(error))
      for response in [
        await IntrospectionEndpoint(tokens).respond(to: body, contentType: Self.form, client: "rs"),
        await RevocationEndpoint(tokens).respond(to: body, contentType: Self.form, client: "rs"),
      ] {
        #expect(response.status == status)
        #expect(object(text(response))["error"] as? String == code)
        #expect(!text(response).contains("canary"))
        #expect(response.fields["cache-control"] == "no-store")
      }
    }
    let bad = Array("token=canary&token=canary&x=\"".utf8)
    let response = await IntrospectionEndpoint(Tokens(token: .success(nil))).respond(
      to: bad,
      contentType: Self.form,
      client: "rs"
    )
    #expect(response.status == 400 && !text(response).contains("canary"))
    var unwritable = ActiveToken()
    unwritable.scope = ["a b"]
    let refused = await IntrospectionEndpoint(Tokens(token: .success(unwritable))).respond(
      to: body,
      contentType: Self.form,
      client: "rs"
    )
    #expect(refused.status == 503)
  }

  @Test("access tokens: introspected for their audience, revoked by their client, inactive from then on")
  func accessTokens() async throws {
    let clock = TokenCacheTests.MovedClock()
    let material = try KeyMaker.secretJSON(.hs256)
    let issuer = try AccessTokenIssuer(
      issuer: "https://id.example",
      signingKey: KeyMaker.signingKey(material),
      lifetime: .seconds(60),
      clock: clock.clock
    )
    let revocations = try Revocations(clock: clock.clock)
    var rules = TokenRules.accessToken(issuer: "https://id.example", audience: "")
    rules.audiences = nil
    let verifier = try TokenVerifier(
      keys: KeyMaker.verificationKeys(material),
      rules: rules,
      clock: clock.clock,
      cache: TokenCache(),
      revocations: revocations
    )
    let confirmation = TokenConfirmation(keyThumbprint: String(repeating: "A", count: 43))
    let text = try issuer.issue(
      AccessTokenClaims(clientIdentifier: "app", scope: ["photos"], confirmation: confirmation),
      subject: "alice",
      audience: "rs"
    )
    let introspection = IntrospectionEndpoint(AccessTokenIntrospection(verifier))
    let revocation = RevocationEndpoint(AccessTokenRevocation(verifier, revocations: revocations))
    func introspected(_ token: String = text, by client: String = "rs") async -> Object {
      let response = await introspection.respond(
        to: Array("token=\(token)".utf8),
        contentType: Self.form,
        client: client
      )
      return object(self.text(response))
    }
    func revoked(_ token: String = text, by client: String = "app") async -> Int {
      await revocation.respond(to: Array("token=\(token)".utf8), contentType: Self.form, client: client).status
    }
    let active = await introspected()
    #expect(active["active"] as? Bool == true)
    #expect(active["client_id"] as? String == "app")
    #expect(active["token_type"] as? String == "DPoP")
    #expect((active["cnf"] as? Object)?["jkt"] as? String == confirmation.keyThumbprint)
    for (token, client) in [(text, "other"), (text, "app"), (text + "A", "rs"), ("x", "rs")] {
      #expect(await introspected(token, by: client) as NSDictionary == ["active": false])
    }
    #expect(await revoked(by: "other") == 400, "RFC 7009 2.1: issued to another client")
    #expect(await introspected()["active"] as? Bool == true)
    #expect(await revoked("unknown") == 200, "RFC 7009 2.2: an invalid token is no error")
    clock.move(to: TokenCacheTests.now - 11)
    #expect(await revoked() == 503, "not valid yet: it could not be revoked")
    clock.move(to: TokenCacheTests.now)
    #expect(await revoked() == 200)
    #expect(await introspected() as NSDictionary == ["active": false])
    #expect(await revoked() == 200)
  }

  @Test(
    "RFC 7009 2.2: 200 means revoked: tokens for another audience, or of a key yet to be fetched, are not said to be"
  )
  func notRevoked() async throws {
    let time = TestTime()
    var keys = try FakeIssuer("1")
    let source = FakeSource(try keys.published())
    let remote = try RemoteKeySet(source: source, clock: time.monotonic)
    try await remote.refresh()
    let revocations = try Revocations(clock: time.clock)
    func verifier(_ audience: String?) throws -> TokenVerifier {
      var rules = TokenRules.accessToken(issuer: "i", audience: "")
      rules.audiences = audience.map { [$0] }
      return try TokenVerifier(keys: .remote(remote), rules: rules, clock: time.clock, revocations: revocations)
    }
    func token(_ key: PrivateKey) throws -> String {
      let issuer = try AccessTokenIssuer(
        issuer: "i",
        signingKey: SigningKey(key),
        lifetime: .seconds(600),
        clock: time.clock
      )
      return try issuer.issue(AccessTokenClaims(clientIdentifier: "app"), subject: "s", audience: "rs")
    }
    func refusalOf(_ token: String) throws -> TokenError.Code? {
      let verifier = try verifier("rs")
      return WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(token, as: NoClaims.self) }
    }
    func revoke(_ token: String, _ audience: String?) async throws -> Int {
      await RevocationEndpoint(AccessTokenRevocation(try verifier(audience), revocations: revocations)).respond(
        to: Array("token=\(token)".utf8),
        contentType: Self.form,
        client: "app"
      ).status
    }
    let first = try token(keys.keys[0])
    #expect(try await revoke(first, "other") == 503)
    #expect(try await revoke(first, "rs") == 200)
    #expect(try refusalOf(first) == .revoked)

    try keys.add("2")
    source.answer(try keys.published())
    let second = try token(keys.keys[1])
    #expect(try await revoke(second, nil) == 503, "within the cool-down")
    time.seconds += 31
    let introspection = IntrospectionEndpoint(AccessTokenIntrospection(try verifier(nil)))
    let answer = await introspection.respond(to: Array("token=\(second)".utf8), contentType: Self.form, client: "rs")
    #expect(object(text(answer))["active"] as? Bool == true, "fetched for it")
    #expect(try await revoke(second, nil) == 200)
    #expect(try refusalOf(second) == .revoked)
  }
}
