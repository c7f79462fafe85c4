// SPDX-License-Identifier: Apache-2.0

/// All that a store keeps of accounts: lists for an administrator's page, and the removal of an account.
///
///     let accounts = Accounts(store: store, ring: ring, revoking: [sessions, refreshTokens])
///     let page = try await accounts.locks()                    // page.next: the cursor of the next page
///     try await accounts.removeAccount("ines")                 // throws: call it again
public struct Accounts<Store: RecordStore>: Sendable {
  private let store: Store
  private let ring: SecretRing
  private let revoked: [any AccountRevoking]
  private let kinds: [RecordKind]
  private let clock: TokenClock
  private let events: SecurityEvents

  /// - Parameters:
  ///   - store: where everything of accounts is kept.
  ///   - ring: what opens the one-time passwords, to tell which are locked.
  ///   - revoked: what ends first: ``Sessions``, ``RefreshTokens``.
  ///   - kinds: records of the application's own that belong to accounts, those of its ``SingleUsePurpose`` for
  ///     example.
  ///   - clock: the one of all else that uses the store.
  ///   - events: where removals are told.
  public init(
    store: Store,
    ring: SecretRing,
    revoking revoked: [any AccountRevoking],
    kinds: [RecordKind] = [],
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) {
    (self.store, self.ring, self.revoked, self.kinds) = (store, ring, revoked, kinds)
    (self.clock, self.events) = (clock, events)
  }

  // MARK: Removal

  /// Ends and removes all of an account, so that an account made again by the same name has nothing of it.
  ///
  /// Whatever fails keeps nothing else from being removed, but for one order: as long as a way to log in is left, the
  /// second factors stay. First the sessions and families end, then the tokens of links and the password go, then the
  /// other factors; at last what has begun meanwhile ends. Called again, it goes on.
  ///
  /// - Throws: ``StoreError`` with the code of the first failure; the message names what is left.
  public func removeAccount(_ account: String) async throws(StoreError) {
    let owner = Array(account.utf8)
    guard !owner.isEmpty else { return }
    var (failure, left): (StoreError?, [String]) = (nil, [])
    func failed(_ error: any Error, _ name: String) {
      failure = failure ?? StoreError(of: error)
      if !left.contains(name) { left.append(name) }
    }
    func remove(_ parts: [(RecordKind, String)]) async {
      for (kind, name) in parts {
        do { try await store.removeAll(kind, of: owner, except: nil) } catch { failed(error, name) }
      }
    }
    func end() async {
      for part in revoked {
        do { try await part.revokeAll(of: account) } catch { failed(error, "what began before") }
      }
      await remove([(.refreshFamily, "refresh tokens"), (.session, "sessions")])
    }
    await end()
    let beforeFactors = left.count
    await remove(
      [(.passwordReset, "links"), (.verification, "links")] + kinds.map { ($0, "records of the application") }
    )
    await remove([(.password, "the password")])
    if left.count == beforeFactors {
      await remove([
        (.sentCode, "sent codes"), (.recoveryCodes, "recovery codes"), (.oneTimePassword, "authenticators"),
      ])
    } else {
      left.append("the second factors")
    }
    await end()
    if let failure {
      let names = left.joined(separator: ", ")
      let message = "not all of an account was removed, left may be \(names): \(failure.description)"
      throw StoreError(failure.code, message, underlyingError: failure)
    }
    events.record(.accountRemoved(account: account))
  }

  // MARK: Lists

  /// The sessions of all accounts, in no order that means anything; those of visitors are left out.
  ///
  /// - Parameters:
  ///   - cursor: ``AccountPage/next`` of the page before; `nil` for the first one.
  ///   - limit: records that are looked at for a page, ``RecordStore/maximumPage`` at most.
  /// - Throws: ``StoreError``.
  public func sessions(after cursor: RecordID? = nil, limit: Int = 100) async throws(StoreError) -> AccountPage<Session>
  {
    try await page(.session, cursor, limit) { record in
      guard let session = try? Session(record), !session.isAnonymous else { return nil }
      return session
    }
  }

  /// The ways in which an account can prove itself.
  ///
  /// - Throws: ``StoreError``.
  public func credentials(of account: String) async throws(StoreError) -> [AccountCredential] {
    var found: [AccountCredential] = []
    for kind in Self.credentialKinds {
      do {
        let records = try await store.list(
          kind,
          of: Array(account.utf8),
          after: nil,
          limit: Store.maximumPage,
          at: clock.now
        )
        found += records.compactMap(credential)
      } catch {
        throw StoreError(of: error)
      }
    }
    return found
  }

