// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var sessionRaces: [StoreCase] {
    [
      StoreCase("S06 of 64 rotations of one session one wins, and the others are told") { store, rounds in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        for round in 0..<rounds {
          let session = try await world.begin(sessions).session
          let count = try await successes { _ in
            let refusal = await code { () async throws(SessionError) in try await sessions.rotate(session) }
            try require(refusal == nil || refusal == .ended, "the others are told, not \(refusal as Any)")
            return refusal == nil
          }
          try require(count == 1, "\(count) rotations won in round \(round)")
          let left = try await sessions.sessions(of: world.account)
          try require(left.count == 1, "\(left.count) sessions are left in round \(round)")
          try await sessions.revokeAll(of: world.account)
        }
      },
      StoreCase("S07 a sweep that races with requests loses no living session, and revives none") { store, rounds in
        // As long as a session lasts at most, and then another one: 100,000 requests of 10,000 rounds.
        for _ in 0..<(10 * rounds + 16_999) / 17_000 {
          let world = try LoginWorld(store)
          // Long before what other cases keep, so that the sweep takes none of it.
          let begin = start - 1_000_000
          world.time.seconds = begin
          let sessions = try world.sessions(SessionRules(idle: .seconds(60), absolute: .seconds(86_400)))
          let alive = try await world.begin(sessions)
          let dead = try await world.begin(sessions)
          let sweeper = Task {
            while !Task.isCancelled {
              _ = try? await store.removeExpired(limit: 100, at: world.time.seconds)
              await Task.yield()
            }
          }
          defer { sweeper.cancel() }
          for step in 1...min(10 * rounds, 17_000) {
            world.time.seconds = begin + Int64(step) * 5
            try require(try await sessions.session(in: [alive.pair]) != nil, "it lives at \(step)")
            guard step >= 12 else { continue }
            try require(try await sessions.session(in: [dead.pair]) == nil, "it is dead at \(step)")
          }
          sweeper.cancel()
          await sweeper.value
        }
      },
      StoreCase("S09 what one server ends is dead on another at once, and what it rotates has the new identifier alone")
      {
        store,
        rounds in
        let world = try LoginWorld(store)
        let (one, other) = (try world.sessions(), try world.sessions())
        func isAlive(_ begun: BegunSession) async throws -> Bool { try await other.session(in: [begun.pair]) != nil }
        for round in 0..<max(4, rounds / 10) {
          let begun = try await world.begin(one)
          try require(try await isAlive(begun), "it is alive on the other in round \(round)")
          switch round % 4 {
          case 0: try await one.end(begun.session)
          case 1: try await one.revoke(begun.session.handle, of: world.account)
          case 2: try await one.revokeAll(of: world.account)
          default:
            let rotated = try await one.rotate(begun.session)
            try require(try await isAlive(rotated), "the new identifier is known to the other")
          }
          try require(try await !isAlive(begun), "it is dead on the other in round \(round)")
        }
      },
      StoreCase("S10 no session that began before a revocation of all outlives it, however it is rotated meanwhile") {
        store,
        rounds in
        // A round is many changes.
        for round in 0..<max(1, rounds / 10) {
          let world = try LoginWorld(store)
          let sessions = try world.sessions()
          let epoch = try await sessions.epoch(of: world.account)
          var begun: [BegunSession] = []
          for _ in 0..<8 { begun.append(try await world.begin(sessions)) }
          let rotated = try await withThrowingTaskGroup(of: BegunSession?.self) { group in
            for first in begun {
              group.addTask {
                var last: BegunSession?
                for _ in 0..<4 {
                  guard let next = try? await sessions.rotate((last ?? first).session) else { break }
                  last = next
                }
                return last
              }
            }
            // Logins that began before: their passwords were right until then.
            for _ in 0..<4 {
              group.addTask {
                try? await sessions.begin(for: world.account, proving: [.password], replacing: nil, since: epoch)
              }
            }
            group.addTask {
              try await sessions.revokeAll(of: world.account)
              return nil
            }
            return try await group.reduce(into: [BegunSession]()) { if let session = $1 { $0.append(session) } }
          }
          for session in begun + rotated {
            try require(try await sessions.session(in: [session.pair]) == nil, "none is alive after round \(round)")
          }
          try require(try await sessions.sessions(of: world.account).isEmpty, "none is listed after round \(round)")
        }
      },
    ]
  }
}
