// SPDX-License-Identifier: Apache-2.0

#if SQLite
  internal import GRDB
  internal import WritStore

  extension StoreError {
    /// Translates an error of SQLite; its text may name stored data and is not shown, its number is.
    init(sqlite error: any Error) {
      guard let error = error as? DatabaseError else {
        self.init(of: error)
        return
      }
      let number = error.extendedResultCode.rawValue
      switch error.resultCode {
      case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "the database is busy (SQLite \(number))")
      case .SQLITE_FULL: self.init(.full, "the database or its disk is full (SQLite \(number))")
      case .SQLITE_READONLY, .SQLITE_PERM: self.init(.readOnly, "the database cannot be written to (SQLite \(number))")
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH:
        self.init(.corrupt, "the database is damaged (SQLite \(number))")
      case .SQLITE_INTERRUPT, .SQLITE_ABORT:
        self.init(.cancelled, "a call of the database was cancelled (SQLite \(number))")
      default: self.init(.storeUnavailable, "the database failed (SQLite \(number))")
      }
    }
  }
#endif
