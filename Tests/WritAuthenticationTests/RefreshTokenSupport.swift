// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// Refresh tokens and sessions in one store, with a clock that a test moves.
struct RefreshWorld<Store: RecordStore> {
  let time = TestTime()
  let told = Told()
  let store: Store
  let ring: SecretRing
  let sessions: Sessions<Store>
  let tokens: RefreshTokens<Store>

  init(_ store: Store, rules: RefreshTokenRules? = nil, ring: SecretRing? = nil) throws {
    let ring = try ring ?? SecretRing([ApplicationSecret.generate(identifier: "1")])
    let told = told
    let events = SecurityEvents { event in told.events.withLock { $0.append(event) } }
    self.store = store
    self.ring = ring
    sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"], clock: time.clock)
    tokens = try RefreshTokens(
      store: store,
      ring: ring,
      sessions: sessions,
      rules: rules,
      clock: time.clock,
      events: events
    )
  }

  /// The first token of a family.
  func begin(
    _ account: String = "ines",
    client: String = "app",
    scopes: [String] = ["read", "write"],
    thumbprint: String? = nil,
    session: Session? = nil
  ) async throws -> RefreshGrant {
    try await tokens.begin(
      for: account,
      client: client,
      scopes: scopes,
      thumbprint: thumbprint,
      session: session,
      since: .unchecked
    )
  }

  func rotate(_ grant: RefreshGrant, client: String = "app") async throws(RefreshTokenError) -> RefreshGrant {
    try await tokens.rotate(grant.token, client: client)
  }

  /// The code of the error that a rotation throws, `nil` when it throws none.
  func refusal(
    _ token: String,
    client: String = "app",
    scopes: [String]? = nil,
    thumbprint: String? = nil
  ) async -> RefreshTokenError.Code? {
    do throws(RefreshTokenError) {
      _ = try await tokens.rotate(token, client: client, scopes: scopes, thumbprint: thumbprint)
      return nil
    } catch {
      return error.code
    }
  }

  /// The thefts that were told.
  var thefts: Int {
    told.all.count { if case .refreshTokenReused = $0 { true } else { false } }
  }
}

extension RefreshWorld where Store == MemoryRecordStore {
  init(rules: RefreshTokenRules? = nil) throws {
    try self.init(MemoryRecordStore(), rules: rules)
  }
}

extension RefreshTokenRules {
  init(windowSeconds seconds: Int) throws { try self.init(window: .seconds(seconds)) }
}
