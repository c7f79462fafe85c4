// SPDX-License-Identifier: Apache-2.0

/// One-time passwords of accounts, in a store: the second factor of a login.
///
///     let passwords = try OneTimePasswords(store: store, ring: ring)
///     let uri = try await passwords.enroll("alice", issuer: "Example")  // shown once, as a QR code
///     try await passwords.confirm("123456", account: "alice")           // from now on it counts
///     try await passwords.verify("654321", account: "alice")            // throws unless the code is right
///
/// A code is accepted once, and never an older one after a newer one, even with concurrent tries and on whichever
/// server. Wrong codes cost time, by ``FailedAttempts``, counted for each account and credential. Ask for a code only
/// after the first factor, or strangers make your users wait.
///
/// A clock that was set back makes no code good twice: until it has caught up, codes are refused, and recovery codes go
/// on.
///
/// Secrets rest sealed under the ring, bound to account and credential; the record is sealed again, under the ring's
/// first secret, whenever it changes.
public struct OneTimePasswords<Store: RecordStore>: Sendable {
  /// Seconds in which a first right code must come.
  public static var enrollmentLifetime: Int64 { 900 }
  /// The most counters that may be looked at behind the next one.
  public static var maximumLookAhead: Int { 20 }
  /// Seconds for which a step that was learned of an authenticator's clock is accepted after the last code that needed
  /// it.
  public static var learnedStepLifetime: Int64 { ClockDrift.lifetime }
  /// Bytes of the longest name of an account or a credential.
  public static var maximumNameBytes: Int { AccountName.maximumBytes }
  /// The name of a credential unless it is given another.
  public static var usualCredential: String { "authenticator" }

  let records: AccountRecords<Store, OneTimePasswordError>
  let ring: SecretRing
  private let steps: AcceptedSteps
  private let lookAhead: UInt64
  private let limits: LoginLimits
  private let clock: TokenClock
  private let events: SecurityEvents

  /// - Parameters:
  ///   - store: where credentials are kept.
  ///   - ring: what seals them.
  ///   - steps: which time steps beside the present one; the one before unless given. With that window alone, a
  ///     credential may learn that its authenticator's clock is a step ahead or behind: then that step is accepted as
  ///     well, until no code has needed it for ``learnedStepLifetime`` seconds.
  ///   - lookAhead: how many counters behind the next one (RFC 4226, section 7.4), 0 to ``maximumLookAhead``.
  ///   - limits: how often codes of an account are looked at, right ones too; those of ``LoginLimits`` in the same
  ///     store unless given.
  ///   - clock: where the time comes from.
  ///   - events: where wrong codes are told, and what follows from them.
  /// - Throws: `OneTimePasswordError` with the code `configuration`.
  public init(
    store: Store,
    ring: SecretRing,
    accepting steps: AcceptedSteps = .previous,
    lookAhead: Int = 5,
    limits: LoginLimits? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) throws(OneTimePasswordError) {
    guard (0...Self.maximumLookAhead).contains(lookAhead) else {
      let expected = "0 to \(Self.maximumLookAhead)"
      throw OneTimePasswordError(.configuration, "a look-ahead of \(lookAhead) was asked for, expected \(expected)")
    }
    records = AccountRecords(store: store, kind: .oneTimePassword)
    self.ring = ring
    self.steps = steps
    self.lookAhead = UInt64(lookAhead)
    self.limits = limits ?? LoginLimits(store: RecordRateLimitStore(store, clock: clock))
    self.clock = clock
    self.events = events
  }

  // MARK: Enrolling

