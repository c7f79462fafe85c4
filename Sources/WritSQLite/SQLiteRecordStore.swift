// SPDX-License-Identifier: Apache-2.0

#if SQLite
  internal import Foundation
  internal import GRDB
  public import WritStore

  #if canImport(Glibc)
    internal import Glibc
  #endif

  /// Records in a file of SQLite, which outlive the process; several processes of one machine may share it.
  ///
  ///     let store = try SQLiteRecordStore(path: "/var/lib/app/records.sqlite")
  ///
  /// What a call has acknowledged is on disk: the journal is a write-ahead log, written through with each change
  /// (`synchronous=FULL`). Reads run beside each other and beside one change; changes come one after the other. The
  /// file is made for its owner alone, and holds nothing but the records: a database of its own. It must not be on a
  /// network file system.
  ///
  /// No call blocks the thread it is made on: the library GRDB has threads of its own.
  public final class SQLiteRecordStore: RecordStore, Sendable {
    /// The longest time to wait for other processes.
    public static let maximumBusyTimeout = Duration.seconds(60)
    /// Connections that read at once, at most.
    public static let maximumReaderCount = 64
    /// Bytes of the smallest limit for a file.
    public static let smallestByteLimit: Int64 = 131_072

    let pool: DatabasePool
    /// Whether the file has a limit of its own.
    private let isBounded: Bool

    /// Opens a file, and makes it where there is none; the calling thread waits for the disk.
    ///
    /// - Parameters:
    ///   - path: in a directory that can be written to.
    ///   - busyTimeout: how long a call waits while another process writes; at most ``maximumBusyTimeout``.
    ///   - readerCount: connections that read at once; 1 to ``maximumReaderCount``.
    ///   - maximumBytes: of the file without its log, ``smallestByteLimit`` or more; then it is full. Sessions of
    ///     visitors and buckets of limits, which strangers can make, are refused before: there is room left for
    ///     accounts. Only the disk unless given, and then no room is kept.
    /// - Throws: `StoreError` with the codes `configuration`, `corrupt` when the file is no database or one in another
    ///   form, `readOnly`, `busy`, `full`, `storeUnavailable`.
    public init(
      path: String,
      busyTimeout: Duration = .seconds(5),
      readerCount: Int = 4,
      maximumBytes: Int64? = nil
    ) throws(StoreError) {
      guard !path.isEmpty, !path.utf8.contains(0), !path.utf8.starts(with: "file:".utf8),
        path.utf8.first != UInt8(ascii: ":")
      else { throw StoreError(.configuration, "the path of a database is empty, contains a NUL, or is an address") }
      guard busyTimeout >= .zero, busyTimeout <= Self.maximumBusyTimeout else {
        throw StoreError(
          .configuration,
          "a wait of \(busyTimeout) was asked for, expected at most \(Self.maximumBusyTimeout)"
        )
      }
      guard 1...Self.maximumReaderCount ~= readerCount else {
        throw StoreError(
          .configuration,
          "\(readerCount) readers were asked for, expected 1 to \(Self.maximumReaderCount)"
        )
      }
      guard maximumBytes.map({ $0 >= Self.smallestByteLimit }) ?? true else {
        throw StoreError(.configuration, "a database of less than \(Self.smallestByteLimit) bytes was asked for")
      }
      var configuration = Configuration()
      configuration.busyMode = .timeout(busyTimeout / .seconds(1))
      let milliseconds = Int(busyTimeout / .milliseconds(1))
      // Readers, too, wait no longer; GRDB has a time of its own for them.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA busy_timeout = \(milliseconds)") }
      configuration.maximumReaderCount = readerCount
      configuration.persistentReadOnlyConnections = true
      configuration.label = "writ.records"
      isBounded = maximumBytes != nil
      Self.create(path)
      do {
        pool = try DatabasePool(path: path, configuration: configuration)
        // Here and not in the configuration: GRDB sets `synchronous` again after it has been applied.
        try pool.writeWithoutTransaction { try SQLiteRecordTable.prepare($0, maximumBytes: maximumBytes) }
      } catch {
        throw StoreError(sqlite: error)
      }
    }

    /// Makes an empty file that only its owner may read; SQLite gives its log the same permissions.
    private static func create(_ path: String) {
      // A file that is there is not opened: closing it would give up the locks that this process has on it.
      let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
      if descriptor >= 0 { close(descriptor) }
    }

    // MARK: One record

    /// The record of a key, `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    public func read(_ key: RecordKey, at now: Int64) async throws(StoreError) -> WritStore.Record? {
      let found = try await reading { try SQLiteRecordTable.read(key, $0) }
      guard let found, found.content.isExpired(at: now) else { return found }
      _ = try await writing { try SQLiteRecordTable.removeExpired(key, at: now, $0) }
      return nil
    }

    /// Inserts a record unless there is one.
    ///
    /// - Returns: its version; `nil` when there is one, which stays as it is.
    /// - Throws: `StoreError`.
    public func insert(
      _ content: RecordContent,
      as key: RecordKey,
      at now: Int64
    ) async throws(StoreError) -> RecordVersion? {
      let part = isBounded ? RecordPart(key.kind, hasOwner: content.hasOwner) : nil
      return try await writing { database in
        if let part, try SQLiteRecordTable.isFull(part, at: now, database) {
          throw StoreError(.full, "the database has no room for more sessions of visitors and buckets of limits")
        }
        return try SQLiteRecordTable.insert(content, key, at: now, database)
      }
    }

    /// Replaces a record that has not changed since it was read.
    ///
    /// - Returns: its new version; `nil` when it has changed or is absent.
    /// - Throws: `StoreError`.
    public func replace(
      _ key: RecordKey,
      _ version: RecordVersion,
      with content: RecordContent,
      at now: Int64
    ) async throws(StoreError) -> RecordVersion? {
      try await writing { try SQLiteRecordTable.replace(key, version, content, at: now, $0) }
    }

    /// Removes a record that has not changed since it was read.
    ///
    /// - Returns: whether it was there and has been removed.
    /// - Throws: `StoreError`.
    public func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws(StoreError) -> Bool {
      try await writing { try SQLiteRecordTable.remove(key, version, at: now, $0) }
    }

    // MARK: Many

    /// Records of one owner and kind, in the order of their identifiers.
    ///
    /// - Throws: `StoreError`.
    public func list(
      _ kind: RecordKind,
      of owner: [UInt8],
      after id: RecordID?,
      limit: Int,
      at now: Int64
    ) async throws(StoreError) -> [WritStore.Record] {
      guard !owner.isEmpty, limit > 0 else { return [] }
      let limit = min(limit, Self.maximumPage)
      return try await reading { try SQLiteRecordTable.list(kind, owner, after: id, limit: limit, at: now, $0) }
    }

    /// Records of one kind and all owners, in the order of their identifiers.
    ///
    /// - Throws: `StoreError`.
    public func list(
      _ kind: RecordKind,
      after id: RecordID?,
      limit: Int,
      at now: Int64
    ) async throws(StoreError) -> [WritStore.Record] {
      let limit = min(limit, Self.maximumPage)
      guard limit > 0 else { return [] }
      return try await reading { try SQLiteRecordTable.list(kind, after: id, limit: limit, at: now, $0) }
    }

    /// Removes the records of one owner and kind, all or none.
    ///
    /// - Returns: how many were removed.
    /// - Throws: `StoreError`.
    @discardableResult
    public func removeAll(
      _ kind: RecordKind,
      of owner: [UInt8],
      except id: RecordID? = nil
    ) async throws(StoreError) -> Int {
      guard !owner.isEmpty else { return 0 }
      return try await writing { try SQLiteRecordTable.removeAll(kind, owner, except: id, $0) }
    }

    /// Removes records that have expired, all of a batch or none.
    ///
    /// - Returns: how many were removed; fewer than asked for when no more have expired.
    /// - Throws: `StoreError`.
    @discardableResult
    public func removeExpired(limit: Int, at now: Int64) async throws(StoreError) -> Int {
      guard limit > 0 else { return 0 }
      let limit = min(limit, Self.maximumPage)
      return try await writing { try SQLiteRecordTable.removeExpired(limit: limit, at: now, $0) }
    }

    // MARK: Connections

    private func reading<Result: Sendable>(
      _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
      do {
        // Each body is one statement, which sees one state of the database without a transaction round it.
        return try await pool.unsafeRead(body)
      } catch {
        throw StoreError(sqlite: error)
      }
    }

    private func writing<Result: Sendable>(
      _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
      do {
        return try await pool.write(body)
      } catch {
        throw StoreError(sqlite: error)
      }
    }
  }

#else
  /// Records in a file of SQLite: there with the trait `SQLite` of the package.
  @available(*, unavailable, message: "turn on the trait SQLite: .package(url: …, traits: [\"SQLite\"])")
  public final class SQLiteRecordStore: Sendable {}
#endif
