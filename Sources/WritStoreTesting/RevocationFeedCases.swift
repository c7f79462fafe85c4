// SPDX-License-Identifier: Apache-2.0

public import WritLogin

extension StoreCase where Store: RevocationFeed {
  /// All that a `RevocationFeed` must do; others may publish meanwhile.
  public static var revocationFeed: [StoreCase] {
    [
      StoreCase("all that follow are told all, each in its order, from when they began") { feed, _ in
        let name = try newName()
        try await feed.publish(Revocation(.token("\(name) before"), until: 1))
        let followers = [try await feed.follow(), try await feed.follow()]
        let published = (0..<100).map { Revocation(.session("\(name) \($0)"), until: Int64($0)) }
        for revocation in published { try await feed.publish(revocation) }
        for follower in followers {
          let told = try await first(100, of: follower, name)
          try require(told == published, "\(told.count) came, or in another order")
        }
      },
      StoreCase("what is revoked comes as it was, byte for byte") { feed, _ in
        let name = try newName()
        let follower = try await feed.follow()
        let names = [
          "", " ", "caf\u{E9}", "cafe\u{301}", "\u{0}", "'; --\r\n", "\u{1F511}", String(repeating: "n", count: 1000),
        ]
        var published: [Revocation] = []
        for suffix in names {
          let text = name + suffix
          published.append(Revocation(.token(text), until: .max))
          published.append(Revocation(.session(text), until: 0))
          published.append(Revocation(.family(text), until: 1))
          published.append(Revocation(.subject(text, issuedUntil: 1_900_000_000), until: 1_900_000_001))
        }
        for revocation in published { try await feed.publish(revocation) }
        let told = try await first(published.count, of: follower, name)
        try require(told == published, "something came as something else")
      },
      StoreCase("of what several tell at once nothing is lost or told twice") { feed, rounds in
        let name = try newName()
        let follower = try await feed.follow()
        let count = min(rounds, 50)
        try await withThrowingTaskGroup { group in
          for task in 0..<8 {
            group.addTask {
              for number in 0..<count {
                try await feed.publish(Revocation(.token("\(name) \(task) \(number)"), until: 1))
              }
            }
          }
          try await group.waitForAll()
        }
        let told = try await first(8 * count, of: follower, name)
        try require(Set(told).count == 8 * count, "\(Set(told).count) came of \(8 * count)")
      },
      StoreCase("a follower that stops does not delay the others") { feed, _ in
        let name = try newName()
        for _ in 0..<10 {
          let follower = try await feed.follow()
          let task = Task { for try await _ in follower {} }
          task.cancel()
          _ = await task.result
        }
        let follower = try await feed.follow()
        let last = Revocation(.token(name), until: 1)
        try await feed.publish(last)
        let told = try await first(1, of: follower, name)
        try require(told == [last], "it goes on for the others")
      },
    ]
  }

  private static func newName() throws -> String {
    "case \(try RecordID.random().bytes.map(String.init).joined(separator: "-")) "
  }

  /// The first revocations whose names begin so; a failure when they do not come within half a minute.
  private static func first(
    _ count: Int,
    of stream: AsyncThrowingStream<Revocation, any Error>,
    _ name: String
  ) async throws -> [Revocation] {
    try await withThrowingTaskGroup(of: [Revocation]?.self) { group in
      group.addTask {
        var told: [Revocation] = []
        for try await revocation in stream {
          let text =
            switch revocation.subject {
            case .token(let text), .session(let text), .family(let text), .subject(let text, _): text
            }
          guard text.utf8.starts(with: name.utf8) else { continue }
          told.append(revocation)
          if told.count == count { break }
        }
        return told
      }
      group.addTask {
        try await Task.sleep(for: .seconds(30))
        return nil
      }
      defer { group.cancelAll() }
      guard case .some(.some(let told)) = try await group.next() else {
        throw StoreCaseFailure(description: "what was published did not come within half a minute")
      }
      return told
    }
  }
}
