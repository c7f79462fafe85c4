// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The stored state of a credential: its secret, the last code that was accepted, the wrong ones since.
///
/// Judging a code does not wait, and the state is stored whole and sealed, so one record decides whether a code is
/// accepted, on whichever server.
struct OneTimePasswordState: Sendable {
  let key: OneTimePasswordKey
  /// The credential's name; `nil` in what was stored before names were.
  var name: String?
  /// The time at which the credential was made, in Unix seconds; 0 in what was stored before it was.
  var created: Int64 = 0
  /// Whether a first right code has come.
  var isActive = false
  /// The greatest counter or step whose code was accepted, or must not be accepted any more.
  var last: UInt64?
  /// The learned difference between the authenticator's clock and ours.
  var drift = ClockDrift()
  var attempts = FailedAttempts()

  /// The judgement on a code.
  struct Verdict {
    /// `nil` when it is accepted.
    var refusal: OneTimePasswordError?
    /// Whether the state has changed and must be stored before the caller is answered.
    var isChanged: Bool
    /// The wrong codes with this one.
    var attempts = FailedAttempts()
  }

  /// - Parameter counter: the first one whose code is accepted.
  init(_ key: OneTimePasswordKey, counter: UInt64 = 0) {
    self.key = key
    last = counter == 0 ? nil : counter - 1
  }

  /// Judges a code, and records it.
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
      throw OneTimePasswordError(.exhausted, "the last counter of the one-time password was used")
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
      attempts = FailedAttempts()
      isActive = true
      return Verdict(refusal: nil, isChanged: true)
    case .used:
      // A form that was sent twice is not a guess, and this answer helps no attacker.
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

  /// Whether this is the code that was accepted last, however long ago that was.
  private func isLast(_ code: OneTimeCode) throws(OneTimePasswordError) -> Bool {
    guard let last else { return false }
    return try key.matches(of: code, from: last, through: last) != 0
  }

  // MARK: Counters

  /// The counters from the next one on (RFC 4226, section 7.4).
  private func matchCounter(_ code: OneTimeCode, _ lookAhead: UInt64) throws(OneTimePasswordError) -> Match {
    let first = last.map { $0 + 1 } ?? 0
    let (sum, isOver) = first.addingReportingOverflow(lookAhead)
    let matches = try key.matches(of: code, from: first, through: isOver ? .max : sum)
    let isUsed = try isLast(code)
    guard matches == 0 else { return .accepted(first + UInt64(matches.trailingZeroBitCount)) }
    return isUsed ? .used : .none
  }

  // MARK: Steps

  /// The steps of the window with the learned one, the newest first.
  ///
  /// One step on each side of the window is always computed: it is accepted when the drift was learned, otherwise
  /// only remembered.
  private mutating func matchStep(
    _ code: OneTimeCode,
    _ steps: AcceptedSteps,
    _ now: Int64
  ) throws(OneTimePasswordError) -> Match {
    let current = try Int64(clamping: key.step(at: now))
    let offsets = steps.offsets
    // INVARIANT: a step is at most `NumericDate.last`, offsets are single digits.
    let first = max(0, current + offsets.lowerBound - 1)
    let matches = try key.matches(
      of: code,
      from: UInt64(first),
      through: UInt64(max(first, current + offsets.upperBound + 1))
    )
    let isUsed = try isLast(code)
    func isMatch(_ offset: Int64) -> Bool {
      let step = current + offset
      return step >= first && matches >> UInt64(step - first) & 1 == 1
    }
    let learned = steps.learnsDrift ? drift.offset(at: now) : 0
    let window = (offsets.lowerBound + min(learned, 0))...(offsets.upperBound + max(learned, 0))
    var isOlder = false
    for offset in window.reversed() where isMatch(offset) {
      let step = UInt64(current + offset)
      guard last.map({ step > $0 }) ?? true else {
        isOlder = true
        continue
      }
      if !isActive {
        drift = ClockDrift(offset: offset > 0 ? 1 : 0, at: now)
      } else if steps.learnsDrift {
        drift.accept(offset, of: offsets, at: now)
      }
      return .accepted(step)
    }
    if isUsed || isOlder { return .used }
    if steps.learnsDrift, isActive {
      if isMatch(offsets.upperBound + 1) {
        drift.hint = 1
      } else if isMatch(offsets.lowerBound - 1) {
        drift.hint = -1
      }
    }
    return .none
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

  /// Whether a learned step is accepted beside the window; the other windows are exactly as wide as they say.
  fileprivate var learnsDrift: Bool { self == .previous }
}
