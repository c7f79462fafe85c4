// SPDX-License-Identifier: Apache-2.0

/// Records of one kind that accounts have in a store; whatever fails, as a ``OneTimePasswordError``.
struct AccountRecords<Store: RecordStore>: Sendable {
  /// Bytes of the longest name of an account or a credential.
  static var maximumNameBytes: Int { RecordContent.maximumOwnerBytes }

  let store: Store
  let kind: RecordKind

  /// The key of what an account has by some name: a hash, so that names are of no consequence for the store.
  func key(_ account: String, _ name: String) throws(OneTimePasswordError) -> RecordKey {
    var bytes: [UInt8] = []
    for part in [account, name] {
      guard (1...Self.maximumNameBytes).contains(part.utf8.count) else {
        let count = "\(part.utf8.count) bytes, expected 1 to \(Self.maximumNameBytes)"
        throw OneTimePasswordError(.configuration, "the name of an account or a credential has \(count)")
      }
      // The count before each part: nothing of one can be taken for the other.
      bytes.append(UInt8(part.utf8.count))
      bytes += part.utf8
    }
    let id = try OneTimePasswordError.catching { () throws(StoreError) in try RecordID(hashing: bytes.span) }
    return RecordKey(kind, id)
  }

  func read(_ key: RecordKey, at now: Int64) async throws(OneTimePasswordError) -> Record? {
    do {
      return try await store.read(key, at: now)
    } catch {
      throw OneTimePasswordError(StoreError(of: error))
    }
  }

  /// Stores bytes where nothing was, or in place of the record that was read.
  ///
  /// - Returns: whether nobody has been faster.
  func write(
    _ bytes: [UInt8],
    as key: RecordKey,
    over record: Record?,
    account: String,
    format: UInt8,
    expires: Int64,
    at now: Int64
  ) async throws(OneTimePasswordError) -> Bool {
    let content = try OneTimePasswordError.catching { () throws(StoreError) in
      try RecordContent(bytes.span, format: format, owner: Array(account.utf8), expires: expires)
    }
    do {
      if let record { return try await store.replace(key, record.version, with: content, at: now) != nil }
      return try await store.insert(content, as: key, at: now) != nil
    } catch {
      throw OneTimePasswordError(StoreError(of: error))
    }
  }

  /// Removes the record that was read.
  ///
  /// - Returns: whether nobody has been faster.
  func remove(_ record: Record, at now: Int64) async throws(OneTimePasswordError) -> Bool {
    do {
      return try await store.remove(record.key, record.version, at: now)
    } catch {
      throw OneTimePasswordError(StoreError(of: error))
    }
  }

  /// Does something to a record again and again, until nobody else has changed it meanwhile.
  ///
  /// Each turn that is not the last means that another one has ended: nobody waits for ever unless others never stop.
  ///
  /// - Parameter body: `nil` to try again.
  func untilUndisturbed<Result>(
    _ body: () async throws(OneTimePasswordError) -> Result?
  ) async throws(OneTimePasswordError) -> Result {
    while !Task.isCancelled {
      if let result = try await body() { return result }
    }
    throw OneTimePasswordError(StoreError(of: CancellationError()))
  }
}
