// SPDX-License-Identifier: Apache-2.0

public import WritLogin

extension StoreCase where Store: RecordStore {
  /// All that a `RecordStore` must do.
  public static var recordStore: [StoreCase] { oneRecord + expiry + owners + concurrency }

  static var oneRecord: [StoreCase] {
    [
      StoreCase("a key without a record is absent") { store, _ in
        let key = try newKey()
        try require(try await store.read(key, at: start) == nil, "nothing is read")
        let version = try await store.replace(key, RecordVersion(1), with: .sample(), at: start)
        try require(version == nil, "nothing is replaced")
        try require(try await !store.remove(key, RecordVersion(1), at: start), "nothing is removed")
      },
      StoreCase("what is inserted is read, byte for byte") { store, _ in
        let all = (0...255).map { UInt8($0) }
        let largest = (0..<RecordContent.maximumBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for (bytes, owner) in [([], []), ([0], [0]), (all, Array(all.dropFirst())), (largest, Array("a".utf8))] {
          let key = try newKey()
          let content = try RecordContent(bytes.span, format: 255, owner: owner, expires: start + 1)
          let version = try await store.insert(content, as: key, at: start)
          let record = try await store.read(key, at: start)
          try require(version != nil && record?.version == version, "the version is that of the insertion")
          try require(record?.key == key && record?.content == content, "\(bytes.count) bytes are what they were")
        }
      },
      StoreCase("a key is inserted once") { store, _ in
        let key = try newKey()
        let version = try await store.insert(.sample(1), as: key, at: start)
        try require(try await store.insert(.sample(2), as: key, at: start) == nil, "the second insertion is refused")
        let record = try await store.read(key, at: start)
        try require(try record?.version == version && record?.content == .sample(1), "the first one stays as it was")
      },
      StoreCase("only the version that is there is replaced") { store, _ in
        let key = try newKey()
        guard let first = try await store.insert(.sample(1), as: key, at: start) else {
          throw StoreCaseFailure(description: "a new key is not inserted")
        }
        let second = try await store.replace(key, first, with: .sample(2), at: start)
        try require(second != nil && second != first, "replacing gives another version")
        let late = try await store.replace(key, first, with: .sample(3), at: start)
        try require(late == nil, "the version before is refused")
        let record = try await store.read(key, at: start)
        try require(try record?.version == second && record?.content == .sample(2), "the replacement is read")
      },
      StoreCase("only the version that is there is removed") { store, _ in
        let key = try newKey()
        guard let first = try await store.insert(.sample(1), as: key, at: start),
          let second = try await store.replace(key, first, with: .sample(2), at: start)
        else { throw StoreCaseFailure(description: "a new key is not inserted and replaced") }
        try require(try await !store.remove(key, first, at: start), "the version before is refused")
        try require(try await store.read(key, at: start) != nil, "and stays")
        try require(try await store.remove(key, second, at: start), "the version is removed")
        try require(try await store.read(key, at: start) == nil, "and gone")
        try require(try await !store.remove(key, second, at: start), "and not removed twice")
      },
      StoreCase("a key never has a version twice, also when it was removed or expired in between") { store, _ in
        let key = try newKey()
        var seen: Set<RecordVersion> = []
        for round in 0..<50 {
          let now = start + Int64(round) * 10
          guard let first = try await store.insert(.sample(expires: now + 5), as: key, at: now),
            let second = try await store.replace(key, first, with: .sample(expires: now + 5), at: now)
          else { throw StoreCaseFailure(description: "a removed key is not inserted and replaced in round \(round)") }
          try require(seen.insert(first).inserted && seen.insert(second).inserted, "a version came twice")
          if round % 2 == 0 { try require(try await store.remove(key, second, at: now), "it is removed") }
        }
      },
      StoreCase("one identifier in two kinds is two records") { store, _ in
        let (one, other) = (try newKey(RecordKind(40_000)), RecordKind(40_001))
        let twin = RecordKey(other, one.id)
        try require(try await store.insert(.sample(1), as: one, at: start) != nil, "the first is inserted")
        try require(try await store.read(twin, at: start) == nil, "the second is absent")
        guard let version = try await store.insert(.sample(2), as: twin, at: start) else {
          throw StoreCaseFailure(description: "the second kind is not inserted")
        }
        try require(try await store.remove(twin, version, at: start), "the second is removed")
        try require(try await store.read(one, at: start)?.content == .sample(1), "the first stays")
      },
      StoreCase("identifiers that differ in one bit are two records") { store, _ in
        let key = try newKey()
        try require(try await store.insert(.sample(), as: key, at: start) != nil, "the first is inserted")
        for bit in 0..<256 {
          var bytes = key.id.bytes
          bytes[bit / 8] ^= 1 << (bit % 8)
          guard let id = RecordID(bytes.span) else { throw StoreCaseFailure(description: "32 bytes are no identifier") }
          try require(try await store.read(RecordKey(key.kind, id), at: start) == nil, "bit \(bit) matters")
        }
      },
    ]
  }

  static var expiry: [StoreCase] {
    [
      StoreCase("a record is there until its expiry and absent from then on, for every call") { store, _ in
        let owner = try newOwner()
        let key = try newKey()
        let content = try RecordContent.sample(owner: owner, expires: start + 10)
        guard let version = try await store.insert(content, as: key, at: start) else {
          throw StoreCaseFailure(description: "a new key is not inserted")
        }
        try require(try await store.read(key, at: start + 9) != nil, "it is there a second before")
        let before = try await store.list(key.kind, of: owner, after: nil, limit: 10, at: start + 9)
        try require(before.count == 1, "and listed")
        let after = try await store.list(key.kind, of: owner, after: nil, limit: 10, at: start + 10)
        try require(after.isEmpty, "it is not listed any more")
        let replaced = try await store.replace(key, version, with: .sample(), at: start + 10)
        try require(replaced == nil, "nor replaced")
        try require(try await !store.remove(key, version, at: start + 10), "nor removed")
        try require(try await store.read(key, at: start + 10) == nil, "nor read")
        let again = try await store.insert(.sample(2), as: key, at: start + 10)
        try require(again != nil && again != version, "a new one takes its place, with another version")
      },
      StoreCase("a new record takes the place of an expired one that was not read") { store, _ in
        let key = try newKey()
        let first = try await store.insert(.sample(1, expires: start + 1), as: key, at: start)
        let second = try await store.insert(.sample(2), as: key, at: start + 1)
        try require(second != nil && second != first, "it is inserted, with another version")
        try require(try await store.read(key, at: start + 1)?.content == .sample(2), "and read")
      },
      StoreCase("an expired record that was seen does not come back when the clock steps back (S08)") { store, _ in
        let key = try newKey()
        try require(try await store.insert(.sample(expires: start + 10), as: key, at: start) != nil, "it is inserted")
        try require(try await store.read(key, at: start + 86_400) == nil, "a day later it is absent")
        try require(try await store.read(key, at: start) == nil, "and a day before that too")
      },
      StoreCase("a store that reads without waiting answers as it does otherwise") { store, _ in
        let key = try newKey()
        func requireSame(at now: Int64, _ state: String) async throws {
          let read = try await store.read(key, at: now)
          switch store.readImmediately(key, at: now) {
          case .record(let record): try require(record == read, "the record is the same when \(state)")
          case .absent: try require(read == nil, "there is none when \(state)")
          case .mustWait: break
          }
        }
        try await requireSame(at: start, "nothing was inserted")
        guard let version = try await store.insert(.sample(expires: start + 10), as: key, at: start),
          try await store.replace(key, version, with: .sample(2, expires: start + 20), at: start) != nil
        else { throw StoreCaseFailure(description: "a new key is not inserted and replaced") }
        try await requireSame(at: start + 19, "it was replaced")
        try await requireSame(at: start + 20, "it has expired")
      },
      StoreCase("replacing moves the expiry, both ways") { store, _ in
        let key = try newKey()
        guard let first = try await store.insert(.sample(expires: start + 10), as: key, at: start),
          let second = try await store.replace(key, first, with: .sample(expires: start + 20), at: start)
        else { throw StoreCaseFailure(description: "a new key is not inserted and replaced") }
        try require(try await store.read(key, at: start + 15) != nil, "it is there longer")
        let third = try await store.replace(key, second, with: .sample(expires: start + 16), at: start + 15)
        try require(third != nil, "it is replaced")
        try require(try await store.read(key, at: start + 16) == nil, "and gone earlier")
      },
      StoreCase("what has expired is removed in batches, and nothing else") { store, _ in
        let owner = try newOwner()
        let kept = try newKey()
        try require(try await store.insert(.sample(owner: owner), as: kept, at: start) != nil, "one is to stay")
        for _ in 0..<25 {
          let content = try RecordContent.sample(owner: owner, expires: start + 10)
          try require(try await store.insert(content, as: newKey(), at: start) != nil, "one is inserted")
        }
        for limit in [0, -1, Int.min] {
          try require(try await store.removeExpired(limit: limit, at: start + 10) == 0, "a limit of \(limit) is none")
        }
        // Others may sweep what is ours, and we what is theirs.
        for _ in 0..<1000 {
          let count = try await store.removeExpired(limit: 10, at: start + 10)
          try require(0...10 ~= count, "\(count) were removed, at most 10 were asked for")
          if count < 10 { break }
        }
        let listed = try await store.list(kept.kind, of: owner, after: nil, limit: 100, at: start)
        try require(
          listed.map(\.key) == [kept],
          "what lives is there, what had expired is not, whatever the clock says"
        )
      },
    ]
  }
}
