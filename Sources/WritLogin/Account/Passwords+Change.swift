// SPDX-License-Identifier: Apache-2.0

extension Passwords {
  // MARK: The first one

  /// Gives an account its first password, and forgets what strangers have tried on its name before.
  ///
  /// - Parameters:
  ///   - password: as it was typed.
  ///   - account: an ``AccountName``, compared as bytes.
  ///   - address: where the request comes from, limited as tries are, from buckets of its own; `nil` when that is not
  ///     known.
  /// - Throws: ``LoginError`` with the codes `exists`, `password`, `waiting`, `busy`, `configuration`,
  ///   `storeUnavailable`, `cancelled`, `failure`.
  public func set(_ password: String, for account: String, from address: ClientAddress?) async throws(LoginError) {
    if let problem = AccountName.problem(with: account) {
      throw LoginError(.configuration, "the name of an account \(problem)")
    }
    try await limit(account) { () async throws(StoreError) in
      try await limits.take(.newPassword, address: address)
    }
    // Before the work: the name may be taken.
    guard try await !hasPassword(account) else { throw Self.exists }
    let hash = try await LoginError.catching { () async throws(PasswordError) in
      try await hasher.hash(password, following: rules, for: account)
    }
    guard try await write(hash, account, over: nil) else { throw Self.exists }
    events.record(.factorAdded(account: account, factor: .password))
  }

  /// Takes over the stored hash of another program, and forgets what strangers have tried on the name before.
  ///
  /// It is made again at the first login, but not where bcrypt has cut the password: see
  /// ``PasswordVerdict/correct(needsRehash:)``. Give ``PasswordHasher/measure(_:)`` a hash of each kind, so that wrong
  /// passwords of adopted accounts take no other time.
  ///
  /// - Parameters:
  ///   - hash: in one of the forms that ``PasswordHasher`` verifies.
  ///   - account: an ``AccountName``, compared as bytes.
  /// - Throws: ``LoginError`` with the codes `exists`, `stored`, `configuration`, `storeUnavailable`, `cancelled`,
  ///   `failure`.
  public func adopt(hash: String, for account: String) async throws(LoginError) {
    _ = try await LoginError.catching { () async throws(PasswordError) in try StoredHash(parsing: hash) }
    guard try await write(hash, account, over: nil) else { throw Self.exists }
    events.record(.factorAdded(account: account, factor: .password))
  }

