// SPDX-License-Identifier: Apache-2.0

/// Buckets in a store of records, for limits that hold across restarts and servers.
///
/// A bucket that is full again has expired, and the store sweeps it away. Its clock is that of the records, which
/// somebody may set: a step forward fills buckets, a step back empties none and refuses no one for longer than an
/// empty bucket does.
public struct RecordRateLimitStore<Store: RecordStore>: RateLimitStore {
  /// The attempts at a take that loses to concurrent writes before it ends with `conflict`.
  public static var maximumTries: Int { 1000 }

  private static var format: UInt8 { 1 }
  private let store: Store
  private let clock: TokenClock

  /// - Parameters:
  ///   - store: where the buckets are kept.
  ///   - clock: where the time comes from.
  public init(_ store: Store, clock: TokenClock = .system) {
    self.store = store
    self.clock = clock
  }

  /// That of the records.
  public var reach: StoreReach { store.reach }

  /// Takes from a bucket; a bucket that is not known is full.
  ///
  /// - Throws: ``StoreError``, with the code `conflict` when the bucket was modified concurrently ``maximumTries``
  ///   times.
  public func take(_ limit: RateLimit, from key: RateLimitKey) async throws(StoreError) -> RateLimitAnswer {
    do {
      return try await tryToTake(limit, from: RecordKey(.rateLimit, key.id))
    } catch {
      throw StoreError(of: error)
    }
  }

  private func tryToTake(_ limit: RateLimit, from key: RecordKey) async throws -> RateLimitAnswer {
    for _ in 0..<Self.maximumTries {
      // Not later than buckets can be, or each would have expired as it is written.
      let milliseconds = min(clock.milliseconds, RateLimit.lastMillisecond)
      let record = try await store.read(key, at: milliseconds / 1000)
      let before = try record.map { try Self.time($0.content) } ?? 0
      let (answer, time) = limit.take(from: before, at: RateLimit.time(milliseconds: milliseconds))
      // Refused, and nothing to remember: what lay too far ahead is written as it should be.
      if time == before { return answer }
      let content = try Self.content(time)
      let version =
        if let record {
          try await store.replace(key, record.version, with: content, at: milliseconds / 1000)
        } else {
          try await store.insert(content, as: key, at: milliseconds / 1000)
        }
      if version != nil { return answer }
      try Task.checkCancellation()
    }
    throw StoreError(.conflict, "the bucket of a rate limit was modified concurrently \(Self.maximumTries) times")
  }

  /// When a bucket is full again, in nanoseconds since 1970, eight bytes with the highest first.
  private static func time(_ content: RecordContent) throws(StoreError) -> Int64 {
    let bytes = try content.bytes(format: format)
    guard bytes.count == 8 else { throw StoreError(.corrupt, "the record of a rate limit has \(bytes.count) bytes") }
    let time = Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    guard time >= 0 else { throw StoreError(.corrupt, "the record of a rate limit has no time") }
    return time
  }

  private static func content(_ time: Int64) throws(StoreError) -> RecordContent {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * $0)) }
    return try RecordContent(bytes.span, format: format, expires: time / 1_000_000_000 + 1)
  }
}
