// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritAuthentication

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

@Suite("Passwords of accounts")
struct PasswordsTests {
  @Test("a password is set once, right for its account alone, and removed with all sessions")
  func setting() async throws {
    let test = try PasswordWorld()
    #expect(await test.verify() == .wrong)
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    #expect(test.told.all.last == .factorAdded(account: "ines", factor: .password))
    #expect(
      await refusal { () throws(LoginError) in try await test.passwords.set("another password", for: "ines") }
        == .exists
    )
    #expect(await test.verify() == nil)
    #expect(await test.verify("the right password of ineS") == .wrong)
    #expect(await test.verify(PasswordWorld.right, "Ines") == .wrong)
    #expect(try await test.passwords.hasPassword("ines"))
    let begun = try await test.world.begin()
    #expect(try await test.passwords.remove("ines"))
    #expect(try await !test.passwords.remove("ines"))
    #expect(try await !test.world.isAlive(begun))
    #expect(await test.verify() == .wrong)
  }

  @Test(
    "names and passwords that nobody can have are wrong, and refused where one is set",
    arguments: [0, 256, 100_000]
  )
  func names(_ count: Int) async throws {
    let test = try PasswordWorld()
    let name = String(repeating: "x", count: count)
    #expect(await test.verify(PasswordWorld.right, name) == .wrong)
    let refused = await refusal { () throws(LoginError) in try await test.passwords.set(PasswordWorld.right, for: name)
    }
    #expect(refused == .configuration)
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    #expect(await test.verify(String(repeating: "x", count: 4097)) == .wrong)
    #expect(await test.verify("\0") == .wrong)
    #expect(test.told.all.last == .authenticationFailed(account: nil, factor: .password))
    for bad in ["short", String(repeating: "x", count: 4097), "a password\0with NUL in it"] {
      #expect(await test.change(PasswordWorld.right, bad) == .password)
    }
    #expect(await test.verify() == nil)
  }

  @Test("five wrong passwords cost nothing, then a wait doubles; a name that is no account answers alike")
  func waits() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    for number in 1...12 {
      let wait: Int64 = number < 5 ? 0 : min(900, 30 << Int64(min(number - 5, 5)))
      for account in ["ines", "nobody"] {
        let before = test.told.all.count
        #expect(await test.verify("wrong", account) == .wrong)
        let failed = SecurityEvent.authenticationFailed(account: account, factor: .password)
        let lockedOut = SecurityEvent.lockedOut(account: account, factor: .password, seconds: wait)
        #expect(Array(test.told.all.dropFirst(before)) == (wait == 0 ? [failed] : [failed, lockedOut]))
      }
      guard wait > 0 else { continue }
      test.time.seconds += wait - 1
      for account in ["ines", "nobody"] {
        let error = await #expect(throws: LoginError.self) {
          try await test.passwords.verify(PasswordWorld.right, account: account, from: nil)
        }
        #expect(error?.code == .waiting && error?.retryAfter == 1, "\(number)")
      }
      test.time.seconds += 1
    }
    // An hour without a wrong one, and those of late are forgotten, of both.
    test.time.seconds += 3600
    for account in ["ines", "nobody"] {
      for _ in 0..<5 { #expect(await test.verify("wrong", account) == .wrong) }
      #expect(await test.verify("wrong", account) == .waiting)
    }
    test.time.seconds += 30
    #expect(await test.verify() == nil)
  }

  @Test("nothing stays of names that are no accounts")
  func madeUp() async throws {
    let test = try PasswordWorld(limits: nil)
    for number in 0..<50 { #expect(await test.verify("wrong", "\(number)", nil) == .wrong) }
    #expect(test.world.store.count == 100)
    test.time.seconds += 3600
    await test.world.store.removeExpired(limit: 1000, at: test.time.seconds)
    #expect(test.world.store.count == 0)
  }

  @Test("T04 after a hundred wrong passwords in a row none is right, which only the events tell; a reset recovers")
  func locked() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    for number in 1...100 {
      #expect(await test.verify("wrong") == .wrong)
      let isLast = test.told.all.last == .recoveryNeeded(account: "ines", factor: .password)
      #expect(isLast == (number == 100), "\(number)")
      // Longer than what is remembered of late: in a row it counts all the same.
      test.time.seconds += 4000
    }
    for _ in 0..<3 {
      #expect(await test.verify() == .wrong)
      test.time.seconds += 31_536_000
    }
    #expect(test.told.all.count { $0 == .recoveryNeeded(account: "ines", factor: .password) } == 1)
    let token = try await test.passwords.requestReset(for: "ines", from: nil)
    #expect(await test.reset("another password of ines", token) == nil)
    #expect(await test.verify("another password of ines") == nil)
  }

  @Test("a right password ends the counting")
  func forgiven() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    for _ in 0..<10 {
      for _ in 0..<4 { #expect(await test.verify("wrong") == .wrong) }
      #expect(await test.verify() == nil)
    }
    #expect(test.world.store.count == 1)
  }

  @Test(
    "S08 a clock that steps a day locks nobody out for longer than the wait",
    arguments: [-86_400, 86_400] as [Int64]
  )
  func clock(_ step: Int64) async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    for _ in 0..<5 { #expect(await test.verify("wrong") == .wrong) }
    test.time.seconds += step
    #expect(await test.verify("wrong") == (step < 0 ? .waiting : .wrong))
    test.time.seconds += 30
    #expect(await test.verify() == nil)
  }

  @Test("X05 a try that comes to nothing, as the workers are busy or the task is cancelled, is not counted")
  func notCounted() async throws {
    let test = try PasswordWorld(workers: PasswordWorkers(threads: 1, waiting: 0))
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    let codes = await withTaskGroup(of: LoginError.Code?.self) { group in
      for _ in 0..<4 { group.addTask { await test.verify() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes.allSatisfy { $0 == nil || $0 == .busy })
    for _ in 0..<20 {
      let task = Task { await test.verify() }
      task.cancel()
      #expect([nil, .cancelled].contains(await task.value))
    }
    for _ in 0..<4 { #expect(await test.verify("wrong") == .wrong) }
    #expect(await test.verify() == nil)
  }

  @Test("X05 a try that is cancelled while it waits for its turn is not counted")
  func cancelledInTheQueue() async throws {
    let workers = try PasswordWorkers(threads: 1, waiting: 8)
    let test = try PasswordWorld(workers: workers)
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    let key = try test.passwords.records.key("ines", "attempts")
    for _ in 0..<FailedAttempts.freeCount {
      // The only thread is taken until this one is counted, and has given up.
      let isHeld = TestTime(1)
      async let held: Void = workers.run { () throws(PasswordError) in
        while isHeld.seconds == 1 { sched_yield() }
      }
      let task = Task { await test.verify() }
      while await test.world.store.read(key, at: test.time.seconds) == nil { await Task.yield() }
      task.cancel()
      isHeld.seconds = 0
      try await held
      #expect(await task.value == .cancelled)
      let record = try #require(await test.world.store.read(key, at: test.time.seconds))
      #expect(try PasswordAttempts(record).total == 0)
      _ = await test.world.store.remove(key, record.version, at: test.time.seconds)
    }
  }

  @Test("a hash of another program or of lower cost is made anew at login, and only when the password is right")
  func upgrade() async throws {
    let test = try PasswordWorld(parameters: .weak(logCost: 5))
    let old = try await PasswordHasher(parameters: .weak()).hash(PasswordWorld.right)
    try await test.passwords.adopt(hash: old, for: "ines")
    func stored() async throws -> String {
      let key = try test.passwords.records.key("ines", "password")
      let record = try #require(await test.world.store.read(key, at: test.time.seconds))
      return String(decoding: record.content.bytes, as: UTF8.self)
    }
    #expect(await test.verify("wrong") == .wrong)
    #expect(try await stored() == old)
    #expect(await test.verify() == nil)
    let new = try await stored()
    #expect(new.hasPrefix("$scrypt$ln=5,"))
    #expect(await test.verify() == nil)
    #expect(try await stored() == new)
    for bad in [
      "", "plain text", "$1$salt$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    ] {
      let code = await refusal { () throws(LoginError) in try await test.passwords.adopt(hash: bad, for: "new") }
      #expect(code == .stored, "\(bad)")
    }
  }

  @Test("changing a password ends all sessions but the one it happens in, and the tokens that reset it")
  func changing() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    let (kept, other) = (try await test.world.begin(), try await test.world.begin())
    let stranger = try await test.world.begin("oskar")
    let token = try await test.passwords.requestReset(for: "ines", from: nil)
    #expect(await test.change("wrong", "another password of ines", kept.session) == .wrong)
    #expect(try await test.world.isAlive(other))
    #expect(await test.change(PasswordWorld.right, "another password of ines", kept.session) == nil)
    #expect(test.told.all.contains(.passwordChanged(account: "ines")))
    #expect(try await test.world.isAlive(kept))
    #expect(try await !test.world.isAlive(other))
    #expect(try await test.world.isAlive(stranger))
    #expect(await test.reset("a third password of ines", token) == .token)
    #expect(await test.verify() == .wrong)
    #expect(await test.verify("another password of ines") == nil)
    // A session of somebody else keeps none.
    #expect(await test.change("another password of ines", PasswordWorld.right, stranger.session) == nil)
    #expect(try await !test.world.isAlive(kept))
  }

  /// What ends things of an account, and may fail.
  private final class Families: AccountRevoking {
    struct Down: Error { let text = "canary" }

    let isDown = Guarded(false)
    let ended = Guarded<[String]>([])

    func revokeAll(of account: String) async throws -> Int {
      if isDown.withLock({ $0 }) { throw Down() }
      return ended.withLock {
        $0.append(account)
        return $0.count
      }
    }
  }

  @Test(
    "what else hangs on an account ends with a change too; what fails is told, keeps nothing of the rest, and can be tried again"
  )
  func revoking() async throws {
    let families = Families()
    let test = try PasswordWorld(revoking: [families])
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    let (kept, other) = (try await test.world.begin(), try await test.world.begin())
    families.isDown.withLock { $0 = true }
    let error = await #expect(throws: LoginError.self) {
      try await test.passwords.change(
        PasswordWorld.right,
        to: "another password of ines",
        of: "ines",
        from: nil,
        in: kept.session
      )
    }
    #expect(error?.code == .revocation && error?.description.contains("canary") == false)
    #expect(try await !test.world.isAlive(other))
    #expect(await test.verify("another password of ines") == nil)
    families.isDown.withLock { $0 = false }
    try await test.passwords.revokeAll(of: "ines", except: kept.session)
    #expect(families.ended.withLock { $0 } == ["ines"])
    #expect(try await test.world.isAlive(kept))
  }

  @Test("S10 a login that began with the password before does not outlive the change")
  func changeDuringLogin() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    let sessions = test.world.sessions
    let epoch = try await sessions.epoch(of: "ines")
    #expect(await test.verify() == nil)
    #expect(await test.change(PasswordWorld.right, "another password of ines") == nil)
    let late = await refusal { () throws(SessionError) in
      try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: epoch)
    }
    #expect(late == .ended)
    #expect(try await sessions.sessions(of: "ines").isEmpty)
    // Kept in a visitor's session between two requests.
    let now = try #require(SessionEpoch(try await sessions.epoch(of: "ines").bytes))
    _ = try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: now)
    for count in [0, 7, 9] { #expect(SessionEpoch([UInt8](repeating: 1, count: count)) == nil) }
  }

  @Test(
    "limits of an address hold for all accounts, those of its network too, and those of an account for all addresses"
  )
  func limits() async throws {
    let limits = LoginLimits(
      store: try MemoryRateLimitStore(),
      account: try RateLimit(3, per: .seconds(3600)),
      subscriber: try RateLimit(4, per: .seconds(3600)),
      site: try RateLimit(6, per: .seconds(3600))
    )
    let test = try PasswordWorld(limits: limits)
    func outcomes(_ count: Int, _ account: (Int) -> String, _ address: String) async -> [LoginError.Code?] {
      var codes: [LoginError.Code?] = []
      for number in 0..<count { codes.append(await test.verify("wrong", account(number), ClientAddress(address))) }
      return codes
    }
    #expect(await outcomes(4, { _ in "ines" }, "198.51.100.1") == [.wrong, .wrong, .wrong, .waiting])
    #expect(test.told.all.last == .rateLimited(account: "ines", factor: .password))
    let wrong = [LoginError.Code?](repeating: .wrong, count: 4)
    #expect(await outcomes(5, { "a\($0)" }, "192.0.2.1") == wrong + [.waiting])
    #expect(await outcomes(3, { "b\($0)" }, "192.0.2.2") == [.wrong, .wrong, .waiting])
    #expect(await outcomes(4, { "c\($0)" }, "2001:db8:1:2::1") == wrong)
    #expect(await outcomes(1, { "d\($0)" }, "2001:db8:1:2::ffff") == [.waiting])
    #expect(await outcomes(3, { "e\($0)" }, "2001:db8:1:3::1") == [.wrong, .wrong, .waiting])
    #expect(await test.verify("wrong", "ines", ClientAddress("203.0.113.9")) == .waiting)
  }

  @Test("S05 a store that fails lets nobody in, and says so without showing its error")
  func storeDown() async throws {
    struct Down: Error { let text = "canary" }
    let store = FailingStore(store: try MemoryRecordStore())
    let hasher = PasswordHasher(parameters: .weak())
    let passwords = Passwords(store: store, hasher: hasher, limits: .unlimited, revoking: [])
    try await passwords.set(PasswordWorld.right, for: "ines")
    let token = try await passwords.requestReset(for: "ines", from: nil)
    func call(_ number: Int) async throws(LoginError) {
      let password = PasswordWorld.right
      switch number {
      case 0: try await passwords.verify(password, account: "ines", from: nil)
      case 1: try await passwords.set(password, for: "new")
      case 2: try await passwords.change(password, to: password, of: "ines", from: nil, in: nil)
      case 3: _ = try await passwords.reset(to: password, by: token)
      case 4: _ = try await passwords.requestReset(for: "ines", from: nil)
      default: _ = try await passwords.remove("ines")
      }
    }
    for (failure, expected) in [
      (Down() as any Error, LoginError.Code.store), (StoreError(.full, "x"), .store), (CancellationError(), .cancelled),
    ] {
      store.failure.error.withLock { $0 = failure }
      for number in 0..<6 {
        do throws(LoginError) {
          try await call(number)
          Issue.record("done")
        } catch {
          #expect(error.code == expected && !"\(error)\(String(reflecting: error))".contains("canary"))
        }
      }
    }
    store.failure.error.withLock { $0 = nil }
    try await passwords.verify(PasswordWorld.right, account: "ines", from: nil)
    try await passwords.reset(to: "another password of ines", by: token)
  }

  @Test(
    "S13 rows that somebody else has written are typed errors, and nobody is let in",
    arguments: ["password", "attempts"]
  )
  func hostileRows(_ name: String) async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines")
    #expect(await test.verify("wrong") == .wrong)
    let key = try test.passwords.records.key("ines", name)
    let rows: [(bytes: [UInt8], format: UInt8)] = [
      ([], 1), ([0xFF], 1), ([UInt8](repeating: 0xFF, count: 10), 1), ([UInt8](repeating: 0, count: 9), 1),
      ([UInt8](repeating: 0, count: 11), 1), ([101, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1), (Array("$scrypt$".utf8), 1),
      ([UInt8](repeating: 0x24, count: 16_384), 1), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2),
      (Array("$scrypt$ln=63,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA".utf8), 1),
    ]
    for row in rows {
      let current = try #require(await test.world.store.read(key, at: test.time.seconds))
      let content = try RecordContent(
        row.bytes.span,
        format: row.format,
        owner: Array("ines".utf8),
        expires: RecordContent.never
      )
      _ = await test.world.store.replace(key, current.version, with: content, at: test.time.seconds)
      let code = await test.verify()
      #expect(code == .stored || code == .store, "\(row.bytes.count) bytes: \(String(describing: code))")
    }
  }
}
