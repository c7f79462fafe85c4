// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Devices that have logged in before")
struct KnownDeviceTests {
  private let test: PasswordWorld
  private let ring: SecretRing
  private let devices: DeviceCookies

  init() throws {
    test = try PasswordWorld()
    ring = try SecretRing([ApplicationSecret.generate(identifier: "2026")])
    devices = try DeviceCookies(ring: ring, clock: test.time.clock)
  }

  /// Name and value, as a browser sends them back.
  private func pair(_ account: String, _ devices: DeviceCookies? = nil) throws -> String {
    String(try (devices ?? self.devices).issue(for: account).prefix { $0 != ";" })
  }

  private func device(_ account: String = "ines") throws -> KnownDevice {
    try #require(devices.device(in: [try pair(account)], for: account))
  }

  private func verify(
    _ password: String,
    on device: KnownDevice?,
    _ account: String = "ines"
  ) async -> LoginError.Code? {
    await refusal { () throws(LoginError) in
      try await test.passwords.verify(password, account: account, from: PasswordWorld.address, on: device)
    }
  }

  /// A stranger's wrong password, once all waits are over.
  private func guess() async throws {
    let wait = try await test.passwords.rest(of: budget())
    test.time.seconds += wait
    #expect(await test.verify("a stranger's guess") == .wrong)
  }

  private func budget() async throws -> AttemptsBudget {
    let key = try test.passwords.records.key("ines", "password")
    let record = try #require(await test.world.store.read(key, at: test.time.seconds))
    return try test.passwords.budget(of: "ines", Passwords<MemoryRecordStore>.hash(record))
  }

  // MARK: Cookies

