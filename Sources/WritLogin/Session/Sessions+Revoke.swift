// SPDX-License-Identifier: Apache-2.0

extension Sessions {
  /// The sessions of an account, the one seen last first: a list of devices.
  ///
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`.
  public func sessions(of account: String) async throws(SessionError) -> [Session] {
    try await sessions(of: account, passesOverCorrupt: false)
  }

  func sessions(of account: String, passesOverCorrupt passesOver: Bool) async throws(SessionError) -> [Session] {
    var handles: Set<SessionHandle> = []
    let (owner, now) = (Array(account.utf8), clock.now)
    let sessions = try await sessions(of: owner, at: now, passesOverCorrupt: passesOver)
    guard !sessions.isEmpty else { return [] }
    let epoch = try await currentEpoch(of: owner, at: now)
    return sessions.filter { session in
      // One that is getting a new identifier just now is there twice; one that was revoked may not have been removed.
      (epoch?.includes(session.form.epoch, of: session.handle) ?? true) && handles.insert(session.handle).inserted
    }
  }

  /// The session of an account that has this handle, with the time of this request written where it is due: for tokens
  /// that hang on it.
  ///
  /// - Returns: `nil` when the session has ended.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func session(_ handle: SessionHandle, of account: String) async throws(SessionError) -> Session? {
    try await session(handle, of: Array(account.utf8))
  }

  func session(_ handle: SessionHandle, of account: [UInt8]) async throws(SessionError) -> Session? {
    // Each turn but the first means that the session got a new identifier meanwhile.
    for _ in 0..<Self.maximumAttempts {
      let found = try await sessions(of: account, at: clock.now, passesOverCorrupt: true).filter { $0.handle == handle }
      guard !found.isEmpty else { return nil }
      var isCurrent = false
      for session in found {
        // What a token rests on is compared with the epoch each time, not once in a while.
        guard try await epoch(including: SessionFields(session), at: clock.now) != nil else { continue }
        isCurrent = true
        if let session = try await self.session(session.record.key) { return session }
      }
      guard isCurrent else { return nil }
    }
    throw Self.modifiedConcurrently
  }

  /// - Parameter passesOver: whether a damaged row, or one in an unknown format, is skipped or ends the call with an
  ///   error.
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

  /// Ends a session, at logout, and also when it got a new identifier meanwhile, or another server was stopped while
  /// giving it one.
  ///
  /// The removal of its record decides; after it the end is published for access tokens.
  ///
  /// - Returns: the Set-Cookie field that removes the cookie.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `cancelled`: then it may still be alive, or its
  ///   access tokens may be; end it again.
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
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `cancelled`: revoke it again.
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
    for _ in 0..<Self.maximumAttempts {
      let now = clock.now
      let found = try await sessions(of: Array(account.utf8), at: now, passesOverCorrupt: true).filter {
        $0.handle == handle
      }
      guard !found.isEmpty else {
        if isEnded { events.record(.sessionRevoked(account: account, session: handle)) }
        // Also where the record was gone: a call before may have been stopped here.
        try await publish([handle], at: now)
        return isEnded
      }
      for session in found where try await remove(session.record.key, at: now) { isEnded = true }
    }
    throw Self.modifiedConcurrently
  }

  /// Ends all sessions of an account, or all but one: when its password is changed.
  ///
  /// No session that began before the call outlives it, nor does one that is rotated meanwhile. The epoch of the
  /// account decides, which is written first; a store without room for it has some after the sessions are removed, and
  /// it is written then. After an error of the removal, sessions that are left are taken for
  /// ``SessionRules/renewalInterval`` at most.
  ///
  /// - Parameters:
  ///   - account: whose.
  ///   - exempt: the one that stays, if it is the account's.
  /// - Returns: how many were ended.
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `full`, `cancelled`, `failure`: call it again.
  @discardableResult
  public func revokeAll(of account: String, except exempt: Session?) async throws(SessionError) -> Int {
    let now = clock.now
    let owner = Array(account.utf8)
    // No session has a longer name.
    guard 1...SessionRules.maximumAccountBytes ~= owner.count else { return 0 }
    let exempt = exempt.flatMap { $0.record.content.owner.elementsEqual(owner) ? $0 : nil }
    var failure: SessionError?
    var epoch: EpochRecord?
    let number = try Self.newEpoch()
    do throws(SessionError) {
      epoch = try await beginEpoch(number, of: owner, keeping: exempt, at: now)
    } catch { failure = error }
    let ended = try? await sessions(of: owner, at: now, passesOverCorrupt: true).map(\.handle)
    var count = 0
    var removal: SessionError?
    do {
      count = try await store.removeAll(.session, of: owner, except: exempt?.record.key.id)
    } catch { removal = SessionError(StoreError(of: error)) }
    if epoch == nil {
      do throws(SessionError) {
        epoch = try await beginEpoch(number, of: owner, keeping: exempt, at: now)
        failure = nil
      } catch { failure = error }
    }
    // Without this the epoch still keeps the session; the next revocation that keeps it may not.
    if let exempt, let epoch { try? await carry(exempt, into: epoch) }
    do throws(SessionError) {
      try await publish((ended ?? []).filter { $0 != exempt?.handle }, at: now)
    } catch { failure = failure ?? error }
    if let failure = failure ?? removal { throw failure }
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

  /// Begins an epoch of an account: nothing that began before is renewed, except one session; nothing is removed yet.
  ///
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `full`, `cancelled`, `failure`.
  public func outdateAll(of account: String, except exempt: Session?) async throws(SessionError) {
    let (owner, now) = (Array(account.utf8), clock.now)
    guard 1...SessionRules.maximumAccountBytes ~= owner.count else { return }
    let exempt = exempt.flatMap { $0.record.content.owner.elementsEqual(owner) ? $0 : nil }
    let epoch = try await beginEpoch(Self.newEpoch(), of: owner, keeping: exempt, at: now)
    if let exempt { try await carry(exempt, into: epoch) }
  }

  private static func newEpoch() throws(SessionError) -> UInt64 {
    do throws(StoreError) { return try AccountEpochs<Store>.newNumber() } catch { throw SessionError(error) }
  }

  /// Publishes the end of each session, even if publishing others fails.
  private func publish(_ handles: [SessionHandle], at now: Int64) async throws(SessionError) {
    guard let revocations else { return }
    var failure: StoreError?
    for handle in handles {
      do throws(StoreError) { try await revocations.publish(handle, at: now) } catch { failure = error }
    }
    if let failure { throw SessionError(failure) }
  }
}
