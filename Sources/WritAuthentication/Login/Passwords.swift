// SPDX-License-Identifier: Apache-2.0

/// The passwords of accounts, in a store: the first factor of a login.
///
///     let passwords = Passwords(store: store, hasher: PasswordHasher(ring: ring), revoking: [sessions])
///     try await passwords.set(password, for: "alice")                            // the account is new
///     try await passwords.verify(password, account: "alice", from: address)      // throws unless it is right
///     try await passwords.change(password, to: new, of: "alice", from: address, in: session)
///
/// An account that there is not, and one whose password is another, get the same answer after the same work. Wrong passwords cost time by
/// ``FailedAttempts``, counted for each name whether there is such an account or not, and forgotten after an hour without one. A try is
/// counted before it is looked at, so that of many at once no more are looked at than of many in turn. After a hundred in a row
/// (NIST SP 800-63B, 5.2.2) no password is right until the account is recovered by ``reset(to:by:)``; that too is told to the
/// security events alone. Limits by account and address come before; when their store fails, nobody is let in.
///
/// Strangers can make an owner wait: a quarter of an hour at most after their last try. The way past them is a token by mail.
public struct Passwords<Store: RecordStore>: Sendable {
  let records: AccountRecords<Store, LoginError>
  let store: Store
  let hasher: PasswordHasher
  let rules: PasswordRules
  let limits: LoginLimits
  let revoked: [any AccountRevoking]
  let clock: TokenClock
  let events: SecurityEvents
  /// The tokens that reset passwords, in the same store.
  public let tokens: SingleUseTokens<Store>

  /// - Parameters:
  ///   - store: where the hashes are kept.
  ///   - hasher: how they are made. What it tells by itself is not used here: the events below are.
  ///   - rules: what a new password must be.
  ///   - limits: how often passwords are looked at, right ones too; those of ``LoginLimits`` in the same store unless given.
  ///   - revoked: what ends when a password is changed or reset: ``Sessions``, families of refresh tokens.
  ///   - clock: where the time comes from.
  ///   - events: where wrong passwords and changes are told.
  public init(
    store: Store,
    hasher: PasswordHasher,
    rules: PasswordRules = .onlyFactor,
    limits: LoginLimits? = nil,
    revoking revoked: [any AccountRevoking],
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) {
    records = AccountRecords(store: store, kind: .password)
    self.store = store
    self.hasher = hasher
    self.rules = rules
    let limits = limits ?? LoginLimits(store: RecordRateLimitStore(store, clock: clock))
    self.limits = limits
    self.revoked = revoked
    self.clock = clock
    self.events = events
    tokens = SingleUseTokens(store: store, limits: limits, clock: clock, events: events)
  }

  /// Lets somebody in who knows the password of an account.
  ///
  /// A hash that was made by another program, at a lower cost or with another secret is made anew.
  ///
  /// - Parameters:
  ///   - password: as it was typed.
  ///   - account: as it was typed, or what the application calls it; compared as bytes.
  ///   - address: where the request comes from; `nil` when nobody knows, and then only the account's limits hold.
  /// - Throws: ``LoginError`` with the codes `wrong`, `waiting`, `busy`, `stored`, `store`, `cancelled`, `failure`. Whichever it is, nobody is
  ///   let in.
  public func verify(
    _ password: String,
    account: String,
    from address: ClientAddress?
  ) async throws(LoginError) {
    let proof = try await prove(password, account, address)
    guard proof.needsRehash else { return }
    // Who is in is in: what fails now is tried again at the next login.
    guard let hash = try? await hasher.hash(proof.text) else { return }
    _ = try? await write(hash, account, over: proof.record)
  }

  /// A password that was right, and the record that says so.
  struct Proof {
    let text: PasswordText
    let record: Record
    let needsRehash: Bool
  }

  func prove(
    _ password: String,
    _ account: String,
    _ address: ClientAddress?
  ) async throws(LoginError) -> Proof {
    // No account has such a name, and no password is so long.
    guard AccountName.isValid(account), let text = try? PasswordText(password) else {
      events.record(.authenticationFailed(account: nil, factor: .password))
      throw LoginError.wrong
    }
    try await limit(account) { () async throws(StoreError) in
      try await limits.take(.password, address: address)
    }
    let key = try records.key(account, Self.hashName)
    let record = try await records.read(key, at: clock.now)
    let stored = try record.map { (record) throws(LoginError) in try Self.hash(record) }
    let wait = try await rest(of: account)
    if wait > 0 { throw LoginError.waiting(wait) }
    try await limit(account) { () async throws(StoreError) in
      try await limits.take(.password, account: account)
    }
    let (attempts, wasLocked) = try await reserve(account, isKnown: record != nil)
    let verdict: PasswordVerdict
    do throws(PasswordError) {
      verdict = try await hasher.judge(text, against: stored)
    } catch {
      await forgive(account)
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
    try await forget(account)
    return Proof(text: text, record: record, needsRehash: needsRehash)
  }

  private func limit(
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
