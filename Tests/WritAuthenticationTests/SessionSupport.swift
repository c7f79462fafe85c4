// SPDX-License-Identifier: Apache-2.0

import Synchronization

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// Sessions in memory, with a clock that a test moves.
struct SessionWorld {
  let time = TestTime()
  let store: MemoryRecordStore
  let sessions: Sessions<MemoryRecordStore>
  let told = Told()

  init(rules: SessionRules? = nil, maximumCount: Int = 100_000) throws {
    store = try MemoryRecordStore(maximumCount: maximumCount)
    let told = told
    sessions = try Sessions(
      store: store,
      ring: SecretRing([ApplicationSecret.generate(identifier: "1")]),
      origins: ["https://app.example"],
      rules: rules,
      clock: time.clock,
      events: SecurityEvents { event in told.events.withLock { $0.append(event) } }
    )
  }

  /// The session that a browser with this cookie has.
  func session(_ begun: BegunSession) async throws -> Session? {
    try await sessions.session(in: ["a=b; \(begun.pair)"])
  }

  func isAlive(_ begun: BegunSession) async throws -> Bool { try await session(begun) != nil }

  func begin(
    _ account: String = "ines",
    label: String = "",
    isRemembered: Bool = false,
    replacing old: Session? = nil
  ) async throws -> BegunSession {
    try await sessions.begin(
      for: account,
      proving: [.password],
      label: label,
      isRemembered: isRemembered,
      replacing: old,
      since: .unchecked
    )
  }
}

/// The security events that were recorded.
final class Told: Sendable {
  let events = Guarded<[SecurityEvent]>([])

  var all: [SecurityEvent] { events.withLock { $0 } }
}

extension BegunSession {
  /// Name and value, as a browser sends them back.
  var pair: String { String(cookie.prefix { $0 != ";" }) }
  /// The identifier.
  var identifier: String { String(pair.drop { $0 != "=" }.dropFirst()) }
}

/// A store that fails as it is told, in front of another.
struct FailingStore: RecordStore {
  let store: MemoryRecordStore
  let failure = Failure()

  final class Failure: Sendable {
    let error = Guarded<(any Error)?>(nil)
    /// Whether all calls but those that replace succeed.
    let onlyReplacing = Guarded(false)
  }

  private func check(isReplacing: Bool = false) throws {
    guard isReplacing || !failure.onlyReplacing.withLock({ $0 }) else { return }
    if let error = failure.error.withLock({ $0 }) { throw error }
  }

  func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
    try check()
    return await store.read(key, at: now)
  }

  func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
    try check()
    return try await store.insert(content, as: key, at: now)
  }

  func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion? {
    try check(isReplacing: true)
    return await store.replace(key, version, with: content, at: now)
  }

  func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
    try check()
    return await store.remove(key, version, at: now)
  }

  func list(_ kind: RecordKind, of owner: [UInt8], after id: RecordID?, limit: Int, at now: Int64) async throws
    -> [Record]
  {
    try check()
    return await store.list(kind, of: owner, after: id, limit: limit, at: now)
  }

  func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] {
    try check()
    return await store.list(kind, after: id, limit: limit, at: now)
  }

  func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int {
    try check()
    return await store.removeAll(kind, of: owner, except: id)
  }

  func removeExpired(limit: Int, at now: Int64) async throws -> Int {
    try check()
    return await store.removeExpired(limit: limit, at: now)
  }
}
