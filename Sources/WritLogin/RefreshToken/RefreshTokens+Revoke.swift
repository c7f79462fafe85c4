// SPDX-License-Identifier: Apache-2.0

public import WritTokens

extension RefreshTokens: TokenRevoking {
  /// The families of an account, the one used last first: a list of signed-in applications.
  ///
  /// Only families that still give tokens: one whose session has ended is not among them.
  ///
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func families(of account: String) async throws(RefreshTokenError) -> [RefreshFamily] {
    let (owner, now) = (Array(account.utf8), clock.now)
    let families = try await families(of: owner, at: now)
    guard !families.isEmpty else { return [] }
    let epoch: EpochRecord?
    do throws(StoreError) { epoch = try await epochs.current(of: owner, at: now) } catch {
      throw RefreshTokenError(error)
    }
    let ends = try await sessionEnds(families, account)
    return families.compactMap { family in
      guard epoch?.includes(family.fields.epoch, of: family.session) ?? true else { return nil }
      guard let session = family.session else { return family }
      guard let end = ends[session] else { return nil }
      var family = family
      family.sessionExpires = end
      return family
    }
  }

  /// When the sessions that some families hang on expire, of those that are alive.
  private func sessionEnds(
    _ families: [RefreshFamily],
    _ account: String
  ) async throws(RefreshTokenError) -> [SessionHandle: Int64] {
    guard let sessions, families.contains(where: { $0.session != nil }) else { return [:] }
    do throws(SessionError) {
      let alive = try await sessions.sessions(of: account, passesOverCorrupt: true)
      return Dictionary(alive.map { ($0.handle, $0.expires) }) { one, _ in one }
    } catch {
      throw RefreshTokenError(error)
    }
  }

  /// - Parameter passesOver: whether a damaged row, or one in an unknown format, is skipped or ends the call with an
  ///   error.
  private func families(
    of account: [UInt8],
    at now: Int64,
    passesOverCorrupt passesOver: Bool = false
  ) async throws(RefreshTokenError) -> [RefreshFamily] {
    var families: [RefreshFamily] = []
    for record in try await records(of: account, at: now) {
      do throws(RefreshTokenError) {
        let family = try RefreshFamily(record)
        if family.expires > now { families.append(family) }
      } catch {
        guard passesOver, error.code == .corrupt else { throw error }
      }
    }
    return families.sorted { $0.rotated > $1.rotated }
  }

  private func records(of account: [UInt8], at now: Int64) async throws(RefreshTokenError) -> [Record] {
    // Two pages could not be more: an account has not so many.
    try await withStore { store in
      try await store.list(.refreshFamily, of: account, after: nil, limit: Store.maximumPage, at: now)
    }
  }

  /// Ends the families of an account that would be too many with one more.
  func makeRoom(for account: [UInt8], at now: Int64) async throws(RefreshTokenError) {
    // One row that is damaged must not keep its owner out.
    let families = try await families(of: account, at: now, passesOverCorrupt: true)
    for family in families.dropFirst(RefreshTokenRules.maximumPerAccount - 1) {
      if try await remove(family.record.key) { tellRevoked(family) }
    }
  }

  /// Revokes the family of a token: at logout of an application without a session.
  ///
  /// - Parameters:
  ///   - token: any token of the family, used or not.
  ///   - client: the client that shows the token.
  /// - Returns: whether there was such a family of this client.
  /// - Throws: ``RefreshTokenError`` with the codes `client`, `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  @discardableResult
  public func revoke(_ token: String, client: String) async throws(RefreshTokenError) -> Bool {
    guard let token = RefreshToken(token) else { return false }
    guard let family = try await family(try token.family(), at: clock.now) else { return false }
    guard client.utf8.elementsEqual(family.fields.client) else {
      throw RefreshTokenError(.client, "the refresh token was issued to another client")
    }
    guard try await remove(family.record.key) else { return false }
    tellRevoked(family)
    guard await publish([family.handle], at: clock.now) else { throw Self.notPublished }
    return true
  }

