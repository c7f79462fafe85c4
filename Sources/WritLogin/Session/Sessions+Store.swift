// SPDX-License-Identifier: Apache-2.0

// The calls of the store, their errors typed.
extension Sessions {
  nonisolated(nonsending) func read(_ key: RecordKey, at now: Int64) async throws(SessionError) -> Record? {
    do {
      return try await store.read(key, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
  }

  func insert(_ fields: SessionFields, as key: RecordKey, at now: Int64) async throws(SessionError) -> Session? {
    let content = try fields.content()
    guard let version = try await insert(content, as: key, at: now) else { return nil }
    return try Session(Record(key: key, version: version, content: content))
  }

  func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws(SessionError) -> RecordVersion? {
    do {
      return try await store.insert(content, as: key, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
  }

  func replace(_ record: Record, with fields: SessionFields, at now: Int64) async throws(SessionError) -> Session? {
    let content = try fields.content()
    guard let version = try await replace(record, with: content, at: now) else { return nil }
    return try Session(Record(key: record.key, version: version, content: content))
  }

  func replace(_ record: Record, with content: RecordContent, at now: Int64) async throws(SessionError)
    -> RecordVersion?
  {
    do {
      return try await store.replace(record.key, record.version, with: content, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
  }

  func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws(SessionError) -> Bool {
    do {
      return try await store.remove(key, version, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
  }

  /// Removes a session, whatever its version.
  ///
  /// - Returns: whether this call has removed it.
  func remove(_ key: RecordKey, at now: Int64) async throws(SessionError) -> Bool {
    do {
      return try await store.remove(key, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
  }
}
