// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import GRDB
  import Testing
  import WritAuthentication
  import WritSQLite
  import WritStoreTesting

  @Suite("Logins on records in SQLite", .timeLimit(.minutes(60)))
  struct SQLiteLoginTests {
    @Test("attacks on logins, by their rows", arguments: StoreCase<SQLiteRecordStore>.logins)
    func attack(_ storeCase: StoreCase<SQLiteRecordStore>) async throws {
      let folder = try StoreFolder()
      try await storeCase.run(on: SQLiteRecordStore(path: folder.path), rounds: TestRounds.inOneProcess)
    }

    private static func sessions(
      _ store: SQLiteRecordStore,
      _ clock: TokenClock = .fixed(now)
    ) throws -> Sessions<SQLiteRecordStore> {
      let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
      return try Sessions(store: store, ring: ring, origins: ["https://app.example"], clock: clock)
    }

    private static func pair(_ begun: BegunSession) -> String { String(begun.cookie.prefix { $0 != ";" }) }

    @Test("T04 the wrong codes of an account are counted on when the file is opened again")
    func restarts() async throws {
      let folder = try StoreFolder()
      let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
      let limits = LoginLimits(store: Unlimited())
      func passwords(_ time: Int64) throws -> OneTimePasswords<SQLiteRecordStore> {
        let store = try SQLiteRecordStore(path: folder.path)
        return try OneTimePasswords(store: store, ring: ring, limits: limits, clock: .fixed(time))
      }
      let key = try await passwords(now).enroll("ines", issuer: nil).key
      try await passwords(now).confirm(key.code(at: now), account: "ines")
      var (time, looked) = (now + 60, 0)
      while looked <= FailedAttempts.maximumCount {
        time += FailedAttempts.longestWait
        let right = Set(try (-2...2).map { try key.code(at: time + $0 * 30) })
        let wrong = try #require(
          ["000000", "000001", "000002", "000003", "000004", "000005"].first { !right.contains($0) }
        )
        let server = try passwords(time)
        do throws(OneTimePasswordError) {
          try await server.verify(wrong, account: "ines")
          Issue.record("let in")
        } catch {
          if error.code == .locked { break }
          #expect(error.code == .wrong)
          looked += 1
        }
      }
      #expect(looked == FailedAttempts.maximumCount)
      let attempts = try await passwords(time).failedAttempts(of: "ines")
      #expect(attempts?.isLocked == true)
      let error = await #expect(throws: OneTimePasswordError.self) {
        try await passwords(time).verify(key.code(at: time), account: "ines")
      }
      #expect(error?.code == .locked)
    }

    @Test("S05 a database that cannot be written to or read refuses all logins, and is no request without a session")
    func down() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path, busyTimeout: .milliseconds(50))
      let begun = try await Self.sessions(store).begin(
        for: "ines",
        proving: [.password],
        replacing: nil,
        since: .unchecked
      )
      let pair = Self.pair(begun)
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let queue = try DatabaseQueue(path: folder.path, configuration: configuration)
      try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
      func code(_ time: Int64) async throws -> SessionError.Code? {
        let sessions = try Self.sessions(store, .fixed(time))
        do throws(SessionError) {
          let session = try await sessions.session(in: [pair])
          #expect(session != nil)
          return nil
        } catch { return error.code }
      }
      // It is due to be written that a request came.
      #expect(try await code(now + 60) == .storeUnavailable)
      let error = await #expect(throws: SessionError.self) { try await Self.sessions(store).beginUnlimitedAnonymous() }
      #expect(error?.code == .storeUnavailable)
      try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      #expect(try await code(now + 60) == nil)
      try await queue.write { try $0.execute(sql: "DROP TABLE writ_record") }
      #expect(try await code(now + 60) == .storeUnavailable)
    }

    @Test("S09 what one process revokes is dead in another at once, which has a connection of its own")
    func otherConnection() async throws {
      let folder = try StoreFolder()
      let (one, other) = (try SQLiteRecordStore(path: folder.path), try SQLiteRecordStore(path: folder.path))
      let (ours, theirs) = (try Self.sessions(one), try Self.sessions(other))
      for round in 0..<20 {
        let begun = try await ours.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
        let session = try #require(try await theirs.session(in: [Self.pair(begun)]))
        if round % 2 == 0 { try await ours.end(session) } else { try await ours.revokeAll(of: "ines") }
        #expect(try await theirs.session(in: [Self.pair(begun)]) == nil)
      }
    }

    @Test("S18 sessions flood a file up to its limit: full is typed, those that live go on, and room can be made")
    func flooded() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path, maximumBytes: 262_144)
      let (sessions, later) = (try Self.sessions(store), try Self.sessions(store, .fixed(now + 3600)))
      var begun: [BegunSession] = []
      var code: SessionError.Code?
      while code == nil, begun.count < 10_000 {
        do throws(SessionError) {
          begun.append(try await sessions.beginUnlimitedAnonymous())
        } catch { code = error.code }
      }
      #expect(code == .full && begun.count > 200)
      for one in begun.prefix(100) { #expect(try await sessions.session(in: [Self.pair(one)]) != nil) }
      // Those of anonymous visitors who have gone make room when they are swept.
      #expect(try await store.removeExpired(limit: 1000, at: now + 3600) > 200)
      _ = try await later.beginUnlimitedAnonymous()
    }

    @Test(
      "the contract of limits over records",
      arguments: StoreCase<RecordRateLimitStore<SQLiteRecordStore>>.rateLimitStore
    )
    func limits(_ storeCase: StoreCase<RecordRateLimitStore<SQLiteRecordStore>>) async throws {
      let folder = try StoreFolder()
      let store = RecordRateLimitStore(try SQLiteRecordStore(path: folder.path))
      try await storeCase.run(on: store, rounds: TestRounds.inOneProcess)
    }

    @Test("the processes of one machine share a file, several machines are refused")
    func reach() throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      try Deployment(processes: 8).checkStore(store, events: .none)
      try Deployment(processes: 8).checkLimits(RecordRateLimitStore(store), events: .none)
      #expect(throws: DeploymentError.self) {
        try Deployment(processes: 1, machines: 2).checkStore(store, events: .none)
      }
    }
  }
#endif
