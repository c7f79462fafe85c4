// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Stores and how many servers there are")
struct DeploymentTests {
  /// A store elsewhere, or in front of another.
  private struct Elsewhere: RateLimitStore {
    var reach: StoreReach { .network }

    func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer { .allowed(remaining: 1) }
  }

  private static let cases: [(processes: Int, machines: Int, reach: StoreReach)] = [
    (1, 1, .process), (2, 1, .machine), (1, 2, .network), (8, 8, .network), (0, 0, .process), (.min, .min, .process),
    (.max, .max, .network),
  ]

  @Test("A store in memory with several servers is refused, unless that is accepted by name", arguments: cases)
  func reach(_ processes: Int, _ machines: Int, _ reach: StoreReach) async throws {
    let told = Told()
    let events = SecurityEvents { event in told.events.withLock { $0.append(event) } }
    let strict = Deployment(processes: processes, machines: machines)
    #expect(strict.reach == reach)
    let store = try MemoryRecordStore()
    let limits = try MemoryRateLimitStore()
    let isShared = reach == .process
    let tries: [@Sendable (Deployment) throws -> Void] = [
      { try $0.checkStore(store, events: events) }, { try $0.checkLimits(limits, events: events) },
      { try $0.checkLimits(RecordRateLimitStore(store), events: events) },
      { try $0.checkFeed(MemoryRevocationFeed(), events: events) },
    ]
    for body in tries {
      if isShared {
        try body(strict)
      } else {
        let error = #expect(throws: DeploymentError.self) { try body(strict) }
        #expect(error?.code == .storeNotShared)
      }
    }
    try strict.checkLimits(Elsewhere(), events: events)
    let names = [
      "MemoryRecordStore", "MemoryRateLimitStore", "RecordRateLimitStore<MemoryRecordStore>", "MemoryRevocationFeed",
    ]
    let warnings = isShared ? [] : names.map { SecurityEvent.storeNotShared(store: $0, reach: .process) }
    #expect(told.all == warnings)
    let lenient = Deployment(processes: processes, machines: machines, accepting: .unsharedStores)
    for body in tries { try body(lenient) }
    #expect(told.all == warnings + warnings)
  }

  private static func ring(_ secrets: ApplicationSecret...) throws -> SecretRing { try SecretRing(secrets) }

  private func code(_ deployment: Deployment, _ store: some RecordStore, _ ring: SecretRing) async -> DeploymentError? {
    do throws(DeploymentError) {
      try await deployment.checkSecrets(ring, in: store, events: .none)
      return nil
    } catch { return error }
  }

  @Test("A ring that does not open what the store holds is refused at start, whichever records need it")
  func secrets() async throws {
    let (old, new) = (
      try ApplicationSecret.generate(identifier: "old"), try ApplicationSecret.generate(identifier: "new")
    )
    let ring = try Self.ring(old)
    let deployment = Deployment(processes: 1)
    let hasher = PasswordHasher(parameters: .weak(), ring: ring)
    let writers: [(String, @Sendable (MemoryRecordStore) async throws -> Void)] = [
      (
        "one-time password",
        { store in _ = try await OneTimePasswords(store: store, ring: ring).enroll("a", issuer: nil) }
      ),
      ("recovery codes", { store in _ = try await RecoveryCodes(store: store, ring: ring).generate(for: "a") }),
      (
        "password",
        { store in
          let passwords = Passwords(store: store, hasher: hasher, revoking: [])
          try await passwords.set("a long password of a", for: "a", from: nil)
        }
      ),
    ]
    for (name, write) in writers {
      let store = try MemoryRecordStore()
      try await write(store)
      let lost = await code(deployment, store, try Self.ring(new))
      #expect(lost?.code == .secrets && lost?.description.contains("old") ?? false, "\(name)")
      #expect(await code(deployment, store, try Self.ring(new, old)) == nil, "\(name)")
      let waived = Deployment(processes: 1, accepting: .missingSecrets)
      #expect(await code(waived, store, try Self.ring(new)) == nil, "\(name)")
      let use = try await Self.ring(new, old).use(in: store)
      #expect(use.counts == ["old": 1] && use.missing.isEmpty && use.unused.isEmpty && use.isComplete, "\(name)")
      let lone = try await Self.ring(new).use(in: store)
      #expect(lone.missing == ["old"], "\(name)")
    }
    let empty = try MemoryRecordStore()
    #expect(try await Self.ring(new, old).use(in: empty).unused == ["old"])
  }

  @Test("Another secret of the same name is found out at start, before anything that it sealed is there too")
  func namesakes() async throws {
    let (one, other) = (
      try ApplicationSecret.generate(identifier: "1"), try ApplicationSecret.generate(identifier: "1")
    )
    let deployment = Deployment(processes: 1)
    let started = try MemoryRecordStore()
    #expect(await code(deployment, started, try Self.ring(one)) == nil)
    #expect(await code(deployment, started, try Self.ring(one)) == nil)
    let (front, back) = (try ApplicationSecret.generate(identifier: "2"), try Self.ring(other))
    #expect(await code(deployment, started, back)?.code == .secrets)
    #expect(await code(deployment, started, try Self.ring(front, other))?.code == .secrets)
    #expect(await code(deployment, started, try Self.ring(front, one)) == nil)
    // A store of before this was checked: what is sealed is tried.
    let store = try MemoryRecordStore()
    _ = try await OneTimePasswords(store: store, ring: Self.ring(one)).enroll("a", issuer: nil)
    let error = await code(deployment, store, back)
    #expect(error?.code == .secrets && error?.description.contains("not those") ?? false)
    #expect(await code(deployment, store, try Self.ring(one)) == nil, "and what was tried has left nothing behind")
    struct Down: Error {}
    let failing = FailingStore(store: store)
    failing.failure.error.withLock { $0 = Down() }
    #expect(await code(deployment, failing, try Self.ring(one))?.code == .store)
  }
}
