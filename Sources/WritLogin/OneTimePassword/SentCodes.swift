// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Codes sent by message or mail: good for ten minutes, five tries, and the attempt that asked.
///
///     let codes = try SentCodes(store: store, ring: ring, delivery: mail)
///     let attempt = try SentCodes.makeAttempt()  // kept in the visitor's session until the code comes
///     try await codes.send(to: "alice", attempt: attempt.span)
///     try await codes.verify("123456", account: "alice", attempt: attempt.span)
///
/// A new code kills the one before. It rests as an HMAC under the ring, bound to account and attempt. Wrong codes cost
/// time, by ``FailedAttempts``, counted for the account whatever the code: asking for another one gives an attacker no
/// more than five guesses without a wait. How often codes are sent is limited, too. Ask only after the first factor.
public struct SentCodes<Store: RecordStore, Delivery: CodeDelivery>: Sendable {
  /// Seconds for which a code is good.
  public static var lifetime: Int64 { SentCodeState.lifetime }
  /// The number of wrong codes after which a code is invalid.
  public static var maximumTries: Int { SentCodeState.maximumTries }
  /// Bytes of the shortest attempt: 128 bits.
  public static var minimumAttemptBytes: Int { 16 }
  /// Bytes of the longest attempt.
  public static var maximumAttemptBytes: Int { 1024 }

  private let records: AccountRecords<Store, OneTimePasswordError>
  private let ring: SecretRing
  private let delivery: Delivery
  private let digits: Int
  private let limits: LoginLimits
  private let clock: TokenClock
  private let events: SecurityEvents

  /// - Parameters:
  ///   - store: where codes are kept.
  ///   - ring: what keys their HMACs.
  ///   - delivery: what sends them.
  ///   - digits: 6 to 8.
  ///   - limits: how often codes are sent to an account, and looked at; those of ``LoginLimits`` in the same store
  ///     unless given.
  ///   - clock: where the time comes from.
  ///   - events: where wrong codes are told, and what follows from them.
  /// - Throws: `OneTimePasswordError` with the code `configuration`.
  public init(
    store: Store,
    ring: SecretRing,
    delivery: Delivery,
    digits: Int = 6,
    limits: LoginLimits? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) throws(OneTimePasswordError) {
    guard OneTimePasswordKey.digitCounts.contains(digits) else {
      throw OneTimePasswordError(.configuration, "codes of \(digits) digits were asked for, expected 6 to 8")
    }
    records = AccountRecords(store: store, kind: .sentCode)
    self.ring = ring
    self.delivery = delivery
    self.digits = digits
    self.limits = limits ?? LoginLimits(store: RecordRateLimitStore(store, clock: clock))
    self.clock = clock
    self.events = events
  }

  /// Makes the secret of a login that is under way, which binds a code to the browser that asked for it.
  ///
  /// Keep it in the data of the visitor's session, or sealed in a cookie, from ``send(to:attempt:)`` to
  /// ``verify(_:account:attempt:)``.
  ///
  /// - Returns: 32 random bytes.
  /// - Throws: `OneTimePasswordError` with the code `failure` when libcrypto has no randomness.
  public static func makeAttempt() throws(OneTimePasswordError) -> [UInt8] {
    try OneTimePasswordError.catching { () throws(LibCryptoError) in try Randomness.bytes(32) }
  }

  /// Makes a code and has it sent; an earlier one becomes invalid.
  ///
  /// - Parameters:
  ///   - account: whose code it is, compared as bytes.
  ///   - attempt: the secret of ``makeAttempt()``, or another one of ``minimumAttemptBytes`` to ``maximumAttemptBytes``
  ///     that the browser which asks for the code cannot choose.
  /// - Throws: `OneTimePasswordError` with the codes `waiting`, `locked`, `delivery`, `configuration`, `ring`,
  ///   `storeUnavailable`, `failure`.
  public func send(to account: String, attempt: Span<UInt8>) async throws(OneTimePasswordError) {
    try Self.check(attempt)
    let key = try records.key(account, "sent")
    try await limits.take(.codeMessage, of: account, .deliveredCode, events)
    let code = try Self.random(digits: digits)
    let digest = try digest(message(code, attempt), key)
    try await records.retryingOnConflict { () async throws(OneTimePasswordError) -> RecordAttempt<Void> in
      let now = clock.now
      let record = try await records.read(key, at: now)
      var state =
        try record.map { (record) throws(OneTimePasswordError) in try SentCodeState(record) } ?? SentCodeState()
      _ = state.attempts.follow(now)
      if let refusal = state.attempts.refusal(at: now) { throw refusal }
      state.code = SentCodeState.Code(digest: digest, sent: now, tries: 0)
      return try await RecordAttempt((), isWritten: write(state, key, over: record, account, at: now))
    }
    do {
      try await delivery.deliver(code.text, to: account)
    } catch {
      throw OneTimePasswordError(.delivery, "the delivery of a code failed with an error of type \(type(of: error))")
    }
  }

