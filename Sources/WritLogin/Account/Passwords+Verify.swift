// SPDX-License-Identifier: Apache-2.0

extension Passwords {
  /// Lets somebody in who knows the password of an account.
  ///
  /// A hash that was made by another program, at a lower cost or with another secret is replaced.
  ///
  /// - Parameters:
  ///   - password: as it was typed.
  ///   - account: as it was typed, or what the application calls it; compared as bytes.
  ///   - address: where the request comes from; `nil` when that is not known, and then only the account's limits hold.
  ///   - device: the device of the request, which has a budget of wrong passwords of its own: see ``DeviceCookies``.
  ///     One of another account counts as unknown.
  /// - Throws: ``LoginError`` with the codes `wrong`, `waiting`, `busy`, `stored`, `storeUnavailable`, `cancelled`,
  ///   `failure`. With each of them the login is refused.
  public func verify(
    _ password: String,
    account: String,
    from address: ClientAddress?,
    on device: KnownDevice? = nil
  ) async throws(LoginError) {
    let proof = try await prove(password, account, address, device)
    guard proof.needsRehash else { return }
    // Who is in is in: what fails now is tried again at the next login.
    guard let hash = try? await hasher.hash(proof.text) else { return }
    _ = try? await write(hash, account, over: proof.record)
  }

  /// A password that was right, and the record of its hash.
  struct Proof {
    let text: PasswordText
    let record: Record
    let needsRehash: Bool
  }

  func prove(
    _ password: String,
    _ account: String,
    _ address: ClientAddress?,
    _ device: KnownDevice?
  ) async throws(LoginError) -> Proof {
    // No account has such a name, and no password is so long.
    guard AccountName.isValid(account), let text = try? PasswordText(password) else {
      events.record(.authenticationFailed(account: nil, factor: .password))
      throw LoginError.wrong
    }
    try await limit(account) { () async throws(StoreError) in
      try await limits.take(.password, address: address)
    }
    // Before anything is stored of the name: a try that cannot be checked leaves nothing behind.
    let place = try await LoginError.catching { () async throws(PasswordError) in try hasher.workers.enter() }
    defer { place.leave() }
    let key = try records.key(account, Self.hashName)
    let record = try await records.read(key, at: clock.now)
    let stored = try record.map { (record) throws(LoginError) in try Self.hash(record) }
    let budget = try await budget(of: account, stored, on: device)
    let wait = try await rest(of: budget)
    if wait > 0 { throw LoginError.waiting(wait) }
    try await limit(account) { () async throws(StoreError) in
      try await limits.take(.password, account: budget.bucket)
    }
    let (attempts, wasLocked) = try await reserve(budget)
    let verdict: PasswordVerdict
    do throws(PasswordError) {
      verdict = try await hasher.judge(text, against: stored, in: place)
    } catch {
      await forgive(budget)
      throw LoginError(error)
    }
    guard case .correct(let needsRehash) = verdict, let record, !wasLocked else {
      events.record(.authenticationFailed(account: account, factor: .password))
      if record != nil, attempts.isLocked {
        if !wasLocked { events.record(.recoveryNeeded(account: account, factor: .password)) }
      } else if attempts.recent.wait > 0 {
        events.record(.lockedOut(account: account, factor: .password, seconds: attempts.recent.wait))
      }
      throw LoginError.wrong
    }
    try await forget(budget)
    return Proof(text: text, record: record, needsRehash: needsRehash)
  }

  /// Takes from the buckets of a limit, and tells where there is nothing left.
  func limit(
    _ account: String,
    _ take: () async throws(StoreError) -> Int64?
  ) async throws(LoginError) {
    let seconds: Int64?
    do throws(StoreError) {
      seconds = try await take()
    } catch {
      throw LoginError(error)
    }
    guard let seconds else { return }
    events.record(.rateLimited(account: account, factor: .password))
    throw LoginError.waiting(seconds)
  }
}
