// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Wrong passwords")
struct WrongPasswordTests {
  @Test("five wrong passwords cost nothing, then a wait doubles; a name that is no account answers alike")
  func waits() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
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
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
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
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    for _ in 0..<10 {
      for _ in 0..<4 { #expect(await test.verify("wrong") == .wrong) }
      #expect(await test.verify() == nil)
    }
    #expect(test.world.store.count == 1)
  }

  @Test(
    "S08 a clock that steps a day locks no account for longer than the wait",
    arguments: [-86_400, 86_400] as [Int64]
  )
  func clock(_ step: Int64) async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    for _ in 0..<5 { #expect(await test.verify("wrong") == .wrong) }
    test.time.seconds += step
    #expect(await test.verify("wrong") == (step < 0 ? .waiting : .wrong))
    test.time.seconds += 30
    #expect(await test.verify() == nil)
  }

  @Test("X05 a try that comes to nothing, as the workers are busy or the task is cancelled, is not counted")
  func notCounted() async throws {
    let test = try PasswordWorld(workers: PasswordWorkers(threads: 1, waiting: 0))
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
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
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
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
      #expect(await test.world.store.read(key, at: test.time.seconds) == nil)
    }
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
}
