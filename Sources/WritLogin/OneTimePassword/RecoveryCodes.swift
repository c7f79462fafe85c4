// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Codes on paper for the day when an authenticator is lost: ten of 80 bits, each good once.
///
///     let codes = RecoveryCodes(store: store, ring: ring)
///     let texts = try await codes.generate(for: "alice")                  // shown once
///     let rest = try await codes.verify("GEZD-GNBV-GY3T-QOJQ", account: "alice")
///     try await passwords.unlock("alice")                                  // or a new authenticator
///
/// They rest as HMACs under the ring, bound to the account. 80 bits cannot be guessed, so wrong codes cost no wait
/// beyond the limits (NIST SP 800-63B, 5.1.2.2), and attackers cannot lock the owner out for long.
public struct RecoveryCodes<Store: RecordStore>: Sendable {
  /// Codes that are made at once.
  public static var count: Int { 10 }
  /// The most codes of another system that an account can have.
  public static var maximumAdoptedCount: Int { 32 }

  private let records: AccountRecords<Store, OneTimePasswordError>
  private let ring: SecretRing
  private let limits: LoginLimits
  private let clock: TokenClock
  private let events: SecurityEvents

  /// - Parameters:
  ///   - store: where the codes are kept.
  ///   - ring: what keys their HMACs. A secret of it must stay until the codes that were made under it have been
  ///     replaced.
  ///   - limits: how often codes of an account are looked at, right ones too; those of ``LoginLimits`` in the same
  ///     store unless given.
  ///   - clock: where the time comes from.
  ///   - events: where codes that were used, and wrong ones, are told.
  public init(
    store: Store,
    ring: SecretRing,
    limits: LoginLimits? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) {
    records = AccountRecords(store: store, kind: .recoveryCodes)
    self.ring = ring
    self.limits = limits ?? LoginLimits(store: RecordRateLimitStore(store, clock: clock))
    self.clock = clock
    self.events = events
  }

  /// Makes new codes; earlier ones become invalid.
  ///
  /// - Returns: the codes, to be shown to their owner once.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `storeUnavailable`, `failure`.
  public func generate(for account: String) async throws(OneTimePasswordError) -> [String] {
    let key = try records.key(account, "recovery")
    let identifier = ring.identifier
    var texts: [String] = []
    var digests: [[UInt8]] = []
    for _ in 0..<Self.count {
      let code = try OneTimePasswordError.catching { () throws(LibCryptoError) in
        try Randomness.secretBytes(RecoveryCode.byteCount)
      }
      texts.append(RecoveryCode.text(code))
      digests.append(try digest(code, key, under: identifier))
    }
    try await store(StoredCodes(identifier: identifier, digests: digests), key, account)
    return texts
  }

  /// Stores the recovery codes of another system in place of any there are.
  ///
  /// They are compared without letter case, white space and hyphens.
  ///
  /// - Parameters:
  ///   - codes: 1 to ``maximumAdoptedCount`` codes of ASCII letters and digits, as random as 40 bits: ten hexadecimal
  ///     digits, or eight letters and digits. Shorter ones are refused, as wrong codes cost no wait.
  ///   - account: the account, compared as bytes.
  /// - Throws: `OneTimePasswordError` with the codes `malformed`, `weak`, `configuration`, `ring`, `storeUnavailable`,
  ///   `failure`.
  public func adopt(_ codes: [String], for account: String) async throws(OneTimePasswordError) {
    let key = try records.key(account, "recovery")
    guard 1...Self.maximumAdoptedCount ~= codes.count else {
      let count = "\(codes.count) recovery codes were given, expected 1 to \(Self.maximumAdoptedCount)"
      throw OneTimePasswordError(.configuration, count)
    }
    let adopted = codes.compactMap { AdoptedCode($0) }
    guard adopted.count == codes.count else {
      throw OneTimePasswordError(.malformed, "a recovery code has characters other than ASCII letters and digits")
    }
    let bits = AdoptedCode.bits(adopted)
    guard bits >= AdoptedCode.minimumBits else {
      throw OneTimePasswordError(
        .weak,
        "the shortest recovery code has about \(bits) bits, expected at least \(AdoptedCode.minimumBits)"
      )
    }
    let identifier = ring.identifier
    let digests = try adopted.map { (code) throws(OneTimePasswordError) in
      try digest(SecretBytes(copying: code.bytes.span), key, under: identifier)
    }
    try await store(StoredCodes(identifier: identifier, digests: digests), key, account)
  }

