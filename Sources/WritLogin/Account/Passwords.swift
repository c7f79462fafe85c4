// SPDX-License-Identifier: Apache-2.0

/// The passwords of accounts, in a store: the first factor of a login.
///
///     let passwords = Passwords(store: store, hasher: PasswordHasher(ring: ring), revoking: [sessions])
///     try await passwords.set(password, for: "alice", from: address)             // the account is new
///     try await passwords.verify(password, account: "alice", from: address)      // throws unless it is right
///     try await passwords.change(password, to: new, of: "alice", from: address, in: session)
///
/// An account that does not exist, and one with another password, get the same answer after the same time;
/// ``PasswordHasher`` says where they do not. Wrong passwords cost time by ``FailedAttempts``, counted for each name
/// whether there is such an account or not, and forgotten after an hour without one. A try is counted before it is
/// looked at, so that of many at once no more are looked at than of many in turn. After a hundred in a row (NIST SP
/// 800-63B, 5.2.2) no password is right until the account is recovered by ``reset(to:by:)`` or ``unlock(_:)``; that too
/// is told to the security events alone. Limits by account and address come before; when their store fails, all
/// logins are refused.
///
/// Strangers can make an owner wait on a new device: a quarter of an hour at most after their last try. A device that
/// has logged in before does not wait for them (``DeviceCookies``); other ways past them are a token by mail and
/// ``unlock(_:)``. A password that is set, changed or reset, whatever fails afterwards, starts without the wrong ones
/// that were tried before.
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
  ///   - limits: how often passwords are looked at, right ones too; those of ``LoginLimits`` in the same store unless
  ///     given.
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
}

// MARK: Stored hashes

extension Passwords {
  static var hashName: String { "password" }
  private static var hashFormat: UInt8 { 1 }

  /// The text of a stored hash.
  static func hash(_ record: Record) throws(LoginError) -> String {
    let bytes = try LoginError.catching { () throws(StoreError) in try record.content.bytes(format: hashFormat) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LoginError(StoreError(.corrupt, "a stored password is damaged, or in an unknown format"))
    }
    return text
  }

  /// Stores a hash where none was, or in place of the one that was read.
  ///
  /// - Returns: whether no other call was faster.
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
}
