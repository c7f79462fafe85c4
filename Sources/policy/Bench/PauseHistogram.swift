// SPDX-License-Identifier: Apache-2.0

/// Times by size, in buckets a 32nd wide: for tails of many millions of them.
struct PauseHistogram {
  private static let parts = 32
  private static let shift = 5
  private var counts = [UInt64](repeating: 0, count: 60 * parts)
  private(set) var count: UInt64 = 0
  /// The longest, in nanoseconds.
  private(set) var largest: UInt64 = 0

  mutating func add(_ nanoseconds: UInt64) {
    counts[Self.bucket(nanoseconds)] += 1
    count += 1
    largest = Swift.max(largest, nanoseconds)
  }

  mutating func add(_ other: PauseHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    largest = Swift.max(largest, other.largest)
  }

  /// The time that so many of a million are longer than, in nanoseconds.
  func time(exceededBy perMillion: UInt64) -> UInt64 {
    let allowed = count * perMillion / 1_000_000
    var seen: UInt64 = 0
    for index in counts.indices.reversed() {
      seen += counts[index]
      if seen > allowed { return Swift.min(largest, Self.end(of: index)) }
    }
    return 0
  }

  private static func bucket(_ time: UInt64) -> Int {
    guard time >= UInt64(parts) else { return Int(time) }
    let exponent = 63 - time.leadingZeroBitCount - shift
    return (exponent + 1) * parts + Int(time >> UInt64(exponent)) - parts
  }

  /// The largest time of a bucket.
  private static func end(of bucket: Int) -> UInt64 {
    guard bucket >= parts else { return UInt64(bucket) }
    let exponent = UInt64(bucket / parts - 1)
    return (UInt64(bucket % parts + parts + 1) << exponent) - 1
  }
}
