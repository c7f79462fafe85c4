// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritStoreTesting

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Rate limits", .timeLimit(.minutes(10)))
struct RateLimitTests {
  @Test("the contract of limits in memory", arguments: StoreCase<MemoryRateLimitStore>.rateLimitStore)
  func memory(_ storeCase: StoreCase<MemoryRateLimitStore>) async throws {
    try await storeCase.run(on: MemoryRateLimitStore(), rounds: TestRounds.count)
  }

  @Test(
    "the contract of limits over records",
    arguments: StoreCase<RecordRateLimitStore<MemoryRecordStore>>.rateLimitStore
  )
  func records(_ storeCase: StoreCase<RecordRateLimitStore<MemoryRecordStore>>) async throws {
    try await storeCase.run(on: RecordRateLimitStore(MemoryRecordStore()), rounds: TestRounds.count)
  }

  private static let limit = Result { try RateLimit(5, per: .seconds(60)) }

  private static func key(_ name: String = "alice") throws -> RateLimitKey { try RateLimitKey("login", account: name) }

  /// How many of some takes are allowed.
  private static func allowed(
    _ takes: Int,
    _ store: some RateLimitStore,
    _ limit: RateLimit,
    _ key: RateLimitKey
  ) async throws -> Int {
    var count = 0
    for _ in 0..<takes where try await store.take(limit, from: key).isAllowed { count += 1 }
    return count
  }

  @Test("a bucket gives out what it holds, and fills up again at an even rate")
  func rate() async throws {
    let time = TestTime()
    let store = try MemoryRateLimitStore(clock: time.monotonic)
    let (limit, key) = (try Self.limit.get(), try Self.key())
    for remaining in [4, 3, 2, 1, 0] { #expect(await store.take(limit, from: key) == .allowed(remaining: remaining)) }
    #expect(await store.take(limit, from: key) == .refused(retryAfter: .seconds(12)))
    time.seconds += 11
    #expect(await store.take(limit, from: key) == .refused(retryAfter: .seconds(1)))
    time.seconds += 1
    #expect(await store.take(limit, from: key) == .allowed(remaining: 0))
    time.seconds += 24
    #expect(try await Self.allowed(10, store, limit, key) == 2)
    time.seconds += 3600
    #expect(try await Self.allowed(10, store, limit, key) == 5)
    // A take that costs more needs more, and takes all or nothing.
    let costly = try RateLimit(5, per: .seconds(60), cost: 3)
    time.seconds += 48
    #expect(await store.take(costly, from: key) == .allowed(remaining: 1))
    #expect(await store.take(costly, from: key) == .refused(retryAfter: .seconds(24)))
    #expect(await store.take(limit, from: key) == .allowed(remaining: 0))
  }

  @Test("keys of other purposes, accounts and addresses are other buckets")
  func keys() throws {
    let (one, other) = (try #require(ClientAddress("192.0.2.1")), try #require(ClientAddress("192.0.2.2")))
    let keys = [
      try RateLimitKey("login", account: "alice"), try RateLimitKey("code", account: "alice"),
      try RateLimitKey("login", account: "Alice"), try RateLimitKey("logi", account: "nalice"),
      try RateLimitKey("login", account: "\u{E9}"), try RateLimitKey("login", account: "e\u{301}"),
      try RateLimitKey("login", address: one, .subscriber), try RateLimitKey("login", address: other, .subscriber),
      try RateLimitKey("login", address: one, .site),
    ]
    #expect(Set(keys).count == keys.count)
    #expect(try RateLimitKey("login", address: one, .site) == RateLimitKey("login", address: other, .site))
  }

  @Test("L01 10,000 takes at once at a limit of 100: exactly 100 pass, in memory and in a store of records")
  func exactly() async throws {
    let limit = try RateLimit(100, per: .seconds(86_400))
    let time = TestTime()
    func passed(_ store: some RateLimitStore) async throws -> Int {
      let key = try Self.key()
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<100 { group.addTask { try await Self.allowed(100, store, limit, key) } }
        return try await group.reduce(0, +)
      }
    }
    #expect(try await passed(MemoryRateLimitStore(clock: time.monotonic)) == 100)
    #expect(try await passed(RecordRateLimitStore(MemoryRecordStore(), clock: time.clock)) == 100)
  }

  @Test("L01 the last token of a bucket goes to one of 64 tasks, each time")
  func lastToken() async throws {
    let limit = try RateLimit(1, per: .seconds(86_400))
    let stores = (try MemoryRateLimitStore(), RecordRateLimitStore(try MemoryRecordStore(), clock: .fixed(1)))
    func winners(_ store: some RateLimitStore, _ key: RateLimitKey) async throws -> Int {
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<64 { group.addTask { try await Self.allowed(1, store, limit, key) } }
        return try await group.reduce(0, +)
      }
    }
    for round in 0..<TestRounds.count {
      let key = try Self.key("\(round)")
      #expect(try await winners(stores.0, key) == 1)
      #expect(try await winners(stores.1, key) == 1)
    }
  }

