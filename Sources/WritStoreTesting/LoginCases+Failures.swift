// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  /// The cases of a store that fails, or a process that dies, at the n-th write, for every n.
  static var failures: [StoreCase] {
    [
      StoreCase("S20 log out everywhere that fails at any write: nothing of before is renewed") { store, _ in
        try await atEachWrite(of: store) { failing, way in
          let world = try LoginWorld(store)
          let (healthy, sessions) = (try world.sessions(), try world.sessions(on: failing))
          let tokens = try RefreshTokens(store: store, ring: world.ring, sessions: healthy, clock: world.time.clock)
          let stolen = try await world.begin(healthy, isRemembered: true)
          let stepping = try await world.begin(healthy)
          let granting = try await world.begin(healthy)
          let grant = try await tokens.begin(
            for: world.account,
            client: "app",
            session: granting.session,
            since: .unchecked
          )
          failing.fail(atWrite: way.write, way.way)
          let refusal = await code { () async throws(SessionError) in try await sessions.revokeAll(of: world.account) }
          // Killed before the first write: nothing was promised.
          guard way.isBegun else { return }
          if failing.hasFailed, way.isLasting { try require(refusal != nil, "an error tells of \(way)") }
          // A step-up and a token do not wait for a renewal.
          let rotation = await code { () async throws(SessionError) in try await healthy.rotate(stepping.session) }
          try require(rotation == .ended, "no new identifier after \(way): \(rotation as Any)")
          let use = await code { () async throws(RefreshTokenError) in
            try await tokens.rotate(grant.token, client: "app")
          }
          try require(use == .sessionEnded || use == .invalid, "no token after \(way): \(use as Any)")
          let family = await code { () async throws(RefreshTokenError) in
            try await tokens.begin(
              for: world.account,
              client: "app",
              session: granting.session,
              since: .unchecked
            )
          }
          try require(family == .sessionEnded, "no family after \(way): \(family as Any)")
          try require(try await healthy.sessions(of: world.account).isEmpty, "none is listed after \(way)")
          for _ in 0..<29 {
            world.time.seconds += 86_400
            try require(try await healthy.session(in: [stolen.pair]) == nil, "it is not renewed after \(way)")
          }
        }
      },
      StoreCase("S20 a session that no removal has reached is taken for a minute at most") { store, _ in
        let world = try LoginWorld(store)
        let failing = FailingRecordStore(store)
        let (healthy, sessions) = (try world.sessions(), try world.sessions(on: failing))
        for step in [SessionRules.renewalInterval.components.seconds, -86_400, -1] as [Int64] {
          let stolen = try await world.begin(healthy, isRemembered: true)
          failing.fail(atWrite: 2, .dying)
          _ = try? await sessions.revokeAll(of: world.account)
          world.time.seconds += step
          try require(try await healthy.session(in: [stolen.pair]) == nil, "it is over \(step) s later")
          world.time.seconds -= step
        }
      },
      StoreCase("S20 a revocation that keeps one session keeps it at whichever write it fails, and its families") {
        store,
        _ in
        try await atEachWrite(of: store) { failing, way in
          let world = try LoginWorld(store)
          let (healthy, sessions) = (try world.sessions(), try world.sessions(on: failing))
          let tokens = try RefreshTokens(store: store, ring: world.ring, sessions: healthy, clock: world.time.clock)
          let others = try RefreshTokens(store: failing, ring: world.ring, sessions: sessions, clock: world.time.clock)
          let (kept, stolen) = (try await world.begin(healthy), try await world.begin(healthy, isRemembered: true))
          func begin(_ session: Session?) async throws -> RefreshGrant {
            try await tokens.begin(for: world.account, client: "app", session: session, since: .unchecked)
          }
          let (hanging, alone) = (try await begin(kept.session), try await begin(nil))
          failing.fail(atWrite: way.write, way.way)
          _ = try? await sessions.revokeAll(of: world.account, except: kept.session)
          // Otherwise the process is dead, and the families are another call's.
          if !failing.hasFailed || !way.isLasting {
            let written = failing.writeCount
            _ = try? await others.revokeAll(of: world.account, except: kept.session)
            let use = await code { () async throws(RefreshTokenError) in
              try await tokens.rotate(alone.token, client: "app")
            }
            // Killed before the first write of the families: nothing was promised of them.
            let isUntouched = way.way == .dying && way.write == written + 1
            try require(use == .invalid || isUntouched, "a family alone ends after \(way): \(use as Any)")
          }
          world.time.seconds += 60
          let session = try await healthy.session(in: [kept.pair])
          try require(session != nil, "the session that asked stays after \(way)")
          _ = try await tokens.rotate(hanging.token, client: "app")
          if way.isBegun { try require(try await healthy.session(in: [stolen.pair]) == nil, "no other after \(way)") }
          // And outlives the next one, too.
          if let session { try await healthy.revokeAll(of: world.account, except: session) }
          world.time.seconds += 60
          try require(try await healthy.session(in: [kept.pair]) != nil, "the session stays again after \(way)")
        }
      },
      StoreCase("S20 a family of refresh tokens is not rotated after a revocation that failed at any write") {
        store,
        _ in
        try await atEachWrite(of: store) { failing, way in
          let world = try LoginWorld(store)
          let tokens = try RefreshTokens(store: store, ring: world.ring, clock: world.time.clock)
          let others = try RefreshTokens(store: failing, ring: world.ring, clock: world.time.clock)
          let first = try await tokens.begin(for: world.account, client: "app", since: .unchecked)
          let second = try await tokens.rotate(first.token, client: "app")
          failing.fail(atWrite: way.write, way.way)
          _ = try? await others.revokeAll(of: world.account)
          guard way.isBegun else { return }
          // The first one within its window, which answers without a rotation.
          for token in [first.token, second.token] {
            let use = await code { () async throws(RefreshTokenError) in try await tokens.rotate(token, client: "app") }
            try require(use == .invalid, "nothing comes after \(way): \(use as Any)")
          }
          try require(try await tokens.families(of: world.account).isEmpty, "none is listed after \(way)")
        }
      },
      StoreCase(
        "S20 a reset or a change of a password that fails at any write: with the new one nothing of before lives"
      ) {
        store,
        _ in
        for isReset in [true, false] {
          try await atEachWrite(of: store) { failing, way in
            let world = try LoginWorld(store)
            let healthy = try world.sessions()
            let tokens = try RefreshTokens(store: store, ring: world.ring, clock: world.time.clock)
            let parts: [any AccountRevoking] = [
              try world.sessions(on: failing),
              try RefreshTokens(store: failing, ring: world.ring, clock: world.time.clock),
            ]
            let (passwords, others) = (world.passwords(), world.passwords(on: failing, revoking: parts))
            let (old, new) = ("the right password", "another long password")
            try await passwords.set(old, for: world.account, from: nil)
            let (kept, stolen) = (try await world.begin(healthy), try await world.begin(healthy, isRemembered: true))
            let grant = try await tokens.begin(for: world.account, client: "app", since: .unchecked)
            let link = try await passwords.requestReset(for: world.account, from: nil)
            failing.fail(atWrite: way.write, way.way)
            if isReset {
              _ = try? await others.reset(to: new, by: link)
            } else {
              try? await others.change(old, to: new, of: world.account, from: nil, in: kept.session)
            }
            let isNew = await code { () async throws(LoginError) in
              try await passwords.verify(new, account: world.account, from: nil)
            }
            // Otherwise nothing has changed, and the owner tries again.
            guard isNew == nil else { return }
            let use = await code { () async throws(RefreshTokenError) in
              try await tokens.rotate(grant.token, client: "app")
            }
            try require(use == .invalid, "no token is rotated after \(way): \(use as Any)")
            world.time.seconds += 60
            try require(try await healthy.session(in: [stolen.pair]) == nil, "no session lives after \(way)")
            let isKept = try await healthy.session(in: [kept.pair]) != nil
            try require(isKept != isReset, "the session of a change stays, and none after a reset, after \(way)")
          }
        }
      },
      StoreCase("R09 neither a session nor a family begins by what was proved before a revocation") { store, _ in
        let world = try RefreshWorld(store)
        func refusals(_ epoch: SessionEpoch) async -> (SessionError.Code?, RefreshTokenError.Code?) {
          let session = await code { () async throws(SessionError) in
            try await world.sessions.begin(for: world.account, proving: [.password], replacing: nil, since: epoch)
          }
          let family = await code { () async throws(RefreshTokenError) in
            try await world.tokens.begin(for: world.account, client: "app", since: epoch)
          }
          return (session, family)
        }
        let first = try await world.tokens.epoch(of: world.account)
        var (session, family) = await refusals(first)
        try require(session == nil && family == nil, "nothing was revoked")
        try await world.sessions.revokeAll(of: world.account)
        (session, family) = await refusals(first)
        try require(session == .ended && family == .revoked, "the sessions were: \(session as Any), \(family as Any)")
        let second = try await world.sessions.epoch(of: world.account)
        try await world.tokens.revokeAll(of: world.account)
        (_, family) = await refusals(second)
        try require(family == .revoked, "the families were: \(family as Any)")
        guard let third = SessionEpoch(try await world.sessions.epoch(of: world.account).bytes) else {
          throw StoreCaseFailure(description: "an epoch is not read from its bytes")
        }
        (session, family) = await refusals(third)
        try require(session == nil && family == nil, "the epoch is that of now")
        for bytes in [SessionEpoch.unchecked.bytes, [], Array(third.bytes.dropLast())] {
          try require(SessionEpoch(bytes) == nil, "\(bytes.count) bytes are no epoch")
        }
      },
    ]
  }

  /// A write that fails, and how.
  struct FailingWrite: Sendable, CustomStringConvertible {
    let write: Int
    let way: FailingRecordStore<Store>.Way

    /// Whether nothing is done after it.
    var isLasting: Bool { way == .dying || way == .dyingAfter }
    /// Whether the call has done anything that lasts.
    var isBegun: Bool { write > 1 || way != .dying }
    var description: String { "write \(write), \(way)" }
  }

  /// Runs a body for each write that it does, in each way in which that can fail.
  static func atEachWrite(
    of store: Store,
    _ body: (FailingRecordStore<Store>, FailingWrite) async throws -> Void
  ) async throws {
    for way in FailingRecordStore<Store>.Way.allCases {
      for write in 1...50 {
        let failing = FailingRecordStore(store)
        try await body(failing, FailingWrite(write: write, way: way))
        guard failing.hasFailed else { break }
        try require(write < 50, "a call ends after some writes")
      }
    }
  }
}
