// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// A server with one store, whose clock a test moves, and the authenticator of an account.
struct Server {
  let store: MemoryRecordStore
  let ring: SecretRing
  let time = TestTime()
  /// Seconds that the authenticator's clock is ahead.
  var ahead: Int64 = 0

  init(ring: SecretRing? = nil) throws {
    store = try MemoryRecordStore()
    self.ring = try ring ?? SecretRing([ApplicationSecret.generate(identifier: "one")])
  }

  func passwords(
    accepting steps: AcceptedSteps = .previous,
    lookAhead: Int = 5
  ) throws -> OneTimePasswords<MemoryRecordStore> {
    try OneTimePasswords(
      store: store,
      ring: ring,
      accepting: steps,
      lookAhead: lookAhead,
      limits: .unlimited,
      clock: time.clock
    )
  }

  /// Enrolls an account, and confirms it one step before now.
  func enrolled(
    _ account: String = "alice",
    movingFactor: OneTimePasswordKey.MovingFactor = .time(period: 30)
  ) async throws -> OneTimePasswordKey {
    let passwords = try passwords()
    let key = try await passwords.enroll(account, issuer: nil, movingFactor: movingFactor).key
    let code = try movingFactor == .counter ? key.code(counter: 0) : code(key)
    try await passwords.confirm(code, account: account)
    time.seconds += 60
    return key
  }

  /// Returns the code that the authenticator shows now, or some steps from now.
  func code(_ key: OneTimePasswordKey, steps: Int64 = 0) throws -> String {
    try key.code(at: time.seconds + ahead + steps * 30)
  }

  /// Six digits that are no code of the time nor of the steps around it.
  func wrongCode(_ key: OneTimePasswordKey) throws -> String {
    let right = Set(try (-5...5).map { try code(key, steps: $0) })
    return try #require((0..<100).lazy.map { "0000\($0 < 10 ? "0" : "")\($0)" }.first { !right.contains($0) })
  }
}

/// Limits that nothing reaches, for tests of what is behind them.
struct Unlimited: RateLimitStore {
  func take(_ limit: RateLimit, from key: RateLimitKey) async -> RateLimitAnswer { .allowed(remaining: 1) }
}

extension LoginLimits {
  static let unlimited = LoginLimits(store: Unlimited())
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(
  _ body: () async throws(OneTimePasswordError) -> Result
) async -> OneTimePasswordError.Code? {
  do throws(OneTimePasswordError) {
    _ = try await body()
    return nil
  } catch {
    return error.code
  }
}

/// How often each outcome came, of so many tasks at once; `nil` is success.
func outcomes(
  of count: Int,
  _ body: @escaping @Sendable (Int) async -> OneTimePasswordError.Code?
) async -> [OneTimePasswordError.Code?: Int] {
  await withTaskGroup(of: OneTimePasswordError.Code?.self) { group in
    for number in 0..<count { group.addTask { await body(number) } }
    var outcomes: [OneTimePasswordError.Code?: Int] = [:]
    for await outcome in group { outcomes[outcome, default: 0] += 1 }
    return outcomes
  }
}

/// Keeps the codes that it should send.
final class Mailbox: CodeDelivery {
  private let sent = Guarded<[String]>([])

  var last: String { sent.withLock { $0.last ?? "" } }
  var count: Int { sent.withLock { $0.count } }

  func deliver(_ code: String, to account: String) async throws { sent.withLock { $0.append(code) } }
}

/// Everything that a store holds of an account, as a dump shows it.
func dumped(_ store: MemoryRecordStore, _ account: String) async -> String {
  var text = ""
  for kind in [RecordKind.oneTimePassword, .recoveryCodes, .sentCode] {
    for record in await store.list(kind, of: Array(account.utf8), after: nil, limit: 100, at: 0) {
      let bytes = Array(record.content.bytes)
      text += String(decoding: bytes, as: UTF8.self) + "\(bytes)" + bytes.map { String($0, radix: 16) }.joined()
      dump(record, to: &text)
    }
  }
  return text
}