  @Test("A cookie is known for its account alone, under any secret of the ring, for half a year")
  func cookie() throws {
    let field = try devices.issue(for: "ines")
    #expect(field.hasPrefix("__Host-device="))
    #expect(field.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000"))
    #expect(!field.contains("ines"))
    let pair = String(field.prefix { $0 != ";" })
    #expect(devices.device(in: ["a=b; \(pair)"], for: "ines")?.account == "ines")
    for other in ["Ines", "ines ", "oskar", "", "ines\0"] { #expect(devices.device(in: [pair], for: other) == nil) }
    #expect(devices.device(in: ["\(pair); \(pair)"], for: "ines") == nil)
    #expect(devices.device(in: ["\u{2000}\(pair)"], for: "ines") == nil)
    let rotated = try SecretRing([ApplicationSecret.generate(identifier: "2027")])
    #expect(try DeviceCookies(ring: rotated, clock: test.time.clock).device(in: [pair], for: "ines") == nil)
    test.time.seconds += DeviceCookies.lifetime - 1
    #expect(devices.device(in: [pair], for: "ines") != nil)
    test.time.seconds += 1
    #expect(devices.device(in: [pair], for: "ines") == nil)
    // A cookie from the future, by a clock that was set back.
    test.time.seconds -= DeviceCookies.lifetime + 1
    #expect(devices.device(in: [pair], for: "ines") == nil)
  }

  @Test("A cookie that was changed in any place is not known, and each one is another")
  func forged() throws {
    let pair = Array(try pair("ines").utf8)
    let start = try #require(pair.firstIndex(of: UInt8(ascii: "="))) + 1
    for place in start..<pair.count {
      for byte in [UInt8(ascii: "A"), UInt8(ascii: "b"), UInt8(ascii: "-")] where pair[place] != byte {
        var changed = pair
        changed[place] = byte
        #expect(devices.device(in: [String(decoding: changed, as: UTF8.self)], for: "ines") == nil)
      }
    }
    for count in [0, 1, 31, 32, 43, 4000, 5000] {
      let text = "__Host-device=" + String(repeating: "A", count: count)
      #expect(devices.device(in: [text], for: "ines") == nil)
    }
    #expect(try self.pair("ines") != self.pair("ines"))
    #expect(throws: LoginError.self) { try devices.issue(for: "") }
  }

  // MARK: Budgets

  @Test("A stranger who tries once per wait keeps an owner out of no device that is known, 128 times of 128 (S23)")
  func owner() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let device = try device()
    for number in 1...128 {
      try await guess()
      // Others wait now, or find every password wrong.
      if number > FailedAttempts.freeCount { #expect(await test.verify() != nil) }
      #expect(await verify(PasswordWorld.right, on: device) == nil, "\(number)")
    }
  }

  @Test("Wrong passwords on a known device cost its own budget, and nothing of the others'")
  func ownBudget() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let (one, other) = (try device(), try device())
    for _ in 0..<FailedAttempts.freeCount { #expect(await verify("wrong", on: one) == .wrong) }
    #expect(await verify(PasswordWorld.right, on: one) == .waiting)
    #expect(await verify(PasswordWorld.right, on: other) == nil)
    #expect(await test.verify() == nil)
    #expect(await verify(PasswordWorld.right, on: one) == .waiting)
    test.time.seconds += FailedAttempts.firstWait
    #expect(await verify(PasswordWorld.right, on: one) == nil)
    for _ in 0..<FailedAttempts.freeCount { #expect(await verify("wrong", on: one) == .wrong) }
  }

  @Test("A known device that has used up its budget is a stranger, whose tries count with all others (T04)")
  func usedUp() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let device = try device()
    var tries = 0
    while try await test.passwords.attempts(of: budget()) == nil {
      test.time.seconds += FailedAttempts.longestWait
      #expect(await verify("wrong", on: device) == .wrong)
      tries += 1
    }
    #expect(tries == FailedAttempts.maximumCount + 1)
    #expect(try await test.passwords.attempts(of: budget())?.total == 1)
    #expect(await verify(PasswordWorld.right, on: device) == nil)
  }

  @Test("A cookie of another account, or for an account without a password, makes no budget")
  func strangers() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let foreign = try device("oskar")
    for _ in 0..<FailedAttempts.freeCount { #expect(await verify("wrong", on: foreign) == .wrong) }
    #expect(await verify(PasswordWorld.right, on: foreign) == .waiting)
    let none = try device("nobody")
    for _ in 0..<FailedAttempts.freeCount { #expect(await verify("wrong", on: none, "nobody") == .wrong) }
    #expect(await test.verify("wrong", "nobody") == .waiting)
  }

  @Test("A login on a known device unlocks the account, but does not shorten the wait of strangers")
  func unlocking() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let device = try device()
    for _ in 0..<FailedAttempts.maximumCount { try await guess() }
    #expect(try await test.passwords.isLocked("ines"))
    #expect(await verify(PasswordWorld.right, on: device) == nil)
    #expect(try await !test.passwords.isLocked("ines"))
    #expect(await test.verify() == .waiting)
    test.time.seconds += FailedAttempts.longestWait
    #expect(await test.verify() == nil)
  }

  @Test("A password is changed on a known device while strangers keep all others waiting")
  func changing() async throws {
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let device = try device()
    for _ in 0..<20 { try await guess() }
    #expect(await test.change(PasswordWorld.right, "another password of ines") == .waiting)
    try await test.passwords.change(
      PasswordWorld.right,
      to: "another password of ines",
      of: "ines",
      from: nil,
      on: device,
      in: nil
    )
    // What was tried against the old password counts no more.
    #expect(await test.verify("another password of ines") == nil)
  }
}

@Suite("Accounts that are locked")
struct LockedAccountTests {
  private func lock(_ test: PasswordWorld, _ account: String, _ count: Int = FailedAttempts.maximumCount) async {
    for _ in 0..<count {
      #expect(await test.verify("a stranger's guess", account) == .wrong)
      test.time.seconds += FailedAttempts.longestWait
    }
  }

  @Test("A hundred wrong passwords on a free name are forgotten when it is set (S23)", arguments: [true, false])
  func free(isAdopted: Bool) async throws {
    let test = try PasswordWorld()
    await lock(test, "ines")
    for _ in 0..<20 { _ = await test.verify("a stranger's guess") }
    if isAdopted {
      let hash = try await PasswordHasher(parameters: .weak()).hash(PasswordWorld.right)
      try await test.passwords.adopt(hash: hash, for: "ines")
    } else {
      try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    }
    #expect(await test.verify() == nil)
    #expect(try await !test.passwords.isLocked("ines"))
  }

  @Test("It is the write of a new password that ends a lock: a store that then fails does not keep it (S20)")
  func oneWrite() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    await lock(test, "ines")
    // What a process that is killed between the two writes leaves behind.
    let key = try test.passwords.records.key("ines", "password")
    let record = try #require(await test.world.store.read(key, at: test.time.seconds))
    let hash = try await PasswordHasher(parameters: .weak()).hash("another password of ines")
    #expect(try await test.passwords.write(hash, "ines", over: record))
    #expect(await test.verify("another password of ines") == nil)
  }

