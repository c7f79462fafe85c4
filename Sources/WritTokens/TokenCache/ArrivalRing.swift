// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The keys of a bounded table in the order in which they came.
struct ArrivalRing: Sendable {
  let capacity: Int
  // `count` places from `oldest` on are in use. There are up to `capacity`, and only then the ring goes round.
  private var keys: [DigestKey] = []
  private var oldest = 0
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// The key that came first.
  var first: DigestKey? { count > 0 ? keys[oldest] : nil }

  mutating func removeFirst() -> DigestKey? {
    guard let first else { return nil }
    oldest = (oldest + 1) % keys.count
    count -= 1
    return first
  }

  /// Adds a key, unless the ring is full.
  mutating func append(_ key: DigestKey) {
    guard count < capacity else { return }
    // INVARIANT: while there are fewer places than `capacity`, those in use end within them.
    let place = oldest + count
    if keys.count < capacity, place == keys.count {
      keys.append(key)
    } else {
      keys[place % keys.count] = key
    }
    count += 1
  }
}
