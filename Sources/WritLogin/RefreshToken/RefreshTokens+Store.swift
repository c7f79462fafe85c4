// SPDX-License-Identifier: Apache-2.0

// The calls of the store, their errors typed.
extension RefreshTokens {
  /// The attempts at a rotation that loses to concurrent writes before it ends with `conflict`.
  static var maximumAttempts: Int { 1024 }

  /// The living family of a key.
  func family(_ key: RecordKey, at now: Int64) async throws(RefreshTokenError) -> RefreshFamily? {
    guard let record = try await withStore({ store in try await store.read(key, at: now) }) else { return nil }
    let family = try RefreshFamily(record)
    // A clock that was set back does not lengthen the absolute limit beyond its length from then on.
    let end = min(min(family.created, now) + family.fields.absolute, family.expires)
    guard end > now else {
      _ = try await remove(record)
      return nil
    }
    return family
  }

  /// Removes a family that has not changed since it was read.
  func remove(_ record: Record) async throws(RefreshTokenError) -> Bool {
    let now = clock.now
    return try await withStore { store in try await store.remove(record.key, record.version, at: now) }
  }

  /// Removes a family, whatever its version.
  ///
  /// - Returns: whether this call has removed it.
  func remove(_ key: RecordKey) async throws(RefreshTokenError) -> Bool {
    let now = clock.now
    return try await withStore { store in try await store.remove(key, at: now) }
  }

  /// Calls the store, and translates its errors.
  nonisolated(nonsending) func withStore<Result>(
    _ body: nonisolated(nonsending) (Store) async throws -> Result
  ) async throws(RefreshTokenError) -> Result {
    do {
      return try await body(store)
    } catch {
      throw RefreshTokenError(StoreError(of: error))
    }
  }
}