  @Test("An administrator lists locked accounts and unlocks them; the password stays")
  func unlocking() async throws {
    let test = try PasswordWorld()
    let accounts = ["ines", "oskar", "zoe", "a:b", "\u{1F511}"]
    for account in accounts {
      try await test.passwords.set(PasswordWorld.right, for: account, from: nil)
      await lock(test, account, account == "zoe" ? 99 : 100)
    }
    await lock(test, "nobody", 101)
    let locked = Set(accounts).subtracting(["zoe"])
    #expect(try await Set(test.passwords.lockedAccounts()) == locked)
    var pages: [String] = []
    while true {
      let page = try await test.passwords.lockedAccounts(after: pages.last, limit: 1)
      guard let name = page.first else { break }
      pages.append(name)
    }
    #expect(pages.count == locked.count && Set(pages) == locked)
    #expect(await test.verify() == .wrong)
    try await test.passwords.unlock("ines")
    #expect(await test.verify() == nil)
    #expect(try await Set(test.passwords.lockedAccounts()) == locked.subtracting(["ines"]))
    // Recovered, removed, and locked once more.
    let token = try await test.passwords.requestReset(for: "oskar", from: nil)
    try await test.passwords.reset(to: "another password of oskar", by: token)
    #expect(try await test.passwords.remove("a:b"))
    #expect(try await test.passwords.lockedAccounts() == ["\u{1F511}"])
    await lock(test, "ines")
    #expect(try await Set(test.passwords.lockedAccounts()) == ["ines", "\u{1F511}"])
    try await test.passwords.unlock("nobody")
  }

  @Test("Tries that there is no time to check leave nothing in the store, whatever names are made up")
  func busy() async throws {
    let workers = try PasswordWorkers(threads: 1, waiting: 0)
    let test = try PasswordWorld(limits: nil, workers: workers)
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let place = try workers.enter()
    let before = test.world.store.count
    for number in 0..<1000 {
      #expect(await test.verify("wrong", number == 0 ? "ines" : "made up \(number)", nil) == .busy)
    }
    #expect(test.world.store.count == before)
    place.leave()
    #expect(await test.verify() == nil)
  }

  @Test("Made-up names take the room of no account: a store that is full answers them as before")
  func full() async throws {
    let test = try PasswordWorld()
    for number in 0..<10 { #expect(await test.verify("wrong", "made up \(number)") == .wrong) }
    for name in ["ines", "made up 3"] {
      let key = try test.passwords.records.key(name, "attempts")
      if name == "ines" {
        try await test.passwords.set(PasswordWorld.right, for: name, from: nil)
        #expect(await test.verify("wrong", name) == .wrong)
      }
      let record = try #require(await test.world.store.read(key, at: test.time.seconds))
      #expect(record.content.owner.elementsEqual((name == "ines" ? name : "").utf8))
      #expect((record.content.expires == RecordContent.never) == (name == "ines"))
    }
  }

  @Test("However many names are made up, a bounded store answers them alike and keeps room for accounts")
  func bounded() async throws {
    let store = try MemoryRecordStore(maximumCount: 64)
    let hasher = PasswordHasher(parameters: .weak())
    let clock = TokenClock.fixed(1_800_000_000)
    let passwords = Passwords(store: store, hasher: hasher, limits: .unlimited, revoking: [], clock: clock)
    for number in 0..<200 {
      let code = await refusal { () throws(LoginError) in
        try await passwords.verify("wrong", account: "made up \(number)", from: nil)
      }
      #expect(code == .wrong)
    }
    #expect(store.count == 32)
    try await passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let code = await refusal { () throws(LoginError) in
      try await passwords.verify("wrong", account: "ines", from: nil)
    }
    #expect(code == .wrong)
    try await passwords.verify(PasswordWorld.right, account: "ines", from: nil)
  }

  @Test("Signing up is limited by address, from buckets of its own")
  func signUp() async throws {
    let limits = LoginLimits(store: try MemoryRateLimitStore(), subscriber: try RateLimit(3, per: .seconds(3600)))
    let test = try PasswordWorld(limits: limits)
    func set(_ name: String, _ address: String) async -> LoginError.Code? {
      await refusal { () throws(LoginError) in
        try await test.passwords.set(PasswordWorld.right, for: name, from: ClientAddress(address))
      }
    }
    for name in ["a", "b", "c"] { #expect(await set(name, "192.0.2.1") == nil) }
    #expect(await set("d", "192.0.2.1") == .waiting)
    #expect(test.told.all.last == .rateLimited(account: "d", factor: .password))
    #expect(await set("a", "192.0.2.1") == .waiting)
    #expect(await set("d", "192.0.2.2") == nil)
    #expect(await test.verify(PasswordWorld.right, "a", ClientAddress("192.0.2.1")) == nil)
  }
}
