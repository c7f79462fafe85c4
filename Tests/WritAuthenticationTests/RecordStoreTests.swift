// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens
import WritStoreTesting

@Suite("Records in memory", .timeLimit(.minutes(10)))
struct MemoryRecordStoreTests {
  private static let now: Int64 = 1_900_000_000

  private static func content(_ bytes: [UInt8] = [1], expires: Int64 = RecordContent.never) throws -> RecordContent {
    try RecordContent(bytes.span, format: 1, owner: Array("alice".utf8), expires: expires)
  }

  private static func key() throws -> RecordKey { RecordKey(.session, try .random()) }

  @Test("the contract of stores", arguments: StoreCase<MemoryRecordStore>.recordStore)
  func contract(_ storeCase: StoreCase<MemoryRecordStore>) async throws {
    try await storeCase.run(on: MemoryRecordStore(), rounds: TestRounds.count)
  }

  @Test("the contract holds on one store for all cases at once")
  func together() async throws {
    let store = try MemoryRecordStore()
    try await withThrowingTaskGroup { group in
      for storeCase in StoreCase<MemoryRecordStore>.recordStore {
        group.addTask { try await storeCase.run(on: store, rounds: 5) }
      }
      try await group.waitForAll()
    }
  }

  @Test("S18 a full store refuses, forgets nothing that lives, and what has expired makes room first")
  func full() async throws {
    let store = try MemoryRecordStore(maximumCount: 1000)
    var keys: [RecordKey] = []
    for index in 0..<1000 {
      let key = try Self.key()
      keys.append(key)
      let expires = index == 500 ? Self.now + 10 : RecordContent.never
      let version = try await store.insert(Self.content(expires: expires), as: key, at: Self.now)
      #expect(version != nil)
    }
    #expect(store.count == 1000)
    for _ in 0..<100 {
      let error = await #expect(throws: StoreError.self) {
        try await store.insert(Self.content(), as: Self.key(), at: Self.now + 9)
      }
      #expect(error?.code == .full)
    }
    for key in keys { #expect(await store.read(key, at: Self.now + 9) != nil) }
    // Replacing needs no room.
    let version = try #require(await store.read(keys[0], at: Self.now)).version
    #expect(await store.replace(keys[0], version, with: try Self.content([1, 2, 3]), at: Self.now + 9) != nil)
    #expect(try await store.insert(Self.content(), as: Self.key(), at: Self.now + 10) != nil)
    #expect(store.count == 1000)
    let error = await #expect(throws: StoreError.self) {
      try await store.insert(Self.content(), as: Self.key(), at: Self.now + 10)
    }
    #expect(error?.code == .full)
    for key in keys where key != keys[500] { #expect(await store.read(key, at: Self.now + 10) != nil) }
  }

