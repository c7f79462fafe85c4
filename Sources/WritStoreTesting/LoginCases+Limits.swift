// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var limits: [StoreCase] {
    [
      StoreCase("L01 of a bucket as many take as it holds, of 64 tasks that take the last one, each time") {
        store,
        rounds in
        let world = try LoginWorld(store)
        let buckets = RecordRateLimitStore(store, clock: world.time.clock)
        let (one, twenty) = (try RateLimit(1, per: .seconds(86_400)), try RateLimit(20, per: .seconds(86_400)))
        for round in 0..<rounds {
          let key = try RateLimitKey("case", account: "\(world.account) \(round)")
          let count = try await successes { _ in try await buckets.take(one, from: key).isAllowed }
          try require(count == 1, "\(count) took the last one in round \(round)")
        }
        let key = try RateLimitKey("case", account: world.account)
        let count = try await successes { _ in try await buckets.take(twenty, from: key).isAllowed }
        try require(count == 20, "\(count) took of 20")
      },
      StoreCase("L02 a clock that steps a day neither fills a bucket twice nor keeps it empty for longer than a period")
      {
        store,
        _ in
        for step in [-86_400, 86_400] as [Int64] {
          let world = try LoginWorld(store)
          let buckets = RecordRateLimitStore(store, clock: world.time.clock)
          let limit = try RateLimit(5, per: .seconds(60))
          let key = try RateLimitKey("case", account: world.account)
          func allowed() async throws -> Int {
            var count = 0
            for _ in 0..<10 where try await buckets.take(limit, from: key).isAllowed { count += 1 }
            return count
          }
          try require(try await allowed() == 5, "a full bucket")
          world.time.seconds += step
          let count = try await allowed()
          try require(count == (step < 0 ? 0 : 5), "\(count) after a step of \(step)")
          world.time.seconds += 60
          try require(try await allowed() == 5, "full again after a period")
        }
      },
      StoreCase("L04 when the store of limits is down, logins are refused, and nothing is used up or counted") {
        store,
        _ in
        let world = try LoginWorld(store)
        let down = LoginLimits(store: DownLimits())
        let key = try await world.enrolled()
        let codes = RecoveryCodes(store: store, ring: world.ring, limits: down, clock: world.time.clock)
        let texts = try await codes.generate(for: world.account)
        let strict = try OneTimePasswords(store: store, ring: world.ring, limits: down, clock: world.time.clock)
        let text = try key.code(at: world.time.seconds)
        let first = await code { () async throws(OneTimePasswordError) in
          try await strict.verify(text, account: world.account)
        }
        let second = await code { () async throws(OneTimePasswordError) in
          try await codes.verify(texts[0], account: world.account)
        }
        try require(first == .storeUnavailable && second == .storeUnavailable, "codes are refused, as the store failed")
        try await world.passwords().set("the right password", for: world.account, from: nil)
        let closed = world.passwords(limits: down)
        let address = ClientAddress("192.0.2.1")
        for from in [nil, address] {
          let third = await code { () async throws(LoginError) in
            try await closed.verify("the right password", account: world.account, from: from)
          }
          try require(third == .storeUnavailable, "the password is refused, as the store failed")
        }
        let fourth = await code { () async throws(LoginError) in
          try await closed.requestReset(for: world.account, from: address)
        }
        try require(fourth == .storeUnavailable, "no token is made")
        try require(try await codes.remaining(of: world.account) == texts.count, "no code is used up")
        try await world.oneTimePasswords().verify(text, account: world.account)
        try await world.passwords().verify("the right password", account: world.account, from: nil)
      },
    ]
  }
}

/// A store of limits that is down.
private struct DownLimits: RateLimitStore {
  func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer {
    throw StoreError(.storeUnavailable, "down")
  }
}
