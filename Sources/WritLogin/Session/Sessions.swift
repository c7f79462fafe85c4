// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Sessions of a web server: kept in a store, known to the browser by a cookie.
///
///     let sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"])
///     let session = try await sessions.session(in: request.headers["cookie"])  // nil: none; an error: refuse the
///     request
///
/// The identifier is 256 random bits; the store has its SHA-256 only. A session ends when no request came for as long
/// as the idle limit, when the absolute limit is reached, and when it is revoked; no step of a clock brings it back. A
/// clock that is set back lengthens the idle limit by as much, and the absolute one not beyond its length from then on.
///
/// What decides: of one session its record, whose removal ends it. Of all sessions of an account its epoch, a record
/// that ``revokeAll(of:except:)`` writes before it removes anything: each renewal (every
/// ``SessionRules/renewalInterval``), each change of the identifier and each look by a token reads it, and ends a
/// session of an earlier epoch. So where a store fails or a process dies between the two writes, no earlier session is
/// renewed.
public struct Sessions<Store: RecordStore>: Sendable {
  let store: Store
  let ring: SecretRing
  let rules: SessionRules
  let cookie: HostCookie
  let origins: [[UInt8]]
  let clock: TokenClock
  let events: SecurityEvents
  let visitors: VisitorLimits
  let revocations: RevocationPublisher?
  let epochs: AccountEpochs<Store>

  /// - Parameters:
  ///   - store: where sessions are kept.
  ///   - ring: for the tokens against forged requests.
  ///   - origins: of the application's pages, as browsers write them (`https://app.example`, RFC 6454, section 6.1);
  ///     one at least.
  ///   - rules: how long sessions last; those of ``SessionRules/init(idle:absolute:remembered:)`` unless given.
  ///   - cookie: `__Host-session` unless given.
  ///   - visitors: how many sessions of visitors begin from one address; those of ``VisitorLimits`` in the memory of
  ///     this process unless given.
  ///   - revocations: where the end of a session is published, for the access tokens that name it.
  ///   - clock: the clock of the system, except in tests.
  ///   - events: where beginnings and ends are told.
  /// - Throws: ``SessionError`` with the code `configuration` when an origin is none.
  public init(
    store: Store,
    ring: SecretRing,
    origins: [String],
    rules: SessionRules? = nil,
    cookie: HostCookie? = nil,
    visitors: VisitorLimits? = nil,
    revocations: RevocationPublisher? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) throws(SessionError) {
    self.store = store
    self.ring = ring
    self.origins = try RequestOrigin.checked(origins)
    if let rules { self.rules = rules } else { self.rules = try SessionRules() }
    if let cookie { self.cookie = cookie } else { self.cookie = try HostCookie() }
    do throws(StoreError) {
      self.visitors = if let visitors { visitors } else { VisitorLimits(store: try MemoryRateLimitStore()) }
    } catch {
      throw SessionError(error)
    }
    self.revocations = revocations
    epochs = .sessions(store)
    self.clock = clock
    self.events = events
  }

  /// The session of a request.
  ///
  /// - Parameter fields: the values of all its Cookie fields.
  /// - Returns: the session; `nil` when there is no cookie, or its session has ended or never existed.
  /// - Throws: ``SessionError`` with the codes `cookie`, `storeUnavailable`, `corrupt`, `cancelled`, `failure`: the
  /// request must be refused, not treated as one without a session.
  nonisolated(nonsending) public func session(in fields: [String]) async throws(SessionError) -> Session? {
    // On the executor of the caller, as all on this path: a look-up is not worth a change of executors.
    var remaining = RemainingWork.nothing
    let session = try lookUp(fields, &remaining)
    switch remaining {
    case .nothing: return session
    case .renewal(let now):
      guard let session else { return nil }
      return try await renewed(session, session.record.key, at: now)
    case .read(let key): return try await self.session(key)
    }
  }

  /// The work that a look-up leaves because it has to wait for the store.
  private enum RemainingWork {
    case nothing
    /// The session has to be written as of this time, or has expired.
    case renewal(Int64)
    /// The store does not read immediately.
    case read(RecordKey)
  }

  /// Looks up the session of a request without waiting.
  @inline(never)
  private func lookUp(_ fields: [String], _ remaining: inout RemainingWork) throws(SessionError) -> Session? {
    let id: RecordID?
    do throws(SessionError) {
      id = try identifier(in: fields)
    } catch {
      if error.code == .cookie { events.record(.requestRefused(account: nil)) }
      throw error
    }
    guard let id else { return nil }
    let key = RecordKey(.session, id)
    let now = clock.now
    switch store.readImmediately(key, at: now) {
    case .record(let record):
      if try !SessionForm(record.content).isCurrent(at: now) { remaining = .renewal(now) }
      return Session(checked: record)
    case .absent: return nil
    case .mustWait:
      remaining = .read(key)
      return nil
    }
  }

  /// The session of a key, with the time of this request written where it is due.
  nonisolated(nonsending) func session(_ key: RecordKey) async throws(SessionError) -> Session? {
    let now = clock.now
    guard let record = try await read(key, at: now) else { return nil }
    let session = try Session(record)
    return session.form.isCurrent(at: now) ? session : try await renewed(session, key, at: now)
  }

  /// Renews a session that has to be written, or removes one that has expired.
  nonisolated(nonsending) private func renewed(
    _ session: Session,
    _ key: RecordKey,
    at now: Int64
  ) async throws(SessionError) -> Session? {
    var (session, now) = (session, now)
    for attempt in 0..<Self.maximumAttempts {
      if attempt > 0 {
        // The session was modified concurrently.
        now = clock.now
        guard let record = try await read(key, at: now) else { return nil }
        session = try Session(record)
        if session.form.isCurrent(at: now) { return session }
      }
      var fields = SessionFields(session)
      // Where the clock was set back, the session is as old as if it began now.
      fields.created = min(fields.created, now)
      guard fields.created + fields.absolute > now, fields.lastSeen + fields.idle > now else {
        _ = try await remove(key, session.record.version, at: now)
        return nil
      }
      guard let epoch = try await epoch(including: fields, at: now) else {
        // The epoch has decided; the removal only makes room.
        _ = try? await remove(key, session.record.version, at: now)
        return nil
      }
      fields.epoch = epoch
      if now - session.lastSeen >= session.form.interval { fields.lastSeen = now }
      guard fields.isDifferent(from: session.form) else { return session }
      if let written = try await replace(session.record, with: fields, at: now) { return written }
    }
    throw Self.modifiedConcurrently
  }

  /// The key of the session that the cookies name.
  @inline(__always)
  func identifier(in fields: [String]) throws(SessionError) -> RecordID? {
    var reading = CookieReading()
    var id: RecordID?
    let fields = fields.span
    for index in fields.indices {
      let field = fields[index].utf8.span
      guard let range = try cookie.range(in: field, &reading) else { continue }
      id = try Self.identifier(field.extracting(range))
    }
    return id
  }

  /// Hashes an identifier; `nil` for an invalid text.
  @inline(__always)
  private static func identifier(_ text: Span<UInt8>) throws(SessionError) -> RecordID? {
    guard let bytes = Base64URL.decode32(text) else { return nil }
    do throws(StoreError) {
      return try RecordID(hashing: bytes.span)
    } catch {
      throw SessionError(error)
    }
  }
}
