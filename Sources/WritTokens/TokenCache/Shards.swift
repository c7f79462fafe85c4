// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A bounded table in parts with a lock each, so that threads seldom wait for one another.
///
/// A small table has one part, so that it holds as many as it says; a larger one has 16, among which digests spread
/// evenly.
struct Shards<Part: Sendable>: Sendable {
  private final class Shard: Sendable {
    let part: Guarded<Part>
    init(_ part: Part) { self.part = Guarded(part) }
  }

  private let shards: [Shard]

  /// - Parameters:
  ///   - capacity: what the whole holds.
  ///   - make: makes a part from what divides all bounds.
  init(capacity: Int, _ make: (_ divisor: Int) -> Part) {
    let count = capacity < 1024 ? 1 : 16
    shards = (0..<count).map { _ in Shard(make(count)) }
  }

  /// The part where a key belongs, for one thread at a time.
  @inline(__always)
  func withLock<Result: Sendable>(_ key: DigestKey, _ body: (inout Part) -> Result) -> Result {
    // INVARIANT: there are 1 or 16.
    shards[Int(truncatingIfNeeded: key.selector) & (shards.count - 1)].part.withLock(body)
  }

  /// The sum of what each part says.
  func sum(_ body: (inout Part) -> Int) -> Int { shards.reduce(0) { $0 + $1.part.withLock(body) } }

  /// Each part in turn.
  func forEach(_ body: (inout Part) -> Void) {
    for shard in shards { shard.part.withLock(body) }
  }
}
