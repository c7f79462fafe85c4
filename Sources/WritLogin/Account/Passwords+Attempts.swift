// SPDX-License-Identifier: Apache-2.0

// The wrong passwords of a name or of a device.
extension Passwords {
  private static var attemptsName: String { "attempts" }

  // MARK: Budgets

  /// The budget that a try is counted in.
  ///
  /// - Parameter stored: the text of the hash, where the account has a password.
  func budget(
    of account: String,
    _ stored: String?,
    on device: KnownDevice?
  ) async throws(LoginError) -> AttemptsBudget {
    let everybody = try budget(of: account, stored)
    guard let device, everybody.password.isKnown, device.account.utf8.elementsEqual(account.utf8) else {
      return everybody
    }
    let key = try records.key(account, "\(Self.attemptsName) of \(device.name)")
    let own = AttemptsBudget(key: key, account: account, password: everybody.password, device: device)
    // A device that has used up its budget is a stranger like any other.
    return try await attempts(of: own)?.isLocked == true ? everybody : own
  }

  /// The budget of all who are not on a device of the account.
  func budget(of account: String, _ stored: String?) throws(LoginError) -> AttemptsBudget {
    let tag = try LoginError.catching { () throws(StoreError) in try PasswordTag(of: stored) }
    let key = try records.key(account, Self.attemptsName)
    return AttemptsBudget(key: key, account: account, password: tag, device: nil)
  }

  /// Those that are counted now; `nil` when there are none.
  func attempts(of budget: AttemptsBudget) async throws(LoginError) -> PasswordAttempts? {
    let now = clock.now
    guard let record = try await records.read(budget.key, at: now) else { return nil }
    return try attempts(record, budget, now)
  }

  // MARK: Counting

  /// Seconds in which no password of a budget is looked at.
  func rest(of budget: AttemptsBudget) async throws(LoginError) -> Int64 {
    try await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Int64> in
      let now = clock.now
      guard let record = try await records.read(budget.key, at: now) else { return .done(0) }
      var attempts = try PasswordAttempts(record)
      guard attempts.password == budget.password else { return .done(0) }
      let isSetBack = attempts.follow(now)
      let rest = attempts.recent.rest(at: now)
      // Remembered, or each look would begin the wait from its start.
      guard isSetBack else { return .done(rest) }
      return RecordAttempt(rest, isWritten: try await write(attempts, budget, record, record.content.expires, now))
    }
  }

  /// Counts a try as wrong, until it turns out to be right.
  ///
  /// - Returns: what is counted then, and whether no password was right even before.
  /// - Throws: ``LoginError`` with the code `waiting` when others came first.
  func reserve(_ budget: AttemptsBudget) async throws(LoginError) -> (attempts: PasswordAttempts, wasLocked: Bool) {
    do throws(LoginError) {
      return try await records.retryingOnConflict {
        () async throws(LoginError) -> RecordAttempt<(attempts: PasswordAttempts, wasLocked: Bool)> in
        let now = clock.now
        let record = try await records.read(budget.key, at: now)
        var attempts = try attempts(record, budget, now)
        let wait = attempts.recent.rest(at: now)
        if wait > 0 { throw LoginError.waiting(wait) }
        let wasLocked = attempts.isLocked
        attempts.fail(at: now)
        // Before it is locked, so that no failure in between hides an account that is.
        if attempts.isLocked, !wasLocked, budget.device == nil { try await noteLock(of: budget.account, now) }
        let isWritten = try await write(attempts, budget, record, budget.expiry(at: now), now)
        return RecordAttempt((attempts, wasLocked), isWritten: isWritten)
      }
    } catch {
      // A name that is no account is answered as before, and takes no room from those that are.
      guard error.code == .full, !budget.password.isKnown else { throw error }
      return (PasswordAttempts(against: budget.password), false)
    }
  }

  /// Takes back a try that came to nothing; where the store fails, it stays counted.
  func forgive(_ budget: AttemptsBudget) async {
    // In a task of its own: the one that tried may have been cancelled, and its calls of the store would fail.
    await Task {
      _ = try? await update(budget) { $0.forgive() }
    }.value
  }

  /// Forgets the wrong passwords of a budget whose password was right.
  ///
  /// A right one on a device that is known ends the row of the others' wrong ones too, but not the wait that they have
  /// caused.
  func forget(_ budget: AttemptsBudget) async throws(LoginError) {
    _ = try await records.removeAny(budget.key, clock)
    guard budget.device != nil else { return }
    let key = try records.key(budget.account, Self.attemptsName)
    let others = AttemptsBudget(key: key, account: budget.account, password: budget.password, device: nil)
    try await update(others) { $0.endRow() }
  }

  /// Forgets the wrong passwords that everybody has tried on an account.
  func forget(_ account: String) async throws(LoginError) {
    _ = try await records.removeAny(records.key(account, Self.attemptsName), clock)
  }

  /// Changes what is counted, and removes the record when nothing is.
  private func update(
    _ budget: AttemptsBudget,
    _ body: (inout PasswordAttempts) -> Void
  ) async throws(LoginError) {
    try await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Void> in
      let now = clock.now
      guard let record = try await records.read(budget.key, at: now) else { return .done(()) }
      var attempts = try PasswordAttempts(record)
      guard attempts.password == budget.password else { return .done(()) }
      body(&attempts)
      if attempts.isEmpty { return RecordAttempt((), isWritten: try await records.remove(record, at: now)) }
      return RecordAttempt((), isWritten: try await write(attempts, budget, record, record.content.expires, now))
    }
  }

  private func attempts(_ record: Record?, _ budget: AttemptsBudget, _ now: Int64) throws(LoginError)
    -> PasswordAttempts
  {
    guard let record else { return PasswordAttempts(against: budget.password) }
    var attempts = try PasswordAttempts(record)
    // Tried on a free name, or against the password before.
    guard attempts.password == budget.password else { return PasswordAttempts(against: budget.password) }
    _ = attempts.follow(now)
    return attempts
  }

  private func write(
    _ attempts: PasswordAttempts,
    _ budget: AttemptsBudget,
    _ record: Record?,
    _ expires: Int64,
    _ now: Int64
  ) async throws(LoginError) -> Bool {
    try await records.write(
      attempts.bytes,
      as: budget.key,
      over: record,
      account: budget.owner,
      format: PasswordAttempts.format,
      expires: expires,
      at: now
    )
  }
}