  /// Verifies a code and uses it up.
  ///
  /// - Parameters:
  ///   - code: the code as it was typed: ASCII digits, as many as asked for, ignoring white space; everything else is
  ///     wrong.
  ///   - account: the name of the account.
  ///   - attempt: the secret that came when the code was asked for. With another one a code is wrong like any other,
  ///     and counts.
  /// - Throws: `OneTimePasswordError` with the codes `wrong`, `waiting`, `locked`, `notEnrolled` when no code is good
  ///   for the account, `configuration`, `ring`, `storeUnavailable`, `failure`. Whichever it is, the code is not
  ///   accepted.
  public func verify(_ code: String, account: String, attempt: Span<UInt8>) async throws(OneTimePasswordError) {
    try Self.check(attempt)
    let key = try records.key(account, "sent")
    let typed = OneTimeCode(code, digits: digits).map { message($0, attempt) }
    var isCounted = false
    let verdict = try await records.retryingOnConflict {
      () async throws(OneTimePasswordError) -> RecordAttempt<Verdict> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { throw Self.nothingSent }
      if !isCounted { try await limits.take(.sentCode, of: account, .deliveredCode, events) }
      isCounted = true
      var state = try SentCodeState(record)
      let isSetBack = state.attempts.follow(now)
      if let refusal = state.attempts.refusal(at: now) {
        guard isSetBack else { throw refusal }
        return try await RecordAttempt(
          Verdict(refusal: refusal),
          isWritten: write(state, key, over: record, account, at: now)
        )
      }
      guard let sent = state.code, sent.isGood(at: now) else { throw Self.nothingSent }
      if let typed, try isValid(sent.digest, typed, key) {
        // The account starts afresh: no record of it is needed.
        return try await RecordAttempt(Verdict(refusal: nil), isWritten: records.remove(record, at: now))
      }
      state.fail(at: now)
      let verdict = Verdict(refusal: .wrong, attempts: state.attempts)
      return try await RecordAttempt(verdict, isWritten: write(state, key, over: record, account, at: now))
    }
    guard let error = verdict.refusal else { return }
    if let attempts = verdict.attempts { events.recordFailure(of: account, .deliveredCode, attempts) }
    throw error
  }

  /// Forgets the wrong codes of an account, and the code that was sent: when its owner has proved otherwise who he is.
  ///
  /// - Returns: whether there was something to forget.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `storeUnavailable`, `failure`.
  @discardableResult
  public func unlock(_ account: String) async throws(OneTimePasswordError) -> Bool {
    try await records.removeAny(records.key(account, "sent"), clock)
  }

  /// The result of checking a code; `nil` when it is accepted.
  private struct Verdict {
    let refusal: OneTimePasswordError?
    /// The wrong codes with this one, when it was looked at.
    var attempts: FailedAttempts?
  }

  private static var nothingSent: OneTimePasswordError {
    OneTimePasswordError(.notEnrolled, "the account has no sent code that is still valid; send a new one")
  }

  /// Digits of which each number is as likely as any other.
  private static func random(digits: Int) throws(OneTimePasswordError) -> OneTimeCode {
    let count = (0..<digits).reduce(UInt64(1)) { product, _ in product * 10 }
    // Numbers from here on would make small codes a little likelier.
    let limit = UInt64.max - UInt64.max % count
    while true {
      let bytes = try OneTimePasswordError.catching { () throws(LibCryptoError) in try Randomness.secretBytes(8) }
      let number = bytes.withBytes { bytes in bytes.indices.reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1]) } }
      if number < limit { return OneTimeCode(UInt32(truncatingIfNeeded: number % count), digits: digits) }
    }
  }

  // MARK: Records

  private static func check(_ attempt: Span<UInt8>) throws(OneTimePasswordError) {
    guard (minimumAttemptBytes...maximumAttemptBytes).contains(attempt.count) else {
      let expected = "\(minimumAttemptBytes) to \(maximumAttemptBytes)"
      throw OneTimePasswordError(.configuration, "an attempt has \(attempt.count) bytes, expected \(expected)")
    }
  }

  /// Returns the authenticated message: the digits, and the attempt behind them.
  private func message(_ code: OneTimeCode, _ attempt: Span<UInt8>) -> SecretBytes {
    let digits = Array(code.text.utf8)
    return SecretBytes(count: digits.count + attempt.count) { bytes in
      for index in digits.indices { bytes[index] = digits[index] }
      for index in attempt.indices { bytes[digits.count + index] = attempt[index] }
    }
  }

  private func digest(_ message: SecretBytes, _ key: RecordKey) throws(OneTimePasswordError) -> [UInt8] {
    let context = key.id.bytes
    return try OneTimePasswordError.catching { () throws(SecretError) in
      try message.withBytes { (message) throws(SecretError) in
        try ring.authenticate(message, for: .code, boundTo: context.span)
      }
    }
  }

  private func isValid(
    _ digest: [UInt8],
    _ message: SecretBytes,
    _ key: RecordKey
  ) throws(OneTimePasswordError) -> Bool {
    let context = key.id.bytes
    return try OneTimePasswordError.catching { () throws(SecretError) in
      try message.withBytes { (message) throws(SecretError) in
        try ring.isValid(digest.span, for: message, .code, boundTo: context.span)
      }
    }
  }

  private func write(
    _ state: SentCodeState,
    _ key: RecordKey,
    over record: Record?,
    _ account: String,
    at now: Int64
  ) async throws(OneTimePasswordError) -> Bool {
    // Wrong codes are remembered until a right one comes; without any, a record goes with its code.
    let expires = state.attempts.count == 0 ? state.code.map { $0.sent + Self.lifetime } : nil
    return try await records.write(
      state.bytes,
      as: key,
      over: record,
      account: account,
      format: SentCodeState.format,
      expires: expires ?? RecordContent.never,
      at: now
    )
  }
}
