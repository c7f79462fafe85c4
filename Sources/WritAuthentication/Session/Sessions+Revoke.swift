// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension Sessions {
  /// The sessions of an account, the one seen last first: a list of devices.
  ///
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`.
  public func sessions(of account: String) async throws(SessionError) -> [Session] {
    var handles: Set<SessionHandle> = []
    // One that is getting a new identifier just now is there twice.
    return try await sessions(of: Array(account.utf8), at: clock.now).filter { handles.insert($0.handle).inserted }
  }

  /// The session of an account that has this handle, with the time of this request written where it is due: for tokens that hang
  /// on it.
  ///
  /// - Returns: `nil` when it is over.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func session(_ handle: SessionHandle, of account: String) async throws(SessionError) -> Session? {
    try await session(handle, of: Array(account.utf8))
  }

  func session(_ handle: SessionHandle, of account: [UInt8]) async throws(SessionError) -> Session? {
    // Each turn but the first means that the session got a new identifier meanwhile.
    for _ in 0..<16 {
      let found = try await sessions(of: account, at: clock.now, passesOverCorrupt: true).filter { $0.handle == handle }
      guard !found.isEmpty else { return nil }
      for session in found { if let session = try await self.session(session.record.key) { return session } }
    }
    throw SessionError(.storeUnavailable, "a session was changed by others again and again")
  }

  /// - Parameter passesOver: whether a row that is none, or in a format that is not known, is passed over, or refuses.
  private func sessions(
    of account: [UInt8],
    at now: Int64,
    passesOverCorrupt passesOver: Bool = false
  ) async throws(SessionError) -> [Session] {
    let records: [Record]
    do {
      // Two pages could not be more: an account has not so many.
      records = try await store.list(.session, of: account, after: nil, limit: Store.maximumPage, at: now)
    } catch {
      throw SessionError(StoreError(of: error))
    }
    var sessions: [Session] = []
    for record in records {
      do throws(SessionError) {
        let session = try Session(record)
        if session.expires > now { sessions.append(session) }
      } catch {
        guard passesOver, error.code == .corrupt else { throw error }
      }
    }
    return sessions.sorted { $0.lastSeen > $1.lastSeen }
  }

  /// The sessions of an account, after those were ended that would be too many with one more.
  func makeRoom(for account: [UInt8], at now: Int64) async throws(SessionError) -> [Session] {
    // One row that is damaged must not keep its owner out.
    let sessions = try await sessions(of: account, at: now, passesOverCorrupt: true)
    for session in sessions.dropFirst(SessionRules.maximumPerAccount - 1) {
      if try await remove(session.record.key, at: now) {
        events.record(.sessionRevoked(account: session.account, session: session.handle))
      }
    }
    return sessions
  }

  /// Ends a session, at logout, and also when it got a new identifier meanwhile, or another server was stopped while giving it one.
  ///
  /// - Returns: the Set-Cookie field that removes the cookie.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `cancelled`: then it may still be alive.
  @discardableResult
  public func end(_ session: Session) async throws(SessionError) -> String {
    let isEnded = try await remove(session.record.key, at: clock.now)
    if let account = session.account {
      // All that has its handle: what hangs on the session is looked for by that.
      try await revoke(session.handle, of: account, isEnded: isEnded)
    } else if isEnded {
      events.record(.sessionRevoked(account: nil, session: session.handle))
    }
    return cookie.clearing
  }

  /// Ends one session of an account, from the list of its devices.
  ///
  /// - Returns: whether there was such a session of this account.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `cancelled`.
  @discardableResult
  public func revoke(_ handle: SessionHandle, of account: String) async throws(SessionError) -> Bool {
    try await revoke(handle, of: account, isEnded: false)
  }

  @discardableResult
  private func revoke(
    _ handle: SessionHandle,
    of account: String,
    isEnded wasEnded: Bool
  ) async throws(SessionError) -> Bool {
    var isEnded = wasEnded
    // Each turn but the first two means that the session got a new identifier meanwhile.
    for _ in 0..<16 {
      let now = clock.now
      let found = try await sessions(of: Array(account.utf8), at: now, passesOverCorrupt: true).filter {
        $0.handle == handle
      }
      guard !found.isEmpty else {
        if isEnded { events.record(.sessionRevoked(account: account, session: handle)) }
        return isEnded
      }
      for session in found where try await remove(session.record.key, at: now) { isEnded = true }
    }
    throw SessionError(.storeUnavailable, "a session was changed by others again and again")
  }

  /// Ends all sessions of an account, or all but one: when its password is changed.
  ///
  /// No session that began before the call outlives it, nor does one that is rotated meanwhile.
  ///
  /// - Parameters:
  ///   - account: whose.
  ///   - kept: the one that stays, if it is the account's.
  /// - Returns: how many were ended.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `full`, `cancelled`, `failure`: then some may be alive.
  @discardableResult
  public func revokeAll(of account: String, except kept: Session?) async throws(SessionError) -> Int {
    let now = clock.now
    let owner = Array(account.utf8)
    guard !owner.isEmpty else { return 0 }
    let epoch = try await beginEpoch(of: owner, at: now)
    let kept = kept.flatMap { $0.record.content.owner.elementsEqual(owner) ? $0 : nil }
    let count: Int
    do {
      count = try await store.removeAll(.session, of: owner, except: kept?.record.key.id)
    } catch {
      throw SessionError(StoreError(of: error))
    }
    if let kept { try await carry(kept, into: epoch) }
    events.record(.sessionsRevoked(account: account, count: count))
    return count
  }

  /// Ends all sessions of an account.
  ///
  /// - Returns: how many were ended.
  /// - Throws: as ``revokeAll(of:except:)``.
  @discardableResult
  public func revokeAll(of account: String) async throws(SessionError) -> Int {
    try await revokeAll(of: account, except: nil)
  }

  /// Lets a session belong to the sessions after a revocation.
  private func carry(_ kept: Session, into epoch: UInt64) async throws(SessionError) {
    for _ in 0..<16 {
      guard let current = try await session(kept.record.key) else { return }
      var fields = SessionFields(current)
      fields.epoch = epoch
      if try await replace(current.record, with: fields, at: clock.now) != nil { return }
    }
    throw SessionError(.storeUnavailable, "a session was changed by others again and again")
  }

  // MARK: Epochs

  // All sessions of an account are revoked by a new epoch, and then removed. A session remembers its epoch, and whoever stores it
  // anew asks afterwards whether it is still the same: so none slips through between the removals. The record lasts
  // longer than any session that is older than it; where there is none, no session is.

  private static func epochKey(_ account: [UInt8]) throws(SessionError) -> RecordKey {
    do throws(StoreError) {
      return RecordKey(.sessionEpoch, try RecordID(hashing: account.span))
    } catch {
      throw SessionError(error)
    }
  }

  /// Since when an account's sessions are what they are: to be asked for before anything is verified, and given to
  /// ``begin(for:proving:label:data:isRemembered:replacing:since:)``.
  ///
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func epoch(of account: String) async throws(SessionError) -> SessionEpoch {
    SessionEpoch(number: try await epoch(of: Array(account.utf8), at: clock.now) ?? 0)
  }

  /// The epoch of an account; `nil` when nothing was revoked for as long as sessions last.
  func epoch(of account: [UInt8], at now: Int64) async throws(SessionError) -> UInt64? {
    guard let record = try await read(try Self.epochKey(account), at: now) else { return nil }
    guard record.content.format == 1, record.content.byteCount == 8 else {
      throw SessionError(.corrupt, "what is stored as the epoch of an account is none")
    }
    return record.content.bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }

  /// Whether nothing was revoked since the epoch of a session.
  func isCurrent(_ fields: SessionFields, at now: Int64) async throws(SessionError) -> Bool {
    guard !fields.account.isEmpty, let epoch = try await epoch(of: fields.account, at: now) else { return true }
    return epoch == fields.epoch
  }

  /// A new epoch of an account.
  private func beginEpoch(of account: [UInt8], at now: Int64) async throws(SessionError) -> UInt64 {
    let key = try Self.epochKey(account)
    let content: RecordContent
    let epoch: UInt64
    do {
      // Never 0, which is that of sessions before the first one.
      let bytes = try Randomness.bytes(7) + [1]
      epoch = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let lifetime = Int64(SessionRules.longestSeconds) + 86_400
      content = try RecordContent(bytes.span, format: 1, expires: now + lifetime)
    } catch {
      throw SessionError(.failure, "a new epoch of sessions cannot be made")
    }
    // Each turn but the first means that another has begun one meanwhile.
    for _ in 0..<1024 {
      if let record = try await read(key, at: now) {
        if try await replace(record, with: content, at: now) != nil { return epoch }
      } else if try await insert(content, as: key, at: now) != nil {
        return epoch
      }
    }
    throw SessionError(.storeUnavailable, "the epoch of an account was changed by others again and again")
  }
}
