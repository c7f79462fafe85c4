// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Codes on paper for the day when an authenticator is lost: ten of 80 bits, each good once.
///
///     let codes = RecoveryCodes(store: store, ring: ring)
///     let texts = try await codes.generate(for: "alice")                  // shown once
///     let rest = try await codes.verify("GEZD-GNBV-GY3T-QOJQ", account: "alice")
///     try await passwords.unlock("alice")                                  // or a new authenticator
///
/// They rest as HMACs under the ring, bound to the account. Nobody guesses 80 bits, so wrong ones cost no time
/// (NIST SP 800-63B, 5.1.2.2), and nobody can shut the owner out of this way.
public struct RecoveryCodes<Store: RecordStore>: Sendable {
  /// Codes that are made at once.
  public static var count: Int { 10 }

  private let records: AccountRecords<Store>
  private let ring: SecretRing
  private let clock: TokenClock

  /// - Parameters:
  ///   - store: where the codes are kept.
  ///   - ring: what keys their HMACs. A secret of it must stay until the codes that were made under it have been replaced.
  ///   - clock: where the time comes from.
  public init(store: Store, ring: SecretRing, clock: TokenClock = .system) {
    records = AccountRecords(store: store, kind: .recoveryCodes)
    self.ring = ring
    self.clock = clock
  }

  /// Makes new codes; those before are good no more.
  ///
  /// - Returns: the codes, to be shown to their owner once.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `store`, `failure`.
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
    let kept = KeptCodes(identifier: identifier, digests: digests)
    try await records.untilUndisturbed { () async throws(OneTimePasswordError) -> Void? in
      let now = clock.now
      let record = try await records.read(key, at: now)
      return try await write(kept, key, over: record, account, at: now) ? () : nil
    }
    return texts
  }

  /// Takes a code, which is good no more.
  ///
  /// - Parameter code: what was typed: 16 characters of base32, letters of either case, with the three hyphens or without.
  /// - Returns: how many are left.
  /// - Throws: `OneTimePasswordError` with the codes `wrong` also of a code that was used, `notEnrolled`, `configuration`, `ring`, `store`,
  ///   `failure`. Whichever it is, the code is not accepted.
  public func verify(_ code: String, account: String) async throws(OneTimePasswordError) -> Int {
    let key = try records.key(account, "recovery")
    return try await records.untilUndisturbed { () async throws(OneTimePasswordError) -> Int? in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { throw Self.notEnrolled }
      var kept = try KeptCodes(record)
      guard let code = RecoveryCode.bytes(code) else { throw OneTimePasswordError.wrong }
      guard kept.remove(try digest(code, key, under: kept.identifier)) else { throw OneTimePasswordError.wrong }
      return try await write(kept, key, over: record, account, at: now) ? kept.digests.count : nil
    }
  }

  /// How many codes are left; `nil` when none were made.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `ring`, `store`, `failure`.
  public func remaining(of account: String) async throws(OneTimePasswordError) -> Int? {
    let record = try await records.read(records.key(account, "recovery"), at: clock.now)
    return try record.map { (record) throws(OneTimePasswordError) in try KeptCodes(record).digests.count }
  }

  /// Removes all codes of an account.
  ///
  /// - Returns: whether there were any.
  /// - Throws: `OneTimePasswordError` with the codes `configuration`, `store`, `failure`.
  @discardableResult
  public func remove(_ account: String) async throws(OneTimePasswordError) -> Bool {
    let key = try records.key(account, "recovery")
    return try await records.untilUndisturbed { () async throws(OneTimePasswordError) -> Bool? in
      let now = clock.now
      guard let record = try await records.read(key, at: now) else { return false }
      return try await records.remove(record, at: now) ? true : nil
    }
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
    _ kept: KeptCodes,
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
      format: KeptCodes.format,
      expires: RecordContent.never,
      at: now
    )
  }
}
