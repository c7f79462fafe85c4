// SPDX-License-Identifier: Apache-2.0

// The wrong passwords of a name, and the stored hash.
extension Passwords {
  static var hashName: String { "password" }
  private static var attemptsName: String { "attempts" }
  private static var hashFormat: UInt8 { 1 }

  /// The text of a stored hash.
  static func hash(_ record: Record) throws(LoginError) -> String {
    let bytes = try LoginError.catching { () throws(StoreError) in try record.content.bytes(format: hashFormat) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LoginError(StoreError(.corrupt, "what is stored of a password is not what was written"))
    }
    return text
  }

  /// Stores a hash where none was, or in place of the one that was read.
  ///
  /// - Returns: whether nobody has been faster.
  func write(_ hash: String, _ account: String, over record: Record?) async throws(LoginError) -> Bool {
    try await records.write(
      Array(hash.utf8),
      as: records.key(account, Self.hashName),
      over: record,
      account: account,
      format: Self.hashFormat,
      expires: RecordContent.never,
      at: clock.now
    )
  }

  /// Seconds in which no password of a name is looked at.
  func rest(of account: String) async throws(LoginError) -> Int64 {
    let key = try records.key(account, Self.attemptsName)
    return try await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Int64> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { return .done(0) }
      var attempts = try PasswordAttempts(record)
      let isSetBack = attempts.follow(now)
      let rest = attempts.recent.rest(at: now)
      // Remembered, or each look would begin the wait anew.
      guard isSetBack else { return .done(rest) }
      return try await RecordAttempt(
        rest,
        isWritten: write(attempts, key, account, record, record.content.expires, now)
      )
    }
  }

  /// Counts a try as wrong, until it turns out to be right.
  ///
  /// - Returns: what is counted then, and whether no password was right even before.
  /// - Throws: ``LoginError`` with the code `waiting` when others came first.
  func reserve(
    _ account: String,
    isKnown: Bool
  ) async throws(LoginError) -> (attempts: PasswordAttempts, wasLocked: Bool) {
    try await count(account, isKnown) { (attempts, now) throws(LoginError) in
      let wait = attempts.recent.rest(at: now)
      if wait > 0 { throw LoginError.waiting(wait) }
      let wasLocked = attempts.isLocked
      attempts.fail(at: now)
      return (attempts, wasLocked)
    }
  }

  /// Takes back a try that came to nothing; where the store fails, it stays counted.
  func forgive(_ account: String) async {
    // In a task of its own: the one that tried may have been cancelled, and its calls of the store would fail.
    await Task { await takeBack(account) }.value
  }

  private func takeBack(_ account: String) async {
    guard let key = try? records.key(account, Self.attemptsName) else { return }
    _ = try? await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Void> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { return .done(()) }
      var attempts = try PasswordAttempts(record)
      attempts.forgive()
      return try await RecordAttempt((), isWritten: write(attempts, key, account, record, record.content.expires, now))
    }
  }

  /// Forgets the wrong passwords of an account.
  func forget(_ account: String) async throws(LoginError) {
    _ = try await records.removeAny(records.key(account, Self.attemptsName), clock)
  }

  private func count<Result>(
    _ account: String,
    _ isKnown: Bool,
    _ body: (inout PasswordAttempts, Int64) throws(LoginError) -> Result
  ) async throws(LoginError) -> Result {
    let key = try records.key(account, Self.attemptsName)
    return try await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Result> in
      let now = clock.now
      let record = try await records.read(key, at: now)
      var attempts = try attempts(record, now)
      let result = try body(&attempts, now)
      // Of a name that is no account nothing stays.
      let expires = isKnown ? RecordContent.never : now + PasswordAttempts.memory
      return try await RecordAttempt(result, isWritten: write(attempts, key, account, record, expires, now))
    }
  }

  private func attempts(_ record: Record?, _ now: Int64) throws(LoginError) -> PasswordAttempts {
    guard let record else { return PasswordAttempts() }
    var attempts = try PasswordAttempts(record)
    _ = attempts.follow(now)
    return attempts
  }

  private func write(
    _ attempts: PasswordAttempts,
    _ key: RecordKey,
    _ account: String,
    _ record: Record?,
    _ expires: Int64,
    _ now: Int64
  ) async throws(LoginError) -> Bool {
    try await records.write(
      attempts.bytes,
      as: key,
      over: record,
      account: account,
      format: PasswordAttempts.format,
      expires: expires,
      at: now
    )
  }
}
