// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase {
  /// Tasks that try one thing at once.
  private static var taskCount: Int { 64 }

  /// Returns the number of tasks that succeed.
  static func successes(_ body: @escaping @Sendable (Int) async throws -> Bool) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<taskCount { group.addTask { try await body(number) } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }
}

extension StoreCase where Store: RecordStore {
  static var concurrency: [StoreCase] {
    [
      StoreCase("of many tasks that insert, replace or remove one record, one does, each time") { store, rounds in
        let key = try newKey()
        for round in 0..<rounds {
          let inserted = try await successes { task in
            try await store.insert(.sample(UInt8(task)), as: key, at: start) != nil
          }
          try require(inserted == 1, "\(inserted) tasks inserted in round \(round)")
          guard let first = try await store.read(key, at: start)?.version else {
            throw StoreCaseFailure(description: "what was inserted is absent in round \(round)")
          }
          let replaced = try await successes { task in
            try await store.replace(key, first, with: .sample(UInt8(task)), at: start) != nil
          }
          try require(replaced == 1, "\(replaced) tasks replaced in round \(round)")
          guard let second = try await store.read(key, at: start)?.version else {
            throw StoreCaseFailure(description: "what was replaced is absent in round \(round)")
          }
          let removed = try await successes { _ in try await store.remove(key, second, at: start) }
          try require(removed == 1, "\(removed) tasks removed in round \(round)")
        }
      },
      StoreCase("no count is lost when many tasks count in one record") { store, rounds in
        let key = try newKey()
        let zero = [UInt8](repeating: 0, count: 8)
        let content = try RecordContent(zero.span, format: 1, expires: RecordContent.never)
        try require(try await store.insert(content, as: key, at: start) != nil, "it is inserted")
        let tasks = 8
        try await withThrowingTaskGroup { group in
          for _ in 0..<tasks {
            group.addTask {
              for _ in 0..<rounds {
                var isCounted = false
                while !isCounted {
                  guard let record = try await store.read(key, at: start) else {
                    throw StoreCaseFailure(description: "the record is absent")
                  }
                  let sum = record.content.bytes.reduce(0) { $0 << 8 | Int($1) } + 1
                  let bytes = (0..<8).map { UInt8(truncatingIfNeeded: sum >> (56 - 8 * $0)) }
                  let next = try RecordContent(bytes.span, format: 1, expires: RecordContent.never)
                  isCounted = try await store.replace(key, record.version, with: next, at: start) != nil
                }
              }
            }
          }
          try await group.waitForAll()
        }
        let sum = try await store.read(key, at: start)?.content.bytes.reduce(0) { $0 << 8 | Int($1) }
        try require(sum == tasks * rounds, "\(sum ?? -1) were counted of \(tasks * rounds)")
      },
      StoreCase("sweeps take no record whose expiry is moved in time, and bring none back (S07)") { store, rounds in
        for round in 0..<rounds {
          let key = try newKey()
          let content = try RecordContent.sample(1, expires: start + 1)
          guard let version = try await store.insert(content, as: key, at: start) else {
            throw StoreCaseFailure(description: "a new key is not inserted in round \(round)")
          }
          async let swept = store.removeExpired(limit: 100, at: start + 1)
          async let touched = store.replace(key, version, with: .sample(2, expires: start + 100), at: start)
          let isTouched = try await touched != nil
          _ = try await swept
          // Either the touch came first, and all that comes later knows; or the sweep did, and there was nothing to
          // touch.
          let record = try await store.read(key, at: isTouched ? start + 99 : start)
          try require((record != nil) == isTouched, "round \(round): touched \(isTouched), there \(record != nil)")
        }
      },
    ]
  }
}
