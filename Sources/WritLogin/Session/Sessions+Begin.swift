// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension Sessions {
  /// Begins a session for a visitor who has not said who they are: a login form needs one for its token.
  ///
  /// - Parameters:
  ///   - data: what the application keeps, at most ``SessionRules/maximumDataBytes``.
  ///   - address: where the request comes from, which ``VisitorLimits`` count; see
  ///     ``ClientAddress/client(of:forwardedFor:isTrustedProxy:)``.
  /// - Throws: ``SessionError`` with the codes `waiting`, `tooLarge`, `storeUnavailable` also when the limits fail,
  ///   `full`, `cancelled`, `failure`.
  public func beginAnonymous(
    data: [UInt8] = [],
    from address: ClientAddress
  ) async throws(SessionError) -> BegunSession {
    let seconds: Int64?
    do throws(StoreError) {
      seconds = try await visitors.take(address)
    } catch {
      throw SessionError(error)
    }
    if let seconds {
      events.record(.visitorRefused(seconds: seconds), from: address)
      throw SessionError(.waiting, "too many sessions of visitors began from one address", retryAfter: seconds)
    }
    return try await beginUnlimitedAnonymous(data: data)
  }

  /// Begins a session for a visitor without a limit: each is a record in the store, so whatever calls this must limit
  /// it.
  ///
  /// - Parameter data: what the application keeps, at most ``SessionRules/maximumDataBytes``.
  /// - Throws: ``SessionError`` with the codes `tooLarge`, `storeUnavailable`, `full`, `cancelled`, `failure`.
  public func beginUnlimitedAnonymous(data: [UInt8] = []) async throws(SessionError) -> BegunSession {
    let now = clock.now
    var fields = try SessionFields(rules, isRemembered: false, at: now)
    fields.data = data
    return try await insertNew(fields, at: now)
  }

  /// Begins a session for an account: at login, once all that was asked for is proved.
  ///
  /// - Parameters:
  ///   - account: an ``AccountName``, compared as bytes.
  ///   - factors: what was proved.
  ///   - label: what the application calls the device, at most ``SessionRules/maximumLabelBytes``.
  ///   - data: what the application keeps, at most ``SessionRules/maximumDataBytes``.
  ///   - isRemembered: whether the user asked to be remembered.
  ///   - old: the session of the request, which ends: its identifier does not lead to the new one.
  ///   - epoch: what ``epoch(of:)`` said before anything was verified: if all sessions of the account were revoked
  ///     since, because its password was changed for example, then what was verified may not be right any more, and
  ///     nothing begins. Without a check only by the name ``SessionEpoch/unchecked``.
  /// - Throws: ``SessionError`` with the codes `ended` when the epoch has ended, `tooLarge`, `configuration` for a name
  ///   that no account can have,
  ///   `storeUnavailable`, `full`, `corrupt`, `cancelled`, `failure`.
  public func begin(
    for account: String,
    proving factors: [AuthenticationFactor],
    label: String = "",
    data: [UInt8] = [],
    isRemembered: Bool = false,
    replacing old: Session?,
    since epoch: SessionEpoch
  ) async throws(SessionError) -> BegunSession {
    if let problem = AccountName.problem(with: account) {
      let code: SessionError.Code = account.utf8.count > AccountName.maximumBytes ? .tooLarge : .configuration
      throw SessionError(code, "the name of a session's account \(problem)")
    }
    let now = clock.now
    var fields = try SessionFields(rules, isRemembered: isRemembered, at: now)
    fields.account = Array(account.utf8)
    fields.label = Array(label.utf8)
    fields.data = data
    for factor in factors { fields.prove(factor, at: now) }
    _ = try fields.content()
    if let old { _ = try await remove(old.record.key, at: now) }
    let others = try await makeRoom(for: fields.account, at: now)
    // Each turn but the first means that all sessions of the account were revoked meanwhile.
    for _ in 0..<Self.maximumAttempts {
      fields.epoch = try await currentEpoch(of: fields.account, at: now)?.number ?? 0
      guard epoch.isUnchecked || epoch.number == fields.epoch else { throw Self.ended }
      let begun = try await insertNew(fields, at: now)
      // A revocation of all either comes now and finds the session, or has come already and is seen here.
      guard try await self.epoch(including: fields, at: now) == fields.epoch else {
        // Its cookie was given to no browser, and its epoch has ended.
        _ = try? await remove(begun.session.record.key, at: now)
        continue
      }
      events.record(.sessionBegan(account: account, session: begun.session.handle))
      if !others.contains(where: { $0.bytes($0.form.label) == fields.label }) {
        events.record(.newDevice(account: account, session: begun.session.handle))
      }
      return begun
    }
    throw SessionError(.ended, "the sessions of the account were revoked concurrently \(Self.maximumAttempts) times")
  }

  /// Gives a session a new identifier, and the old one is dead at once: when its holder has proved more, or gets more
  /// rights.
  ///
  /// Of several calls for one session, one has it; the others throw `ended`. The absolute limit stays as it was.
  ///
  /// - Parameters:
  ///   - session: as it was read; what was written since is kept.
  ///   - factor: what was proved now.
  ///   - data: what the application keeps from now on; what it kept unless given.
  /// - Throws: ``SessionError`` with the codes `ended`, `tooLarge`, `storeUnavailable`, `full`, `corrupt`, `cancelled`,
  ///   `failure`.
  public func rotate(
    _ session: Session,
    proving factor: AuthenticationFactor? = nil,
    data: [UInt8]? = nil
  ) async throws(SessionError) -> BegunSession {
    let now = clock.now
    // Each turn but the first means that another has written the session meanwhile.
    for _ in 0..<Self.maximumAttempts {
      guard let current = try await self.session(session.record.key) else { throw Self.ended }
      var fields = SessionFields(current)
      guard let epoch = try await self.epoch(including: fields, at: now) else {
        _ = try? await remove(current.record.key, current.record.version, at: now)
        throw Self.ended
      }
      fields.epoch = epoch
      fields.created = min(fields.created, now)
      fields.lastSeen = max(fields.lastSeen, now)
      if let data { fields.data = data }
      if let factor { fields.prove(factor, at: now) }
      // The new one first: a process that stops in between leaves the user a session, and one whose handle is looked
      // for finds it.
      let begun = try await insertNew(fields, at: now)
      // A revocation of all either comes now and finds the new one, or has come already and is seen here.
      guard try await remove(current.record.key, current.record.version, at: now),
        try await self.epoch(including: fields, at: now) == epoch
      else {
        // The removal of the old one decides; the cookie of the new one was given to no browser.
        _ = try? await remove(begun.session.record.key, at: now)
        continue
      }
      events.record(.sessionRotated(account: session.account, session: begun.session.handle))
      return begun
    }
    throw Self.ended
  }

  /// Keeps other data in a session, in place of what it kept when it was read.
  ///
  /// - Returns: the session as it is now.
  /// - Throws: ``SessionError`` with the codes `conflict` when its data was changed since it was read, `ended` when it
  ///   was ended or got a new identifier, `tooLarge`, `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func setData(_ data: [UInt8], of session: Session) async throws(SessionError) -> Session {
    let before = session.data
    return try await update(session) { (current) throws(SessionError) in
      guard current == before else {
        throw SessionError(.conflict, "the session was modified concurrently since it was read; read it again")
      }
      return data
    }
  }

  /// Changes the data of a session, whatever was written since it was read.
  ///
  /// - Parameters:
  ///   - session: the session.
  ///   - body: makes the new data of what is kept now; called again for each change by others meanwhile.
  /// - Returns: the session as it is now.
  /// - Throws: ``SessionError`` with the codes `ended` when it was ended or got a new identifier, `tooLarge`,
  ///   `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func updateData(
    of session: Session,
    _ body: ([UInt8]) -> [UInt8]
  ) async throws(SessionError) -> Session {
    try await update(session) { (data) throws(SessionError) in body(data) }
  }

  private func update(
    _ session: Session,
    _ body: ([UInt8]) throws(SessionError) -> [UInt8]
  ) async throws(SessionError) -> Session {
    var current = session
    while true {
      var fields = SessionFields(current)
      fields.data = try body(fields.data)
      if let written = try await replace(current.record, with: fields, at: clock.now) { return written }
      // Each turn means that another has written the session: nothing waits for ever unless others never stop.
      guard !Task.isCancelled else { throw SessionError(StoreError(of: CancellationError())) }
      guard let record = try await read(session.record.key, at: clock.now) else { throw Self.ended }
      current = try Session(record)
    }
  }

  /// Whether a factor was proved in a session not longer ago than this; what was proved in the future was proved now.
  public func hasProved(_ factor: AuthenticationFactor, in session: Session, within limit: Duration) -> Bool {
    let now = clock.now
    return session.factors.contains { $0.factor == factor && Duration.seconds(max(0, now - $0.time)) <= limit }
  }

  static var ended: SessionError { SessionError(.ended, "the session was ended or rotated concurrently") }

  /// The attempts at a write that loses to concurrent writes before it ends with `conflict`.
  static var maximumAttempts: Int { 16 }
  static var modifiedConcurrently: SessionError {
    SessionError(.conflict, "the session was modified concurrently \(maximumAttempts) times")
  }

  /// Stores a session under a new identifier.
  private func insertNew(_ fields: SessionFields, at now: Int64) async throws(SessionError) -> BegunSession {
    let (text, id) = try Self.newIdentifier()
    guard let session = try await insert(fields, as: RecordKey(.session, id), at: now) else {
      throw SessionError(.failure, "a new identifier of a session exists already: the random generator fails")
    }
    let age = fields.isRemembered ? fields.created + fields.absolute - now : nil
    return BegunSession(session: session, cookie: try cookie.setting(text, maximumAge: age))
  }

  private static func newIdentifier() throws(SessionError) -> (text: String, id: RecordID) {
    let secret: SecretBytes
    do throws(LibCryptoError) {
      secret = try Randomness.secretBytes(32)
    } catch {
      throw SessionError(error)
    }
    do throws(StoreError) {
      return try secret.withBytes { (bytes) throws(StoreError) in
        (Base64URL.encode(bytes), try RecordID(hashing: bytes))
      }
    } catch {
      throw SessionError(error)
    }
  }
}
