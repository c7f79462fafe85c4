// SPDX-License-Identifier: Apache-2.0

import Testing
import WritStoreTesting

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Access tokens of what was ended", .timeLimit(.minutes(1)))
struct RevocationPublisherTests {
  /// A feed that fails when it is told to, and remembers what was published.
  private final class Feed: RevocationFeed {
    struct Down: Error {}

    let published = Guarded<[Revocation]>([])
    let isDown = Guarded(false)

    func publish(_ revocation: Revocation) async throws {
      if isDown.withLock({ $0 }) { throw Down() }
      published.withLock { $0.append(revocation) }
    }

    func follow() async throws -> AsyncThrowingStream<Revocation, any Error> {
      AsyncThrowingStream { $0.finish() }
    }
  }

  /// An authorization server, and a resource server that follows its revocations.
  private struct World {
    let time = TestTime()
    let feed = Feed()
    let told = Told()
    let store: MemoryRecordStore
    let sessions: Sessions<MemoryRecordStore>
    let tokens: RefreshTokens<MemoryRecordStore>
    let issuer: AccessTokenIssuer
    let verifier: TokenVerifier
    let revocations: Revocations

    init() throws {
      store = try MemoryRecordStore()
      let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
      let publisher = RevocationPublisher(feed, accessTokenLifetime: .seconds(300))
      let told = told
      let events = SecurityEvents { event in told.events.withLock { $0.append(event) } }
      sessions = try Sessions(
        store: store,
        ring: ring,
        origins: ["https://app.example"],
        revocations: publisher,
        clock: time.clock,
        events: events
      )
      tokens = try RefreshTokens(
        store: store,
        ring: ring,
        sessions: sessions,
        revocations: publisher,
        clock: time.clock,
        events: events
      )
      let material = try KeyMaker.secretJSON(.hs256)
      issuer = try AccessTokenIssuer(
        issuer: "https://id.example",
        signingKey: KeyMaker.signingKey(material),
        lifetime: .seconds(300),
        clock: time.clock
      )
      revocations = try Revocations(clock: time.clock)
      verifier = try TokenVerifier(
        keys: KeyMaker.verificationKeys(material),
        rules: .accessToken(issuer: "https://id.example", audience: "api"),
        clock: time.clock,
        revocations: revocations
      )
    }

    func login() async throws -> Session {
      try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked).session
    }

    func begin(_ session: Session?) async throws -> RefreshGrant {
      try await tokens.begin(for: "ines", client: "app", scopes: ["read"], session: session, since: .unchecked)
    }

    func accessToken(_ grant: RefreshGrant) throws -> String {
      try issuer.issue(AccessTokenClaims(grant), subject: "ines", audience: "api")
    }