  /// Revokes the family of a token that was issued to this client (RFC 7009); of any other text nothing is told.
  ///
  /// - Throws: `OAuthError` with the code `invalidGrant` when it was issued to another client; ``RefreshTokenError``
  ///   with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func revoke(_ request: TokenRequest, for client: String) async throws {
    do throws(RefreshTokenError) {
      try await revoke(request.token, client: client)
    } catch {
      throw error.code == .client ? OAuthError(.invalidGrant, error.description) : error
    }
  }

  /// Revokes one family of an account, from the list of its applications.
  ///
  /// - Returns: whether there was such a family of this account.
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`.
  @discardableResult
  public func revoke(_ handle: RefreshFamilyHandle, of account: String) async throws(RefreshTokenError) -> Bool {
    let key = RecordKey(.refreshFamily, handle.id)
    guard let family = try await family(key, at: clock.now) else {
      // Also where the record is gone: a call before may have been stopped here.
      guard await publish([handle], at: clock.now) else { throw Self.notPublished }
      return false
    }
    guard family.fields.account.elementsEqual(account.utf8), try await remove(key) else { return false }
    tellRevoked(family)
    guard await publish([handle], at: clock.now) else { throw Self.notPublished }
    return true
  }

  /// Revokes all families of an account, or all but those that hang on one session: when its password is changed.
  ///
  /// No family that began before the call outlives it. The epoch of the account decides, which is written first; a
  /// store without room for it has some after the families are removed, and it is written then. After an error of the
  /// removal no token of a family that is left can be rotated.
  ///
  /// - Returns: how many were revoked.
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `full`, `corrupt`, `cancelled`, `failure`: call
  ///   it again.
  @discardableResult
  public func revokeAll(of account: String, except session: Session?) async throws(RefreshTokenError) -> Int {
    let owner = Array(account.utf8)
    // No family has a longer name.
    guard 1...RefreshTokenRules.maximumAccountBytes ~= owner.count else { return 0 }
    let now = clock.now
    var failure: RefreshTokenError?
    var epoch: EpochRecord?
    let number = try Self.newEpoch()
    do throws(RefreshTokenError) {
      epoch = try await beginEpoch(number, of: owner, keeping: session?.handle, at: now)
    } catch { failure = error }
    var removal: RefreshTokenError?
    var ended: [RefreshFamilyHandle] = []
    var count = 0
    do throws(RefreshTokenError) {
      for record in try await records(of: owner, at: now) {
        // What cannot be read does not hang on the session, and goes too.
        let family = try? RefreshFamily(record)
        if let session, let family, family.session == session.handle {
          if let epoch { await carry(family, into: epoch, at: now) }
          continue
        }
        ended.append(RefreshFamilyHandle(record.key.id))
        if session != nil, try await remove(record.key) { count += 1 }
      }
    } catch { removal = error }
    if session == nil {
      do throws(RefreshTokenError) {
        count = try await withStore { store in try await store.removeAll(.refreshFamily, of: owner, except: nil) }
        removal = nil
      } catch { removal = error }
    }
    if epoch == nil {
      do throws(RefreshTokenError) {
        _ = try await beginEpoch(number, of: owner, keeping: session?.handle, at: now)
        failure = nil
      } catch { failure = error }
    }
    let isPublished = await publish(ended, at: now)
    if let failure = failure ?? removal { throw failure }
    events.record(.refreshFamiliesRevoked(account: account, count: count))
    if !isPublished { throw Self.notPublished }
    return count
  }

  /// Begins an epoch of an account: no token of a family that began before can be rotated, except those of one session;
  /// nothing is removed yet.
  ///
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `full`, `corrupt`, `cancelled`, `failure`.
  public func outdateAll(of account: String, except session: Session?) async throws(RefreshTokenError) {
    let (owner, now) = (Array(account.utf8), clock.now)
    guard 1...RefreshTokenRules.maximumAccountBytes ~= owner.count else { return }
    let epoch = try await beginEpoch(Self.newEpoch(), of: owner, keeping: session?.handle, at: now)
    guard let session else { return }
    for family in try await families(of: owner, at: now, passesOverCorrupt: true) where family.session == session.handle
    {
      await carry(family, into: epoch, at: now)
    }
  }

  private static func newEpoch() throws(RefreshTokenError) -> UInt64 {
    do throws(StoreError) { return try AccountEpochs<Store>.newNumber() } catch { throw RefreshTokenError(error) }
  }

  private func beginEpoch(
    _ number: UInt64,
    of account: [UInt8],
    keeping session: SessionHandle?,
    at now: Int64
  ) async throws(RefreshTokenError) -> EpochRecord {
    do throws(StoreError) {
      return try await epochs.begin(number, of: account, at: now) { epoch in
        session.map { EpochRecord.Exempt(session: $0, epoch: epoch?.number ?? 0) }
      }
    } catch {
      throw RefreshTokenError(error)
    }
  }

  /// Lets a family that a revocation keeps belong to the new epoch; where it cannot, the epoch still keeps it.
  private func carry(_ family: RefreshFamily, into epoch: EpochRecord, at now: Int64) async {
    var fields = family.fields
    guard epoch.includes(fields.epoch, of: fields.session) else { return }
    fields.epoch = epoch.number
    guard let content = try? fields.content() else { return }
    _ = try? await store.replace(family.record.key, family.record.version, with: content, at: now)
  }

  /// Revokes all families of an account.
  ///
  /// - Returns: how many were revoked.
  /// - Throws: as ``revokeAll(of:except:)``.
  @discardableResult
  public func revokeAll(of account: String) async throws(RefreshTokenError) -> Int {
    try await revokeAll(of: account, except: nil)
  }

  /// Publishes that families are revoked, each of them whatever becomes of the others.
  ///
  /// - Returns: whether all were published.
  func publish(_ handles: [RefreshFamilyHandle], at now: Int64) async -> Bool {
    guard let revocations else { return true }
    var isPublished = true
    for handle in handles {
      do throws(StoreError) { try await revocations.publish(handle, at: now) } catch { isPublished = false }
    }
    return isPublished
  }

  private static var notPublished: RefreshTokenError {
    RefreshTokenError(
      .storeUnavailable,
      "refresh tokens were revoked, but not published: their access tokens may be accepted until they expire"
    )
  }

  func tellRevoked(_ family: RefreshFamily) {
    events.record(.refreshFamilyRevoked(account: family.account, family: family.handle))
  }
}
