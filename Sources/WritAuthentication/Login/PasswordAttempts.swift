// SPDX-License-Identifier: Apache-2.0

/// The wrong passwords of an account name, whether there is such an account or not.
///
/// Those of late make whoever tries wait, and are forgotten after an hour without one: so a name that is no account is told
/// from one that is by nothing, and leaves nothing behind. All in a row since the last right one are counted beside, for accounts.
struct PasswordAttempts: Sendable {
  static let format: UInt8 = 1
  /// Seconds after which those of late are forgotten: longer than any wait.
  static let memory: Int64 = 3600

  private(set) var recent: FailedAttempts
  /// In a row, at most ``FailedAttempts/maximumCount``.
  private(set) var total: Int

  init() {
    recent = FailedAttempts()
    total = 0
  }

  /// Whether no password is right any more until the account is recovered.
  var isLocked: Bool { total >= FailedAttempts.maximumCount }

  /// Forgets what is long ago; a clock that was set back counts from now on.
  ///
  /// - Returns: whether it was set back.
  mutating func follow(_ now: Int64) -> Bool {
    let isSetBack = recent.follow(now)
    if now - recent.last >= Self.memory { recent = FailedAttempts() }
    return isSetBack
  }

  mutating func fail(at now: Int64) {
    recent.fail(at: now)
    total = min(total + 1, FailedAttempts.maximumCount)
  }

  /// Takes back a try that came to nothing.
  mutating func forgive() {
    recent = FailedAttempts(count: recent.count - 1, last: recent.last)
    total = max(0, total - 1)
  }

  /// The count of late, the count in a row, the time of the last one.
  var bytes: [UInt8] {
    let last = UInt64(max(0, recent.last))
    return [UInt8(recent.count), UInt8(total)] + (0..<8).map { UInt8(truncatingIfNeeded: last >> (56 - 8 * $0)) }
  }

  /// - Throws: ``LoginError`` with the code `store` for everything that Writ has not written.
  init(_ record: Record) throws(LoginError) {
    let bytes = try LoginError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: Self.format))
    }
    let limit = UInt8(FailedAttempts.maximumCount)
    guard bytes.count == 10, bytes[0] <= limit, bytes[1] <= limit,
      let last = Int64(exactly: bytes.dropFirst(2).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }),
      last <= NumericDate.last
    else { throw LoginError(StoreError(.corrupt, "what is stored of wrong passwords is not what was written")) }
    recent = FailedAttempts(count: Int(bytes[0]), last: last)
    total = Int(bytes[1])
  }
}