  /// The credentials of all accounts of one factor: passwords, authenticators or recovery codes.
  ///
  /// - Parameters:
  ///   - factor: `.password`, `.oneTimePassword` or `.recoveryCode`; the others have no records.
  ///   - cursor: ``AccountPage/next`` of the page before; `nil` for the first one.
  ///   - limit: records that are looked at for a page, ``RecordStore/maximumPage`` at most.
  /// - Throws: ``StoreError``.
  public func credentials(
    _ factor: AuthenticationFactor,
    after cursor: RecordID? = nil,
    limit: Int = 100
  ) async throws(StoreError) -> AccountPage<AccountCredential> {
    let kind: RecordKind
    switch factor {
    case .password: kind = .password
    case .oneTimePassword: kind = .oneTimePassword
    case .recoveryCode: kind = .recoveryCodes
    case .deliveredCode, .device, .federated: return AccountPage(items: [], next: nil)
    }
    return try await page(kind, cursor, limit, credential)
  }

  /// The accounts that are locked in a factor, until they are recovered or unlocked.
  ///
  /// - Parameters:
  ///   - factor: `.password`, `.oneTimePassword` or `.deliveredCode`; the others are never locked.
  ///   - cursor: ``AccountPage/next`` of the page before; `nil` for the first one.
  ///   - limit: records that are looked at for a page, ``RecordStore/maximumPage`` at most.
  /// - Throws: ``StoreError``.
  public func locks(
    _ factor: AuthenticationFactor = .password,
    after cursor: RecordID? = nil,
    limit: Int = 100
  ) async throws(StoreError) -> AccountPage<String> {
    let kind: RecordKind
    switch factor {
    case .password: kind = .password
    case .oneTimePassword: kind = .oneTimePassword
    case .deliveredCode: kind = .sentCode
    case .recoveryCode, .device, .federated: return AccountPage(items: [], next: nil)
    }
    return try await page(kind, cursor, limit) { record in isLocked(record) ? Self.account(record) : nil }
  }

  // MARK: Records

  private static var credentialKinds: [RecordKind] { [.password, .oneTimePassword, .recoveryCodes] }

  private func page<Item>(
    _ kind: RecordKind,
    _ cursor: RecordID?,
    _ limit: Int,
    _ item: (Record) -> Item?
  ) async throws(StoreError) -> AccountPage<Item> {
    let limit = min(max(1, limit), Store.maximumPage)
    do {
      let records = try await store.list(kind, after: cursor, limit: limit, at: clock.now)
      return AccountPage(items: records.compactMap(item), next: records.count == limit ? records.last?.key.id : nil)
    } catch {
      throw StoreError(of: error)
    }
  }

  private static func account(_ record: Record) -> String? {
    record.content.owner.isEmpty ? nil : String(validating: record.content.owner, as: UTF8.self)
  }

  private func credential(_ record: Record) -> AccountCredential? {
    guard let account = Self.account(record) else { return nil }
    switch record.key.kind {
    case .password:
      // Beside the hash, which is text, there are counts of wrong tries.
      guard record.content.bytes.first == UInt8(ascii: "$") || isOtherHash(record) else { return nil }
      return AccountCredential(account: account, factor: .password, isConfirmed: true, remaining: nil)
    case .oneTimePassword:
      guard let state = state(record) else { return nil }
      return AccountCredential(account: account, factor: .oneTimePassword, isConfirmed: state.isActive, remaining: nil)
    case .recoveryCodes:
      guard let codes = try? StoredCodes(record) else { return nil }
      let count = codes.digests.count
      return AccountCredential(account: account, factor: .recoveryCode, isConfirmed: true, remaining: count)
    default: return nil
    }
  }

  /// Whether a record is a hash that was adopted in a form without a `$` in front.
  private func isOtherHash(_ record: Record) -> Bool {
    guard let text = String(validating: record.content.bytes, as: UTF8.self) else { return false }
    return (try? StoredHash(parsing: text)) != nil
  }

  private func state(_ record: Record) -> OneTimePasswordState? {
    guard OneTimePasswordState.formats.contains(record.content.format),
      let opened = try? OneTimePasswordState.opened(record, ring)
    else { return nil }
    return try? opened.withBytes { (bytes) throws(OneTimePasswordError) in
      try OneTimePasswordState(bytes, format: record.content.format)
    }
  }

  private func isLocked(_ record: Record) -> Bool {
    switch record.key.kind {
    case .password: (try? PasswordAttempts(record))?.isLocked ?? false
    case .oneTimePassword: state(record)?.attempts.isLocked ?? false
    case .sentCode: (try? SentCodeState(record))?.attempts.isLocked ?? false
    default: false
    }
  }
}

/// A page of a list, and where the next one begins.
public struct AccountPage<Item: Sendable>: Sendable {
  /// The items of the page: fewer than were looked at, or none, where other records lie between.
  public let items: [Item]
  /// The cursor of the next page; `nil` when this is the last one.
  public let next: RecordID?
}

/// One way in which an account can prove itself; no secret is in it.
public struct AccountCredential: Sendable, Hashable {
  /// The account.
  public let account: String
  /// The factor that it proves.
  public let factor: AuthenticationFactor
  /// Whether it counts: an authenticator that was not confirmed yet does not.
  public let isConfirmed: Bool
  /// Codes that are left, of recovery codes.
  public let remaining: Int?
}
