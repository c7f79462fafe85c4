// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("One-time passwords of accounts")
struct OneTimePasswordsTests {
  @Test("a credential counts once a first right code has come")
  func enrollment() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify("000000", account: "alice") }
        == .notEnrolled
    )
    let first = try await passwords.enroll("alice", issuer: "Example").key
    let code = try server.code(first)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
        == .notEnrolled
    )
    #expect(try await passwords.failedAttempts(of: "alice") == nil)
    // Enrolled again: the first secret is no longer valid.
    let second = try await passwords.enroll("alice", issuer: "Example").key
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.confirm(code, account: "alice") }
        == .wrong
    )
    try await passwords.confirm(server.code(second), account: "alice")
    let again = try server.code(second)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.confirm(again, account: "alice") }
        == .alreadyEnrolled
    )
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.enroll("alice", issuer: nil) }
        == .alreadyEnrolled
    )
    server.time.seconds += 30
    try await passwords.verify(server.code(second), account: "alice")
    #expect(try await passwords.failedAttempts(of: "alice")?.count == 0)
    // Apart: another account, another credential.
    _ = try await passwords.enroll("alice", credential: "phone", issuer: nil)
    _ = try await passwords.enroll("bob", issuer: nil)
    #expect(try await passwords.remove("alice"))
    #expect(try await !passwords.remove("alice"))
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(again, account: "alice") }
        == .notEnrolled
    )
  }

  @Test("what is not confirmed is gone after 15 minutes, however often it is tried")
  func pending() async throws {
    for tries in [0, 3] {
      let server = try Server()
      let passwords = try server.passwords()
      let key = try await passwords.enroll("alice", issuer: nil).key
      for _ in 0..<tries {
        server.time.seconds += 100
        let wrong = try server.wrongCode(key)
        #expect(
          await refusal { () async throws(OneTimePasswordError) in try await passwords.confirm(wrong, account: "alice")
          } == .wrong
        )
      }
      server.time.seconds += 900 - Int64(tries) * 100
      let code = try server.code(key)
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.confirm(code, account: "alice") }
          == .notEnrolled
      )
    }
  }

  @Test("names of accounts are compared as bytes, and have 1 to 255 of them")
  func names() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled("é")
    let code = try server.code(key)
    for other in ["e\u{301}", "É", "é ", "é\0"] {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: other) }
          == .notEnrolled
      )
    }
    for bad in ["", String(repeating: "x", count: 256)] {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: bad) }
          == .configuration
      )
      #expect(
        await refusal { () async throws(OneTimePasswordError) in
          try await passwords.verify(code, account: "é", credential: bad)
        } == .configuration
      )
    }
    try await passwords.verify(code, account: "é")
    let long = String(repeating: "x", count: 255)
    _ = try await passwords.enroll(long, credential: long, issuer: nil, label: "x")
  }

  @Test("T01 a code is accepted once, also by another server and after a restart")
  func once() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let code = try server.code(key)
    try await server.passwords().verify(code, account: "alice")
    for second in 0..<120 as Range<Int64> {
      let other = try server.passwords()
      let outcome = await refusal { () async throws(OneTimePasswordError) in
        try await other.verify(code, account: "alice")
      }
      #expect(outcome == .used, "after \(second) s")
      server.time.seconds += 1
    }
  }

  @Test("T01 of 64 tasks with one code, one is let in")
  func race() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    for _ in 0..<TestRounds.count {
      let code = try server.code(key)
      let passwords = try server.passwords()
      let outcomes = await outcomes(of: 64) { _ in
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
      }
      #expect(outcomes == [nil: 1, .used: 63])
      server.time.seconds += 30
    }
  }

  @Test("T01 a first code is confirmed once, and is used up by that")
  func confirmation() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await passwords.enroll("alice", issuer: nil).key
    let code = try server.code(key)
    let outcomes = await outcomes(of: 64) { _ in
      await refusal { () async throws(OneTimePasswordError) in try await passwords.confirm(code, account: "alice") }
    }
    #expect(outcomes == [nil: 1, .alreadyEnrolled: 63])
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
        == .used
    )
  }

  @Test("T02 an older code is refused after a newer one", arguments: AcceptedSteps.allCases)
  func order(_ steps: AcceptedSteps) async throws {
    let server = try Server()
    let passwords = try server.passwords(accepting: steps)
    let key = try await server.enrolled()
    let older = try server.code(key, steps: -1)
    try await passwords.verify(server.code(key), account: "alice")
    let outcome = await refusal { () async throws(OneTimePasswordError) in
      try await passwords.verify(older, account: "alice")
    }
    #expect(outcome == (steps == .current ? .wrong : .used))
  }

  @Test(
    "T03 a look-ahead is 0 to 20",
    arguments: [(-1, false), (0, true), (20, true), (21, false), (1000, false), (.min, false), (.max, false)]
  )
  func lookAhead(_ count: Int, _ isAllowed: Bool) throws {
    let server = try Server()
    let code = refusal { () throws(OneTimePasswordError) in
      try OneTimePasswords(store: server.store, ring: server.ring, lookAhead: count)
    }
    #expect(code == (isAllowed ? nil : .configuration))
  }

  @Test("T03 windows are as wide as they say")
  func windows() async throws {
    for (steps, accepted) in [(AcceptedSteps.current, [0]), (.previous, [-1, 0]), (.adjacent, [-1, 0, 1])]
      as [(AcceptedSteps, [Int64])]
    {
      for offset in -3...3 as ClosedRange<Int64> {
        let server = try Server()
        let passwords = try server.passwords(accepting: steps)
        let key = try await server.enrolled()
        server.time.seconds += 60
        let code = try server.code(key, steps: offset)
        let outcome = await refusal { () async throws(OneTimePasswordError) in
          try await passwords.verify(code, account: "alice")
        }
        #expect(outcome == (accepted.contains(offset) ? nil : .wrong), "\(steps) \(offset)")
      }
    }
  }

  @Test("Anything but six ASCII digits, ignoring white space, is a wrong code and counts (T11)")
  func spoilt() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    let code = try server.code(key)
    for (count, text) in ["+" + code.dropFirst(), "\(code)\u{301}", "", code + code, "١٢٣٤٥٦"].enumerated() {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(text, account: "alice") }
          == .wrong
      )
      #expect(try await passwords.failedAttempts(of: "alice")?.count == count + 1)
    }
  }

  // MARK: The authenticator's clock

  @Test(
    "a clock that is ahead is learned, at enrolment or later (RFC 6238, section 6)",
    arguments: [0, 10, 29] as [Int64]
  )
  func ahead(_ secondsAtEnrollment: Int64) async throws {
    var server = try Server()
    server.ahead = secondsAtEnrollment
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    server.ahead = 12
    var refusals = 0
    // 37 s go through all seconds of a step. Every code is typed 5 s after it was shown.
    for _ in 0..<60 {
      server.time.seconds += 37 + 30
      let code = try key.code(at: server.time.seconds + 12 - 5)
      let outcome = await refusal { () async throws(OneTimePasswordError) in
        try await passwords.verify(code, account: "alice")
      }
      #expect(outcome == nil || outcome == .wrong)
      refusals += outcome == nil ? 0 : 1
    }
    // One code from the future is what it takes to learn; then the window fits.
    #expect(refusals <= 1)
  }

  /// The answer to a code of some steps from now, 300 s after the one before.
  private static func outcome(_ offset: Int64, _ key: OneTimePasswordKey, _ server: Server) async throws
    -> OneTimePasswordError.Code?
  {
    server.time.seconds += 300
    let (code, passwords) = (try server.code(key, steps: offset), try server.passwords())
    return await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
  }

  @Test("A learned step is accepted beside the usual window, which never moves, and never is there more than one (T13)")
  func drifting() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let table: [(offset: Int64, code: OneTimePasswordError.Code?)] = [
      // A step behind: one code outside the window, then one at its edge.
      (-2, .wrong), (-1, nil), (-2, nil), (0, nil),
      // A second step is never learned.
      (-3, .wrong), (-2, nil), (-3, .wrong), (0, nil),
      // Ahead: the other side is learned instead.
      (1, .wrong), (0, nil), (1, nil), (-1, nil), (-2, .wrong), (2, .wrong), (0, nil), (2, .wrong), (1, nil),
    ]
    for (number, row) in table.enumerated() {
      #expect(try await Self.outcome(row.offset, key, server) == row.code, "row \(number)")
    }
  }

  @Test("After one code typed late, right codes are accepted for days (T13)", arguments: [-2, -1, 1, 2] as [Int64])
  func presentStep(_ late: Int64) async throws {
    let server = try Server()
    let key = try await server.enrolled()
    for offset in [late, -1, late, late + late.signum()] { _ = try await Self.outcome(offset, key, server) }
    for day in 0..<12 {
      server.time.seconds += 86_400
      #expect(try await Self.outcome(0, key, server) == nil, "day \(day)")
    }
  }

  @Test("A learned step is forgotten 30 days after the last code that needed it (T13)")
  func forgottenDrift() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    #expect(try await Self.outcome(1, key, server) == .wrong)
    #expect(try await Self.outcome(0, key, server) == nil)
    // Codes that need it keep it.
    for _ in 0..<4 {
      server.time.seconds += 20 * 86_400
      #expect(try await Self.outcome(1, key, server) == nil)
    }
    // Codes that do not need it do not.
    for _ in 0..<2 {
      server.time.seconds += 15 * 86_400
      #expect(try await Self.outcome(0, key, server) == nil)
    }
    #expect(try await Self.outcome(1, key, server) == .wrong)
  }

  @Test("A code typed late once, and then in time, teaches nothing")
  func late() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    for offset in [-2, 0, 0, -1, -2, 0] as [Int64] {
      #expect(try await Self.outcome(offset, key, server) == (offset == -2 ? .wrong : nil))
    }
  }

  // MARK: Adopting, listing, typing

  @Test("A credential of another system is adopted, 80-bit secrets by name, and counts at once")
  func adopted() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let short = "JBSWY3DPEHPK3PXP"
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimeSecret(base32: short) } == .weak)
    #expect(
      refusal { () throws(OneTimePasswordError) in try OneTimeSecret(base32: "JBSWY3DP", minimum: .legacy80Bits) }
        == .weak
    )
    let key = try OneTimePasswordKey(OneTimeSecret(base32: short, minimum: .legacy80Bits))
    try await passwords.adopt(key, for: "alice")
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.adopt(key, for: "alice") }
        == .alreadyEnrolled
    )
    try await passwords.verify(server.code(key), account: "alice")
    let counting = try OneTimePasswordKey(.generate(), movingFactor: .counter)
    try await passwords.adopt(counting, for: "alice", credential: "token", counter: 1000)
    let (past, next) = (try counting.code(counter: 998), try counting.code(counter: 1000))
    #expect(
      await refusal { () async throws(OneTimePasswordError) in
        try await passwords.verify(past, account: "alice", credential: "token")
      } == .wrong
    )
    try await passwords.verify(next, account: "alice", credential: "token")
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.adopt(key, for: "bob", counter: 1) }
        == .configuration
    )
    let uri = "otpauth://totp/alice?secret=\(short)"
    #expect(refusal { () throws(OneTimePasswordError) in try OneTimePasswordURI(parsing: uri) } == .weak)
    #expect(try OneTimePasswordURI(parsing: uri, minimum: .legacy80Bits).key.code(counter: 1) == key.code(counter: 1))
  }

  @Test("The credentials of an account are listed with name, time and wrong codes, and without secrets")
  func listed() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    #expect(try await passwords.credentials(of: "alice").isEmpty)
    let key = try await server.enrolled()
    let enrolledAt = server.time.seconds - 60
    _ = try await passwords.enroll("alice", credential: "phone", issuer: nil)
    let wrong = try server.wrongCode(key)
    _ = await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(wrong, account: "alice") }
    let listed = try await passwords.credentials(of: "alice").sorted { ($0.name ?? "") < ($1.name ?? "") }
    #expect(listed.map(\.name) == ["authenticator", "phone"])
    #expect(listed.map(\.isConfirmed) == [true, false])
    #expect(listed.map(\.created) == [enrolledAt, server.time.seconds])
    #expect(listed.map(\.failedAttempts.count) == [1, 0])
  }

  @Test("Digits are accepted as people type and paste them: with white space between and around")
  func typed() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    for form in ["%@ %@", " %@%@", "%@%@ ", "%@%@\r\n", "%@\u{A0}%@", "%@\u{202F}%@", "\t%@  %@"] {
      let code = try server.code(key)
      let parts = form.split(separator: "%@", omittingEmptySubsequences: false)
      let text = parts[0] + code.prefix(3) + parts[1] + code.suffix(3) + parts[2]
      try await passwords.verify(String(text), account: "alice")
      server.time.seconds += 30
    }
  }

  // MARK: Counters

  @Test("T09 a counter goes on by each code, over a few that were not sent, and never back")
  func counters() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled(movingFactor: .counter)
    // Counter 0 was used to confirm.
    let table: [(counter: UInt64, code: OneTimePasswordError.Code?)] = [
      (0, .used), (1, nil), (1, .used), (0, .wrong), (2, nil), (8, nil), (7, .wrong), (15, .wrong), (14, nil),
      (14, .used),
    ]
    for (counter, expected) in table {
      let text = try key.code(counter: counter)
      let outcome = await refusal { () async throws(OneTimePasswordError) in
        try await passwords.verify(text, account: "alice")
      }
      #expect(outcome == expected, "\(counter)")
    }
    let text = try key.code(counter: 15)
    let outcomes = await outcomes(of: 64) { _ in
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(text, account: "alice") }
    }
    #expect(outcomes[nil] == 1)
  }

  @Test("T09 the last counters are used, then there are no more; nothing traps", arguments: [0, 5, 20] as [UInt64])
  func lastCounters(_ lookAhead: UInt64) throws {
    let key = try OneTimePasswordKey(.generate(), movingFactor: .counter)
    for start in [.max, .max - 1, .max - 5] as [UInt64] {
      var state = OneTimePasswordState(key, counter: start)
      for counter in start...UInt64.max {
        let verdict = try state.judge(key.code(counter: counter), accepting: .previous, lookAhead: lookAhead, at: 0)
        #expect(verdict.refusal == nil)
        #expect(state.last == counter)
      }
      let code = refusal { () throws(OneTimePasswordError) in
        try state.judge("000000", accepting: .previous, lookAhead: lookAhead, at: 0)
      }
      #expect(code == .exhausted)
    }
  }

  @Test("T10 at every end of time something is answered")
  func extremes() throws {
    for period in [1, 30, 3600] as [Int64] {
      let key = try OneTimePasswordKey(.generate(), movingFactor: .time(period: period))
      for now in [0, 1, 59, 60, 2_147_483_648, 4_294_967_296, NumericDate.last] as [Int64] {
        for steps in AcceptedSteps.allCases {
          for drift in -1...1 as ClosedRange<Int64> {
            var state = OneTimePasswordState(key)
            state.isActive = true
            state.drift = ClockDrift(offset: drift, at: now)
            _ = try state.judge("000000", accepting: steps, lookAhead: 20, at: now)
            state = OneTimePasswordState(key)
            let verdict = try state.judge(key.code(at: now), accepting: steps, lookAhead: 20, at: now)
            #expect(verdict.refusal == nil)
          }
        }
      }
    }
  }
}
