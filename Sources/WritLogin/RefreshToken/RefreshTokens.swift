// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Refresh tokens that are used once each (RFC 6749, section 6; RFC 9700, section 4.14): kept in a store, as hashes.
///
///     let tokens = try RefreshTokens(store: store, ring: ring, sessions: sessions)
///     let grant = try await tokens.begin(for: "ines", client: "app", scopes: ["read", "write"], since: epoch)
///     let next = try await tokens.rotate(grant.token, client: "app")  // grant.token is used
///
/// A rotation is one compare-and-swap. A client that asks again within a short window, because the answer was lost or
/// two tabs asked at once, gets the same successor, until that is used. A token that is used again after the window has
/// been stolen, from the client or by it: then the whole family is revoked, and
/// ``SecurityEvent/refreshTokenReused(account:family:session:)`` is told. So a client that was cut off for longer than
/// the window, between its request and the answer, has to log in again.
///
/// A family ends by its limits, by revocation, and with the session that it hangs on: also when that was idle for too
/// long, which ``RefreshFamily/expires`` says. Each use of a token is a request of the session. An application that
/// should stay signed in when the browser's session has ended has a family that stands alone (`session: nil`). Nothing
/// that a clock does brings a family back.
///
/// What decides: of one family its record, whose removal revokes it. Of all families of an account its epoch, a record
/// that ``revokeAll(of:except:)`` writes before it removes anything, and that each rotation reads.
public struct RefreshTokens<Store: RecordStore>: Sendable {
  let store: Store
  let ring: SecretRing
  let sessions: Sessions<Store>?
  let rules: RefreshTokenRules
  let clock: TokenClock
  let events: SecurityEvents
  let revocations: RevocationPublisher?
  let epochs: AccountEpochs<Store>

  /// - Parameters:
  ///   - store: where families are kept.
  ///   - ring: for the successors, sealed for the time of the window.
  ///   - sessions: where families that hang on a session look for it.
  ///   - rules: how long families last; those of ``RefreshTokenRules/init(window:idle:absolute:)`` unless given.
  ///   - revocations: where the end of a family is published, for the access tokens that name it.
  ///   - clock: the clock of the system, except in tests.
  ///   - events: where beginnings, ends and thefts are told.
  /// - Throws: ``RefreshTokenError``: never, with the usual rules.
  public init(
    store: Store,
    ring: SecretRing,
    sessions: Sessions<Store>? = nil,
    rules: RefreshTokenRules? = nil,
    revocations: RevocationPublisher? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) throws(RefreshTokenError) {
    self.store = store
    self.ring = ring
    self.sessions = sessions
    if let rules { self.rules = rules } else { self.rules = try RefreshTokenRules() }
    self.revocations = revocations
    epochs = .families(store)
    self.clock = clock
    self.events = events
  }

