// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Visitors, and the room that they leave")
struct VisitorTests {
  private static func address(_ text: String) throws -> ClientAddress { try #require(ClientAddress(text)) }

  @Test("One address begins 120 sessions of visitors at once, and the others go on")
  func limit() async throws {
    let world = try SessionWorld()
    let (one, other) = (try Self.address("192.0.2.1"), try Self.address("192.0.2.2"))
    var last: SessionError?
    var count = 0
    for _ in 0..<11_420 {
      do throws(SessionError) {
        _ = try await world.sessions.beginAnonymous(from: one)
        count += 1
      } catch {
        last = error
        break
      }
    }
    // The default limits are in memory, by a clock of their own: 1,200 an hour come back.
    #expect(120...125 ~= count)
    #expect(last?.code == .waiting && (last?.retryAfter ?? 0) >= 1)
    #expect(world.store.count == count)
    #expect(world.told.all.contains { if case .visitorRefused = $0 { true } else { false } })
    _ = try await world.sessions.beginAnonymous(from: other)
    // Logins are limited elsewhere, and a session of an account is none of a visitor.
    _ = try await world.begin()
  }

  private struct Down: RateLimitStore {
    func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer {
      throw StoreError(.storeUnavailable, "down")
    }
  }

  @Test("When the limits fail no visitor begins, and a network around an address has a limit too")
  func network() async throws {
    let store = try MemoryRecordStore()
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    func sessions(_ visitors: VisitorLimits) throws -> Sessions<MemoryRecordStore> {
      try Sessions(store: store, ring: ring, origins: ["https://app.example"], visitors: visitors)
    }
    let closed = try sessions(VisitorLimits(store: Down()))
    let first = try Self.address("2001:db8:1:1::1")
    let error = await #expect(throws: SessionError.self) { try await closed.beginAnonymous(from: first) }
    #expect(error?.code == .storeUnavailable && store.count == 0)
    let limits = VisitorLimits(
      store: try MemoryRateLimitStore(),
      subscriber: try RateLimit(2, per: .seconds(3600)),
      site: try RateLimit(3, per: .seconds(3600))
    )
    let few = try sessions(limits)
    for text in ["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"] {
      _ = try await few.beginAnonymous(from: Self.address(text))
    }
    for text in ["2001:db8:1:1::3", "2001:db8:1:3::1"] {
      let address = try Self.address(text)
      let error = await #expect(throws: SessionError.self) { try await few.beginAnonymous(from: address) }
      #expect(error?.code == .waiting)
    }
    _ = try await few.beginAnonymous(from: Self.address("2001:db8:2::1"))
  }

  @Test("Visitors and buckets that fill a store leave room for logins, and removing needs none (S21)")
  func room() async throws {
    let world = try SessionWorld(maximumCount: 800)
    func fill(_ body: () async throws -> Void) async -> Int {
      for count in 0..<1000 { do { try await body() } catch { return count } }
      return 1000
    }
    #expect(await fill { _ = try await world.sessions.beginUnlimitedAnonymous() } == 400)
    let buckets = RecordRateLimitStore(world.store, clock: world.time.clock)
    let limit = try RateLimit(1, per: .seconds(3600))
    var number = 0
    let taken = await fill {
      number += 1
      _ = try await buckets.take(limit, from: RateLimitKey("test", account: "\(number)"))
    }
    #expect(taken == 300)
    // An account comes in, steps up, gets tokens, and is logged out everywhere.
    let tokens = try RefreshTokens(store: world.store, ring: world.sessions.ring, clock: world.time.clock)
    let begun = try await world.begin(isRemembered: true)
    let rotated = try await world.sessions.rotate(begun.session, proving: .oneTimePassword)
    let grant = try await tokens.begin(for: "ines", client: "app", since: .unchecked)
    // Accounts fill the rest, to the last record.
    var accounts = 0
    #expect(
      await fill {
        accounts += 1
        _ = try await world.begin("account \(accounts)")
      } > 90
    )
    #expect(world.store.count == 800)
    #expect(try await world.sessions.revokeAll(of: "ines") == 1)
    #expect(try await tokens.revokeAll(of: "ines") == 1)
    #expect(try await !world.isAlive(rotated))
    await #expect(throws: RefreshTokenError.self) { try await tokens.rotate(grant.token, client: "app") }
    // A visitor that is gone makes room for another one, and so does a bucket.
    world.time.seconds += 3601
    #expect(await world.store.removeExpired(limit: 1000, at: world.time.seconds) > 700)
    #expect(await fill { _ = try await world.sessions.beginUnlimitedAnonymous() } == 400)
  }

