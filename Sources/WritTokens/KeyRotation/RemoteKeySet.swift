// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The keys of an issuer elsewhere, fetched from a source and kept fresh.
///
///     let keys = try RemoteKeySet(source: FileJWKSSource(path: "/run/keys/jwks.json"))
///     try await keys.refresh()  // before the first token, so that a wrong address shows at once
///     let verifier = try TokenVerifier(keys: keys, issuer: "https://id.example", audience: "api")
///     let token = try verifier.verify(text, as: Role.self)                        // never waits
///     let token = try await verifier.verifyRefreshingKeys(text, as: Role.self)    // may fetch once
///
/// One fetch runs at a time, and after the beginning of each a cool-down passes before the next, whatever tokens ask
/// for. Keys are fetched again when they have the age that their source states, in the background; a fetch that fails,
/// or brings no key that can be used, leaves those held in force until they are too old. Then every token is refused
/// with `TokenError.Code.keysUnavailable`.
public final class RemoteKeySet: Sendable {
  let source: any JWKSSource
  let settings: Settings
  let timing: Timing
  let clock: MonotonicClock
  let state = Guarded(State())
  /// The number of the keys held, 0 before there are any.
  private let number = Atomic<UInt64>(0)
  /// Until when the keys held are in force.
  private let end = Atomic<Int64>(.min)
  /// When a verification begins the next fetch in the background.
  private let due = Atomic<Int64>(.min)

  struct State: Sendable {
    var keys = KeyGeneration(number: 0, keys: VerificationKeys([]))
    /// SHA-256 of the text they were read from.
    var digest: [UInt8] = []
    var refusals: [JSONWebKeySet.Refusal] = []
    /// Those of the set that was read last, where none of its keys can be used; `nil` where its keys are in force.
    var unusable: [JSONWebKeySet.Refusal]?
    var fetched: Int64?
    var failure: KeyFetchError?
    /// When the last fetch began.
    var started: Int64?
    var isFetching = false
    /// Whether the fetch has passed its deadline, so that no task waits for it any more.
    var isOverdue = false
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
    var unknown = UnknownIdentifiers()
  }

  /// A set that has fetched nothing yet.
  ///
  /// - Parameters:
  ///   - source: where the set is; it comes from configuration, never from a token.
  ///   - settings: how it is fetched.
  ///   - clock: by which ages and the cool-down are measured.
  /// - Throws: `KeyError` with the code `configuration` when a setting is out of its bounds.
  public init(
    source: some JWKSSource,
    settings: Settings = Settings(),
    clock: MonotonicClock = .system
  ) throws(KeyError) {
    timing = try Timing(settings)
    self.source = source
    self.settings = settings
    self.clock = clock
  }

  /// The state of a set, for monitoring.
  public struct Status: Sendable {
    /// The number of the keys: 0 before any were fetched, and larger whenever others came.
    public let generation: UInt64
    /// The attributes of the keys.
    public let keys: [KeyAttributes]
    /// The keys of the set that was read last which cannot be used, and why; also where none of them can.
    public let refusals: [JSONWebKeySet.Refusal]
    /// The time since the fetch that brought or confirmed the keys began.
    public let age: Duration?
    /// The error of the last fetch; `nil` when it succeeded.
    public let failure: KeyFetchError?
  }

  /// The state of the set.
  public var status: Status {
    let now = clock.now
    return state.withLock { state in
      Status(
        generation: state.keys.number,
        keys: state.keys.keys.keys.map(\.attributes),
        refusals: state.unusable ?? state.refusals,
        age: state.fetched.map { .milliseconds(max(0, now - $0)) },
        failure: state.failure
      )
    }
  }

  /// Tasks that wait for a fetch.
  package var waiterCount: Int { state.withLock { $0.waiters.count } }
  /// Whether a fetch runs.
  package var isFetching: Bool { state.withLock { $0.isFetching } }

  // MARK: For verifiers

