// SPDX-License-Identifier: Apache-2.0

/// The state of the codes that are sent to an account.
struct SentCodeState {
  static let format: UInt8 = 1
  /// Seconds for which a code is good.
  static let lifetime: Int64 = 600
  /// The number of wrong codes after which a code is invalid.
  static let maximumTries = 5

  struct Code {
    let digest: [UInt8]
    let sent: Int64
    var tries: Int

    /// A code from the future, by a clock that was set back, is no longer valid, as its age is unknown.
    func isGood(at now: Int64) -> Bool { now >= sent && now < sent + SentCodeState.lifetime }
  }

  /// The one that was sent last.
  var code: Code?
  var attempts = FailedAttempts()

  init() {}

  /// Takes note of a wrong code.
  mutating func fail(at now: Int64) {
    attempts.fail(at: now)
    code?.tries += 1
    if let tries = code?.tries, tries >= Self.maximumTries { code = nil }
  }

  /// The wrong codes and the time of the last one; then the code, if there is one: its tries, when it was sent, its
  /// HMAC.
  var bytes: [UInt8] {
    func number(_ number: Int64) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: UInt64(max(0, number)) >> (56 - 8 * $0)) }
    }
    var bytes = [UInt8(attempts.count)] + number(attempts.last)
    if let code { bytes += [UInt8(code.tries)] + number(code.sent) + code.digest }
    return bytes
  }

  init(_ record: Record) throws(OneTimePasswordError) {
    let bytes = try OneTimePasswordError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: Self.format))
    }
    func time(_ start: Int) -> Int64? {
      let number = bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return number <= UInt64(NumericDate.last) ? Int64(number) : nil
    }
    guard bytes.count == 9 || bytes.count > 18, Int(bytes[0]) <= FailedAttempts.maximumCount, let last = time(1) else {
      throw Self.malformed
    }
    attempts = FailedAttempts(count: Int(bytes[0]), last: last)
    guard bytes.count > 18 else { return }
    guard bytes[9] < Self.maximumTries, let sent = time(10) else { throw Self.malformed }
    code = Code(digest: Array(bytes[18...]), sent: sent, tries: Int(bytes[9]))
  }

  private static var malformed: OneTimePasswordError {
    OneTimePasswordError(.ring, "a stored sent code is damaged, or in an unknown format")
  }
}