  private func store(_ kept: StoredCodes, _ key: RecordKey, _ account: String) async throws(OneTimePasswordError) {
    try await records.retryingOnConflict { () async throws(OneTimePasswordError) -> RecordAttempt<Void> in
      let now = clock.now
      let record = try await records.read(key, at: now)
      return try await RecordAttempt((), isWritten: write(kept, key, over: record, account, at: now))
    }
    events.record(.factorAdded(account: account, factor: .recoveryCode))
  }

  /// Uses up a code.
  ///
  /// - Parameters:
  ///   - code: the code as it was typed: 16 characters of base32, or those of a code that was adopted; letters of
  ///     either case, with hyphens and white space or without.
  ///   - account: the name of the account.
  /// - Returns: how many are left.
  /// - Throws: `OneTimePasswordError` with the codes `wrong` also of a code that was used, `waiting`, `notEnrolled`,
  ///   `configuration`, `ring`, `storeUnavailable`, `failure`. Whichever it is, the code is not accepted.
  public func verify(_ code: String, account: String) async throws(OneTimePasswordError) -> Int {
    let key = try records.key(account, "recovery")
    var isCounted = false
    let remaining = try await records.retryingOnConflict {
      () async throws(OneTimePasswordError) -> RecordAttempt<Int?> in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { throw Self.notEnrolled }
      if !isCounted { try await limits.take(.recoveryCode, of: account, .recoveryCode, events) }
      isCounted = true
      var kept = try StoredCodes(record)
      // One at most is there: a code of ours and an adopted one are never the same bytes.
      let candidates = [RecoveryCode.bytes(code), AdoptedCode(code).map { SecretBytes(copying: $0.bytes.span) }]
      let digests = try candidates.compactMap { $0 }.map { (code) throws(OneTimePasswordError) in
        try digest(code, key, under: kept.identifier)
      }
      guard digests.contains(where: { kept.remove($0) }) else { return .done(nil) }
      return try await RecordAttempt(
        kept.digests.count,
        isWritten: write(kept, key, over: record, account, at: now)
      )
    }
    guard let remaining else {
      events.recordFailure(of: account, .recoveryCode)
      throw OneTimePasswordError.wrong
    }
    events.record(.recoveryCodeUsed(account: account, remaining: remaining))
    return remaining
  }

  /// Returns the number of codes that are left; `nil` when none were made.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `storeUnavailable`, `failure`.
  public func remaining(of account: String) async throws(OneTimePasswordError) -> Int? {
    let record = try await records.read(records.key(account, "recovery"), at: clock.now)
    return try record.map { (record) throws(OneTimePasswordError) in try StoredCodes(record).digests.count }
  }

  /// Removes all codes of an account.
  ///
  /// - Returns: whether there were any.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `storeUnavailable`, `failure`.
  @discardableResult
  public func remove(_ account: String) async throws(OneTimePasswordError) -> Bool {
    guard try await records.removeAny(records.key(account, "recovery"), clock) else { return false }
    events.record(.factorRemoved(account: account, factor: .recoveryCode))
    return true
  }

  private static var notEnrolled: OneTimePasswordError {
    OneTimePasswordError(.notEnrolled, "the account has no recovery codes")
  }

  private func digest(
    _ code: SecretBytes,
    _ key: RecordKey,
    under identifier: String
  ) throws(OneTimePasswordError) -> [UInt8] {
    let context = key.id.bytes
    return try OneTimePasswordError.catching { () throws(SecretError) in
      try code.withBytes { (code) throws(SecretError) in
        try ring.code(of: code, for: .code, boundTo: context.span, under: identifier)
      }
    }
  }

  private func write(
    _ kept: StoredCodes,
    _ key: RecordKey,
    over record: Record?,
    _ account: String,
    at now: Int64
  ) async throws(OneTimePasswordError) -> Bool {
    try await records.write(
      kept.bytes,
      as: key,
      over: record,
      account: account,
      format: StoredCodes.format,
      expires: RecordContent.never,
      at: now
    )
  }
}
