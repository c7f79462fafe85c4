// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritAuthentication

@Suite("Stores and how many servers there are")
struct DeploymentTests {
  /// A store elsewhere, or in front of another.
  private struct Elsewhere: RateLimitStore {
    func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer { .allowed(remaining: 1) }
  }

  private static let cases: [(processes: Int, machines: Int, reach: StoreReach)] = [
    (1, 1, .process), (2, 1, .machine), (1, 2, .network), (8, 8, .network), (0, 0, .process), (.min, .min, .process),
    (.max, .max, .network),
  ]

  @Test("several servers with a store in memory are warned, one is not", arguments: cases)
  func warning(_ processes: Int, _ machines: Int, _ reach: StoreReach) throws {
    let told = Told()
    let events = SecurityEvents { event in told.events.withLock { $0.append(event) } }
    let deployment = Deployment(processes: processes, machines: machines)
    #expect(deployment.reach == reach)
    let store = try MemoryRecordStore()
    let isShared = reach == .process
    #expect(deployment.check(store, events: events) == isShared)
    #expect(deployment.check(limits: try MemoryRateLimitStore(), events: events) == isShared)
    #expect(deployment.check(limits: RecordRateLimitStore(store), events: events) == isShared)
    #expect(deployment.check(feed: MemoryRevocationFeed(), events: events) == isShared)
    #expect(deployment.check(limits: Elsewhere(), events: events))
    let names = [
      "MemoryRecordStore", "MemoryRateLimitStore", "RecordRateLimitStore<MemoryRecordStore>", "MemoryRevocationFeed",
    ]
    #expect(told.all == (isShared ? [] : names.map { .storeNotShared(store: $0, reach: .process) }))
  }
}