  /// Makes a credential, which counts once ``confirm(_:account:credential:)`` has seen a right code; until then another
  /// call makes another one in its place.
  ///
  /// - Parameters:
  ///   - account: what the application calls the account: any ``AccountName``, compared as bytes.
  ///   - credential: which one of the account's, compared as bytes.
  ///   - issuer: for the URI.
  ///   - label: the account as the authenticator shows it; unless given its name, of which a label encodes what it
  ///     cannot hold.
  ///   - movingFactor: steps of 30 seconds unless given.
  ///   - algorithm: SHA-1 unless given, which is the only one that many authenticators know.
  ///   - digits: 6 unless given.
  /// - Returns: what the authenticator takes in, with the secret: to be shown to its owner once.
  /// - Throws: `OneTimePasswordError` with the codes `alreadyEnrolled`, `configuration`, `malformed`, `tooLarge`,
  ///   `ring`, `storeUnavailable`, `failure`.
  public func enroll(
    _ account: String,
    credential: String = usualCredential,
    issuer: String?,
    label: String? = nil,
    movingFactor: OneTimePasswordKey.MovingFactor = .time(period: 30),
    algorithm: OneTimePasswordAlgorithm = .sha1,
    digits: Int = 6
  ) async throws(OneTimePasswordError) -> OneTimePasswordURI {
    let secret = try OneTimeSecret.generate(for: algorithm)
    let key = try OneTimePasswordKey(secret, movingFactor: movingFactor, algorithm: algorithm, digits: digits)
    let uri = try OneTimePasswordURI(key, issuer: issuer, account: label ?? OneTimePasswordURI.label(of: account))
    try await insert(OneTimePasswordState(key), account, credential, lifetime: Self.enrollmentLifetime)
    return uri
  }

  /// Stores a new credential, unless one of its name counts already.
  private func insert(
    _ state: OneTimePasswordState,
    _ account: String,
    _ credential: String,
    lifetime: Int64?
  ) async throws(OneTimePasswordError) {
    var state = state
    state.name = credential
    state.created = clock.now
    let (new, recordKey) = (state, try records.key(account, credential))
    try await records.retryingOnConflict { () async throws(OneTimePasswordError) -> RecordAttempt<Void> in
      let now = clock.now
      let record = try await records.read(recordKey, at: now)
      if let record, try self.state(record).isActive {
        throw OneTimePasswordError(.alreadyEnrolled, "the account has a credential of this name")
      }
      let expires = lifetime.map { now + $0 } ?? RecordContent.never
      return try await RecordAttempt(
        (),
        isWritten: write(new, recordKey, over: record, account, expires, at: now)
      )
    }
  }

  /// Stores a credential of another system, whose owner has confirmed it there: it counts at once.
  ///
  ///     let secret = try OneTimeSecret(base32: row.secret, minimum: .legacy80Bits)
  ///     try await passwords.adopt(OneTimePasswordKey(secret), for: row.name)
  ///
  /// - Parameters:
  ///   - key: the secret and the rules of its codes.
  ///   - account: the account, compared as bytes.
  ///   - credential: which one of the account's, compared as bytes.
  ///   - counter: the first counter whose code is accepted; 0 for keys of a time step.
  /// - Throws: `OneTimePasswordError` with the codes `alreadyEnrolled`, `configuration` also when a counter is given
  ///   for a key that has none, `tooLarge`, `ring`, `storeUnavailable`, `failure`.
  public func adopt(
    _ key: OneTimePasswordKey,
    for account: String,
    credential: String = usualCredential,
    counter: UInt64 = 0
  ) async throws(OneTimePasswordError) {
    guard counter == 0 || key.movingFactor == .counter else {
      throw OneTimePasswordError(.configuration, "a counter was given for a one-time password of a time step")
    }
    var state = OneTimePasswordState(key, counter: counter)
    state.isActive = true
    try await insert(state, account, credential, lifetime: nil)
    events.record(.factorAdded(account: account, factor: .oneTimePassword))
  }

  /// Takes the first right code of a new credential: from now on it counts.
  ///
  /// Here the step after the present one is accepted in any case: it shows an authenticator whose clock is ahead.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `notEnrolled` when none was made in the last
  ///   ``enrollmentLifetime`` seconds, `alreadyEnrolled` when it counts already, and those of
  ///   ``verify(_:account:credential:)``.
  public func confirm(
    _ code: String,
    account: String,
    credential: String = usualCredential
  ) async throws(OneTimePasswordError) {
    try await judge(code, account, credential, isActive: false)
    events.record(.factorAdded(account: account, factor: .oneTimePassword))
  }

  // MARK: Verifying

  /// Verifies a code, and takes note that it was used.
  ///
  /// What is stored is acknowledged before anybody is told, also of a wrong code.
  ///
  /// - Parameters:
  ///   - code: the code as it was typed: ASCII digits, as many as asked for, ignoring white space; everything else is
  ///     wrong. The code that was accepted last is `used` whenever it comes again, and not counted as wrong.
  ///   - account: the name of the account.
  ///   - credential: the name of the credential.
  /// - Throws: `OneTimePasswordError` with the codes `wrong`, `used`, `waiting`, `locked`, `notEnrolled`, `exhausted`,
  ///   `configuration`, `ring`, `storeUnavailable`, `failure`. Whichever it is, the code is not accepted.
  public func verify(
    _ code: String,
    account: String,
    credential: String = usualCredential
  ) async throws(OneTimePasswordError) {
    try await judge(code, account, credential, isActive: true)
  }

