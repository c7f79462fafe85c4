// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// A part of a cache: tokens by their digests, and the order in which they came.
struct CachedTokens: Sendable {
  private struct Entry {
    let token: CheckedToken
    /// That of the keys under which it was verified.
    let generation: UInt64
    let byteCount: Int
  }

  private let maximumByteCount: Int
  private var entries: [DigestKey: Entry] = [:]
  /// Every key of `entries`, and some that have gone since.
  private var order: ArrivalRing
  private var byteCount = 0

  init(maximumCount: Int, maximumByteCount: Int) {
    self.maximumByteCount = maximumByteCount
    order = ArrivalRing(capacity: maximumCount)
  }

  var count: Int { entries.count }

  @inline(__always)
  mutating func token(_ key: DigestKey, generation: UInt64) -> CheckedToken? {
    guard let entry = entries[key] else { return nil }
    guard entry.generation == generation else {
      remove(key)
      return nil
    }
    return entry.token
  }

  mutating func insert(_ token: CheckedToken, _ key: DigestKey, generation: UInt64) {
    let size = token.byteCount
    guard size <= maximumByteCount else { return }
    remove(key)
    while byteCount > maximumByteCount - size || order.count == order.capacity, let oldest = order.removeFirst() {
      remove(oldest)
    }
    order.append(key)
    entries[key] = Entry(token: token, generation: generation, byteCount: size)
    byteCount += size
  }

  mutating func remove(_ key: DigestKey) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    byteCount -= entry.byteCount
  }

  mutating func removeAll() {
    entries = [:]
    order = ArrivalRing(capacity: order.capacity)
    byteCount = 0
  }
}

extension CheckedToken {
  /// The bytes that the token takes, with its share of the table.
  var byteCount: Int { document.byteCount + 512 }
}