    /// Whether a resource server that has heard all that was published refuses a token.
    func isRevoked(_ token: String) throws -> Bool {
      for revocation in feed.published.withLock({ $0 }) { try revocations.apply(revocation) }
      do throws(TokenError) {
        _ = try verifier.verify(token, as: AccessTokenClaims.self)
        return false
      } catch {
        guard error.code == .revoked else { throw error }
        return true
      }
    }
  }

  private static let ways: [(name: String, isOfSession: Bool)] = [
    ("reuse", false), ("revoke by token", false), ("revoke by handle", false), ("revoke all families", false),
    ("end the session", true), ("revoke the session", true), ("revoke all sessions", true),
  ]

  @Test("Access tokens of a family or a session that was ended are refused at once (R10)", arguments: ways)
  func ended(name: String, isOfSession: Bool) async throws {
    let world = try World()
    let (session, other) = (try await world.login(), try await world.login())
    let grant = try await world.begin(session)
    let access = try world.accessToken(grant)
    let next = try await world.tokens.rotate(grant.token, client: "app")
    let later = try world.accessToken(next)
    let stranger = try world.accessToken(
      try await world.tokens.begin(for: "oskar", client: "app", since: .unchecked)
    )
    #expect(try !world.isRevoked(access))
    switch name {
    case "reuse":
      world.time.seconds += 10
      await #expect(throws: RefreshTokenError.self) { try await world.tokens.rotate(grant.token, client: "app") }
      let reused = SecurityEvent.refreshTokenReused(
        account: "ines",
        family: grant.family.handle,
        session: session.handle
      )
      #expect(world.told.all.last == reused)
    case "revoke by token": #expect(try await world.tokens.revoke(next.token, client: "app"))
    case "revoke by handle": #expect(try await world.tokens.revoke(grant.family.handle, of: "ines"))
    case "revoke all families": try await world.tokens.revokeAll(of: "ines")
    case "end the session": try await world.sessions.end(session)
    case "revoke the session": try await world.sessions.revoke(session.handle, of: "ines")
    default: try await world.sessions.revokeAll(of: "ines", except: other)
    }
    #expect(try world.isRevoked(access) && world.isRevoked(later))
    #expect(try !world.isRevoked(stranger))
    // The other session, which was kept, and what hangs on it go on.
    guard isOfSession else { return }
    #expect(try !world.isRevoked(world.accessToken(try await world.begin(other))))
  }

  @Test("An access token of another family of the same session stays good, and one without the claims (R10)")
  func others() async throws {
    let world = try World()
    let session = try await world.login()
    let (one, other) = (try await world.begin(session), try await world.begin(session))
    let tokens = (try world.accessToken(one), try world.accessToken(other))
    let plain = try world.issuer.issue(AccessTokenClaims(clientIdentifier: "app"), subject: "ines", audience: "api")
    try await world.tokens.revoke(one.token, client: "app")
    #expect(try world.isRevoked(tokens.0) && !world.isRevoked(tokens.1) && !world.isRevoked(plain))
    let claims = try world.verifier.verify(tokens.1, as: AccessTokenClaims.self).claims
    #expect(claims.sessionIdentifier == session.handle.description)
    #expect(claims.refreshFamily == other.family.handle.description && claims.scope == ["read"])
  }

  @Test("A feed that is down keeps nothing from ending; it is told, and ending again publishes (S20)")
  func feedDown() async throws {
    let world = try World()
    let session = try await world.login()
    let grant = try await world.begin(session)
    let access = try world.accessToken(grant)
    world.feed.isDown.withLock { $0 = true }
    let calls: [@Sendable () async throws -> Void] = [
      { try await world.sessions.end(session) }, { try await world.sessions.revoke(session.handle, of: "ines") },
      { _ = try await world.tokens.revoke(grant.family.handle, of: "ines") },
    ]
    for call in calls { await #expect(throws: (any Error).self) { try await call() } }
    #expect(try await world.sessions.sessions(of: "ines").isEmpty)
    #expect(try await world.tokens.families(of: "ines").isEmpty)
    #expect(try !world.isRevoked(access))
    world.feed.isDown.withLock { $0 = false }
    try await world.sessions.end(session)
    #expect(try world.isRevoked(access))
    // A theft is told to the client all the same, and to the events.
    let second = try await world.begin(nil)
    let last = try await world.tokens.rotate(second.token, client: "app")
    world.time.seconds += 10
    world.feed.isDown.withLock { $0 = true }
    let error = await #expect(throws: RefreshTokenError.self) {
      try await world.tokens.rotate(second.token, client: "app")
    }
    #expect(error?.code == .reused)
    #expect(world.told.all.suffix(1) == [.revocationNotPublished(account: "ines")])
    let after = await #expect(throws: RefreshTokenError.self) {
      try await world.tokens.rotate(last.token, client: "app")
    }
    #expect(after?.code == .invalid)
  }

  @Test("A slow second tab is told to try again, and no client logs its user out for it")
  func superseded() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin()
    let second = try await world.rotate(first)
    _ = try await world.rotate(second)
    let error = try #require(
      await #expect(throws: RefreshTokenError.self) { try await world.tokens.rotate(first.token, client: "app") }
    )
    #expect(error.code == .superseded && error.oauthCode == "temporarily_unavailable" && error.retryAfter == 1)
    let response = OAuthResponse(error)
    #expect(response.status == 503 && response.fields["retry-after"] == "1")
    let body = String(decoding: response.body, as: UTF8.self)
    #expect(body.contains("\"temporarily_unavailable\"") && !body.contains("invalid_grant"))
    // What is over is over, and what the server failed in is its own affair.
    func answer(_ code: RefreshTokenError.Code) -> (Int, String) {
      let response = OAuthResponse(RefreshTokenError(code, "canary"))
      return (response.status, String(decoding: response.body, as: UTF8.self))
    }
    for code in [RefreshTokenError.Code.invalid, .reused, .client, .key, .sessionEnded, .revoked] {
      #expect(answer(code).0 == 400 && answer(code).1.contains("\"invalid_grant\""))
    }
    #expect(answer(.scope).0 == 400 && answer(.scope).1.contains("\"invalid_scope\""))
    #expect(answer(.tooLarge).0 == 400 && answer(.tooLarge).1.contains("\"invalid_request\""))
    for code in [
      RefreshTokenError.Code.conflict, .storeUnavailable, .full, .corrupt, .cancelled, .configuration, .ring, .failure,
    ] {
      #expect(answer(code).0 == 503 && !answer(code).1.contains("canary"))
    }
  }

  @Test("A family on a session says that it ends with the session, in each answer and in the list")
  func expiry() async throws {
    let world = try RefreshWorld()
    let session = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    let hanging = try await world.begin(session: session)
    let alone = try await world.begin()
    let begin = world.time.seconds
    #expect(hanging.expires == begin + 1800 && hanging.family.expires == begin + 1800)
    #expect(alone.expires == begin + 14 * 86_400)
    world.time.seconds += 1000
    let next = try await world.rotate(hanging)
    #expect(next.expires == begin + 2800)
    // The same successor again, from the window.
    #expect(try await world.rotate(hanging).expires == begin + 2800)
    let listed = try await world.tokens.families(of: "ines")
    #expect(Set(listed.map(\.expires)) == [begin + 2800, begin + 14 * 86_400])
    world.time.seconds = next.expires
    #expect(try await world.tokens.families(of: "ines").map(\.handle) == [alone.family.handle])
    #expect(await world.refusal(next.token) == .sessionEnded)
  }
}
