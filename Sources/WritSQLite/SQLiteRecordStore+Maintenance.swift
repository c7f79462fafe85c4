// SPDX-License-Identifier: Apache-2.0

#if SQLite
  internal import GRDB
  public import WritStore

  extension SQLiteRecordStore {
    /// The processes of one machine.
    public var reach: StoreReach { .machine }

    /// Moves what is in the log into the file, for a copy of it; SQLite does so by itself from time to time.
    ///
    /// - Throws: `StoreError` with the code `busy` when others read or write.
    public func checkpoint() async throws(StoreError) {
      do {
        _ = try await pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      } catch {
        throw StoreError(sqlite: error)
      }
    }

    /// Reads a pragma of the writing connection.
    package func setting(_ pragma: String) async throws -> String? {
      try await pool.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
    }
  }
#endif
