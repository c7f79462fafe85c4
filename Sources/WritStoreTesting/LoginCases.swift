// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
public import WritLogin

extension StoreCase where Store: RecordStore {
  /// The promises of logins on top of a `RecordStore`: one-time passwords, passwords, sessions, refresh tokens, limits;
  /// each names its attack.
  ///
  /// Not on one store at the same time as those of ``recordStore``: their sweeps reach what a clock that steps back has
  /// left behind.
  public static var logins: [StoreCase] {
    oneTimePasswords + passwords + sessions + sessionRaces + refreshTokens + failures + limits
  }
}

/// Seconds since 1970 that a case moves by hand.
final class CaseTime: Sendable {
  private let now = Atomic<Int64>(start)

  var seconds: Int64 {
    get { now.load(ordering: .sequentiallyConsistent) }
    set { now.store(newValue, ordering: .sequentiallyConsistent) }
  }

  var clock: TokenClock { .custom { self.seconds } }
}

/// A login on a store, with an account, a clock and a ring of secrets of its own.
struct LoginWorld<Store: RecordStore>: Sendable {
  let store: Store
  let time = CaseTime()
  let ring: SecretRing
  let account: String
  /// Limits that are never reached, for cases of what is behind them.
  let limits = LoginLimits(store: Unlimited())
  /// The workers of this world alone, as shared ones may be busy with other cases.
  private let workers: PasswordWorkers

  init(_ store: Store) throws {
    self.store = store
    ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    workers = try PasswordWorkers(threads: 2, waiting: 256)
    account = "account \(try RecordID.random().bytes.prefix(8).map(String.init).joined(separator: "-"))"
  }

  func oneTimePasswords() throws -> OneTimePasswords<Store> {
    try OneTimePasswords(store: store, ring: ring, limits: limits, clock: time.clock)
  }

  func recoveryCodes() -> RecoveryCodes<Store> {
    RecoveryCodes(store: store, ring: ring, limits: limits, clock: time.clock)
  }

  func sessions(_ rules: SessionRules? = nil) throws -> Sessions<Store> {
    try Sessions(store: store, ring: ring, origins: ["https://app.example"], rules: rules, clock: time.clock)
  }

  /// Sessions on another store than that of the world.
  func sessions<Other: RecordStore>(on other: Other) throws -> Sessions<Other> {
    try Sessions(store: other, ring: ring, origins: ["https://app.example"], clock: time.clock)
  }

  /// Passwords at a cost that protects nothing.
  func passwords(revoking revoked: [any AccountRevoking] = [], limits: LoginLimits? = nil) -> Passwords<Store> {
    Passwords(
      store: store,
      hasher: PasswordHasher(parameters: .weak(), ring: ring, workers: workers),
      limits: limits ?? self.limits,
      revoking: revoked,
      clock: time.clock
    )
  }

  /// Passwords on another store than that of the world, at the same cost.
  func passwords<Other: RecordStore>(on other: Other, revoking revoked: [any AccountRevoking]) -> Passwords<Other> {
    Passwords(
      store: other,
      hasher: PasswordHasher(parameters: .weak(), ring: ring, workers: workers),
      limits: limits,
      revoking: revoked,
      clock: time.clock
    )
  }

  /// A key of the account that counts from the next step on.
  func enrolled() async throws -> OneTimePasswordKey {
    let passwords = try oneTimePasswords()
    let key = try await passwords.enroll(account, issuer: nil).key
    try await passwords.confirm(key.code(at: time.seconds), account: account)
    time.seconds += 60
    return key
  }

  /// Six digits that are no code of the time nor of the steps around it.
  func wrongCode(_ key: OneTimePasswordKey) throws -> String {
    let right = Set(try (-5...5).map { try key.code(at: time.seconds + $0 * 30) })
    return (10..<40).lazy.map { "0000\($0)" }.first { !right.contains($0) } ?? "000099"
  }

  func begin(_ sessions: Sessions<Store>, isRemembered: Bool = false) async throws -> BegunSession {
    try await sessions.begin(
      for: account,
      proving: [.password],
      isRemembered: isRemembered,
      replacing: nil,
      since: .unchecked
    )
  }
}

/// Limits that nothing reaches.
struct Unlimited: RateLimitStore {
  func take(_ limit: RateLimit, from key: RateLimitKey) async -> RateLimitAnswer { .allowed(remaining: 1) }
}

extension BegunSession {
  /// Name and value, as a browser sends them back.
  var pair: String { String(cookie.prefix { $0 != ";" }) }
}

/// The code of the error that a call throws, `nil` when it throws none.
func code<Result, Failure: CodedError>(_ body: () async throws(Failure) -> Result) async -> Failure.Code? {
  do throws(Failure) {
    _ = try await body()
    return nil
  } catch {
    return error.code
  }
}

/// An error whose code says what is wrong.
protocol CodedError: Error {
  associatedtype Code
  var code: Code { get }
}

extension OneTimePasswordError: CodedError {}
extension LoginError: CodedError {}
extension SessionError: CodedError {}