  /// Issues the first token of a family: at login, once the client is known and the user has agreed.
  ///
  /// - Parameters:
  ///   - account: an ``AccountName``, compared as bytes.
  ///   - client: its identifier, 1 to ``RefreshTokenRules/maximumClientBytes``, compared as bytes.
  ///   - scopes: what is granted, ``RefreshTokenRules/maximumScopeBytes`` in all.
  ///   - thumbprint: of the key of a DPoP proof, that each rotation must prove to have then (RFC 9449, section 5).
  ///   - session: the one whose end ends the family, of the same account; none unless given.
  ///   - epoch: what ``epoch(of:)`` or ``Sessions/epoch(of:)`` said before anything was verified: a family does not
  ///     begin by a password that was reset since. Without a check only by the name ``SessionEpoch/unchecked``.
  /// - Throws: ``RefreshTokenError`` with the codes `revoked` when the epoch has ended, `tooLarge`, `scope`,
  ///   `configuration`, `sessionEnded`, `storeUnavailable`, `full`, `corrupt`, `cancelled`, `failure`.
  public func begin(
    for account: String,
    client: String,
    scopes: [String] = [],
    thumbprint: String? = nil,
    session: Session? = nil,
    since epoch: SessionEpoch
  ) async throws(RefreshTokenError) -> RefreshGrant {
    let now = clock.now
    if let problem = AccountName.problem(with: account) {
      let hasLength = 1...AccountName.maximumBytes ~= account.utf8.count
      throw RefreshTokenError(hasLength ? .configuration : .tooLarge, "the name of a family's account \(problem)")
    }
    guard 1...RefreshTokenRules.maximumClientBytes ~= client.utf8.count else {
      throw RefreshTokenError(.tooLarge, "the name of a client is empty or too long")
    }
    let token = try RefreshToken.first()
    let granted = try Scopes(scopes)
    var fields = RefreshFamilyFields(
      account: Array(account.utf8),
      client: Array(client.utf8),
      scopes: granted.bytes,
      current: try token.digest(),
      rules,
      at: now
    )
    if let thumbprint { fields.key = try Self.key(thumbprint) }
    fields.epoch = try await checkEpoch(of: fields.account, since: epoch, at: now)
    var sessionExpires: Int64?
    if let session {
      guard session.record.content.owner.elementsEqual(account.utf8) else {
        throw RefreshTokenError(.configuration, "a session of another account was given for a refresh token")
      }
      fields.session = session.handle
      sessionExpires = try await checkSession(of: fields)
    }
    try await makeRoom(for: fields.account, at: now)
    let (key, content) = (try token.family(), try fields.content())
    let version = try await withStore { store in try await store.insert(content, as: key, at: now) }
    guard let version else {
      throw RefreshTokenError(.failure, "a new refresh token exists already: the random generator fails")
    }
    // A revocation of all either comes now and finds the family, or has come already and is seen here.
    do throws(RefreshTokenError) {
      guard try await checkEpoch(of: fields.account, since: epoch, at: now) == fields.epoch else { throw Self.revoked }
    } catch {
      // No client has its token, and its epoch has ended.
      _ = try? await remove(key)
      throw error
    }
    var family = try RefreshFamily(Record(key: key, version: version, content: content))
    family.sessionExpires = sessionExpires
    events.record(.refreshFamilyBegan(account: account, family: family.handle))
    return RefreshGrant(token: token.text, family: family, scopes: granted.texts)
  }

