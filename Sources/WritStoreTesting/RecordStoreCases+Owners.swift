// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var owners: [StoreCase] {
    [
      StoreCase("the records of an owner come in pages, in the order of their identifiers") { store, _ in
        let owner = try newOwner()
        var keys: [RecordKey] = []
        for _ in 0..<25 {
          let key = try newKey()
          keys.append(key)
          try require(try await store.insert(.sample(owner: owner), as: key, at: start) != nil, "one is inserted")
        }
        keys.sort { $0.id < $1.id }
        var listed: [RecordKey] = []
        while true {
          let page = try await store.list(keys[0].kind, of: owner, after: listed.last?.id, limit: 10, at: start)
          try require(page.count <= 10, "a page has no more than asked for")
          listed += page.map(\.key)
          if page.count < 10 { break }
        }
        try require(listed == keys, "each comes once, in order")
        for limit in [0, -1, Int.min] {
          let none = try await store.list(keys[0].kind, of: owner, after: nil, limit: limit, at: start)
          try require(none.isEmpty, "a limit of \(limit) is none")
        }
        let all = try await store.list(keys[0].kind, of: owner, after: nil, limit: .max, at: start)
        try require(all.count == 25, "a limit of \(Int.max) is no mistake")
      },
      StoreCase("the records of a kind of all owners come in pages in the order of their identifiers") {
        store,
        _ in
        let kind = RecordKind(UInt16.random(in: 50_000...60_000))
        var keys: [RecordKey] = []
        for number in 0..<25 {
          let key = try newKey(kind)
          let owner = number % 3 == 0 ? [] : try newOwner()
          let expires = number == 24 ? start + 1 : RecordContent.never
          try require(try await store.insert(.sample(owner: owner, expires: expires), as: key, at: start) != nil, "in")
          if number < 24 { keys.append(key) }
        }
        try require(try await store.insert(.sample(), as: newKey(), at: start) != nil, "one of another kind")
        keys.sort { $0.id < $1.id }
        var listed: [RecordKey] = []
        while true {
          let page = try await store.list(kind, after: listed.last?.id, limit: 10, at: start + 1)
          try require(page.count <= 10, "a page has no more than asked for")
          listed += page.map(\.key)
          if page.count < 10 { break }
        }
        try require(listed == keys, "each that lives comes once, in order")
        for limit in [0, -1, Int.min] {
          let none = try await store.list(kind, after: nil, limit: limit, at: start)
          try require(none.isEmpty, "a limit of \(limit) is none")
        }
        let all = try await store.list(kind, after: nil, limit: .max, at: start)
        try require(all.count == 25, "a limit of \(Int.max) is no mistake")
      },
      StoreCase("owners are compared as bytes") { store, _ in
        let base = try newOwner()
        let spellings: [[UInt8]] = ["\u{E9}", "e\u{301}", "E", "e", "e ", "e\u{0}", "e\u{0}e", "'; --", "%", "_"].map {
          base + Array($0.utf8)
        }
        let owners = spellings + [base, base + [0xFF], base + [0xC3]]
        for (index, owner) in owners.enumerated() {
          let content = try RecordContent.sample(UInt8(index), owner: owner)
          try require(try await store.insert(content, as: newKey(), at: start) != nil, "one is inserted")
        }
        for (index, owner) in owners.enumerated() {
          let listed = try await store.list(RecordKind(40_000), of: owner, after: nil, limit: 100, at: start)
          try require(listed.map(\.content.bytes) == [[UInt8(index)]], "owner \(index) has one record, its own")
        }
        let removed = try await store.removeAll(RecordKind(40_000), of: owners[0], except: nil)
        try require(removed == 1, "one owner's records are removed")
        for owner in owners.dropFirst() {
          let listed = try await store.list(RecordKind(40_000), of: owner, after: nil, limit: 100, at: start)
          try require(listed.count == 1, "and no other's")
        }
      },
      StoreCase("a record without an owner is not found by owner") { store, _ in
        let key = try newKey(RecordKind(40_002))
        try require(try await store.insert(.sample(), as: key, at: start) != nil, "it is inserted")
        let listed = try await store.list(key.kind, of: [], after: nil, limit: 100, at: start)
        try require(listed.isEmpty, "nothing is listed")
        try require(try await store.removeAll(key.kind, of: [], except: nil) == 0, "nothing is removed")
        try require(try await store.read(key, at: start) != nil, "it stays")
      },
      StoreCase("all records of an owner and kind are removed, but one that stays") { store, _ in
        let (owner, other) = (try newOwner(), try newOwner())
        let (kind, otherKind) = (RecordKind(40_000), RecordKind(40_001))
        var keys: [RecordKey] = []
        for (kind, owner) in [(kind, owner), (kind, owner), (kind, owner), (otherKind, owner), (kind, other)] {
          let key = try newKey(kind)
          keys.append(key)
          try require(try await store.insert(.sample(owner: owner), as: key, at: start) != nil, "one is inserted")
        }
        let removed = try await store.removeAll(kind, of: owner, except: keys[1].id)
        try require(removed == 2, "two are removed, not \(removed)")
        for (key, stays) in zip(keys, [false, true, false, true, true]) {
          try require(try await (store.read(key, at: start) != nil) == stays, "the right ones stay")
        }
      },
      StoreCase("replacing gives a record to another owner") { store, _ in
        let (one, other) = (try newOwner(), try newOwner())
        let key = try newKey()
        guard let first = try await store.insert(.sample(owner: one), as: key, at: start),
          let second = try await store.replace(key, first, with: .sample(owner: other), at: start)
        else { throw StoreCaseFailure(description: "a new key is not inserted and replaced") }
        for (owner, count) in [(one, 0), (other, 1)] {
          let listed = try await store.list(key.kind, of: owner, after: nil, limit: 10, at: start)
          try require(listed.count == count && listed.allSatisfy { $0.version == second }, "it moves whole")
        }
        let third = try await store.replace(key, second, with: .sample(owner: []), at: start)
        let listed = try await store.list(key.kind, of: other, after: nil, limit: 10, at: start)
        try require(third != nil && listed.isEmpty, "also without an owner")
      },
    ]
  }
}