  @Test("L02 a clock that steps back or forward neither gives more than one burst nor locks for longer than one")
  func clocks() async throws {
    let limit = try Self.limit.get()
    let start: Int64 = 1_800_000_000
    for step: Int64 in [-1, -86_400, -start, 86_400, 366 * 86_400, .max / 2] {
      let time = TestTime(start)
      func check(_ store: some RateLimitStore, _ name: String) async throws {
        time.seconds = start
        let key = try Self.key()
        #expect(try await Self.allowed(10, store, limit, key) == 5)
        time.seconds = start + step
        let passed = try await Self.allowed(100, store, limit, key)
        #expect(step < 0 ? passed == 0 : passed <= 5, "\(name) stepping \(step)")
        // Within one period all is as before.
        time.seconds = start + step + 60
        let later = try await Self.allowed(100, store, limit, key)
        #expect(step > 366 * 86_400 || later == 5, "\(name) stepping \(step)")
      }
      try await check(MemoryRateLimitStore(clock: .custom { max(0, min(time.seconds, .max / 1000) * 1000) }), "memory")
      try await check(RecordRateLimitStore(MemoryRecordStore(), clock: time.clock), "records")
    }
  }

  @Test("L03 300,000 keys, 10,000,000 with --long, stay within the cap; who is asked for again and again stays refused")
  func many() async throws {
    let time = TestTime()
    let store = try MemoryRateLimitStore(maximumCount: 10_000, clock: time.monotonic)
    let (limit, key) = (try Self.limit.get(), try Self.key())
    #expect(try await Self.allowed(10, store, limit, key) == 5)
    for number in 0..<max(300_000, 1000 * TestRounds.count) {
      let other = try Self.key("\(number)")
      #expect(await store.take(limit, from: other) == .allowed(remaining: 4))
      if number % 100 == 0 { #expect(await !store.take(limit, from: key).isAllowed) }
    }
    #expect(store.count <= 10_000 && store.count > 9000)
    let small = try MemoryRateLimitStore(maximumCount: 3, clock: time.monotonic)
    for name in ["a", "b", "c", "a", "d"] { _ = await small.take(limit, from: try Self.key(name)) }
    // "b" was asked for longest ago.
    for (name, remaining) in [("a", 2), ("c", 3), ("d", 3), ("b", 4)] {
      #expect(await small.take(limit, from: try Self.key(name)) == .allowed(remaining: remaining), "\(name)")
    }
    #expect(small.count == 3)
  }

  @Test("L04 when the store fails, the caller's policy holds: refused, typed, or allowed by name")
  func failing() async throws {
    struct Failing: RateLimitStore {
      struct Secret: Error { let text = "canary" }
      let error: any Error
      func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer { throw error }
    }
    let (limit, key) = (try Self.limit.get(), try Self.key())
    let errors: [(any Error, StoreError.Code, Bool)] = [
      (Failing.Secret(), .storeUnavailable, true), (StoreError(.busy, "x"), .busy, true),
      (CancellationError(), .cancelled, false),
    ]
    for (failure, code, isAllowed) in errors {
      let store = Failing(error: failure)
      let error = await #expect(throws: StoreError.self) {
        try await RateLimiter(store: store, whenStoreFails: .refuse).take(limit, from: key)
      }
      #expect(error?.code == code && error?.description.contains("canary") == false)
      let answer = try? await RateLimiter(store: store, whenStoreFails: .allow).take(limit, from: key)
      #expect(answer == (isAllowed ? .allowed(remaining: 0) : nil))
    }
    let full = RecordRateLimitStore(try MemoryRecordStore(maximumCount: 1), clock: .fixed(1))
    #expect(try await full.take(limit, from: key).isAllowed)
    let error = await #expect(throws: StoreError.self) { try await full.take(limit, from: try Self.key("other")) }
    #expect(error?.code == .full)
  }