  /// Whether an account has a password; not for a page that strangers see.
  ///
  /// - Throws: ``LoginError`` with the codes `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func hasPassword(_ account: String) async throws(LoginError) -> Bool {
    try await records.read(records.key(account, Self.hashName), at: clock.now) != nil
  }

  // MARK: Another one

  /// Changes the password of who knows the old one, and ends all else of the account but the session in which it
  /// happens.
  ///
  /// - Parameters:
  ///   - old: the one until now, tried as ``verify(_:account:from:on:)`` does.
  ///   - new: as it was typed.
  ///   - account: whose.
  ///   - address: where the request comes from; `nil` when that is not known.
  ///   - device: the device of the request, if it has logged in to the account before.
  ///   - session: the one that stays; give it a new identifier with ``Sessions/rotate(_:proving:data:)``.
  /// - Throws: ``LoginError`` with the codes of ``verify(_:account:from:on:)``, `password`, `conflict`; and
  ///   `revocation`: then the password is the new one.
  public func change(
    _ old: String,
    to new: String,
    of account: String,
    from address: ClientAddress?,
    on device: KnownDevice? = nil,
    in session: Session?
  ) async throws(LoginError) {
    let proof = try await prove(old, account, address, device)
    let hash = try await LoginError.catching { () async throws(PasswordError) in
      try await hasher.hash(new, following: rules, for: account)
    }
    await outdate(account, session)
    guard try await write(hash, account, over: proof.record) else { throw Self.conflict }
    events.record(.passwordChanged(account: account))
    try await finish(account, session)
  }

  /// Makes a token that resets the password of an account, for the application to send: see ``SingleUseTokens``.
  ///
  /// Whether the account has a password is not asked: it may be the way to the first one.
  ///
  /// - Throws: ``LoginError`` with the codes `waiting`, `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func requestReset(for account: String, from address: ClientAddress?) async throws(LoginError) -> String {
    try await tokens.issue(.passwordReset, for: account, from: address)
  }

  /// Sets the password of the account that a token is for, forgets its wrong ones, and ends all else of the account.
  ///
  /// It logs no one in: a second factor is still required.
  /// The token is used up once the new password is found good, and before it is stored.
  ///
  /// - Returns: the account.
  /// - Throws: ``LoginError`` with the codes `token`, `password`, `busy`, `conflict`, `storeUnavailable`, `cancelled`,
  ///   `failure`; and `revocation`: then the password is the new one.
  @discardableResult
  public func reset(to new: String, by token: String) async throws(LoginError) -> String {
    let found = try await tokens.find(token, for: .passwordReset)
    let account = found.account
    let hash = try await LoginError.catching { () async throws(PasswordError) in
      try await hasher.hash(new, following: rules, for: account)
    }
    let key = try records.key(account, Self.hashName)
    try await tokens.use(found)
    await outdate(account, nil)
    try await records.retryingOnConflict { () async throws(LoginError) -> RecordAttempt<Void> in
      let record = try await records.read(key, at: clock.now)
      return try await RecordAttempt((), isWritten: write(hash, account, over: record))
    }
    events.record(.passwordReset(account: account))
    try await finish(account, nil)
    return account
  }

  /// Removes the password of an account, and ends all else of it.
  ///
  /// - Returns: whether there was one.
  /// - Throws: ``LoginError`` with the codes `configuration`, `storeUnavailable`, `cancelled`, `failure`, `revocation`.
  @discardableResult
  public func remove(_ account: String) async throws(LoginError) -> Bool {
    await outdate(account, nil)
    guard try await records.removeAny(records.key(account, Self.hashName), clock) else { return false }
    events.record(.factorRemoved(account: account, factor: .password))
    try await finish(account, nil)
    return true
  }

  /// Ends all of an account that a change of its password ends: once more, after the error `revocation`.
  ///
  /// - Parameters:
  ///   - account: the name of the account.
  ///   - session: the one that stays.
  /// - Throws: ``LoginError`` with the code `revocation`: some of it may be alive.
  public func revokeAll(of account: String, except session: Session?) async throws(LoginError) {
    var failures: [String] = []
    for part in revoked {
      // One that fails keeps none of the others.
      do { try await part.revokeAll(of: account, except: session) } catch { failures.append("\(type(of: error))") }
    }
    guard failures.isEmpty else {
      let types = failures.joined(separator: ", ")
      throw LoginError(.revocation, "not all of an account could be ended, by errors of type \(types)")
    }
  }

  /// Invalidates the account's sessions and tokens before a new password is stored, so that none is renewed even if
  /// this process dies.
  ///
  /// Where it fails, the revocation that follows the password does it.
  private func outdate(_ account: String, _ session: Session?) async {
    for part in revoked { try? await part.outdateAll(of: account, except: session) }
  }

  /// Ends the account's sessions and tokens after a new password was stored.
  private func finish(_ account: String, _ session: Session?) async throws(LoginError) {
    var failure: LoginError?
    do throws(LoginError) {
      try await revokeAll(of: account, except: session)
    } catch { failure = error }
    // What was tried against the password before counts no more, whether it can be removed now or not.
    _ = try? await unlock(account)
    do throws(LoginError) {
      try await tokens.revokeAll(.passwordReset, of: account)
    } catch {
      failure = failure ?? LoginError(.revocation, "the password was changed, and then \(error.description)")
    }
    if let failure { throw failure }
  }

  private static var exists: LoginError { LoginError(.exists, "the account has a password") }
  private static var conflict: LoginError { LoginError(.conflict, "the password was modified concurrently") }
}
