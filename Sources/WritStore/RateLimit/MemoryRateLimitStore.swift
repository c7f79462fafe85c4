// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Buckets in the memory of this process.
///
/// A new key beyond the cap takes the place of the one that was asked for longest ago in its part of the table, which
/// is usually full again. Take from the bucket of the address before that of the account, so that attackers do not make
/// up more keys than that lets through. Each take costs the same, whatever the number of keys; any number of threads
/// may take at once. Its clock is monotonic.
public final class MemoryRateLimitStore: RateLimitStore, Sendable {
  /// Keys of the largest store.
  public static let largestCount = 100_000_000

  /// Keys that are kept at most; each takes about 150 bytes.
  public let maximumCount: Int
  private let clock: MonotonicClock
  private let shards: [Shard]
  private let seed: UInt64

  private final class Shard: Sendable {
    let buckets: Guarded<MemoryBuckets>

    init(_ buckets: MemoryBuckets) { self.buckets = Guarded(buckets) }
  }

  /// - Parameters:
  ///   - maximumCount: 1 to ``largestCount``.
  ///   - clock: where the time comes from.
  /// - Throws: ``StoreError`` with the code `configuration`.
  public init(maximumCount: Int = 100_000, clock: MonotonicClock = .system) throws(StoreError) {
    guard 1...Self.largestCount ~= maximumCount else {
      throw StoreError(.configuration, "\(maximumCount) keys were asked for, expected 1 to \(Self.largestCount)")
    }
    self.maximumCount = maximumCount
    self.clock = clock
    var random = SystemRandomNumberGenerator()
    seed = random.next()
    let seeds = (random.next(), random.next())
    // Parts of one size; a small store has one part, so that all of it is used.
    let count = maximumCount < 1024 ? 1 : 16
    shards = (0..<count).map { _ in Shard(MemoryBuckets(maximumCount: maximumCount / count, seeds: seeds)) }
  }

  /// Keys that are kept now.
  public var count: Int {
    shards.reduce(0) { $0 + $1.buckets.withLock { $0.count } }
  }

  /// Takes from a bucket; a bucket that is not known is full.
  ///
  /// It never throws.
  public func take(_ limit: RateLimit, from key: RateLimitKey) async -> RateLimitAnswer {
    let now = RateLimit.time(milliseconds: clock.now)
    let product = (key.id.third ^ seed).multipliedFullWidth(by: key.id.fourth | 1)
    let shard = shards[Int(truncatingIfNeeded: (product.high ^ product.low) % UInt64(shards.count))]
    return shard.buckets.withLock { $0.take(limit, from: RecordKey(.rateLimit, key.id), at: now) }
  }
}

/// The buckets of one part of a ``MemoryRateLimitStore``, in the order in which they were asked for.
struct MemoryBuckets: Sendable {
  private struct Bucket: Sendable {
    /// When it is full again, in nanoseconds.
    var time: Int64
    var newer: UInt32
    var older: UInt32
  }

  private typealias Table = RecordTable<Bucket>

  private let maximumCount: Int
  private var table: Table
  private var newest = Table.none
  private var oldest = Table.none

  init(maximumCount: Int, seeds: (UInt64, UInt64)) {
    self.maximumCount = maximumCount
    table = Table(seeds: seeds)
  }

  var count: Int { table.count }

  mutating func take(_ limit: RateLimit, from key: RecordKey, at now: Int64) -> RateLimitAnswer {
    let entry: UInt32
    if let found = table.find(key) {
      entry = found
      unlink(entry)
    } else {
      if table.count >= maximumCount, oldest != Table.none {
        let last = oldest
        unlink(last)
        table.remove(last)
      }
      entry = table.insert(key, Bucket(time: 0, newer: Table.none, older: Table.none))
    }
    let (answer, time) = limit.take(from: table[entry].value?.time ?? 0, at: now)
    table[entry].value = Bucket(time: time, newer: Table.none, older: newest)
    if newest != Table.none { table[newest].value?.newer = entry } else { oldest = entry }
    newest = entry
    return answer
  }

  private mutating func unlink(_ entry: UInt32) {
    guard let bucket = table[entry].value else { return }
    if bucket.newer != Table.none { table[bucket.newer].value?.older = bucket.older } else { newest = bucket.older }
    if bucket.older != Table.none { table[bucket.older].value?.newer = bucket.newer } else { oldest = bucket.newer }
  }
}
