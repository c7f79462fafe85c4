// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// What is remembered of a credential: its secret, the last code that was accepted, the wrong ones since.
///
/// It decides without waiting, and is stored whole, sealed; so one record says whether a code is good, whoever asks.
struct OneTimePasswordState: Sendable {
  let key: OneTimePasswordKey
  /// Whether a first right code has come.
  var isActive = false
  /// The greatest counter or step whose code was accepted, or must not be.
  var last: UInt64?
  /// Steps that the authenticator's clock is ahead.
  var drift: Int64 = 0
  /// Whether a code just outside of the window has come since the last one that was accepted: 1 above, -1 below.
  var hint: Int64 = 0
  var attempts = FailedAttempts()

  /// What a code comes to.
  struct Verdict {
    /// `nil` when it is accepted.
    var refusal: OneTimePasswordError?
    /// Whether the state has changed and must be stored before anybody is told.
    var isChanged: Bool
    /// The wrong codes with this one.
    var attempts = FailedAttempts()
  }

  /// - Parameter counter: the first one whose code is accepted.
  init(_ key: OneTimePasswordKey, counter: UInt64 = 0) {
    self.key = key
    last = counter == 0 ? nil : counter - 1
  }

  /// Judges a code, and takes note of it.
  ///
  /// - Parameter lookAhead: counters behind the next one whose codes are accepted, too.
  mutating func judge(
    _ text: String,
    accepting steps: AcceptedSteps,
    lookAhead: UInt64,
    at now: Int64
  ) throws(OneTimePasswordError) -> Verdict {
    let isSetBack = attempts.follow(now)
    if let refusal = attempts.refusal(at: now) { return Verdict(refusal: refusal, isChanged: isSetBack) }
    guard last != .max else {
      throw OneTimePasswordError(.exhausted, "the last counter of a one-time password was used")
    }
    let match: Match
    if let code = OneTimeCode(text, digits: key.digits) {
      switch key.movingFactor {
      case .counter: match = try matchCounter(code, lookAhead)
      case .time: match = try matchStep(code, isActive ? steps : .adjacent, now)
      }
    } else {
      match = .none
    }
    switch match {
    case .accepted(let step):
      last = step
      hint = 0
      attempts = FailedAttempts()
      isActive = true
      return Verdict(refusal: nil, isChanged: true)
    case .used:
      // It tells nobody anything to be told so, and whoever sends a form twice has not guessed.
      return Verdict(refusal: OneTimePasswordError(.used, "the code was used before"), isChanged: isSetBack)
    case .none:
      attempts.fail(at: now)
      return Verdict(refusal: .wrong, isChanged: true, attempts: attempts)
    }
  }

  private enum Match {
    case accepted(UInt64)
    case used
    case none
  }

  // MARK: Counters

  /// The counters from the next one on (RFC 4226, section 7.4).
  private func matchCounter(_ code: OneTimeCode, _ lookAhead: UInt64) throws(OneTimePasswordError) -> Match {
    let first = last.map { $0 + 1 } ?? 0
    let (sum, isOver) = first.addingReportingOverflow(lookAhead)
    let matches = try key.matches(of: code, from: first, through: isOver ? .max : sum)
    return matches == 0 ? .none : .accepted(first + UInt64(matches.trailingZeroBitCount))
  }

  // MARK: Steps

  /// The steps of the window, and one on each side that is only taken note of.
  private mutating func matchStep(
    _ code: OneTimeCode,
    _ steps: AcceptedSteps,
    _ now: Int64
  ) throws(OneTimePasswordError) -> Match {
    let current = try Int64(clamping: key.step(at: now))
    let offsets = steps.offsets
    let drift = steps.followsDrift ? drift : 0
    // INVARIANT: a step is at most `NumericDate.last`, offsets and drift are single digits.
    let lower = current + offsets.lowerBound + drift
    let upper = current + offsets.upperBound + drift
    let first = max(0, lower - 1)
    let matches = try key.matches(of: code, from: UInt64(first), through: UInt64(max(first, upper + 1)))
    func isMatch(_ step: Int64) -> Bool { step >= first && matches >> UInt64(step - first) & 1 == 1 }
    var used = false
    for step in stride(from: upper, through: max(first, lower), by: -1) where isMatch(step) {
      guard last.map({ UInt64(step) > $0 }) ?? true else {
        used = true
        continue
      }
      if steps.followsDrift { learn(from: step, lower: lower) }
      if !isActive, step > current { self.drift = 1 }
      return .accepted(UInt64(step))
    }
    if used { return .used }
    if isMatch(upper + 1) { hint = 1 } else if isMatch(lower - 1) { hint = -1 }
    return .none
  }

  /// Moves the window by at most one step, and only when an accepted code follows one that was just outside of it (RFC 6238, section 6).
  ///
  /// A code from the future is a clock that is ahead. One from the past may have been typed slowly: it counts only when
  /// the accepted code is of the first step of the window, too.
  private mutating func learn(from step: Int64, lower: Int64) {
    if hint > 0 || (hint < 0 && step == lower) { drift = min(max(-1, drift + hint), 1) }
  }
}

extension AcceptedSteps {
  /// Steps relative to that of the clock.
  fileprivate var offsets: ClosedRange<Int64> {
    switch self {
    case .current: 0...0
    case .previous: -1...0
    case .adjacent: -1...1
    }
  }

  /// Whether the window moves with what was learned of the authenticator's clock; the others are as wide as they say.
  fileprivate var followsDrift: Bool { self == .previous }
}