  /// The epoch of an account, to be read before anything is verified, and given to
  /// ``begin(for:client:scopes:thumbprint:session:since:)``; as ``Sessions/epoch(of:)``.
  ///
  /// - Throws: ``RefreshTokenError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func epoch(of account: String) async throws(RefreshTokenError) -> SessionEpoch {
    do throws(StoreError) {
      return try await AccountEpochs.both(store, of: Array(account.utf8), at: clock.now)
    } catch {
      throw RefreshTokenError(error)
    }
  }

  /// Exchanges a token for its successor: at the token endpoint, with an access token.
  ///
  /// Authenticate the client before, if it has a secret. Where the answer is `invalid_grant` it has to log in again;
  /// `OAuthResponse.init(_:)` makes the answer of an error.
  ///
  /// - Parameters:
  ///   - token: as the client has sent it.
  ///   - client: its identifier.
  ///   - scopes: the scopes of the access token, all that were granted unless given; the successor keeps all (RFC
  ///     6749, section 6).
  ///   - thumbprint: of the key of the request's DPoP proof, if it has one.
  /// - Throws: ``RefreshTokenError`` with the codes `invalid`, `reused`, `superseded`, `client`, `scope`, `key`,
  ///   `sessionEnded`, `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func rotate(
    _ token: String,
    client: String,
    scopes: [String]? = nil,
    thumbprint: String? = nil
  ) async throws(RefreshTokenError) -> RefreshGrant {
    guard let token = RefreshToken(token) else { throw Self.invalid }
    let asked = try scopes.map { (scopes) throws(RefreshTokenError) in try Scopes(scopes) }
    let (key, digest) = (try token.family(), try token.digest())
    // Each turn but the first means that another has rotated or revoked the family meanwhile.
    for _ in 0..<Self.maximumAttempts {
      let now = clock.now
      guard let family = try await family(key, at: now) else { throw Self.invalid }
      let use = family.fields.use(of: digest, window: rules.window, at: now)
      if use == .reused {
        // Published first: when it fails, the removal still decides, and when the removal fails, the token is shown
        // again.
        let isPublished = await publish([family.handle], at: now)
        guard try await remove(family.record) else { continue }
        let (account, handle) = (family.account, family.handle)
        events.record(.refreshTokenReused(account: account, family: handle, session: family.session))
        if !isPublished { events.record(.revocationNotPublished(account: account)) }
        throw RefreshTokenError(.reused, "a refresh token was used again: its family is revoked")
      }
      let granted = try check(family.fields, client, asked, thumbprint)
      guard let epoch = try await self.epoch(including: family.fields, at: now) else {
        // The epoch has decided; the removal only makes room.
        if (try? await remove(family.record)) ?? false { tellRevoked(family) }
        throw Self.invalid
      }
      let sessionExpires: Int64?
      do throws(RefreshTokenError) {
        sessionExpires = try await checkSession(of: family.fields)
      } catch {
        if error.code == .sessionEnded, try await remove(family.record) { tellRevoked(family) }
        throw error
      }
      switch use {
      case .current:
        guard let rotated = try await rotate(family, from: token, into: epoch, at: now) else { continue }
        return grant(rotated.token, rotated.family, granted, sessionExpires)
      case .again:
        guard let successor = try family.fields.successor?.open(with: token, ring) else { throw Self.superseded }
        let current = try successor.digest()
        guard current == family.fields.current else { throw Self.superseded }
        return grant(successor, family, granted, sessionExpires)
      case .superseded, .reused: throw Self.superseded
      }
    }
    throw RefreshTokenError(
      .conflict,
      "the family of refresh tokens was modified concurrently \(Self.maximumAttempts) times"
    )
  }

  private func grant(
    _ token: RefreshToken,
    _ family: RefreshFamily,
    _ granted: Scopes,
    _ sessionExpires: Int64?
  ) -> RefreshGrant {
    var family = family
    family.sessionExpires = sessionExpires
    return RefreshGrant(token: token.text, family: family, scopes: granted.texts)
  }

  /// Makes a new token the current one; `nil` when another was faster.
  private func rotate(
    _ family: RefreshFamily,
    from token: RefreshToken,
    into epoch: UInt64,
    at now: Int64
  ) async throws(RefreshTokenError) -> (token: RefreshToken, family: RefreshFamily)? {
    let secret = try RefreshTokenError.catching { () throws(LibCryptoError) in
      try Randomness.secretBytes(RefreshToken.halfCount)
    }
    let successor = RefreshToken(secret, after: token)
    var fields = family.fields
    let sealed = rules.window > 0 ? try SealedSuccessor(secret, under: token, ring) : nil
    fields.rotate(to: try successor.digest(), sealed, window: rules.window, at: now)
    fields.epoch = epoch
    let content = try fields.content()
    let record = family.record
    let version = try await withStore { store in
      try await store.replace(record.key, record.version, with: content, at: now)
    }
    guard let version else { return nil }
    return (successor, try RefreshFamily(Record(key: record.key, version: version, content: content)))
  }

  // MARK: What a token is bound to

  /// - Returns: the scopes that were asked for, all that were granted otherwise.
  private func check(
    _ fields: RefreshFamilyFields,
    _ client: String,
    _ asked: Scopes?,
    _ thumbprint: String?
  ) throws(RefreshTokenError) -> Scopes {
    guard client.utf8.elementsEqual(fields.client) else {
      throw RefreshTokenError(.client, "the refresh token was issued to another client")
    }
    if let key = fields.key {
      guard let thumbprint, let proved = try? Self.key(thumbprint), proved == key else {
        throw RefreshTokenError(.key, "the refresh token is bound to a key that the request does not prove to have")
      }
    }
    let granted = Scopes(fields.scopes)
    guard let asked else { return granted }
    guard asked.isWithin(granted) else {
      throw RefreshTokenError(.scope, "a scope was requested that was not granted with the refresh token")
    }
    return asked
  }

  /// - Returns: when the session that a family hangs on expires; `nil` for one that stands alone.
  private func checkSession(of fields: RefreshFamilyFields) async throws(RefreshTokenError) -> Int64? {
    guard let handle = fields.session else { return nil }
    guard let sessions else {
      throw RefreshTokenError(
        .configuration,
        "a refresh token belongs to a session; give `RefreshTokens` the `sessions` to look it up in"
      )
    }
    let session: Session?
    do throws(SessionError) {
      session = try await sessions.session(handle, of: fields.account)
    } catch {
      throw RefreshTokenError(error)
    }
    guard let session else { throw RefreshTokenError(.sessionEnded, "the session of the refresh token has ended") }
    return session.expires
  }

  /// - Returns: the epoch of families that begin now.
  private func checkEpoch(
    of account: [UInt8],
    since epoch: SessionEpoch,
    at now: Int64
  ) async throws(RefreshTokenError) -> UInt64 {
    let current: SessionEpoch
    do throws(StoreError) {
      current = try await AccountEpochs.both(store, of: account, at: now)
    } catch {
      throw RefreshTokenError(error)
    }
    guard epoch.isUnchecked || epoch == current else { throw Self.revoked }
    return current.familyNumber
  }

  /// The epoch that a family belongs to from now on; `nil` when it was revoked.
  private func epoch(including fields: RefreshFamilyFields, at now: Int64) async throws(RefreshTokenError) -> UInt64? {
    do throws(StoreError) {
      guard let epoch = try await epochs.current(of: fields.account, at: now) else { return fields.epoch }
      return epoch.includes(fields.epoch, of: fields.session) ? epoch.number : nil
    } catch {
      throw RefreshTokenError(error)
    }
  }

  private static func key(_ thumbprint: String) throws(RefreshTokenError) -> [UInt8] {
    guard let bytes = Base64URL.decode(thumbprint.utf8.span), bytes.count == 32 else {
      throw RefreshTokenError(.configuration, "the thumbprint of a key is not a SHA-256 in base64url")
    }
    return bytes
  }

  static var invalid: RefreshTokenError {
    RefreshTokenError(.invalid, "the refresh token is not known, or has expired, or was revoked")
  }
  private static var revoked: RefreshTokenError {
    RefreshTokenError(.revoked, "the account was revoked since the given epoch; authenticate the user again")
  }
  private static var superseded: RefreshTokenError {
    RefreshTokenError(
      .superseded,
      "the refresh token and its successor were both used a moment ago; try again with the token that is stored now"
    )
  }
}

extension RefreshFamilyFields {
  /// The meaning of a token of the family that is used.
  enum Use {
    /// It is the one that can be used.
    case current
    /// It was used last, within the window, and its successor was not.
    case again
    /// It was used within the window, and so was its successor.
    case superseded
    /// It was used longer ago.
    case reused
  }

  /// Returns the meaning of a used token by its hash: a token of the family that is neither the current nor the
  /// previous one is old.
  func use(of digest: [UInt8], window: Int64, at now: Int64) -> Use {
    if isEqualInConstantTime(digest.span, current.span) { return .current }
    guard let index = recent.lastIndex(where: { isEqualInConstantTime($0.digest.span, digest.span) }) else {
      return .reused
    }
    // With a clock that was set back the time since then is unknown: no successor then, and no theft.
    guard now >= recent[index].time else { return .superseded }
    guard now < recent[index].time + window else { return .reused }
    return index == recent.count - 1 ? .again : .superseded
  }
}
