// SPDX-License-Identifier: Apache-2.0

/// A store of sessions, one-time passwords, refresh tokens and the like: ``MemoryRecordStore``, `SQLiteRecordStore` of
/// the module `WritSQLite`, or the application's own, checked by the cases of `WritStoreTesting`.
///
/// A record is bytes under a key. What must happen exactly once rests on two calls alone, each all or nothing for all
/// that use the store at once: ``insert(_:as:at:)``, which only one of many can do, and ``replace(_:_:with:at:)`` or
/// ``remove(_:_:at:)``, which only one of those can do that have seen one version.
///
/// An expired record is absent for every call, whether it has been removed or not; a call for one record that finds it
/// expired removes it, so that a clock that steps back does not bring it to life again. What a call has acknowledged is
/// there for each call that begins afterwards.
///
/// Times are seconds since 1970 and come from the caller, so that all parts of a server have one clock. Calls must not
/// block the thread they are made on.
///
/// Stores throw ``StoreError``; any other error is taken for ``StoreError/Code/storeUnavailable``.
public protocol RecordStore: Sendable {
  /// The servers that see what the store keeps; one process unless the type says more.
  var reach: StoreReach { get }

  /// The record of a key, `nil` when there is none; on the executor of the caller where the store can.
  nonisolated(nonsending) func read(_ key: RecordKey, at now: Int64) async throws -> Record?

  /// Reads the record of a key without waiting, where the store can.
  ///
  /// `Sessions` of WritLogin asks this first for each request. A store in the memory of the process answers it as
  /// ``read(_:at:)`` would; unless it is implemented, the answer is ``ImmediateRead/mustWait``.
  func readImmediately(_ key: RecordKey, at now: Int64) -> ImmediateRead

  /// Inserts a record unless there is one.
  ///
  /// - Returns: its version; `nil` when there is one, which stays as it is.
  func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion?

  /// Replaces a record that has not changed since it was read, its owner and expiry included.
  ///
  /// - Returns: its new version; `nil` when it has changed or is absent.
  func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion?

  /// Removes a record that has not changed since it was read.
  ///
  /// - Returns: whether it was there and has been removed.
  func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool

  /// Records of one owner and kind, in the order of their identifiers.
  ///
  /// - Parameters:
  ///   - kind: the kind of the records.
  ///   - owner: nothing is found for an empty one.
  ///   - id: the last one of the page before, `nil` for the first page.
  ///   - limit: as many at most; ``maximumPage`` at most, whatever is asked for.
  ///   - now: the caller's time, in Unix seconds.
  func list(
    _ kind: RecordKind,
    of owner: [UInt8],
    after id: RecordID?,
    limit: Int,
    at now: Int64
  ) async throws -> [Record]

  /// Records of one kind and all owners, in the order of their identifiers: for an administrator's page, and for
  /// what looks through a store at start.
  ///
  /// - Parameters:
  ///   - kind: the kind of the records.
  ///   - id: the last one of the page before, `nil` for the first page.
  ///   - limit: as many at most; ``maximumPage`` at most, whatever is asked for.
  ///   - now: the caller's time, in Unix seconds.
  func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record]

  /// Removes the records of one owner and kind that are there when the call begins.
  ///
  /// - Parameters:
  ///   - kind: the kind of the records.
  ///   - owner: nothing is removed for an empty one.
  ///   - id: one that stays.
  /// - Returns: how many were removed, those that had expired included or not.
  @discardableResult
  func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int

  /// Removes records that have expired.
  ///
  /// - Parameters:
  ///   - now: the caller's time, in Unix seconds.
  ///   - limit: as many at most; ``maximumPage`` at most, whatever is asked for.
  /// - Returns: how many were removed; fewer than asked for when no more have expired.
  @discardableResult
  func removeExpired(limit: Int, at now: Int64) async throws -> Int
}

extension RecordStore {
  /// One process, so that ``StoreReach`` is only ever claimed by name.
  public var reach: StoreReach { .process }

  /// The store has to be waited for.
  public func readImmediately(_ key: RecordKey, at now: Int64) -> ImmediateRead { .mustWait }

  /// Records of the largest page and the largest batch.
  public static var maximumPage: Int { 1000 }

  /// Removes records that have expired, until there are none: to be called now and then.
  ///
  /// - Parameter clock: the one of all else that uses the store.
  /// - Returns: how many were removed.
  @discardableResult
  public func removeExpired(clock: TokenClock = .system) async throws -> Int {
    var sum = 0
    while true {
      try Task.checkCancellation()
      let count = try await removeExpired(limit: Self.maximumPage, at: clock.now)
      sum += count
      if count < Self.maximumPage { return sum }
    }
  }

  /// Removes a record, whatever its version.
  ///
  /// - Returns: whether it was there and has been removed by this call.
  @discardableResult
  public func remove(_ key: RecordKey, at now: Int64) async throws -> Bool {
    // Each turn that does not end means that another has changed the record.
    while let record = try await read(key, at: now) {
      if try await remove(key, record.version, at: now) { return true }
      try Task.checkCancellation()
    }
    return false
  }
}
