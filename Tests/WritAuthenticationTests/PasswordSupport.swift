// SPDX-License-Identifier: Apache-2.0

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// Passwords and sessions of accounts in memory, with a clock that a test moves.
struct PasswordWorld {
  static let right = "the right password of ines"
  static let address = ClientAddress("192.0.2.1")

  let world: SessionWorld
  let told: Told
  let passwords: Passwords<MemoryRecordStore>

  init(
    parameters: PasswordParameters = .weak(),
    limits: LoginLimits? = .unlimited,
    workers: PasswordWorkers = .shared,
    rules: PasswordRules = .onlyFactor,
    revoking: [any AccountRevoking] = []
  ) throws {
    world = try SessionWorld()
    told = world.told
    passwords = world.passwords(parameters, limits, workers, rules, revoking)
  }

  var time: TestTime { world.time }

  func verify(
    _ password: String = right,
    _ account: String = "ines",
    _ address: ClientAddress? = address
  ) async -> LoginError.Code? {
    await refusal { () throws(LoginError) in try await passwords.verify(password, account: account, from: address) }
  }

  func change(_ old: String, _ new: String, _ session: Session? = nil) async -> LoginError.Code? {
    await refusal { () throws(LoginError) in
      try await passwords.change(old, to: new, of: "ines", from: Self.address, in: session)
    }
  }

  func reset(_ new: String, _ token: String) async -> LoginError.Code? {
    await refusal { () throws(LoginError) in try await passwords.reset(to: new, by: token) }
  }
}

extension SessionWorld {
  func passwords(
    _ parameters: PasswordParameters = .weak(),
    _ limits: LoginLimits? = .unlimited,
    _ workers: PasswordWorkers = .shared,
    _ rules: PasswordRules = .onlyFactor,
    _ revoking: [any AccountRevoking] = []
  ) -> Passwords<MemoryRecordStore> {
    let told = told
    return Passwords(
      store: store,
      hasher: PasswordHasher(parameters: parameters, workers: workers),
      rules: rules,
      limits: limits,
      revoking: [sessions] + revoking,
      clock: time.clock,
      events: SecurityEvents { event in told.events.withLock { $0.append(event) } }
    )
  }
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () async throws(LoginError) -> Result) async -> LoginError.Code? {
  do throws(LoginError) {
    _ = try await body()
    return nil
  } catch {
    return error.code
  }
}
