// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var refreshTokens: [StoreCase] {
    [
      StoreCase("R01 a refresh token that is used again after the window revokes its family") { store, _ in
        let world = try RefreshWorld(store)
        for age in 1...4 {
          let (first, other) = (try await world.begin(), try await world.begin())
          var last = first
          for _ in 0..<age {
            last = try await world.tokens.rotate(last.token, client: "app")
            world.time.seconds += 10
          }
          try require(await world.refusal(first) == .reused, "it is a theft after \(age) rotations")
          try require(await world.refusal(last) == .invalid, "the family is revoked after \(age) rotations")
          try require(await world.refusal(first) == .invalid, "it is told once after \(age) rotations")
          try require(await world.refusal(other) == nil, "another family goes on after \(age) rotations")
        }
      },
      StoreCase("R02 of 64 that show one refresh token at once all get one successor") { store, rounds in
        let world = try RefreshWorld(store)
        var last = try await world.begin()
        for round in 0..<rounds {
          let came = try await world.show(last)
          try require(came.count == 64 && Set(came.map(\.token)).count == 1, "\(came.count) came in round \(round)")
          last = came[0]
          world.time.seconds += 1
        }
        let families = try await world.tokens.families(of: world.account)
        try require(families.count == 1, "there is one family, not \(families.count)")
      },
      StoreCase("R02 without a window one of 64 gets a successor, and the others make it worthless") { store, rounds in
        let world = try RefreshWorld(store, RefreshTokenRules(window: .zero))
        for round in 0..<rounds {
          let came = try await world.show(try await world.begin())
          try require(came.count == 1, "\(came.count) came in round \(round)")
          try require(await world.refusal(came[0]) == .invalid, "the family is revoked in round \(round)")
        }
      },
      StoreCase("R03 no window outlives a revocation, of the family, of all or of the session") { store, _ in
        let world = try RefreshWorld(store)
        for way in 0..<5 {
          let session = try await world.login.begin(world.sessions).session
          let first = try await world.begin(session: session)
          let second = try await world.tokens.rotate(first.token, client: "app")
          switch way {
          case 0: try await world.tokens.revoke(first.token, client: "app")
          case 1: try await world.tokens.revoke(first.family.handle, of: world.account)
          case 2: try await world.tokens.revokeAll(of: world.account)
          case 3: try await world.sessions.end(session)
          default: try await world.sessions.revokeAll(of: world.account)
          }
          let expected = way < 3 ? RefreshTokenError.Code.invalid : .sessionEnded
          try require(await world.refusal(first) == expected, "nothing comes by the window after way \(way)")
          try require(await world.refusal(second) == .invalid, "the successor is worthless after way \(way)")
        }
      },
      StoreCase("R03 a rotation that races with a revocation of all leaves no family") { store, rounds in
        let world = try RefreshWorld(store)
        for round in 0..<rounds {
          let first = try await world.begin()
          async let revoked = world.tokens.revokeAll(of: world.account)
          let came = try await world.show(first, times: 8)
          _ = try await revoked
          for grant in came {
            try require(await world.refusal(grant) == .invalid, "none is alive after round \(round)")
          }
        }
      },
      StoreCase("R05 rotation lengthens the idle limit of a family, and never the absolute one") { store, _ in
        let rules = try RefreshTokenRules(idle: .seconds(100), absolute: .seconds(250))
        let world = try RefreshWorld(store, rules)
        let idle = try await world.begin()
        var last = try await world.begin()
        for step: Int64 in [99, 99, 51] {
          world.time.seconds += step
          last = try await world.tokens.rotate(last.token, client: "app")
        }
        try require(await world.refusal(idle) == .invalid, "the idle limit is over")
        try require(last.family.expires == world.time.seconds + 1, "it ends a second later")
        world.time.seconds += 1
        try require(await world.refusal(last) == .invalid, "the absolute limit is over")
      },
      StoreCase("R06 an answer that was lost: within the window the same successor, until that is used") { store, _ in
        let world = try RefreshWorld(store)
        let first = try await world.begin()
        let second = try await world.tokens.rotate(first.token, client: "app")
        world.time.seconds += 9
        let again = try await world.tokens.rotate(first.token, client: "app")
        try require(again.token == second.token, "the same comes again")
        let third = try await world.tokens.rotate(second.token, client: "app")
        try require(await world.refusal(first) == .superseded, "a slow second tab is refused")
        try require(await world.refusal(third) == nil, "and nothing is revoked")
      },
      StoreCase("R07 another client's token is refused, and scopes never widen, within the window too") { store, _ in
        let world = try RefreshWorld(store)
        func refusal(_ grant: RefreshGrant, _ client: String, _ scopes: [String]? = nil) async -> RefreshTokenError
          .Code?
        {
          await code { () async throws(RefreshTokenError) in
            try await world.tokens.rotate(grant.token, client: client, scopes: scopes)
          }
        }
        let first = try await world.tokens.begin(
          for: world.account,
          client: "caf\u{e9}",
          scopes: ["read", "write"],
          since: .unchecked
        )
        func tryAll() async throws {
          for client in ["app", "cafe\u{301}", "caf\u{e9} ", ""] {
            try require(await refusal(first, client) == .client, "\(client) is another client")
          }
          for scopes in [["admin"], ["read", "admin"], ["Read"], ["read write"]] {
            try require(await refusal(first, "caf\u{e9}", scopes) == .scope, "\(scopes) were not granted")
          }
        }
        try await tryAll()
        let second = try await world.tokens.rotate(first.token, client: "caf\u{e9}", scopes: ["read"])
        try require(second.scopes == ["read"], "it is narrower")
        try await tryAll()
        let third = try await world.tokens.rotate(second.token, client: "caf\u{e9}")
        try require(third.scopes == ["read", "write"], "the successor keeps all")
        let stranger = try RefreshWorld(store)
        let isRevoked = try await stranger.tokens.revoke(first.family.handle, of: stranger.account)
        try require(!isRevoked, "no account revokes another account's family")
      },
      StoreCase("R08 a guess finds nothing, and the store has nothing of a token") { store, _ in
        let world = try RefreshWorld(store)
        let grant = try await world.tokens.begin(for: world.account, client: "app", since: .unchecked)
        let token = grant.token
        guard let bytes = Base64URL.decode(token.utf8.span), bytes.count == 64 else {
          throw StoreCaseFailure(description: "a token is not 64 bytes in base64url")
        }
        for guess in ["", "x", String(token.dropLast()), token + "A", " " + token, String(repeating: "A", count: 86)] {
          let refusal = await code { () async throws(RefreshTokenError) in
            try await world.tokens.rotate(guess, client: "app")
          }
          try require(refusal == .invalid, "\(guess.utf8.count) characters are no token, not \(refusal as Any)")
        }
        let successor = try await world.tokens.rotate(token, client: "app").token
        let next = Base64URL.decode(successor.utf8.span) ?? []
        let owner = Array(world.account.utf8)
        let records = try await store.list(.refreshFamily, of: owner, after: nil, limit: 10, at: start)
        try require(records.count == 1, "there is one family")
        for record in records {
          let stored = record.content.storage + record.key.id.bytes
          for part in stride(from: 0, to: 64, by: 8) {
            for token in [bytes, next] {
              let isThere = stored.indices.contains { stored[$0...].starts(with: token[part..<part + 8]) }
              try require(!isThere, "not a part of it is stored")
            }
          }
        }
      },
      StoreCase("S08 a clock that jumps revives no family, and reports no theft") { store, _ in
        let rules = try RefreshTokenRules(idle: .seconds(1000), absolute: .seconds(2000))
        let world = try RefreshWorld(store, rules)
        let first = try await world.begin()
        let second = try await world.tokens.rotate(first.token, client: "app")
        world.time.seconds -= 86_400
        try require(await world.refusal(first) == .superseded, "the time since then is unknown")
        let third = try await world.tokens.rotate(second.token, client: "app")
        try require(third.family.created == world.time.seconds, "it is as old as if it began now")
        try require(await world.refusal(third) == nil, "it goes on")
        let other = try await world.begin()
        world.time.seconds += 86_400
        try require(await world.refusal(other) == .invalid, "it is over")
        world.time.seconds -= 86_400
        try require(await world.refusal(other) == .invalid, "it stays over")
      },
    ]
  }
}