  private func judge(
    _ code: String,
    _ account: String,
    _ credential: String,
    isActive: Bool
  ) async throws(OneTimePasswordError) {
    let key = try records.key(account, credential)
    var isCounted = false
    let verdict = try await records.retryingOnConflict {
      () async throws(OneTimePasswordError) -> RecordAttempt<OneTimePasswordState.Verdict> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { throw Self.notEnrolled }
      // Once, and only where there is something to try: made-up names make no buckets.
      if !isCounted { try await limits.take(.oneTimePassword, of: account, .oneTimePassword, events) }
      isCounted = true
      var state = try state(record)
      guard state.isActive == isActive else {
        guard state.isActive else { throw Self.notEnrolled }
        throw OneTimePasswordError(.alreadyEnrolled, "the credential was confirmed before")
      }
      let verdict = try state.judge(code, accepting: steps, lookAhead: lookAhead, at: now)
      guard verdict.isChanged else { return .done(verdict) }
      // What is not confirmed goes when its time has come, however often it is tried.
      let expires = state.isActive ? RecordContent.never : record.content.expires
      return try await RecordAttempt(verdict, isWritten: write(state, key, over: record, account, expires, at: now))
    }
    guard let refusal = verdict.refusal else { return }
    switch refusal.code {
    case .wrong: events.recordFailure(of: account, .oneTimePassword, verdict.attempts)
    case .used: events.recordFailure(of: account, .oneTimePassword)
    default: break
    }
    throw refusal
  }

  // MARK: Looking after

  /// The wrong codes since the last right one; `nil` when there is no credential that counts.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `storeUnavailable`, `failure`.
  public func failedAttempts(
    of account: String,
    credential: String = usualCredential
  ) async throws(OneTimePasswordError) -> FailedAttempts? {
    let record = try await records.read(records.key(account, credential), at: clock.now)
    guard let state = try record.map({ (record) throws(OneTimePasswordError) in try state(record) }), state.isActive
    else {
      return nil
    }
    return state.attempts
  }

  /// The credentials of an account, for a page on which its owner or an administrator looks after them.
  ///
  /// - Returns: at most ``RecordStore/maximumPage`` of them, in no particular order.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `storeUnavailable`, `failure`.
  public func credentials(of account: String) async throws(OneTimePasswordError) -> [OneTimeCredential] {
    try await records.list(of: account, at: clock.now).map { (record) throws(OneTimePasswordError) in
      let state = try state(record)
      return OneTimeCredential(
        name: state.name,
        created: state.created,
        isConfirmed: state.isActive,
        failedAttempts: state.attempts
      )
    }
  }

  /// Forgets the wrong codes of a credential, and with them that it is locked: when its owner has proved otherwise who
  /// he is, by a recovery code for example; when this call fails after the code was used, the next code is used for
  /// another call.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `notEnrolled`, `configuration`, `ring`, `storeUnavailable`,
  ///   `failure`.
  public func unlock(_ account: String, credential: String = usualCredential) async throws(OneTimePasswordError) {
    let key = try records.key(account, credential)
    try await records.retryingOnConflict { () async throws(OneTimePasswordError) -> RecordAttempt<Void> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { throw Self.notEnrolled }
      var state = try state(record)
      guard state.isActive else { throw Self.notEnrolled }
      state.attempts = FailedAttempts()
      return try await RecordAttempt(
        (),
        isWritten: write(state, key, over: record, account, RecordContent.never, at: now)
      )
    }
  }

  /// Removes a credential, whether it counts or not.
  ///
  /// - Returns: whether there was one.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `storeUnavailable`, `failure`.
  @discardableResult
  public func remove(
    _ account: String,
    credential: String = usualCredential
  ) async throws(OneTimePasswordError) -> Bool {
    guard try await records.removeAny(records.key(account, credential), clock) else { return false }
    events.record(.factorRemoved(account: account, factor: .oneTimePassword))
    return true
  }
}
