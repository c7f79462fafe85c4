// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation
  import Testing
  import WritAuthentication
  import WritSQLite
  import WritStoreTesting

  @Suite("Races of two processes in SQLite", .serialized, .timeLimit(.minutes(60)))
  struct SQLiteRaceTests {
    private static let rounds = TestRounds.acrossProcesses

    /// A store and what two processes must know of it.
    private struct Course {
      let folder: StoreFolder
      let store: SQLiteRecordStore
      let ring: SecretRing
      private let ringPath: String

      init() throws {
        folder = try StoreFolder()
        store = try SQLiteRecordStore(path: folder.path)
        ringPath = try folder.ring()
        ring = try SecretRing(contentsOfFile: ringPath)
      }

      /// How often each round was won, by the one and by the other.
      func run(_ name: String, _ lines: [String]) throws -> [[Int]] {
        let (plan, barrier) = (folder.directory + "/plan", folder.directory + "/barrier")
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: plan))
        try Data(count: 16).write(to: URL(filePath: barrier))
        let writers = try (0...1).map { index in
          try WriterProcess([
            "race", folder.path, name, ringPath, plan, barrier, "\(index)", "\(SQLiteRaceTests.rounds)",
          ])
        }
        for writer in writers { writer.wait() }
        #expect(writers.map(\.status) == [0, 0], "\(name)")
        return try writers.map { writer in
          var won = [Int](repeating: 0, count: SQLiteRaceTests.rounds)
          for line in try writer.lines() {
            guard line.hasPrefix("w"), let round = Int(line.dropFirst()), won.indices.contains(round) else {
              Issue.record("\(line)")
              continue
            }
            won[round] += 1
          }
          return won
        }
      }

      /// Expects that each round was won once.
      func expectOnce(_ name: String, _ lines: [String]) throws {
        let won = try run(name, lines)
        for round in 0..<SQLiteRaceTests.rounds {
          #expect(won[0][round] + won[1][round] == 1, "round \(round) of \(name) was won by \(won.map { $0[round] })")
        }
      }
    }

    @Test("T01 two processes: a one-time password is accepted once")
    func code() async throws {
      let course = try Course()
      let passwords = try OneTimePasswords(store: course.store, ring: course.ring, clock: .fixed(now))
      let key = try await passwords.enroll("alice", issuer: nil).key
      try await passwords.confirm(key.code(at: now), account: "alice")
      try course.expectOnce("code", ["alice \(key.secret.secretBase32())"])
    }

    @Test("T12 two processes: a recovery code is accepted once")
    func recovery() async throws {
      let course = try Course()
      let codes = RecoveryCodes(store: course.store, ring: course.ring, clock: .fixed(now))
      var lines: [String] = []
      while lines.count < Self.rounds {
        let account = "account\(lines.count)"
        lines += try await codes.generate(for: account).map { "\(account) \($0)" }
      }
      try course.expectOnce("recovery", lines)
      // Of those that were raced for nothing is left.
      for account in stride(from: 0, to: Self.rounds / 10 * 10, by: 10) {
        #expect(try await codes.remaining(of: "account\(account)") == 0)
      }
    }

    @Test("L01 two processes: the last token of a bucket is taken once")
    func bucket() throws {
      try Course().expectOnce("bucket", ["-"])
    }

    @Test("two processes: a token that resets a password is used once")
    func token() async throws {
      let course = try Course()
      let tokens = SingleUseTokens(store: course.store, clock: .fixed(now))
      var lines: [String] = []
      for round in 0..<Self.rounds {
        lines.append(try await tokens.issue(.passwordReset, for: "account\(round)", from: nil))
      }
      try course.expectOnce("token", lines)
    }

    @Test("S06 two processes: a session is rotated once")
    func session() async throws {
      let course = try Course()
      let sessions = try Sessions(
        store: course.store,
        ring: course.ring,
        origins: ["https://app.example"],
        clock: .fixed(now)
      )
      var lines: [String] = []
      for round in 0..<Self.rounds {
        let begun = try await sessions.begin(
          for: "account\(round)",
          proving: [.password],
          replacing: nil,
          since: .unchecked
        )
        lines.append(String(begun.cookie.prefix { $0 != ";" }))
      }
      // Who comes so late that the other has rotated already finds none.
      try course.expectOnce("session", lines)
      for round in 0..<Self.rounds { #expect(try await sessions.sessions(of: "account\(round)").count == 1) }
    }

    @Test("R02 two processes: a refresh token is rotated once, and who comes second revokes its family")
    func refresh() async throws {
      let course = try Course()
      let tokens = try RefreshTokens(store: course.store, ring: course.ring, clock: .fixed(now))
      var lines: [String] = []
      for round in 0..<Self.rounds {
        lines.append(try await tokens.begin(for: "account\(round)", client: "app", since: .unchecked).token)
      }
      try course.expectOnce("refresh", lines)
      for round in 0..<Self.rounds { #expect(try await tokens.families(of: "account\(round)").isEmpty) }
    }
  }
#endif
