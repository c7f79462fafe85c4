// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A secret with the rules that its codes follow: HOTP (RFC 4226) or TOTP (RFC 6238).
///
///     let key = try OneTimePasswordKey(.generate())
///     let code = try key.code(at: 1_800_000_000)
///
/// Any number of threads may use one key at once.
public struct OneTimePasswordKey: Sendable, CustomStringConvertible {
  /// The part that makes one code differ from the next: the time or a counter.
  public enum MovingFactor: Sendable, Hashable {
    /// Steps of so many seconds since 1970: TOTP.
    case time(period: Int64)
    /// A counter, which each code moves on: HOTP.
    case counter
  }

  /// The numbers of digits that a code can have.
  public static let digitCounts = 6...8
  /// The numbers of seconds that a step can have.
  public static let periods: ClosedRange<Int64> = 1...3600

  /// The secret that server and authenticator share.
  public let secret: OneTimeSecret
  /// The part that makes one code differ from the next.
  public let movingFactor: MovingFactor
  /// The hash.
  public let algorithm: OneTimePasswordAlgorithm
  /// The number of digits of a code.
  public let digits: Int
  private let key: MessageAuthenticationKey

  /// - Parameters:
  ///   - secret: what server and authenticator share.
  ///   - movingFactor: steps of 30 seconds unless given; a period is one of ``periods``.
  ///   - algorithm: SHA-1 unless given, which is the only one that many authenticators know.
  ///   - digits: one of ``digitCounts``.
  /// - Throws: `OneTimePasswordError` with the codes `configuration` when there is no such period or number of digits,
  ///   `failure`.
  public init(
    _ secret: OneTimeSecret,
    movingFactor: MovingFactor = .time(period: 30),
    algorithm: OneTimePasswordAlgorithm = .sha1,
    digits: Int = 6
  ) throws(OneTimePasswordError) {
    guard Self.digitCounts.contains(digits) else {
      throw OneTimePasswordError(.configuration, "codes of \(digits) digits were asked for, expected 6 to 8")
    }
    if case .time(let period) = movingFactor, !Self.periods.contains(period) {
      let expected = "\(Self.periods.lowerBound) to \(Self.periods.upperBound)"
      throw OneTimePasswordError(.configuration, "a period of \(period) seconds was asked for, expected \(expected)")
    }
    self.secret = secret
    self.movingFactor = movingFactor
    self.algorithm = algorithm
    self.digits = digits
    key = try OneTimePasswordError.catching { () throws(LibCryptoError) in
      try secret.bytes.withBytes { (bytes) throws(LibCryptoError) in
        try MessageAuthenticationKey(bytes, hash: algorithm.hash)
      }
    }
  }

  /// The rules; never the secret.
  public var description: String {
    let kind =
      switch movingFactor {
      case .time(let period): "a time step of \(period) s"
      case .counter: "a counter"
      }
    return "one-time password key of \(kind), \(algorithm.rawValue), \(digits) digits"
  }

  // MARK: Codes

  /// The code of a counter; for keys of a time step, the number of the step (RFC 4226, section 5.3).
  ///
  /// - Throws: `OneTimePasswordError` with the code `failure`.
  public func code(counter: UInt64) throws(OneTimePasswordError) -> String {
    try oneTimeCode(counter).text
  }

  /// The code of a time (RFC 6238, section 4.2).
  ///
  /// - Parameter seconds: since 1970-01-01T00:00:00Z, leap seconds not counted.
  /// - Throws: `OneTimePasswordError` with the codes `time` when it is before 1970, `configuration` when the key
  ///   counts, `failure`.
  public func code(at seconds: Int64) throws(OneTimePasswordError) -> String {
    try code(counter: step(at: seconds))
  }

  /// The number of the step that a time is in.
  func step(at seconds: Int64) throws(OneTimePasswordError) -> UInt64 {
    guard case .time(let period) = movingFactor else {
      throw OneTimePasswordError(.configuration, "a time was given for a one-time password that counts")
    }
    guard seconds >= 0 else { throw OneTimePasswordError(.time, "a time before 1970 has no one-time password") }
    return UInt64(seconds / period)
  }

  // MARK: Verifying

  /// Whether a code is that of a counter.
  ///
  /// It says nothing of whether the code was used before, nor of how often somebody has tried: that is what
  /// `OneTimePasswords` is for.
  ///
  /// - Parameters:
  ///   - code: ASCII digits, as many as codes of the key have, ignoring white space; everything else is wrong.
  ///   - counter: the counter that the code is for.
  /// - Throws: `OneTimePasswordError` with the code `failure`.
  public func isValid(_ code: String, counter: UInt64) throws(OneTimePasswordError) -> Bool {
    guard let code = OneTimeCode(code, digits: digits) else { return false }
    return try matches(of: code, from: counter, through: counter) != 0
  }

  /// Whether a code is that of a time, or of a step beside it.
  ///
  /// It says nothing of whether the code was used before, nor of how often somebody has tried: that is what
  /// `OneTimePasswords` is for.
  ///
  /// - Parameters:
  ///   - code: ASCII digits, as many as codes of the key have, ignoring white space; everything else is wrong.
  ///   - seconds: since 1970-01-01T00:00:00Z.
  ///   - steps: which steps beside that of the time.
  /// - Throws: `OneTimePasswordError` with the codes `time` when it is before 1970, `configuration` when the key
  ///   counts, `failure`.
  public func isValid(
    _ code: String,
    at seconds: Int64,
    accepting steps: AcceptedSteps = .previous
  ) throws(OneTimePasswordError) -> Bool {
    let step = try step(at: seconds)
    guard let code = OneTimeCode(code, digits: digits) else { return false }
    let range = steps.range(around: step)
    return try matches(of: code, from: range.lowerBound, through: range.upperBound) != 0
  }

  /// Of a range of at most 64 counters those whose code this is, a bit each, the first in bit 0.
  ///
  /// All are computed, so that the time it takes does not say which one it was.
  func matches(
    of code: OneTimeCode,
    from first: UInt64,
    through last: UInt64
  ) throws(OneTimePasswordError) -> UInt64 {
    guard first <= last, last - first < 64 else { return 0 }
    var matches: UInt64 = 0
    for offset in 0...(last - first) {
      matches |= try oneTimeCode(first + offset).isEqual(to: code) ? 1 << offset : 0
    }
    return matches
  }

  /// HOTP: HMAC of the counter, truncated (RFC 4226, section 5.3).
  private func oneTimeCode(_ counter: UInt64) throws(OneTimePasswordError) -> OneTimeCode {
    let digest = try OneTimePasswordError.catching { () throws(LibCryptoError) in
      let message = InlineArray<8, UInt8> { UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * $0)) }
      return try key.code(of: message.span)
    }
    let number = digest.withBytes { bytes in
      // INVARIANT: a digest has 20 bytes or more, the offset is at most 15.
      let offset = Int(bytes[bytes.count - 1] & 0xF)
      return (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[offset + $1]) } & 0x7FFF_FFFF
    }
    return OneTimeCode(number, digits: digits)
  }
}