  @Test("S18 64 tasks that flood a store fill it exactly")
  func flood() async throws {
    let store = try MemoryRecordStore(maximumCount: 5000)
    let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<64 {
        group.addTask {
          var count = 0
          for _ in 0..<200 {
            do {
              if try await store.insert(Self.content(), as: Self.key(), at: Self.now) != nil { count += 1 }
            } catch let error as StoreError where error.code == .full {}
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(inserted == 5000)
    #expect(store.count == 5000)
    #expect(await store.removeAll(.session, of: Array("alice".utf8)) == 5000)
    #expect(store.count == 0)
  }

  @Test("the count follows whatever happens to records", arguments: [1, 2, 3])
  func count(_ run: Int) async throws {
    let store = try MemoryRecordStore(maximumCount: 300)
    var model: [RecordKey: RecordContent] = [:]
    var now = Self.now
    for step in 0..<20_000 {
      let random = Int.random(in: 0..<100)
      let key = model.keys.randomElement()
      switch random {
      case 0..<40:
        let key = try Self.key()
        let content = try Self.content([UInt8(random)], expires: now + Int64.random(in: 1...400))
        let live = model.count { !$0.value.isExpired(at: now) }
        do {
          #expect(try await store.insert(content, as: key, at: now) != nil)
          #expect(live < 300)
          model[key] = content
        } catch { #expect(live == 300) }
      case 40..<60:
        guard let key, let record = await store.read(key, at: now) else { continue }
        let content = try Self.content([UInt8(random)], expires: now + Int64.random(in: 1...400))
        #expect(await store.replace(key, record.version, with: content, at: now) != nil)
        model[key] = content
      case 60..<80:
        guard let key, let content = model[key] else { continue }
        let record = await store.read(key, at: now)
        #expect(record?.content == (content.isExpired(at: now) ? nil : content), "run \(run), step \(step)")
      case 80..<90:
        guard let key, let record = await store.read(key, at: now) else { continue }
        #expect(await store.remove(key, record.version, at: now))
        model[key] = nil
      case 90..<95: await store.removeExpired(limit: 10, at: now)
      default: now += 5
      }
      if step % 100 == 0 { model = model.filter { !$0.value.isExpired(at: now) } }
    }
    while await store.removeExpired(limit: 1000, at: now) > 0 {}
    model = model.filter { !$0.value.isExpired(at: now) }
    #expect(store.count == model.count)
    let listed = await store.list(.session, of: Array("alice".utf8), after: nil, limit: 1000, at: now)
    #expect(listed.map(\.key) == model.keys.sorted { $0.id < $1.id })
  }

  @Test("sizes and times out of range are refused or clamped, at the cap and one past it")
  func limits() throws {
    for (count, isAllowed) in [(0, false), (1, true), (100_000_000, true), (100_000_001, false), (.min, false)] {
      let code = storeRefusal { () throws(StoreError) in try MemoryRecordStore(maximumCount: count) }
      #expect(code == (isAllowed ? nil : .configuration))
    }
    for (bytes, owner, isAllowed) in [(16_384, 255, true), (16_385, 0, false), (0, 256, false), (0, 100_000, false)] {
      let content = [UInt8](repeating: 0, count: bytes)
      let code = storeRefusal { () throws(StoreError) in
        try RecordContent(content.span, format: 1, owner: [UInt8](repeating: 1, count: owner), expires: 0)
      }
      #expect(code == (isAllowed ? nil : .tooLarge))
    }
    let none: [UInt8] = []
    for (expires, expected) in [(Int64.min, 0), (-1, 0), (Int64.max, RecordContent.never)] {
      #expect(try RecordContent(none.span, format: 1, expires: expires).expires == expected)
    }
    for count in [0, 31, 33] { #expect(RecordID([UInt8](repeating: 0, count: count).span) == nil) }
  }

  @Test("S03 a record prints nothing of what it holds, and a format that is not known is corrupt")
  func formats() throws {
    let content = try RecordContent(Array("canary".utf8).span, format: 2, owner: Array("canary".utf8), expires: 5)
    var dumped = ""
    dump(content, to: &dumped)
    let record = Record(key: try Self.key(), version: RecordVersion(1), content: content)
    dump(record, to: &dumped)
    let canary = Array("canary".utf8).description.dropFirst().dropLast()
    for text in [dumped, "\(content)", "\(record)", String(reflecting: record)] {
      #expect(!text.contains("canary") && !text.contains(canary))
    }
    #expect(try content.bytes(format: 2).elementsEqual("canary".utf8))
    #expect(storeRefusal { () throws(StoreError) in try content.bytes(format: 1) } == .corrupt)
  }

  @Test("identifiers are ordered as their bytes, and given back as they were")
  func order() throws {
    var ids: [RecordID] = []
    for _ in 0..<500 { ids.append(try .random()) }
    let sorted = ids.sorted().map(\.bytes)
    #expect(sorted == ids.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
    for id in ids { #expect(RecordID(id.bytes.span) == id) }
    // FIPS 180-4, the example "abc".
    let abc = try RecordID(hashing: Array("abc".utf8).span)
    #expect(abc.bytes.prefix(4).elementsEqual([0xBA, 0x78, 0x16, 0xBF]))
  }
}

/// How often tests of what runs at once are repeated: `WRIT_LONG` says how often where it is set.
enum TestRounds {
  static let count = ProcessInfo.processInfo.environment["WRIT_LONG"].map { Int($0) ?? 10_000 } ?? 200
}

/// The code of the error that a call throws, `nil` when it throws none.
func storeRefusal<Result>(_ body: () throws(StoreError) -> Result) -> StoreError.Code? {
  do throws(StoreError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}
