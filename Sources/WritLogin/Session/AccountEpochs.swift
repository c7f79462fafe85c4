// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The epoch of an account as it is stored: what began in another one is revoked.
///
///     0 number 8, and where a session outlives the revocation: 8 its handle 16 · 24 the epoch that it began in 8
struct EpochRecord: Sendable, Equatable {
  static let format: UInt8 = 2

  /// The session that outlives a revocation, with what hangs on it.
  struct Exempt: Sendable, Equatable {
    let session: SessionHandle
    /// The epoch that it belonged to before.
    let epoch: UInt64
  }

  /// Never 0, which is the epoch of accounts that were never revoked.
  let number: UInt64
  let exempt: Exempt?

  /// - Parameters:
  ///   - epoch: the one that a session or a family says it belongs to.
  ///   - session: the session itself, or the one that a family hangs on.
  /// - Returns: whether nothing has revoked it.
  func includes(_ epoch: UInt64, of session: SessionHandle?) -> Bool {
    if epoch == number { return true }
    guard let exempt, let session else { return false }
    return exempt.session == session && exempt.epoch == epoch
  }

  init(number: UInt64, exempt: Exempt?) {
    self.number = number
    self.exempt = exempt
  }

  /// - Throws: ``StoreError`` with the code `corrupt` for everything that ``bytes`` is not.
  init(_ content: RecordContent) throws(StoreError) {
    let bytes = Array(try content.bytes(format: Self.format))
    func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    switch bytes.count {
    case 8: exempt = nil
    case 32:
      guard let handle = SessionHandle(bytes.span.extracting(8..<24)) else { throw Self.corrupt }
      exempt = Exempt(session: handle, epoch: word(24))
    default: throw Self.corrupt
    }
    number = word(0)
  }

  var bytes: [UInt8] {
    func word(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    guard let exempt else { return word(number) }
    return word(number) + exempt.session.array + word(exempt.epoch)
  }

  private static let corrupt = StoreError(
    .corrupt,
    "the stored epoch of an account is damaged, or in an unknown format"
  )
}

/// The epochs of accounts: one record for each account that was revoked, whose one write ends all that began before it.
///
/// Sessions and families of refresh tokens remember the epoch that they began in. Whatever is removed afterwards only
/// makes room: where the removal fails, or its process dies, no earlier session is renewed. The record is stored longer
/// than anything that began before it; where there is none, nothing was revoked.
struct AccountEpochs<Store: RecordStore>: Sendable {
  /// The attempts at a new epoch that loses to concurrent writes before it ends with `conflict`.
  private static var maximumTries: Int { 1024 }

  let store: Store
  let kind: RecordKind
  /// The lifetime of the record of an epoch, in seconds.
  let lifetime: Int64

  /// The epochs of sessions.
  static func sessions(_ store: Store) -> AccountEpochs {
    AccountEpochs(store: store, kind: .sessionEpoch, lifetime: Int64(SessionRules.longestSeconds) + 86_400)
  }

  /// The epochs of families of refresh tokens.
  static func families(_ store: Store) -> AccountEpochs {
    AccountEpochs(store: store, kind: .refreshEpoch, lifetime: Int64(RefreshTokenRules.longestSeconds) + 86_400)
  }

  /// The epoch of an account; `nil` when nothing was revoked for as long as anything lasts.
  nonisolated(nonsending) func current(of account: [UInt8], at now: Int64) async throws(StoreError) -> EpochRecord? {
    guard let record = try await read(key(account), at: now) else { return nil }
    return try EpochRecord(record.content)
  }

  /// A number for ``begin(_:of:at:keeping:)``, random so that none comes twice.
  static func newNumber() throws(StoreError) -> UInt64 {
    do throws(LibCryptoError) {
      // Never 0, and never that of no epoch.
      return (try Randomness.bytes(7) + [1]).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    } catch {
      throw StoreError(.failure, error.description, underlyingError: error)
    }
  }

  /// Begins an epoch of an account: the write that decides.
  ///
  /// - Parameters:
  ///   - number: of ``newNumber()``; with the same one again, an epoch that was begun although its answer was lost
  ///     stays as it is.
  ///   - exempt: the session that outlives it, told the epoch until now.
  /// - Returns: the new epoch.
  func begin(
    _ number: UInt64,
    of account: [UInt8],
    at now: Int64,
    keeping exempt: (EpochRecord?) -> EpochRecord.Exempt?
  ) async throws(StoreError) -> EpochRecord {
    let key = try key(account)
    // Each turn but the first means that another has begun one meanwhile.
    for _ in 0..<Self.maximumTries {
      let record = try await read(key, at: now)
      // A record that is damaged must not keep anybody from revoking.
      let current = record.flatMap { try? EpochRecord($0.content) }
      if let current, current.number == number { return current }
      let epoch = EpochRecord(number: number, exempt: exempt(current))
      let bytes = epoch.bytes
      do {
        let content = try RecordContent(
          bytes.span,
          format: EpochRecord.format,
          owner: account,
          expires: now + lifetime
        )
        if let record {
          if try await store.replace(key, record.version, with: content, at: now) != nil { return epoch }
        } else if try await store.insert(content, as: key, at: now) != nil {
          return epoch
        }
      } catch {
        throw StoreError(of: error)
      }
    }
    throw StoreError(.conflict, "the epoch of an account was modified concurrently \(Self.maximumTries) times")
  }

  private func key(_ account: [UInt8]) throws(StoreError) -> RecordKey {
    RecordKey(kind, try RecordID(hashing: account.span))
  }

  private nonisolated(nonsending) func read(_ key: RecordKey, at now: Int64) async throws(StoreError) -> Record? {
    do {
      return try await store.read(key, at: now)
    } catch {
      throw StoreError(of: error)
    }
  }
}