  /// The number of the keys in force; begins a fetch in the background when they have the age for it.
  func generation() throws(TokenError) -> UInt64 {
    let now = clock.now
    if now >= due.load(ordering: .relaxed) { begin(at: now) }
    guard now < end.load(ordering: .acquiring) else {
      throw TokenError(
        .keysUnavailable,
        "the issuer's keys were not fetched yet or are too old; see `RemoteKeySet.status` for the last failure"
      )
    }
    return number.load(ordering: .acquiring)
  }

  /// The keys in force.
  func current() -> KeyGeneration {
    state.withLock { $0.keys }
  }

  // MARK: Fetching

  /// Begins a fetch unless one runs, or the cool-down has not passed.
  ///
  /// - Returns: whether one runs now that can be waited for.
  @discardableResult
  func begin(at now: Int64) -> Bool {
    let (canWait, begins) = state.withLock { state -> (Bool, Bool) in
      if state.isFetching { return (!state.isOverdue, false) }
      if let started = state.started, now < started + timing.coolDown { return (false, false) }
      state.isFetching = true
      state.isOverdue = false
      state.started = now
      due.store(now + timing.coolDown, ordering: .relaxed)
      return (true, true)
    }
    // Not the caller's child: others wait for it too, and it goes on when the caller is cancelled.
    if begins { Task.detached { await self.fetch(startedAt: now) } }
    return canWait
  }

  private func fetch(startedAt started: Int64) async {
    let source = source
    let fetch = Task.detached { try await source.fetch() }
    let deadline = settings.deadline
    let watch = Task.detached {
      guard (try? await Task.sleep(for: deadline)) != nil else { return }
      fetch.cancel()
      self.giveUp(startedAt: started)
    }
    let result = await fetch.result
    watch.cancel()
    do {
      let answer = try result.get()
      // Keys are checked as they are read, half a megabyte of them: not on a thread that tasks share.
      try await onThreadOfItsOwn { try self.finish(answer, startedAt: started) }
    } catch {
      fail(KeyFetchError(of: error))
    }
  }

  /// Lets go of those who wait when the deadline has passed; the fetch still ends.
  private func giveUp(startedAt started: Int64) {
    let waiters = state.withLock { state in
      guard state.isFetching, state.started == started else { return [UInt64: CheckedContinuation<Void, Never>]() }
      state.isOverdue = true
      state.failure = KeyFetchError(.timeout, "the fetch of a key set took longer than \(settings.deadline)")
      return Self.takeWaiters(&state)
    }
    for waiter in waiters.values { waiter.resume() }
  }

  private func fail(_ error: KeyFetchError) {
    let waiters = state.withLock { state in
      // That it was cancelled says less than why.
      if !state.isOverdue { state.failure = error }
      state.isFetching = false
      return Self.takeWaiters(&state)
    }
    for waiter in waiters.values { waiter.resume() }
  }

  private func finish(_ answer: JWKSAnswer, startedAt started: Int64) throws {
    try PublishedKeys.checkSize(answer.bytes)
    let digest = try HashedText(answer.bytes).digest
    let isKnown = state.withLock { $0.digest == digest }
    let published =
      isKnown
      ? nil
      : try PublishedKeys(
        answer.bytes,
        accepting: settings.accepted,
        assuming: settings.assumed,
        profile: settings.profile
      )
    if let published, published.keys.isEmpty {
      // Why no key can be used is shown also where the keys before stay in force.
      state.withLock { $0.unusable = published.refusals }
      try published.check()
    }
    let waiters = state.withLock { state in
      if let published {
        state.keys = KeyGeneration(number: state.keys.number &+ 1, keys: VerificationKeys(published.keys))
        state.refusals = published.refusals
        state.digest = digest
      }
      state.unusable = nil
      state.fetched = started
      state.failure = nil
      state.isFetching = false
      number.store(state.keys.number, ordering: .releasing)
      end.store(started + timing.maximumAge, ordering: .releasing)
      due.store(started + timing.refreshAge(of: answer), ordering: .relaxed)
      return Self.takeWaiters(&state)
    }
    for waiter in waiters.values { waiter.resume() }
  }

  private static func takeWaiters(_ state: inout State) -> [UInt64: CheckedContinuation<Void, Never>] {
    let waiters = state.waiters
    state.waiters = [:]
    return waiters
  }
}
