// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var sessions: [StoreCase] {
    [
      StoreCase("S01 login and a change of privilege give a new identifier, and the old one is dead at once") {
        store,
        _ in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        let planted = try await sessions.beginUnlimitedAnonymous()
        let begun = try await sessions.begin(
          for: world.account,
          proving: [.password],
          replacing: planted.session,
          since: .unchecked
        )
        try require(try await sessions.session(in: [planted.pair]) == nil, "the visitor's is dead")
        let rotated = try await sessions.rotate(begun.session, proving: .oneTimePassword)
        try require(try await sessions.session(in: [begun.pair]) == nil, "the one before is dead")
        let session = try await sessions.session(in: [rotated.pair])
        try require(session?.account?.utf8.elementsEqual(world.account.utf8) ?? false, "the new one is the account's")
        try require(session?.factors.map(\.factor) == [.password, .oneTimePassword], "and has both factors")
      },
      StoreCase("S04 the store has the hash of an identifier, and nothing of the identifier") { store, _ in
        let world = try LoginWorld(store)
        let begun = try await world.begin(try world.sessions())
        let text = String(begun.pair.drop { $0 != "=" }.dropFirst())
        guard let identifier = Base64URL.decode(text.utf8.span) else {
          throw StoreCaseFailure(description: "an identifier is no base64url")
        }
        let owner = Array(world.account.utf8)
        let records = try await store.list(.session, of: owner, after: nil, limit: 10, at: start)
        try require(records.count == 1, "there is one session")
        for record in records {
          let stored = record.content.storage + record.key.id.bytes
          for part in [identifier.prefix(8), identifier.suffix(8)] {
            try require(!stored.indices.contains { stored[$0...].starts(with: part) }, "not a part of it is stored")
          }
        }
      },
      StoreCase("S08 a clock that steps a day back or forward revives no session, and none outlives its absolute limit")
      {
        store,
        _ in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        let (seen, kept) = (try await world.begin(sessions), try await world.begin(sessions))
        func isAlive(_ begun: BegunSession) async throws -> Bool { try await sessions.session(in: [begun.pair]) != nil }
        world.time.seconds = start + 1800
        try require(try await !isAlive(seen), "it is over")
        world.time.seconds = start
        try require(try await !isAlive(seen), "what was seen dead stays dead")
        world.time.seconds = start - 86_400
        try require(try await isAlive(kept), "what lives goes on")
        world.time.seconds += 43_199
        try require(try await isAlive(kept), "as long as if it began then")
        world.time.seconds += 1
        try require(try await !isAlive(kept), "and no longer")
        let new = try await world.begin(sessions)
        world.time.seconds += 86_400
        try require(try await !isAlive(new), "a day forward it is over")
        world.time.seconds -= 86_400
        try require(try await !isAlive(new), "and a day back too")
        try require(try await isAlive(world.begin(sessions)), "no account is locked")
      },
      StoreCase("S13 a hostile row is a typed error or no session, never a crash and never another account") {
        store,
        _ in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        let begun = try await world.begin(sessions)
        let owner = Array(world.account.utf8)
        guard let good = try await store.list(.session, of: owner, after: nil, limit: 1, at: start).first else {
          throw StoreCaseFailure(description: "a session is not listed")
        }
        let bytes = Array(good.content.bytes)
        var rows: [(bytes: [UInt8], format: UInt8, owner: [UInt8])] = [
          ([], 1, owner), (Array(bytes.dropLast()), 1, owner), (bytes + [0], 1, owner), (bytes, 0, owner),
          (bytes, 255, owner), (bytes, 1, [0xFF]), (bytes, 1, [0xC0, 0x80]),
          ([UInt8](repeating: 0xFF, count: RecordContent.maximumBytes), 1, owner),
          ([UInt8](repeating: 0, count: bytes.count), 1, owner),
        ]
        rows += (0..<bytes.count).map { (Array(bytes.prefix($0)), 1, owner) }
        for row in rows {
          guard let current = try await store.read(good.key, at: start) else {
            throw StoreCaseFailure(description: "the row is gone")
          }
          let content = try RecordContent(
            row.bytes.span,
            format: row.format,
            owner: row.owner,
            expires: RecordContent.never
          )
          _ = try await store.replace(good.key, current.version, with: content, at: start)
          let refusal = await code { () async throws(SessionError) in try await sessions.session(in: [begun.pair]) }
          try require(refusal == .corrupt, "\(row.bytes.count) bytes, format \(row.format): \(refusal as Any)")
        }
      },
      StoreCase("C02 a token against forgery is of one session, and of none after that was rotated") { store, _ in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        let (one, other) = (try await world.begin(sessions), try await world.begin(sessions))
        func refusal(_ token: String, _ session: Session) -> SessionError.Code? {
          do throws(SessionError) {
            let origin = ["https://app.example"]
            try sessions.check(
              RequestOrigin(method: "POST", fetchSite: [], origin: origin, tokens: [token], upgrade: []),
              for: session
            )
            return nil
          } catch { return error.code }
        }
        let token = try sessions.forgeryToken(for: one.session)
        try require(refusal(token, one.session) == nil, "it is good for its own")
        try require(refusal(token, other.session) == .forgery, "not for another")
        let rotated = try await sessions.rotate(one.session)
        try require(refusal(token, rotated.session) == .forgery, "nor after a rotation")
      },
    ]
  }
}
