// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens
import WritStoreTesting

@Suite("Logins on records in memory", .timeLimit(.minutes(60)))
struct LoginCaseTests {
  @Test("attacks on logins, by their rows", arguments: StoreCase<MemoryRecordStore>.logins)
  func attack(_ storeCase: StoreCase<MemoryRecordStore>) async throws {
    try await storeCase.run(on: MemoryRecordStore(), rounds: TestRounds.count)
  }

  @Test("the attacks may go on at once on one store")
  func together() async throws {
    let store = try MemoryRecordStore()
    try await withThrowingTaskGroup { group in
      for storeCase in StoreCase<MemoryRecordStore>.logins {
        group.addTask { try await storeCase.run(on: store, rounds: 5) }
      }
      try await group.waitForAll()
    }
  }

  /// A store that gives records another version each time it is asked: code that relies on one never has the right one,
  /// and code that ignores versions is found out.
  private struct Careless: RecordStore {
    let store: MemoryRecordStore

    func read(_ key: RecordKey, at now: Int64) async -> Record? { await store.read(key, at: now) }

    func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
      try await store.insert(content, as: key, at: now)
    }

    func replace(_ key: RecordKey, _ version: RecordVersion, with content: RecordContent, at now: Int64) async throws
      -> RecordVersion?
    {
      guard let record = await store.read(key, at: now) else { return nil }
      await Task.yield()
      return await store.replace(key, record.version, with: content, at: now) ?? record.version
    }

    func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async -> Bool {
      guard let record = await store.read(key, at: now) else { return false }
      await Task.yield()
      _ = await store.remove(key, record.version, at: now)
      return true
    }

    func list(_ kind: RecordKind, of owner: [UInt8], after id: RecordID?, limit: Int, at now: Int64) async -> [Record] {
      await store.list(kind, of: owner, after: id, limit: limit, at: now)
    }

    func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async -> [Record] {
      await store.list(kind, after: id, limit: limit, at: now)
    }

    func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async -> Int {
      await store.removeAll(kind, of: owner, except: id)
    }

    func removeExpired(limit: Int, at now: Int64) async -> Int { await store.removeExpired(limit: limit, at: now) }
  }

  @Test("the cases find a store that does not compare versions", arguments: ["T01 a one", "T12", "S06", "L01"])
  func found(_ row: String) async throws {
    let storeCase = try #require(StoreCase<Careless>.logins.first { $0.description.hasPrefix(row) })
    await #expect(throws: StoreCaseFailure.self) {
      try await storeCase.run(on: Careless(store: try MemoryRecordStore()), rounds: 50)
    }
  }
}