  @Test("S13 a bucket that somebody else has written is a typed error", arguments: [0, 7, 8, 9])
  func corrupt(_ count: Int) async throws {
    let records = try MemoryRecordStore()
    let key = try Self.key()
    let bytes = [UInt8](repeating: 0xFF, count: count)
    let content = try RecordContent(bytes.span, format: 1, expires: RecordContent.never)
    _ = try await records.insert(content, as: RecordKey(.rateLimit, key.id), at: 0)
    let store = RecordRateLimitStore(records, clock: .fixed(1))
    let error = await #expect(throws: StoreError.self) { try await store.take(try Self.limit.get(), from: key) }
    #expect(error?.code == .corrupt)
  }

  @Test("L05 what is an address, and whose")
  func addresses() throws {
    func prefix(_ text: String, _ width: ClientAddress.Width = .subscriber) -> [UInt8]? {
      ClientAddress(text)?.prefix(width)
    }
    let four: [UInt8] = [4, 192, 0, 2, 1]
    for text in ["192.0.2.1", "192.0.2.1:443", "::ffff:192.0.2.1", "[::ffff:c000:201]:8080", "::FFFF:192.0.2.1%eth0"] {
      #expect(prefix(text) == four, "\(text)")
      #expect(prefix(text, .site) == [4, 192, 0, 2], "\(text)")
    }
    let six: [UInt8] = [6, 0x20, 0x01, 0x0D, 0xB8, 0, 1, 0, 2]
    for text in [
      "2001:db8:1:2::1", "[2001:DB8:1:2:ffff::]", "[2001:db8:1:2::9]:65535", "2001:0db8:0001:0002:1:2:3:4%1",
    ] {
      #expect(prefix(text) == six, "\(text)")
      #expect(prefix(text, .site) == [6, 0x20, 0x01, 0x0D, 0xB8, 0, 1], "\(text)")
    }
    #expect(prefix("2001:db8:1:3::1") != six)
    for text in [
      "", " ", "192.0.2", "192.0.2.256", "192.0.2.01", " 192.0.2.1", "192.0.2.1 ", "192.0.2.1:", "192.0.2.1:65536",
      "192.0.2.1:-1", "192.0.2.1:4x", "[192.0.2.1]", "[::1", "[::1]x", "[::1]:", "::1::", "::1%", "1", "localhost",
      "unknown",
      "192.0.2.1\u{0}", "１92.0.2.1", ":::", "_hidden", String(repeating: "1", count: 129),
      "::1%" + String(repeating: "x", count: 200),
    ] { #expect(ClientAddress(text) == nil, "\(text)") }
  }

  @Test("L05 what a client writes into X-Forwarded-For does not count")
  func forwarded() throws {
    let proxy = try #require(ClientAddress("10.0.0.1"))
    func client(_ header: String?, peer: String = "10.0.0.1") throws -> ClientAddress? {
      ClientAddress.client(of: try #require(ClientAddress(peer)), forwardedFor: header) {
        $0 == proxy || $0 == ClientAddress("10.0.0.2")
      }
    }
    let cases: [(String?, String)] = [
      (nil, "10.0.0.1"), ("", "10.0.0.1"), ("198.51.100.7", "198.51.100.7"), ("1.1.1.1, 198.51.100.7", "198.51.100.7"),
      ("1.1.1.1,198.51.100.7 , 10.0.0.2", "198.51.100.7"), ("10.0.0.2, 10.0.0.2", "10.0.0.2"),
      ("1.1.1.1, junk", "10.0.0.1"), ("1.1.1.1,", "10.0.0.1"), ("1.1.1.1, junk, 10.0.0.2", "10.0.0.2"),
      (String(repeating: "1.1.1.1,", count: 100_000) + "198.51.100.7", "198.51.100.7"),
      (String(repeating: "x", count: 100_000), "10.0.0.1"),
    ]
    for (header, expected) in cases { #expect(try client(header) == ClientAddress(expected)) }
    #expect(try client("1.1.1.1", peer: "203.0.113.9") == ClientAddress("203.0.113.9"))
  }

  @Test("L06 limits that make no sense are refused when they are made, at the cap and one past it")
  func configuration() throws {
    let most = RateLimit.maximumCount
    let cases: [(Int, Duration, Int?, Int, Bool)] = [
      (1, .seconds(1), nil, 1, true), (0, .seconds(1), nil, 1, false), (-1, .seconds(1), nil, 1, false),
      (.min, .seconds(1), nil, 1, false), (.max, .seconds(1), nil, 1, false), (most, .seconds(1), nil, 1, true),
      (most + 1, .seconds(1), nil, 1, false), (5, .seconds(1), 0, 1, false), (5, .seconds(1), -1, 1, false),
      (1000, .seconds(1), most, 1, true), (1000, .seconds(1), most + 1, 1, false),
      (5, .seconds(1), most, 1, false), (5, .seconds(1), nil, 0, false),
      (5, .seconds(1), nil, -1, false), (5, .seconds(1), nil, 5, true), (5, .seconds(1), nil, 6, false),
      (5, .seconds(1), nil, .max, false), (5, .zero, nil, 1, false), (5, .seconds(-1), nil, 1, false),
      (5, .nanoseconds(999_999), nil, 1, false), (5, .milliseconds(1), nil, 1, true),
      (1, .seconds(366 * 86_400), nil, 1, true), (1, .seconds(366 * 86_400) + .nanoseconds(1), nil, 1, false),
      (1, .seconds(Int64.max), nil, 1, false), (1, .seconds(Int64.min), nil, 1, false),
      (1, .seconds(366 * 86_400), 2, 1, false), (1, .seconds(366 * 86_400), most, 1, false),
    ]
    for (count, period, burst, cost, isAllowed) in cases {
      let code = storeRefusal { () throws(StoreError) in try RateLimit(count, per: period, burst: burst, cost: cost) }
      #expect(
        code == (isAllowed ? nil : .configuration),
        "\(count) per \(period), \(burst ?? count) at once, cost \(cost)"
      )
    }
    for (count, isAllowed) in [(0, false), (1, true), (100_000_001, false), (.min, false)] {
      let code = storeRefusal { () throws(StoreError) in try MemoryRateLimitStore(maximumCount: count) }
      #expect(code == (isAllowed ? nil : .configuration))
    }
  }

  @Test("L06 no bucket overflows, however far the times are")
  func overflow() throws {
    let limits = [
      try RateLimit(1, per: .seconds(366 * 86_400)), try RateLimit(1_000_000_000, per: .milliseconds(1)),
      try RateLimit(1000, per: .seconds(366 * 86_400), cost: 1000), try Self.limit.get(),
    ]
    for limit in limits {
      for time in [0, 1, .max - 1, .max, RateLimit.lastTime] {
        for now in [0, 1, RateLimit.time(milliseconds: .max), RateLimit.time(milliseconds: .min), RateLimit.lastTime] {
          let (answer, next) = limit.take(from: time, at: now)
          #expect(next >= now && limit.take(from: next, at: now).time >= now)
          if time <= now { #expect(answer.isAllowed) }
        }
      }
    }
  }

  @Test("L07 keys that were chosen to meet in one place of a table do not in one with other seeds")
  func seeds() {
    let known: (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F)
    var random = SystemRandomNumberGenerator()
    var (table, other) = (RecordTable<Int>(seeds: known), RecordTable<Int>(seeds: (random.next(), random.next())))
    for number in 0..<2000 {
      // An attacker who knows the seeds makes a product of 0 each time.
      let words = [known.0, random.next(), random.next(), random.next()]
      let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
      guard let id = RecordID(bytes.span) else { continue }
      let key = RecordKey(.rateLimit, id)
      _ = table.insert(key, number)
      _ = other.insert(key, number)
    }
    #expect(table.longestChain == 2000)
    #expect(other.longestChain < 20)
    // Owners are found by the hashes of the standard library, which this would make the same in each process.
    #expect(ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] == nil)
  }

  @Test("L07 keys that agree in half of their bytes cost no more than others")
  func flooding() {
    var chosen = RecordTable<Int>(seeds: (0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F))
    for number in 0..<20_000 {
      // What an attacker can reach: agreement in the low bits that an unseeded table takes places by.
      var bytes = [UInt8](repeating: 0, count: 32)
      for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
      guard let id = RecordID(bytes.span) else { continue }
      _ = chosen.insert(RecordKey(.rateLimit, id), number)
    }
    #expect(chosen.count == 20_000)
    #expect(chosen.longestChain < 40)
  }
}
