// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WritLogin

/// A store in front of another one that records each call for a record, with its answer and its place in time.
///
///     let store = RecordingStore(mine)
///     // concurrent clients use the store; servers are stopped and started meanwhile
///     try store.history.check()
///
/// Calls that list or sweep are passed on and not recorded. A call for all records of an owner counts as one for each
/// record of that owner that the history names.
public final class RecordingStore<Base: RecordStore>: RecordStore {
  private struct State: Sendable {
    var calls: [RecordedCall] = []
    var owners: [RecordKey: ArraySlice<UInt8>] = [:]
  }

  private let base: Base
  private let moments = Atomic<UInt64>(0)
  private let state = Guarded(State())

  /// A store that has recorded nothing yet.
  public init(_ base: Base) { self.base = base }

  /// The calls that have ended.
  public var history: StoreHistory { StoreHistory(state.withLock { $0.calls }) }

  /// As the base.
  public var reach: StoreReach { base.reach }

  private func moment() -> UInt64 { moments.add(1, ordering: .sequentiallyConsistent).newValue }

  private func append(
    _ operation: RecordedCall.Operation,
    _ key: RecordKey,
    _ answer: RecordedCall.Answer,
    from began: UInt64
  ) {
    let call = RecordedCall(key: key, operation: operation, answer: answer, began: began, ended: moment())
    state.withLock { $0.calls.append(call) }
  }

  /// Notes the owner before the call, as a call for all records of the owner may meet the record before this one has
  /// ended.
  private func note(_ content: RecordContent, _ key: RecordKey) {
    guard content.hasOwner else { return }
    state.withLock { $0.owners[key] = content.owner }
  }

  /// Records a call and passes on its result or error.
  private func recording<Result>(
    _ operation: RecordedCall.Operation,
    _ key: RecordKey,
    _ body: nonisolated(nonsending) () async throws -> Result,
    answer: (Result) -> RecordedCall.Answer
  ) async throws -> Result {
    let began = moment()
    do {
      let result = try await body()
      append(operation, key, answer(result), from: began)
      return result
    } catch {
      append(operation, key, .failed, from: began)
      throw error
    }
  }

  /// Reads and records.
  public func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
    try await recording(.read, key) {
      try await base.read(key, at: now)
    } answer: { record in
      record.map { .record($0.version, $0.content) } ?? .absent
    }
  }

  /// Inserts and records.
  public func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
    note(content, key)
    return try await recording(.insert(content), key) {
      try await base.insert(content, as: key, at: now)
    } answer: { version in
      version.map { .written($0) } ?? .refused
    }
  }

  /// Replaces and records.
  public func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion? {
    note(content, key)
    return try await recording(.replace(version, content), key) {
      try await base.replace(key, version, with: content, at: now)
    } answer: { version in
      version.map { .written($0) } ?? .refused
    }
  }

  /// Removes and records.
  public func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
    try await recording(.remove(version), key) {
      try await base.remove(key, version, at: now)
    } answer: { isRemoved in
      isRemoved ? .removed : .refused
    }
  }

  /// Lists.
  public func list(
    _ kind: RecordKind,
    of owner: [UInt8],
    after id: RecordID?,
    limit: Int,
    at now: Int64
  ) async throws -> [Record] {
    try await base.list(kind, of: owner, after: id, limit: limit, at: now)
  }

  /// Lists.
  public func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] {
    try await base.list(kind, after: id, limit: limit, at: now)
  }

  /// Removes, and records a call for each record that the owner may have had.
  public func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int {
    let began = moment()
    func append(_ answer: RecordedCall.Answer) {
      let keys = state.withLock { state in
        state.owners.filter { $0.key.kind == kind && $0.key.id != id && $0.value.elementsEqual(owner) }.map(\.key)
      }
      for key in keys { self.append(.removeAll, key, answer, from: began) }
    }
    do {
      let count = try await base.removeAll(kind, of: owner, except: id)
      append(.removed)
      return count
    } catch {
      append(.failed)
      throw error
    }
  }

  /// Sweeps.
  public func removeExpired(limit: Int, at now: Int64) async throws -> Int {
    try await base.removeExpired(limit: limit, at: now)
  }
}