/// Refresh tokens of an account on a store.
struct RefreshWorld<Store: RecordStore>: Sendable {
  let login: LoginWorld<Store>
  let sessions: Sessions<Store>
  let tokens: RefreshTokens<Store>

  init(_ store: Store, _ rules: RefreshTokenRules? = nil) throws {
    login = try LoginWorld(store)
    sessions = try login.sessions()
    tokens = try RefreshTokens(
      store: store,
      ring: login.ring,
      sessions: sessions,
      rules: rules,
      clock: login.time.clock
    )
  }

  var account: String { login.account }
  var time: CaseTime { login.time }

  func begin(session: Session? = nil) async throws -> RefreshGrant {
    try await tokens.begin(for: account, client: "app", session: session, since: .unchecked)
  }

  func refusal(_ grant: RefreshGrant) async -> RefreshTokenError.Code? {
    await code { () async throws(RefreshTokenError) in try await tokens.rotate(grant.token, client: "app") }
  }

  /// Uses one token several times at once.
  ///
  /// - Returns: the grants, without the refusals.
  func show(_ grant: RefreshGrant, times: Int = 64) async throws -> [RefreshGrant] {
    try await withThrowingTaskGroup(of: RefreshGrant?.self) { group in
      for _ in 0..<times {
        group.addTask {
          do throws(RefreshTokenError) {
            return try await tokens.rotate(grant.token, client: "app")
          } catch {
            // Refused, and not for the store.
            guard error.oauthCode != nil else { throw error }
            return nil
          }
        }
      }
      return try await group.reduce(into: []) { if let grant = $1 { $0.append(grant) } }
    }
  }
}

extension RefreshTokenError: CodedError {}
