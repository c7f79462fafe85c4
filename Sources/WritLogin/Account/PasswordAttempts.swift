// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The wrong passwords of an account name, whether there is such an account or not, or of one device of an account.
///
/// Those of late make every further try wait, and are forgotten after an hour without one: so a name that is no account
/// is told from one that is by nothing, and leaves nothing behind. All in a row since the last right one are counted
/// beside, for accounts.
///
/// They are counted against one stored password: with another one, or the first one, nothing of them counts any more.
/// So it is the write of the password that forgets them, and no second one that could fail.
struct PasswordAttempts: Sendable {
  static let format: UInt8 = 1
  /// Seconds after which those of late are forgotten: longer than any wait.
  static let memory: Int64 = 3600
  private static let byteCount = 18

  private(set) var recent: FailedAttempts
  /// In a row, at most ``FailedAttempts/maximumCount``; 0 where there is no password.
  private(set) var total: Int
  /// The stored password that they were tried against.
  let password: PasswordTag

  init(against password: PasswordTag) {
    recent = FailedAttempts()
    total = 0
    self.password = password
  }

  /// Whether no password is right any more until the account is recovered.
  var isLocked: Bool { total >= FailedAttempts.maximumCount }

  /// Whether nothing is counted.
  var isEmpty: Bool { recent.count == 0 && total == 0 }

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
    if password.isKnown { total = min(total + 1, FailedAttempts.maximumCount) }
  }

  /// Takes back a try that came to nothing.
  mutating func forgive() {
    recent = FailedAttempts(count: recent.count - 1, last: recent.last)
    total = max(0, total - 1)
  }

  /// Ends the row, while those of late go on to make others wait.
  mutating func endRow() { total = 0 }

  /// The count of late, the count in a row, the time of the last one, the password.
  var bytes: [UInt8] {
    let last = UInt64(max(0, recent.last))
    return [UInt8(recent.count), UInt8(total)]
      + [last, password.number].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
      }
  }

  /// - Throws: ``LoginError`` with the code `corrupt` for everything that Writ has not written.
  init(_ record: Record) throws(LoginError) {
    let bytes = try LoginError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: Self.format))
    }
    func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    let limit = UInt8(FailedAttempts.maximumCount)
    guard bytes.count == Self.byteCount, bytes[0] <= limit, bytes[1] <= limit, let last = Int64(exactly: word(2)),
      last <= NumericDate.last
    else { throw LoginError(StoreError(.corrupt, "stored wrong passwords are damaged, or in an unknown format")) }
    recent = FailedAttempts(count: Int(bytes[0]), last: last)
    total = Int(bytes[1])
    password = PasswordTag(number: word(10))
  }
}

/// A short name of a stored password: another one for each hash.
struct PasswordTag: Sendable, Hashable {
  /// The first eight bytes of the SHA-256 of the stored text; 0 where there is no password.
  let number: UInt64

  init(number: UInt64) { self.number = number }

  /// - Parameter stored: the text of the hash, which is salted: the tag says nothing of the password.
  init(of stored: String?) throws(StoreError) {
    guard let stored else {
      number = 0
      return
    }
    let bytes = Array(stored.utf8)
    number = max(1, try RecordID(hashing: bytes.span).first)
  }

  /// Whether there is a password.
  var isKnown: Bool { number != 0 }
}
