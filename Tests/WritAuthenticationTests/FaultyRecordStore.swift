// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WritLogin

/// A store in memory with a fault planted in it, to see that checks of histories find it.
final class FaultyRecordStore: RecordStore {
  enum Fault: Sendable, CaseIterable {
    /// A removal is acknowledged, and done a moment later.
    case acknowledgesBeforeRemoving
    /// One removal in three is acknowledged and never done.
    case forgetsRemovals
    /// A replacement does not look at the version.
    case ignoresVersions
    /// A record is read as it was a read before.
    case readsStale
    /// An insertion is done although the record is there.
    case insertsTwice
  }

  private let base: MemoryRecordStore
  private let fault: Fault
  private let state = Mutex((last: [RecordKey: Record](), removals: 0))

  init(_ fault: Fault) throws {
    base = try MemoryRecordStore()
    self.fault = fault
  }

  private func removes() -> Bool {
    guard fault == .forgetsRemovals else { return true }
    return state.withLock { state in
      state.removals += 1
      return !state.removals.isMultiple(of: 3)
    }
  }

  func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
    let record = await base.read(key, at: now)
    guard fault == .readsStale else { return record }
    await Task.yield()
    return state.withLock { state in
      defer { state.last[key] = record }
      return state.last[key] ?? record
    }
  }

  func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
    if fault == .insertsTwice, let present = await base.read(key, at: now) {
      return await base.replace(key, present.version, with: content, at: now)
    }
    return try await base.insert(content, as: key, at: now)
  }

  func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion? {
    var version = version
    if fault == .ignoresVersions, let present = await base.read(key, at: now) { version = present.version }
    return await base.replace(key, version, with: content, at: now)
  }

  func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
    switch fault {
    case .acknowledgesBeforeRemoving:
      guard await base.read(key, at: now)?.version == version else { return false }
      Task {
        try await Task.sleep(for: .milliseconds(1))
        _ = await base.remove(key, version, at: now)
      }
      return true
    default:
      guard removes() else { return await base.read(key, at: now)?.version == version }
      return await base.remove(key, version, at: now)
    }
  }

  func list(_ kind: RecordKind, of owner: [UInt8], after id: RecordID?, limit: Int, at now: Int64) async throws
    -> [Record]
  {
    await base.list(kind, of: owner, after: id, limit: limit, at: now)
  }

  func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] {
    await base.list(kind, after: id, limit: limit, at: now)
  }

  func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int {
    guard removes() else { return 0 }
    return await base.removeAll(kind, of: owner, except: id)
  }

  func removeExpired(limit: Int, at now: Int64) async throws -> Int { await base.removeExpired(limit: limit, at: now) }
}
