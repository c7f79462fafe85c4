// SPDX-License-Identifier: Apache-2.0

/// The records of one kind that accounts have in a store; failures are errors of the service that keeps them.
struct AccountRecords<Store: RecordStore, Failure: StoreBackedError>: Sendable {
  let store: Store
  let kind: RecordKind

  /// The key of what an account has by some name: a hash, so that names are of no consequence for the store.
  func key(_ account: String, _ name: String) throws(Failure) -> RecordKey {
    var bytes: [UInt8] = []
    for part in [account, name] {
      guard 1...AccountName.maximumBytes ~= part.utf8.count else {
        let count = "\(part.utf8.count) bytes, expected 1 to \(AccountName.maximumBytes)"
        throw Failure(.configuration, "the name of an account or a credential has \(count)", underlyingError: nil)
      }
      // The count before each part: nothing of one can be taken for the other.
      bytes.append(UInt8(part.utf8.count))
      bytes += part.utf8
    }
    do throws(StoreError) {
      return RecordKey(kind, try RecordID(hashing: bytes.span))
    } catch {
      throw Failure(error)
    }
  }

  func read(_ key: RecordKey, at now: Int64) async throws(Failure) -> Record? {
    do {
      return try await store.read(key, at: now)
    } catch {
      throw Failure(StoreError(of: error))
    }
  }

  /// The records that an account has, one page of them.
  func list(of account: String, at now: Int64) async throws(Failure) -> [Record] {
    do {
      return try await store.list(kind, of: Array(account.utf8), after: nil, limit: Store.maximumPage, at: now)
    } catch {
      throw Failure(StoreError(of: error))
    }
  }

  /// Stores bytes where nothing was, or in place of the record that was read.
  ///
  /// - Returns: `false` if another write came first.
  func write(
    _ bytes: [UInt8],
    as key: RecordKey,
    over record: Record?,
    account: String,
    format: UInt8,
    expires: Int64,
    at now: Int64
  ) async throws(Failure) -> Bool {
    // Nothing begins for a name that no account can have; there is nothing to be found for one either.
    if record == nil, !account.isEmpty, let problem = AccountName.problem(with: account) {
      throw Failure(.configuration, "the name of an account \(problem)", underlyingError: nil)
    }
    do {
      let content = try RecordContent(bytes.span, format: format, owner: Array(account.utf8), expires: expires)
      if let record { return try await store.replace(key, record.version, with: content, at: now) != nil }
      return try await store.insert(content, as: key, at: now) != nil
    } catch {
      throw Failure(StoreError(of: error))
    }
  }

  /// Removes the record that was read.
  ///
  /// - Returns: `false` if another write came first.
  func remove(_ record: Record, at now: Int64) async throws(Failure) -> Bool {
    do {
      return try await store.remove(record.key, record.version, at: now)
    } catch {
      throw Failure(StoreError(of: error))
    }
  }

  /// Removes a record, whatever its version.
  ///
  /// - Returns: whether it was there.
  func removeAny(_ key: RecordKey, _ clock: TokenClock) async throws(Failure) -> Bool {
    try await retryingOnConflict { () async throws(Failure) -> RecordAttempt<Bool> in
      let now = clock.now
      guard let record = try await read(key, at: now) else { return .done(false) }
      return try await remove(record, at: now) ? .done(true) : .conflict
    }
  }

  /// Repeats a read-and-write of a record until no other writer changes it in between.
  ///
  /// Each conflict means that another writer has finished, so a caller waits only as long as others keep writing.
  func retryingOnConflict<Result>(
    _ body: () async throws(Failure) -> RecordAttempt<Result>
  ) async throws(Failure) -> Result {
    while !Task.isCancelled {
      if case .done(let result) = try await body() { return result }
    }
    throw Failure(StoreError(of: CancellationError()))
  }
}

/// The outcome of one read-and-write of a record.
///
/// Not an optional: a result that is itself optional would then make "no result" and "try again" the same value.
enum RecordAttempt<Result> {
  /// The record was read, and written where that was needed.
  case done(Result)
  /// Another writer changed the record first: try again.
  case conflict

  init(_ result: Result, isWritten: Bool) {
    self = isWritten ? .done(result) : .conflict
  }
}
