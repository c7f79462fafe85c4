// SPDX-License-Identifier: Apache-2.0

public import WritLogin

/// A store in front of another one that fails at one of its writes, to see what is left of a promise that takes
/// several.
///
///     let store = FailingRecordStore(mine)
///     store.fail(atWrite: 2, .dying)
///     _ = try? await Sessions(store: store, …).revokeAll(of: "ines")  // as if the process had been killed after its
///     first write
public final class FailingRecordStore<Base: RecordStore>: RecordStore {
  /// The way in which a write fails.
  public enum Way: Sendable, CaseIterable {
    /// That write alone is not done.
    case refusing
    /// The write is done, and its answer is lost.
    case losingAnswer
    /// Neither the write is done nor any call after it: the process was killed before it.
    case dying
    /// The write is done, and no call after it: the process was killed before its answer.
    case dyingAfter
  }

  private struct State: Sendable {
    var writes = 0
    var failing: (write: Int, way: Way)?
    var isDead = false
  }

  private let base: Base
  private let state = Guarded(State())

  /// A store that does not fail yet.
  public init(_ base: Base) {
    self.base = base
  }

  /// Lets a write fail, counted from 1 from now on.
  public func fail(atWrite number: Int, _ way: Way) {
    state.withLock { $0 = State(failing: (number, way)) }
  }

  /// Whether the write that should fail was reached.
  public var hasFailed: Bool { state.withLock { state in state.failing.map { state.writes >= $0.write } ?? false } }

  /// Writes since it was told which one fails, with those that failed.
  public var writeCount: Int { state.withLock { $0.writes } }

  /// The reach of the base.
  public var reach: StoreReach { base.reach }

  private func reading<Result>(
    _ body: nonisolated(nonsending) () async throws -> Result
  ) async throws -> Result {
    guard !state.withLock({ $0.isDead }) else { throw Self.failure }
    return try await body()
  }

  private func writing<Result>(_ body: () async throws -> Result) async throws -> Result {
    let (isDone, isAnswered) = state.withLock { state -> (Bool, Bool) in
      guard !state.isDead else { return (false, false) }
      state.writes += 1
      guard let failing = state.failing, failing.write == state.writes else { return (true, true) }
      switch failing.way {
      case .refusing: return (false, false)
      case .losingAnswer: return (true, false)
      case .dying, .dyingAfter:
        state.isDead = true
        return (failing.way == .dyingAfter, false)
      }
    }
    guard isDone else { throw Self.failure }
    let result = try await body()
    guard isAnswered else { throw Self.failure }
    return result
  }

  private static var failure: StoreError { StoreError(.storeUnavailable, "the store fails, as it was told") }

  /// Reads, unless the store has died.
  public func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
    try await reading { try await base.read(key, at: now) }
  }

  /// Inserts, or fails as told.
  public func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
    try await writing { try await base.insert(content, as: key, at: now) }
  }

  /// Replaces, or fails as told.
  public func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion? {
    try await writing { try await base.replace(key, version, with: content, at: now) }
  }

  /// Removes, or fails as told.
  public func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
    try await writing { try await base.remove(key, version, at: now) }
  }

  /// Lists, unless the store has died.
  public func list(
    _ kind: RecordKind,
    of owner: [UInt8],
    after id: RecordID?,
    limit: Int,
    at now: Int64
  ) async throws -> [Record] {
    try await reading { try await base.list(kind, of: owner, after: id, limit: limit, at: now) }
  }

  /// Lists, unless the store has died.
  public func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] {
    try await reading { try await base.list(kind, after: id, limit: limit, at: now) }
  }

  /// Removes, or fails as told.
  public func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int {
    try await writing { try await base.removeAll(kind, of: owner, except: id) }
  }

  /// Sweeps, or fails as told.
  public func removeExpired(limit: Int, at now: Int64) async throws -> Int {
    try await writing { try await base.removeExpired(limit: limit, at: now) }
  }
}
