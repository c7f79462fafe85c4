// SPDX-License-Identifier: Apache-2.0

#if SQLite
  internal import Foundation
  internal import GRDB
  internal import WritStore

  /// The table of records: each call is one statement, prepared once for a connection.
  enum SQLiteRecordTable {
    /// The form of the table, in `user_version`.
    private static let layout = 1

    /// Makes the table where there is none, and sets what each writing connection needs.
    static func prepare(_ database: Database, maximumBytes: Int64?) throws {
      try database.execute(sql: "PRAGMA synchronous = FULL")
      if let maximumBytes {
        let pageBytes = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
        try database.execute(sql: "PRAGMA max_page_count = \(maximumBytes / pageBytes)")
      }
      try database.inTransaction(.immediate) {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version")
        switch found {
        case layout: break
        case 0:
          try create(database)
          try database.execute(sql: "PRAGMA user_version = \(layout)")
        default: throw StoreError(.corrupt, "a database has the layout \(found ?? -1), expected \(layout)")
        }
        return .commit
      }
    }

    private static func create(_ database: Database) throws {
      try database.execute(
        sql: """
          CREATE TABLE writ_record (
            kind INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL, expires INTEGER NOT NULL,
            format INTEGER NOT NULL, owner BLOB NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY (kind, id)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX writ_record_owner ON writ_record (owner, kind, id) WHERE owner <> x'';
          CREATE INDEX writ_record_expires ON writ_record (expires);
          """
      )
    }

    // MARK: One record

    private static let columns = "kind, id, version, expires, format, owner, bytes"

    static func read(_ key: RecordKey, _ database: Database) throws -> WritStore.Record? {
      let statement = try database.cachedStatement(
        sql: "SELECT \(columns) FROM writ_record WHERE kind = ? AND id = ?"
      )
      guard let row = try Row.fetchOne(statement, arguments: [Int64(key.kind.number), Data(key.id.bytes)]) else {
        return nil
      }
      let record = try WritStore.Record(row)
      guard record.key == key else { throw StoreError(.corrupt, "the database answered with another record") }
      return record
    }

    static func insert(_ content: RecordContent, _ key: RecordKey, at now: Int64, _ database: Database) throws
      -> RecordVersion?
    {
      let version = newVersion()
      try run(
        """
        INSERT INTO writ_record (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (kind, id) DO UPDATE SET
          version = excluded.version, expires = excluded.expires, format = excluded.format,
          owner = excluded.owner, bytes = excluded.bytes
        WHERE writ_record.expires <= ?
        """,
        [
          Int64(key.kind.number), Data(key.id.bytes), version, content.expires, Int64(content.format),
          Data(content.owner),
          Data(content.bytes), now,
        ],
        database
      )
      return database.changesCount == 1 ? RecordVersion(UInt64(bitPattern: version)) : nil
    }

    static func replace(
      _ key: RecordKey,
      _ version: RecordVersion,
      _ content: RecordContent,
      at now: Int64,
      _ database: Database
    ) throws -> RecordVersion? {
      let next = newVersion()
      try run(
        """
        UPDATE writ_record SET version = ?, expires = ?, format = ?, owner = ?, bytes = ?
        WHERE kind = ? AND id = ? AND version = ? AND expires > ?
        """,
        [
          next, content.expires, Int64(content.format), Data(content.owner), Data(content.bytes),
          Int64(key.kind.number),
          Data(key.id.bytes), Int64(bitPattern: version.number), now,
        ],
        database
      )
      if database.changesCount == 1 { return RecordVersion(UInt64(bitPattern: next)) }
      try removeExpired(key, at: now, database)
      return nil
    }

    static func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64, _ database: Database) throws -> Bool {
      try run(
        "DELETE FROM writ_record WHERE kind = ? AND id = ? AND version = ? AND expires > ?",
        [Int64(key.kind.number), Data(key.id.bytes), Int64(bitPattern: version.number), now],
        database
      )
      if database.changesCount == 1 { return true }
      try removeExpired(key, at: now, database)
      return false
    }

    /// Removes a record that has expired, so that a clock that steps back does not bring it to life again.
    static func removeExpired(_ key: RecordKey, at now: Int64, _ database: Database) throws {
      try run(
        "DELETE FROM writ_record WHERE kind = ? AND id = ? AND expires <= ?",
        [Int64(key.kind.number), Data(key.id.bytes), now],
        database
      )
    }

    /// 64 random bits: a count would come again when a backup is put back.
    private static func newVersion() -> Int64 {
      Int64.random(in: .min ... .max)
    }

    // MARK: Many

    static func list(
      _ kind: RecordKind,
      _ owner: [UInt8],
      after id: RecordID?,
      limit: Int,
      at now: Int64,
      _ database: Database
    ) throws -> [WritStore.Record] {
      let statement = try database.cachedStatement(
        sql: """
          SELECT \(columns) FROM writ_record
          WHERE owner = ? AND owner <> x'' AND kind = ? AND id > ? AND expires > ? ORDER BY id LIMIT ?
          """
      )
      // No identifier comes before the empty one.
      let after = Data(id?.bytes ?? [])
      let rows = try Row.fetchAll(
        statement,
        arguments: [Data(owner), Int64(kind.number), after, now, Int64(limit)]
      )
      return try rows.map { try WritStore.Record($0) }
    }

    static func list(
      _ kind: RecordKind,
      after id: RecordID?,
      limit: Int,
      at now: Int64,
      _ database: Database
    ) throws -> [WritStore.Record] {
      let statement = try database.cachedStatement(
        sql: "SELECT \(columns) FROM writ_record WHERE kind = ? AND id > ? AND expires > ? ORDER BY id LIMIT ?"
      )
      // No identifier comes before the empty one.
      let after = Data(id?.bytes ?? [])
      let rows = try Row.fetchAll(statement, arguments: [Int64(kind.number), after, now, Int64(limit)])
      return try rows.map { try WritStore.Record($0) }
    }

    /// Whether there is no room left for what strangers can make, also after what has expired was removed.
    ///
    /// The pages of a file are not counted by parts: all that is used counts.
    static func isFull(_ part: RecordPart, at now: Int64, _ database: Database) throws -> Bool {
      func pages(_ pragma: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0 }
      let ceiling = part.ceiling(of: try pages("max_page_count"))
      func isFull() throws -> Bool { try pages("page_count") - pages("freelist_count") >= ceiling }
      guard try isFull() else { return false }
      guard try removeExpired(limit: SQLiteRecordStore.maximumPage, at: now, database) > 0 else { return true }
      return try isFull()
    }

    static func removeAll(_ kind: RecordKind, _ owner: [UInt8], except id: RecordID?, _ database: Database) throws
      -> Int
    {
      try run(
        "DELETE FROM writ_record WHERE owner = ? AND owner <> x'' AND kind = ? AND id <> ?",
        [Data(owner), Int64(kind.number), Data(id?.bytes ?? [])],
        database
      )
      return database.changesCount
    }

    static func removeExpired(limit: Int, at now: Int64, _ database: Database) throws -> Int {
      try run(
        """
        DELETE FROM writ_record WHERE (kind, id) IN (SELECT kind, id FROM writ_record WHERE expires <= ? LIMIT ?)
        """,
        [now, Int64(limit)],
        database
      )
      return database.changesCount
    }

    private static func run(_ sql: String, _ arguments: StatementArguments, _ database: Database) throws {
      try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }
  }

  extension WritStore.Record {
    /// A record from its row, which may have been damaged or written by somebody else.
    fileprivate init(_ row: Row) throws(StoreError) {
      func integer(_ index: Int) throws(StoreError) -> Int64 {
        guard case .int64(let number) = (row[index] as DatabaseValue).storage else { throw Self.damaged }
        return number
      }
      func bytes(_ index: Int) throws(StoreError) -> Data {
        guard case .blob(let data) = (row[index] as DatabaseValue).storage else { throw Self.damaged }
        return data
      }
      guard row.count == 7, let kind = UInt16(exactly: try integer(0)), let format = UInt8(exactly: try integer(4))
      else {
        throw Self.damaged
      }
      let id = Array(try bytes(1))
      guard let id = RecordID(id.span) else { throw Self.damaged }
      let expires = try integer(3)
      guard 0...RecordContent.never ~= expires else { throw Self.damaged }
      let stored = Array(try bytes(6))
      let content: RecordContent
      do throws(StoreError) {
        content = try RecordContent(stored.span, format: format, owner: Array(try bytes(5)), expires: expires)
      } catch {
        throw Self.damaged
      }
      let version = RecordVersion(UInt64(bitPattern: try integer(2)))
      self.init(key: RecordKey(RecordKind(kind), id), version: version, content: content)
    }

    private static var damaged: StoreError { StoreError(.corrupt, "the row of a record is damaged") }
  }
#endif
