// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

/// Concurrent clients that read, insert, replace and remove a few records at random, for a history to be checked.
struct RecordClients<Store: RecordStore>: Sendable {
  let store: Store
  let keys: [RecordKey]
  /// The owner of all records.
  let owner: [UInt8]
  let clientCount: Int
  let callCount: Int

  init(_ store: Store, clientCount: Int = 6, callCount: Int = 8) throws {
    self.store = store
    self.clientCount = clientCount
    self.callCount = callCount
    keys = [try newKey(), try newKey()]
    owner = try newOwner()
  }

  /// Runs the clients to their end.
  ///
  /// Calls that fail are part of the history.
  func run(seed: UInt64) async {
    await withTaskGroup { group in
      for client in 0..<clientCount {
        group.addTask { await run(client, SmallRandom(seed: seed &* 1000 &+ UInt64(client))) }
      }
    }
  }

  private func run(_ client: Int, _ random: SmallRandom) async {
    var random = random
    // The versions that this client has seen last.
    var seen: [RecordKey: RecordVersion] = [:]
    for number in 0..<callCount {
      guard let key = keys.randomElement(using: &random) else { return }
      do {
        switch UInt8.random(in: 0..<16, using: &random) {
        case 0..<5: seen[key] = try await store.read(key, at: start)?.version ?? seen[key]
        case 5..<9:
          seen[key] = try await store.insert(content(client, number), as: key, at: start) ?? seen[key]
        case 9..<13:
          let version = seen[key] ?? RecordVersion(0)
          seen[key] = try await store.replace(key, version, with: content(client, number), at: start) ?? version
        case 13, 14: _ = try await store.remove(key, seen[key] ?? RecordVersion(0), at: start)
        default: try await store.removeAll(key.kind, of: owner, except: nil)
        }
      } catch {
        // Recorded as a call that may have been done or not.
      }
    }
  }

  /// Content that no other call writes.
  private func content(_ client: Int, _ number: Int) throws(StoreError) -> RecordContent {
    let bytes = [UInt8(client), UInt8(number)]
    return try RecordContent(bytes.span, format: 1, owner: owner, expires: RecordContent.never)
  }
}

/// A small generator of random numbers whose seed makes runs repeatable (Steele, Lea, Flood 2014).
struct SmallRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
