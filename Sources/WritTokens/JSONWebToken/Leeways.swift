// SPDX-License-Identifier: Apache-2.0

/// The leeways of a verifier, checked once.
struct Leeways: Sendable {
  /// For `nbf` and `iat`.
  let start: Duration
  /// For `exp`.
  let end: Duration
  /// Whole seconds of both, rounded down.
  let startSeconds: Int64
  let endSeconds: Int64

  /// - Throws: `TokenError` with the code `configuration` when one is negative or longer than
  ///   ``TokenRules/maximumLeeway``.
  init(start: Duration, end: Duration) throws(TokenError) {
    for leeway in [start, end] {
      guard leeway >= .zero, leeway <= TokenRules.maximumLeeway else {
        throw TokenError(
          .configuration,
          "a leeway of \(leeway) was asked for, expected 0 to \(TokenRules.maximumLeeway)"
        )
      }
    }
    self.start = start
    self.end = end
    startSeconds = start.components.seconds
    endSeconds = end.components.seconds
  }
}

extension RegisteredClaims {
  /// Checks what depends on the time, and so has to be checked again whenever the token is used.
  @inline(__always)
  func checkTimes(_ leeways: Leeways, _ clock: TokenClock) throws(TokenError) {
    guard !isInForce(during: clock.now, leeways) else { return }
    try checkTimes(leeways, now: clock.time)
  }

  /// Whether the token is in force during the whole of a second and of the next: then the exact time makes no
  /// difference.
  ///
  /// The system's second is read faster than its time, and may be late by a tick: never by another second.
  @inline(__always)
  private func isInForce(during second: Int64, _ leeways: Leeways) -> Bool {
    // INVARIANT: times are 0 to `NumericDate.last`, leeways 600 at most: no sum overflows.
    if let expiration, expiration.seconds + leeways.endSeconds < second + 2 { return false }
    if let notBefore, notBefore.secondsRoundedUp > second + leeways.startSeconds { return false }
    if let issuedAt, issuedAt.secondsRoundedUp > second + leeways.startSeconds { return false }
    return true
  }

  /// Checks against the exact time.
  func checkTimes(_ leeways: Leeways, now: NumericDate) throws(TokenError) {
    if let expiration, now >= expiration + leeways.end {
      throw TokenError(.expired, "the token expired at \(expiration), and it is \(now)")
    }
    if let notBefore, notBefore > now + leeways.start {
      throw TokenError(.notYetValid, "the token is valid from \(notBefore), and it is \(now)")
    }
    if let issuedAt, issuedAt > now + leeways.start {
      throw TokenError(.notYetValid, "the token was issued at \(issuedAt), and it is \(now)")
    }
  }
}
