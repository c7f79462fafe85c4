// SPDX-License-Identifier: Apache-2.0

extension RefreshTokens: TokenRevoking {
  /// The families of an account, the one used last first: a list of signed-in applications.
  ///
  /// A family whose session is over is in it until its token is used or it expires; no token can be had with it.
  ///
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`.
  public func families(of account: String) async throws(RefreshTokenError) -> [RefreshFamily] {
    try await families(of: Array(account.utf8), at: clock.now)
  }

  /// - Parameter passesOver: whether a row that is none, or in a format that is not known, is passed over, or refuses.
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
    try await asking { store in
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
  /// - Parameter token: any token of the family, used or not.
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
    return true
  }

  /// Revokes the family of a token that was issued to this client (RFC 7009); of any other text nothing is told.
  ///
  /// - Throws: `OAuthError` with the code `invalidGrant` when it was issued to another client; ``RefreshTokenError`` with the codes
  ///   `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
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
    guard let family = try await family(key, at: clock.now), family.fields.account.elementsEqual(account.utf8),
      try await remove(key)
    else { return false }
    tellRevoked(family)
    return true
  }

  /// Revokes all families of an account, or all but those that hang on one session: when its password is changed.
  ///
  /// No family that began before the call outlives it.
  ///
  /// - Returns: how many were revoked.
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`: then some may be alive.
  @discardableResult
  public func revokeAll(of account: String, except session: Session?) async throws(RefreshTokenError) -> Int {
    let owner = Array(account.utf8)
    guard !owner.isEmpty else { return 0 }
    var count = 0
    if let session {
      // What cannot be read does not hang on the session, and goes too.
      for record in try await records(of: owner, at: clock.now) {
        guard (try? RefreshFamily(record))?.session != session.handle else { continue }
        if try await remove(record.key) { count += 1 }
      }
    } else {
      count = try await asking { store in try await store.removeAll(.refreshFamily, of: owner, except: nil) }
    }
    events.record(.refreshFamiliesRevoked(account: account, count: count))
    return count
  }

  /// Revokes all families of an account.
  ///
  /// - Returns: how many were revoked.
  /// - Throws: as ``revokeAll(of:except:)``.
  @discardableResult
  public func revokeAll(of account: String) async throws(RefreshTokenError) -> Int {
    try await revokeAll(of: account, except: nil)
  }

  func tellRevoked(_ family: RefreshFamily) {
    events.record(.refreshFamilyRevoked(account: family.account, family: family.handle))
  }
}
