// SPDX-License-Identifier: Apache-2.0

/// The size of a deployment, to check its stores with when the application starts.
///
///     let deployment = Deployment(processes: workers, machines: replicas)
///     try await deployment.checkSecrets(ring, in: store, events: events)  // throws, and says what is wrong
///
/// A library cannot count servers, so it believes what it is told. With a store that reaches too few of them, a session
/// is there on one server and not on the next, a code is accepted once on each, and a limit holds as often as there are
/// servers. With another ring than before, no user with an authenticator can log in.
public struct Deployment: Sendable, Hashable {
  /// The deviations that are accepted by name.
  public struct Exceptions: OptionSet, Sendable, Hashable {
    /// The bits of what is accepted.
    public let rawValue: UInt8

    /// The exceptions of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Stores that not all servers see.
    public static let unsharedStores = Exceptions(rawValue: 1)
    /// Records that need secrets which the ring has not, or not any more.
    public static let missingSecrets = Exceptions(rawValue: 2)
  }

  /// Records of each kind that are looked at for the secrets that they need.
  public static let sampleCount = 256

  /// The reach that a store must have.
  public let reach: StoreReach
  /// The deviations that are accepted.
  public let exceptions: Exceptions

  /// - Parameters:
  ///   - processes: of each machine; fewer than one counts as one.
  ///   - machines: fewer than one counts as one.
  ///   - exceptions: what is accepted although it is wrong; the events are told of it all the same.
  public init(processes: Int, machines: Int = 1, accepting exceptions: Exceptions = []) {
    reach = machines > 1 ? .network : processes > 1 ? .machine : .process
    self.exceptions = exceptions
  }

  /// Checks that all servers see a store, and that a ring opens the records in it.
  ///
  /// The ring leaves a record for each of its secrets, by which another secret of the same name is found out later; and
  /// up to ``sampleCount`` records of each kind are looked at for the secrets that they need.
  ///
  /// - Throws: ``DeploymentError`` with the codes `storeNotShared`, `secrets`, `store` when the store fails.
  public func checkSecrets(
    _ ring: SecretRing,
    in store: some RecordStore,
    clock: TokenClock = .system,
    events: SecurityEvents
  ) async throws(DeploymentError) {
    try checkStore(store, events: events)
    let use: SecretUse
    var wrong: [String]
    do throws(StoreError) {
      use = try await ring.use(in: store, limit: Self.sampleCount, clock: clock)
      wrong = use.wrong
      // What is wrong already leaves no record that says it is right.
      if wrong.isEmpty, use.missing.isEmpty { wrong = try await ring.checkSecrets(in: store, at: clock.now) }
    } catch {
      throw DeploymentError(.store, "the store cannot be tried: \(error.description)", underlyingError: error)
    }
    guard !wrong.isEmpty || !use.missing.isEmpty else { return }
    let (missing, others) = (use.missing.joined(separator: " "), wrong.joined(separator: " "))
    events.record(.secretsUnusable(missing: missing, wrong: others))
    guard wrong.isEmpty else {
      throw DeploymentError(
        .secrets,
        "the ring's secrets named \(printable(others)) are not those that the store was written with"
      )
    }
    guard !exceptions.contains(.missingSecrets) else { return }
    throw DeploymentError(
      .secrets,
      "the store needs the secrets \(printable(missing)), which the ring does not have; put them behind its first one"
    )
  }

  /// Checks that all servers see a store of records.
  ///
  /// - Throws: ``DeploymentError`` with the code `storeNotShared`, after ``SecurityEvent/storeNotShared(store:reach:)``
  ///   was told.
  public func checkStore(_ store: some RecordStore, events: SecurityEvents) throws(DeploymentError) {
    try checkReach(of: "\(type(of: store))", store.reach, events)
  }

  /// Checks that all servers take from the same buckets.
  ///
  /// - Throws: ``DeploymentError`` with the code `storeNotShared`.
  public func checkLimits(_ store: some RateLimitStore, events: SecurityEvents) throws(DeploymentError) {
    try checkReach(of: "\(type(of: store))", store.reach, events)
  }

  /// Checks that all servers follow the same feed of revocations.
  ///
  /// - Throws: ``DeploymentError`` with the code `storeNotShared`.
  public func checkFeed(_ feed: some RevocationFeed, events: SecurityEvents) throws(DeploymentError) {
    try checkReach(of: "\(type(of: feed))", feed.reach, events)
  }

  private func checkReach(
    of name: String,
    _ storeReach: StoreReach,
    _ events: SecurityEvents
  ) throws(DeploymentError) {
    guard storeReach < reach else { return }
    events.record(.storeNotShared(store: name, reach: storeReach))
    guard !exceptions.contains(.unsharedStores) else { return }
    throw DeploymentError(
      .storeNotShared,
      "a \(name) is seen by one \(storeReach == .process ? "process" : "machine") alone, and there are several"
    )
  }
}

/// A reason why an application should not start as it is.
public struct DeploymentError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Not all servers see a store.
    public static let storeNotShared = Code(.storeNotShared)
    /// The ring does not open what the store keeps.
    public static let secrets = Code(.secrets)
    /// The store does not answer.
    public static let store = Code(.store)

    package enum Kind: String, Sendable, CaseIterable {
      case storeNotShared, secrets, store
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message, which also says what to do.
  public let description: String
  /// The error that led to this one, where there is one: a ``StoreError``.
  public let underlyingError: (any Error)?

  init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }
}
