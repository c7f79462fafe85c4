// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Records in memory against a dictionary")
struct MemoryRecordModelTests {
  /// A generator that can be run again from its seed.
  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  private static func content(_ random: inout Random, _ now: Int64) throws -> RecordContent {
    // Around what lies in a slot, and the largest.
    let inline = RecordSlot.inlineCount
    let owner = [UInt8](
      repeating: UInt8.random(in: 1...5, using: &random),
      count: Int.random(in: 0...9, using: &random)
    )
    let count =
      [0, 1, inline - owner.count - 1, inline - owner.count, inline - owner.count + 1, RecordContent.maximumBytes]
      .randomElement(using: &random) ?? 0
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    return try RecordContent(
      bytes.span,
      format: 1,
      owner: owner,
      expires: now + Int64.random(in: 1...400, using: &random)
    )
  }

  @Test("whatever is inserted, replaced, removed and swept is what a dictionary has", arguments: [1, 2, 3] as [UInt64])
  func model(seed: UInt64) async throws {
    var random = Random(state: seed)
    let store = try MemoryRecordStore()
    var model: [RecordKey: (version: RecordVersion, content: RecordContent)] = [:]
    var ids: [RecordID] = []
    for number in 0..<300 { ids.append(try RecordID(hashing: Array("\(seed) \(number)".utf8).span)) }
    var now: Int64 = 1_900_000_000
    for round in 0..<20_000 {
      let key = RecordKey(
        RecordKind(UInt16.random(in: 40_000...40_001, using: &random)),
        ids.randomElement(using: &random) ?? ids[0]
      )
      if model[key].map({ $0.content.isExpired(at: now) }) == true { model[key] = nil }
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        let content = try Self.content(&random, now)
        let version = try await store.insert(content, as: key, at: now)
        check((version == nil) == (model[key] != nil), "insert in round \(round)")
        if let version { model[key] = (version, content) }
      case 4..<6:
        guard let known = model[key] else { continue }
        let content = try Self.content(&random, now)
        guard let version = await store.replace(key, known.version, with: content, at: now) else {
          Issue.record("not replaced in round \(round)")
          return
        }
        model[key] = (version, content)
      case 6..<8:
        guard let known = model[key] else { continue }
        check(await store.remove(key, known.version, at: now), "remove in round \(round)")
        model[key] = nil
      case 8:
        now += Int64.random(in: 0...20, using: &random)
        if round % 7 == 0 { _ = await store.removeExpired(limit: 50, at: now) }
      default: break
      }
      if model[key].map({ $0.content.isExpired(at: now) }) == true { model[key] = nil }
      let record = await store.read(key, at: now)
      check(record?.version == model[key]?.version && record?.content == model[key]?.content, "round \(round)")
    }
    for (key, known) in model where !known.content.isExpired(at: now) {
      #expect(await store.read(key, at: now)?.content == known.content)
    }
  }

  @Test(
    "one table, crowded and with much that was removed, finds what is there and nothing else",
    arguments: [8, 60, 700]
  )
  func table(size: Int) throws {
    var random = Random(state: UInt64(size))
    var table = MemoryRecords(seeds: (random.next(), random.next()))
    var model: [RecordKey: (version: RecordVersion, number: UInt8)] = [:]
    var keys: [RecordKey] = []
    for number in 0..<size { keys.append(RecordKey(.session, try RecordID(hashing: Array("\(number)".utf8).span))) }
    for round in 0..<20_000 {
      let key = keys[Int.random(in: 0..<size, using: &random)]
      let entry = table.find(key)
      check((entry == nil) == (model[key] == nil), "round \(round)")
      guard let entry else {
        let number = UInt8.random(in: 0...255, using: &random)
        model[key] = (table.insert(try Self.small(number), as: key), number)
        continue
      }
      let (version, number) = (table.version(entry), table.content(entry).bytes.first)
      check(version == model[key]?.version && number == model[key]?.number, "round \(round)")
      table.remove(entry)
      model[key] = nil
    }
    for key in keys {
      let entry = table.find(key)
      #expect((entry == nil) == (model[key] == nil))
    }
  }

  @Test("a table that fills large pages finds all")
  func pages() throws {
    var random = Random(state: 4)
    var table = MemoryRecords(seeds: (random.next(), random.next()))
    var keys: [RecordKey] = []
    for number in 0..<15_000 {
      let id = RecordID(random.next(), random.next(), random.next(), random.next())
      let key = RecordKey(.session, id)
      keys.append(key)
      _ = table.insert(try Self.small(UInt8(truncatingIfNeeded: number)), as: key)
    }
    for (number, key) in keys.enumerated() {
      let entry = table.find(key)
      let found = entry.map { table.content($0).bytes.first }
      check(found == UInt8(truncatingIfNeeded: number), "key \(number)")
      let other = table.find(RecordKey(.refreshFamily, key.id))
      check(other == nil, "key \(number) of another kind")
    }
  }

  /// `#expect` for loops of many thousand rounds, where it would take most of the time.
  private func check(
    _ holds: Bool,
    _ round: @autoclosure () -> String,
    _ location: Testing.SourceLocation = #_sourceLocation
  ) {
    if !holds { Issue.record(Comment(rawValue: round()), sourceLocation: location) }
  }

  private static func small(_ number: UInt8) throws -> RecordContent {
    let bytes = [number]
    return try RecordContent(bytes.span, format: 1, owner: [number % 3], expires: RecordContent.never)
  }
}
