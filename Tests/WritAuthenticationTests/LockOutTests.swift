// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Wrong one-time passwords")
struct LockOutTests {
  @Test("T04 five cost nothing, then a wait doubles from 30 s to 15 min, and after a hundred there are no more")
  func waits() {
    var attempts = FailedAttempts()
    let waits: [Int64] = [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]
    for number in 1...100 {
      #expect(attempts.refusal(at: 1000) == nil || number > 5)
      #expect(attempts.wait == waits[min(number - 1, 11)], "before \(number)")
      attempts.fail(at: 1000)
    }
    #expect(attempts.isLocked)
    #expect(attempts.refusal(at: NumericDate.last)?.code == .locked)
    attempts.fail(at: 1000)
    #expect(attempts.count == 100)
  }

  @Test(
    "T04 while it is waited nothing is looked at, not even the right code; afterwards it is, and counting starts again"
  )
  func waiting() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    for _ in 0..<5 {
      let wrong = try server.wrongCode(key)
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
          == .wrong
      )
    }
    for second in [0, 1, 29] as [Int64] {
      let code = try server.code(key)
      do throws(OneTimePasswordError) {
        try await passwords.verify(code, account: "alice")
        Issue.record("taken")
      } catch {
        #expect(error.code == .waiting)
        #expect(error.retryAfter == 30 - second)
      }
      // T05: what is not looked at does not lengthen the wait.
      server.time.seconds += second == 0 ? 1 : second == 1 ? 28 : 1
    }
    try await passwords.verify(server.code(key), account: "alice")
    #expect(try await passwords.failedAttempts(of: "alice")?.count == 0)
  }

  @Test("T04 of guesses from everywhere at once, as many are looked at as one after the other (64 tasks)")
  func parallel() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let wrong = try server.wrongCode(key)
    let passwords = try server.passwords()
    let outcomes = await outcomes(of: 64) { _ in
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
    }
    #expect(outcomes == [.wrong: 5, .waiting: 59])
  }

  @Test(
    "T04, T05 a hundred guesses of all attackers are checked, however servers restart; then the owner recovers"
  )
  func locked() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let recovery = RecoveryCodes(store: server.store, ring: server.ring, clock: server.time.clock)
    let texts = try await recovery.generate(for: "alice")
    var looked = 0
    let start = server.time.seconds
    for _ in 0..<3000 {
      // A new server each time: what counts is in the store.
      let passwords = try server.passwords()
      let wrong = try server.wrongCode(key)
      let outcome = await refusal { () async throws(OneTimePasswordError) in
        try await passwords.verify(wrong, account: "alice")
      }
      if outcome == .wrong { looked += 1 }
      if outcome == .locked { break }
      server.time.seconds += 60
    }
    #expect(looked == 100)
    // Five for nothing, then 30 s to 8 min, then a quarter of an hour each: nearly a day.
    #expect(server.time.seconds - start > 80_000)
    let passwords = try server.passwords()
    for pause in [0, 86_400, 31_536_000] as [Int64] {
      server.time.seconds += pause
      let code = try server.code(key)
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
          == .locked
      )
    }
    #expect(try await recovery.verify(texts[3], account: "alice") == 9)
    try await passwords.unlock("alice")
    try await passwords.verify(server.code(key), account: "alice")
  }

  @Test(
    "a clock that steps back or forward locks no account for longer than the wait",
    arguments: [-86_400, 86_400, -1_000_000] as [Int64]
  )
  func clock(_ jump: Int64) async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    for _ in 0..<5 {
      let wrong = try server.wrongCode(key)
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
          == .wrong
      )
    }
    server.time.seconds += jump
    let wrong = try server.wrongCode(key)
    let outcome = await refusal { () async throws(OneTimePasswordError) in
      try await passwords.verify(wrong, account: "alice")
    }
    #expect(outcome == (jump < 0 ? .waiting : .wrong))
    server.time.seconds += jump < 0 ? 29 : 59
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
        == .waiting
    )
    server.time.seconds += 1
    // Right codes of a time before the last one accepted stay refused: none comes twice, whatever the clock says.
    let code = try server.code(key)
    let after = await refusal { () async throws(OneTimePasswordError) in
      try await passwords.verify(code, account: "alice")
    }
    #expect(after == (jump < 0 ? .used : nil))
  }

  @Test("T05 a form sent twice is no guess, and costs nothing")
  func replays() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    let code = try server.code(key)
    try await passwords.verify(code, account: "alice")
    for _ in 0..<200 {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
          == .used
      )
    }
    server.time.seconds += 30
    try await passwords.verify(server.code(key), account: "alice")
  }

  @Test("accounts and credentials are counted apart")
  func apart() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let alice = try await server.enrolled("alice")
    let bob = try await server.enrolled("bob")
    for _ in 0..<6 {
      let wrong = try server.wrongCode(alice)
      _ = await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
    }
    let code = try server.code(alice)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
        == .waiting
    )
    try await passwords.verify(server.code(bob), account: "bob")
  }
}