  @Test("The parts of a store are counted whatever happens to their records")
  func parts() async throws {
    let store = try MemoryRecordStore(maximumCount: 16)
    let now: Int64 = 1000
    func content(_ owner: String, expires: Int64 = 2000) throws -> RecordContent {
      try RecordContent([1].span, format: 1, owner: Array(owner.utf8), expires: expires)
    }
    func key(_ kind: RecordKind) throws -> RecordKey { RecordKey(kind, try .random()) }
    for _ in 0..<8 { _ = try await store.insert(content(""), as: key(.session), at: now) }
    await #expect(throws: StoreError.self) { try await store.insert(content(""), as: key(.session), at: now) }
    // An application's own records stay as they are.
    for _ in 0..<2 { _ = try await store.insert(content(""), as: key(RecordKind(40_000)), at: now) }
    for _ in 0..<6 { _ = try await store.insert(content(""), as: key(.rateLimit), at: now) }
    #expect(store.count == 16)
    await #expect(throws: StoreError.self) { try await store.insert(content("a"), as: key(.session), at: now) }
    // A visitor's record that becomes an account's leaves its part, and comes back.
    let first = try #require(await store.list(.session, after: nil, limit: 1, at: now).first)
    let second = try #require(await store.replace(first.key, first.version, with: content("a"), at: now))
    let bucket = try #require(await store.list(.rateLimit, after: nil, limit: 1, at: now).first)
    #expect(await store.remove(bucket.key, bucket.version, at: now))
    _ = try await store.insert(content(""), as: key(.session), at: now)
    let third = try #require(await store.replace(first.key, second, with: content(""), at: now))
    #expect(await store.remove(first.key, third, at: now))
    await #expect(throws: StoreError.self) { try await store.insert(content(""), as: key(.session), at: now) }
    _ = try await store.insert(content("a"), as: key(.session), at: now)
    #expect(await store.removeAll(.session, of: Array("a".utf8)) == 1)
    #expect(try await store.removeExpired(clock: .fixed(2000)) == 15)
    #expect(store.count == 0)
    for _ in 0..<8 { _ = try await store.insert(content("", expires: 3000), as: key(.session), at: 2000) }
    #expect(store.count == 8)
  }

  @Test("Parallel changes of a living session's data are never told that it ended")
  func parallelData() async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let codes = await withTaskGroup(of: SessionError.Code?.self) { group in
      for number in 0..<64 {
        group.addTask {
          await refusal { () throws(SessionError) in try await world.sessions.setData([UInt8(number)], of: session) }
        }
      }
      return await group.reduce(into: [SessionError.Code?]()) { $0.append($1) }
    }
    #expect(codes.count { $0 == nil } == 1 && codes.count { $0 == .conflict } == 63)
    // A renewal meanwhile is no change of the data.
    let second = try #require(try await world.sessions.session(session.handle, of: "ines"))
    world.time.seconds += 60
    _ = try #require(try await world.sessions.session(session.handle, of: "ines"))
    _ = try await world.sessions.setData([200], of: second)
    try await withThrowingTaskGroup { group in
      for _ in 0..<64 { group.addTask { _ = try await world.sessions.updateData(of: session) { $0 + [1] } } }
      try await group.waitForAll()
    }
    #expect(try await world.sessions.session(session.handle, of: "ines")?.data.count == 65)
    try await world.sessions.end(session)
    #expect(await refusal { () throws(SessionError) in try await world.sessions.setData([], of: session) } == .ended)
  }

  @Test("An event has its time, and the address that its request came from")
  func reports() async throws {
    let reports = Guarded<[SecurityReport]>([])
    let time = TestTime()
    let events = SecurityEvents(clock: time.clock, reporting: { report in reports.withLock { $0.append(report) } })
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    let limits = VisitorLimits(store: try MemoryRateLimitStore(), subscriber: try RateLimit(1, per: .seconds(3600)))
    let sessions = try Sessions(
      store: try MemoryRecordStore(),
      ring: ring,
      origins: ["https://app.example"],
      visitors: limits,
      events: events
    )
    let (one, other) = (try Self.address("192.0.2.1:80"), try Self.address("2001:DB8:0:0::1"))
    _ = try await ClientAddress.$current.withValue(one) {
      try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    }
    time.seconds += 1
    _ = try await sessions.beginAnonymous(from: other)
    await #expect(throws: SessionError.self) { try await sessions.beginAnonymous(from: other) }
    let told = reports.withLock { $0 }
    try #require(told.count == 3)
    #expect(told.map(\.address) == [one, one, other])
    #expect(told.map(\.time) == [1_800_000_000, 1_800_000_000, 1_800_000_001])
    #expect(told[0].description.hasPrefix("sessionBegan account=\"ines\" session="))
    #expect(told[0].description.hasSuffix(" address=192.0.2.1 time=1800000000"))
    #expect(told[2].description.hasSuffix(" address=2001:db8::1 time=1800000001"))
  }
}
