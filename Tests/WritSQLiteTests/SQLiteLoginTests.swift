// SPDX-License-Identifier: Apache-2.0

#if SQLite
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

    @Test("the processes of one machine share a file, several machines are warned")
    func reach() throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      #expect(Deployment(processes: 8).check(store, events: .none))
      #expect(Deployment(processes: 8).check(limits: RecordRateLimitStore(store), events: .none))
      #expect(!Deployment(processes: 1, machines: 2).check(store, events: .none))
    }
  }
#endif
