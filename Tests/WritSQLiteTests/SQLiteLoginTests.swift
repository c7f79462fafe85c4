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
  }
#endif
