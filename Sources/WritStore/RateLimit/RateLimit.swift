// SPDX-License-Identifier: Apache-2.0

/// A limit on a rate: a bucket of tokens that fills up again at an even rate.
///
///     let limit = try RateLimit(5, per: .seconds(60))            // 5 at once, then one every 12 s
///     let slow = try RateLimit(100, per: .seconds(86_400), burst: 10)
///
/// Computed as the generic cell rate algorithm does (ITU-T I.371), in whole nanoseconds: a bucket is one number, the
/// time at which it is full again.
public struct RateLimit: Sendable, Equatable {
  /// Tokens of the largest bucket, and of the highest rate.
  public static let maximumCount = 1_000_000_000
  /// The longest period, and the longest time that an empty bucket takes to fill up.
  public static let maximumPeriod = Duration.seconds(366 * 86_400)

  // In nanoseconds.
  private let interval: Int64
  private let tolerance: Int64
  private let increment: Int64

  /// - Parameters:
  ///   - count: tokens that come back in a period; 1 to ``maximumCount``.
  ///   - period: a millisecond to ``maximumPeriod``.
  ///   - burst: tokens of a full bucket; as many as come back in a period unless given.
  ///   - cost: tokens that one take needs; 1 to the burst.
  /// - Throws: ``StoreError`` with the code `configuration`.
  public init(_ count: Int, per period: Duration, burst: Int? = nil, cost: Int = 1) throws(StoreError) {
    let burst = burst ?? count
    guard 1...Self.maximumCount ~= count, 1...Self.maximumCount ~= burst else {
      throw StoreError(
        .configuration,
        "a limit of \(count) and \(burst) at once was asked for, expected 1 to \(Self.maximumCount)"
      )
    }
    guard 1...burst ~= cost else {
      throw StoreError(.configuration, "a cost of \(cost) was asked for, expected 1 to the burst of \(burst)")
    }
    guard period >= .milliseconds(1), period <= Self.maximumPeriod else {
      throw StoreError(.configuration, "a period of \(period) was asked for, expected 1 ms to \(Self.maximumPeriod)")
    }
    // INVARIANT: a year has less than 2^55 nanoseconds.
    let nanoseconds = period.components.seconds * 1_000_000_000 + period.components.attoseconds / 1_000_000_000
    // Rounded up: never more than was asked for.
    let interval = (nanoseconds + Int64(count) - 1) / Int64(count)
    let (tolerance, overflows) = interval.multipliedReportingOverflow(by: Int64(burst))
    guard !overflows, Duration.nanoseconds(tolerance) <= Self.maximumPeriod else {
      throw StoreError(.configuration, "a bucket of \(burst) would take longer than \(Self.maximumPeriod) to fill up")
    }
    self.interval = interval
    self.tolerance = tolerance
    increment = interval * Int64(cost)
  }

  /// A limit of constants, which fill a bucket in less than ``maximumPeriod``.
  package init(constant count: Int64, seconds: Int64, burst: Int64) {
    // INVARIANT: constants are small, and no count is 0.
    interval = (seconds * 1_000_000_000 + count - 1) / count
    tolerance = interval * burst
    increment = interval
  }

  /// The latest time there is for limits, in nanoseconds: the year 2116; sums with the longest periods do not overflow.
  static let lastTime: Int64 = 1 << 62

  /// The latest time in milliseconds.
  static let lastMillisecond = lastTime / 1_000_000

  /// Nanoseconds of a clock that counts milliseconds.
  static func time(milliseconds: Int64) -> Int64 {
    min(max(0, milliseconds), lastMillisecond) * 1_000_000
  }

  /// Takes from a bucket.
  ///
  /// - Parameters:
  ///   - time: when the bucket is full again; any time that has passed for one that is.
  ///   - now: 0 to ``lastTime``.
  /// - Returns: the answer, and when the bucket is full then.
  func take(from time: Int64, at now: Int64) -> (answer: RateLimitAnswer, time: Int64) {
    // INVARIANT: now is at most 2^62, a bucket fills up in less than 2^55: no sum overflows.
    let latest = now + tolerance
    // What lies beyond a full period was written before the clock stepped back: an empty bucket at worst.
    let time = min(max(time, now), latest)
    let next = time + increment
    guard next <= latest else { return (.refused(retryAfter: .nanoseconds(next - latest)), time) }
    return (.allowed(remaining: Int(truncatingIfNeeded: (latest - next) / interval)), next)
  }
}

/// Whether there were tokens enough.
public enum RateLimitAnswer: Sendable, Equatable {
  /// They have been taken, and so many are left.
  case allowed(remaining: Int)
  /// Nothing was taken; there are enough after this time if no one else takes any.
  case refused(retryAfter: Duration)

  /// Whole seconds, rounded up, after which to try again; `nil` when they have been taken.
  package var seconds: Int64? {
    guard case .refused(let time) = self else { return nil }
    let (seconds, attoseconds) = time.components
    return max(1, seconds + (attoseconds > 0 ? 1 : 0))
  }

  /// Whether they have been taken.
  public var isAllowed: Bool {
    switch self {
    case .allowed: true
    case .refused: false
    }
  }
}
