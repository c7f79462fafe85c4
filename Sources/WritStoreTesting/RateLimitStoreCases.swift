// SPDX-License-Identifier: Apache-2.0

public import WritLogin

extension StoreCase where Store: RateLimitStore {
  /// All that a `RateLimitStore` must do, by a clock that goes.
  public static var rateLimitStore: [StoreCase] { buckets + races }

  private static var day: Duration { .seconds(86_400) }

  private static func newBucket() throws -> RateLimitKey {
    try RateLimitKey("case", account: "\(RecordID.random().bytes)")
  }

  static var buckets: [StoreCase] {
    [
      StoreCase("a bucket that is not known is full, and gives as many as it holds, one by one") { store, _ in
        let (limit, key) = (try RateLimit(5, per: day), try newBucket())
        for rest in (0..<5).reversed() {
          let answer = try await store.take(limit, from: key)
          try require(answer == .allowed(remaining: rest), "\(rest) are left, not \(answer)")
        }
        for _ in 0..<10 {
          guard case .refused(let time) = try await store.take(limit, from: key) else {
            throw StoreCaseFailure(description: "an empty bucket gives")
          }
          try require(time > .zero && time <= day / 5, "there is one after \(time)")
        }
      },
      StoreCase("who is refused takes nothing") { store, _ in
        let key = try newBucket()
        let (three, one) = (try RateLimit(5, per: day, cost: 3), try RateLimit(5, per: day))
        // The tokens left after each call, nil for a refusal; the two that are left are there after three refusals.
        let takes: [(RateLimit, Int?)] = [
          (three, 2), (three, nil), (three, nil), (three, nil), (one, 1), (one, 0), (one, nil),
        ]
        for (limit, rest) in takes {
          let answer = try await store.take(limit, from: key)
          let expected = rest.map { answer == .allowed(remaining: $0) } ?? !answer.isAllowed
          try require(expected, "\(rest.map(String.init) ?? "nothing") left, not \(answer)")
        }
      },
      StoreCase("buckets of other purposes, names, addresses and networks are others") { store, _ in
        let limit = try RateLimit(1, per: day)
        let name = "\(try RecordID.random().bytes)"
        var keys: [RateLimitKey] = []
        for purpose in ["case", "case ", "Case"] {
          for account in ["caf\u{E9}", "cafe\u{301}", "cafe", "", " "] {
            keys.append(try RateLimitKey(purpose + name, account: account))
          }
          for text in ["192.0.2.1", "192.0.3.1", "2001:db8::1", "2001:db8:0:1::1", "2001:db8:1::1"] {
            guard let address = ClientAddress(text) else {
              throw StoreCaseFailure(description: "\(text) is no address")
            }
            keys.append(try RateLimitKey(purpose + name, address: address, .subscriber))
          }
        }
        for key in keys { try require(try await store.take(limit, from: key).isAllowed, "each has one of its own") }
        for key in keys { try require(try await !store.take(limit, from: key).isAllowed, "and no more than one") }
      },
      StoreCase("a bucket fills up again, and not before its time") { store, _ in
        let (limit, key) = (try RateLimit(1, per: .milliseconds(300)), try newBucket())
        for round in 0..<3 {
          let clock = ContinuousClock()
          let start = clock.now
          try require(try await store.take(limit, from: key).isAllowed, "it is full in round \(round)")
          while case .refused(let time) = try await store.take(limit, from: key) {
            try require(time > .zero && time <= .milliseconds(301), "there is one after \(time)")
            try require(clock.now - start < .seconds(30), "it fills up in round \(round)")
            try await Task.sleep(for: time)
          }
          // A clock of whole milliseconds may be one ahead.
          try require(clock.now - start >= .milliseconds(298), "not before its time in round \(round)")
          try await Task.sleep(for: .milliseconds(302))
        }
      },
    ]
  }

  static var races: [StoreCase] {
    [
      StoreCase("L01 of 64 tasks that take the last one, one gets it, each time") { store, rounds in
        let limit = try RateLimit(1, per: day)
        for round in 0..<rounds {
          let key = try newBucket()
          let count = try await successes { _ in try await store.take(limit, from: key).isAllowed }
          try require(count == 1, "\(count) got it in round \(round)")
        }
      },
      StoreCase("L01 10,000 takes at once at a limit of 100: exactly 100 pass") { store, _ in
        let (limit, key) = (try RateLimit(100, per: day), try newBucket())
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<64 {
            group.addTask {
              var count = 0
              for _ in 0..<157 where try await store.take(limit, from: key).isAllowed { count += 1 }
              return count
            }
          }
          return try await group.reduce(0, +)
        }
        try require(count == 100, "\(count) passed")
      },
    ]
  }
}
