// SPDX-License-Identifier: Apache-2.0

/// The learned difference between an authenticator's clock and ours (RFC 6238, section 6): at most one step.
///
/// It widens the window by the one step and never moves it, so a credential whose clock is right is always accepted;
/// and it is forgotten ``lifetime`` seconds after the last code that needed it.
struct ClockDrift: Sendable, Hashable {
  /// Seconds for which a learned step is accepted after the last code that needed it.
  static let lifetime: Int64 = 30 * 86_400

  /// The side of the window with one more step: 1 after it, -1 before it, 0 when nothing was learned.
  private(set) var offset: Int64 = 0
  /// The first second since 1970 in which nothing is learned any more.
  private(set) var expires: Int64 = 0
  /// The side on which a code was just outside the window since the last one that was accepted: 1 after it, -1 before.
  var hint: Int64 = 0

  init() {}

  /// A step learned now.
  init(offset: Int64, at now: Int64) {
    self.offset = offset
    expires = offset == 0 ? 0 : now + Self.lifetime
  }

  /// A drift as it was stored.
  init(offset: Int64, expires: Int64, hint: Int64) {
    self.offset = offset
    self.expires = expires
    self.hint = hint
  }

  /// The side with one more step; 0 when nothing was learned, or not lately.
  ///
  /// A drift that was learned while the clock was wrongly ahead does not count.
  func offset(at now: Int64) -> Int64 { now < expires && expires - now <= Self.lifetime ? offset : 0 }

  /// Learns from an accepted code.
  ///
  /// A code from the future shows a clock that is ahead. One from the past may have been typed slowly: the drift is
  /// learned only when the accepted code is of the first step of the window, too.
  mutating func accept(_ offset: Int64, of window: ClosedRange<Int64>, at now: Int64) {
    if !window.contains(offset) {
      self = ClockDrift(offset: self.offset, at: now)
    } else if hint > 0 || (hint < 0 && offset == window.lowerBound) {
      self = ClockDrift(offset: hint, at: now)
    }
    hint = 0
  }
}
