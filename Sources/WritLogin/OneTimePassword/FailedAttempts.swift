// SPDX-License-Identifier: Apache-2.0

/// The wrong codes in a row, and when the last one came: what becomes of guessing (NIST SP 800-63B, 5.2.2).
///
/// Five cost nothing. Then nothing is looked at for 30 seconds, and twice as long after each more, up to 15 minutes.
/// After a hundred nothing is looked at any more until the account is recovered. What is not looked at does not count:
/// attackers who lock an owner out must go on guessing, and reach an end.
public struct FailedAttempts: Sendable, Hashable {
  /// Wrong codes that cost no time.
  public static let freeCount = 5
  /// Seconds after the last free one.
  public static let firstWait: Int64 = 30
  /// Seconds at most.
  public static let longestWait: Int64 = 900
  /// Wrong codes in a row after which there are no more.
  public static let maximumCount = 100

  /// Wrong codes since the last right one.
  public private(set) var count: Int
  /// When the last one came, in seconds since 1970.
  private(set) var last: Int64

  init(count: Int = 0, last: Int64 = 0) {
    self.count = min(max(0, count), Self.maximumCount)
    self.last = last
  }

  /// Whether nothing is looked at any more.
  public var isLocked: Bool { count >= Self.maximumCount }

  /// Seconds to wait after the last wrong code.
  var wait: Int64 {
    guard count >= Self.freeCount else { return 0 }
    // INVARIANT: at most 30 times 2^5.
    return min(Self.firstWait << min(Int64(count - Self.freeCount), 5), Self.longestWait)
  }

  /// Takes note of a wrong code.
  mutating func fail(at now: Int64) {
    count = min(count + 1, Self.maximumCount)
    last = now
  }

  /// A clock that was set back counts the wait from now on, so that no account is locked until the clock has caught up.
  ///
  /// - Returns: whether it was set back.
  mutating func follow(_ now: Int64) -> Bool {
    guard count > 0, last > now else { return false }
    last = now
    return true
  }

  /// The reason why no code is checked; `nil` when codes are checked.
  func refusal(at now: Int64) -> OneTimePasswordError? {
    if isLocked {
      return OneTimePasswordError(
        .locked,
        "\(Self.maximumCount) wrong codes came in a row: the account has to be recovered"
      )
    }
    let rest = rest(at: now)
    guard rest > 0 else { return nil }
    return OneTimePasswordError(.waiting, "too many wrong codes in a row", retryAfter: rest)
  }

  /// The remaining seconds of the wait; 0 when there is none.
  func rest(at now: Int64) -> Int64 {
    // INVARIANT: the times of a clock are 0 to `NumericDate.last`, and `last` is one of them or was read as one.
    min(max(0, last + wait - now), wait)
  }
}
