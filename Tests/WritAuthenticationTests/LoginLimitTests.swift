// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Limits and events of one-time passwords")
struct LoginLimitTests {
  private static let attempt = Array("an attempt of 128 bits or more".utf8)

  /// A store of limits that is down.
  private struct Down: RateLimitStore {
    struct Failure: Error { let text = "canary" }

    func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer { throw Failure() }
  }

  private struct Parts {
    let server: Server
    let told = Told()
    let mailbox = Mailbox()
    let passwords: OneTimePasswords<MemoryRecordStore>
    let recovery: RecoveryCodes<MemoryRecordStore>
    let sent: SentCodes<MemoryRecordStore, Mailbox>

    init(limits: LoginLimits? = nil) throws {
      server = try Server()
      let (store, ring, clock, told) = (server.store, server.ring, server.time.clock, told)
      let events = SecurityEvents { event in told.events.withLock { $0.append(event) } }
      passwords = try OneTimePasswords(store: store, ring: ring, limits: limits, clock: clock, events: events)
      recovery = RecoveryCodes(store: store, ring: ring, limits: limits, clock: clock, events: events)
      sent = try SentCodes(
        store: store,
        ring: ring,
        delivery: mailbox,
        limits: limits,
        clock: clock,
        events: events
      )
    }

    func verify(_ code: String) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "alice") }
    }

    func recover(_ code: String) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in try await recovery.verify(code, account: "alice") }
    }

    func send() async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in
        try await sent.send(to: "alice", attempt: LoginLimitTests.attempt.span)
      }
    }

    func receive(_ code: String) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in
        try await sent.verify(code, account: "alice", attempt: LoginLimitTests.attempt.span)
      }
    }
  }

  @Test("20 codes of an account are looked at in a moment, right ones too, and then one in 36 s")
  func codes() async throws {
    let parts = try Parts()
    let key = try await parts.server.enrolled()
    let used = try parts.server.code(key)
    #expect(await parts.verify(used) == nil)
    for _ in 1..<20 { #expect(await parts.verify(used) == .used) }
    let error = await #expect(throws: OneTimePasswordError.self) {
      try await parts.passwords.verify(used, account: "alice")
    }
    #expect(error?.code == .waiting && error?.retryAfter == 36)
    #expect(parts.told.all.last == .rateLimited(account: "alice", factor: .oneTimePassword))
    parts.server.time.seconds += 36
    let code = try parts.server.code(key)
    #expect(await parts.verify(code) == nil)
    #expect(await parts.verify(code) == .waiting)
    // Another server knows of it, as the buckets are in the store.
    let other = try OneTimePasswords(store: parts.server.store, ring: parts.server.ring, clock: parts.server.time.clock)
    let outcome = await refusal { () async throws(OneTimePasswordError) in
      try await other.verify(code, account: "alice")
    }
    #expect(outcome == .waiting)
  }

  @Test("20 recovery codes of an account are looked at in a moment, and none is used up by what is not")
  func recovery() async throws {
    let parts = try Parts()
    let texts = try await parts.recovery.generate(for: "alice")
    for _ in 0..<20 { #expect(await parts.recover("AAAA-AAAA-AAAA-AAAA") == .wrong) }
    #expect(await parts.recover(texts[0]) == .waiting)
    parts.server.time.seconds += 36
    #expect(await parts.recover(texts[0]) == nil)
    #expect(parts.told.all.last == .recoveryCodeUsed(account: "alice", remaining: 9))
  }

  @Test("5 messages are sent to an account in a moment, then one in 6 minutes")
  func messages() async throws {
    let parts = try Parts()
    for _ in 0..<5 { #expect(await parts.send() == nil) }
    #expect(await parts.send() == .waiting)
    #expect(parts.mailbox.count == 5)
    #expect(await parts.receive(parts.mailbox.last) == nil)
    parts.server.time.seconds += 360
    #expect(await parts.send() == nil)
    #expect(await parts.send() == .waiting)
  }

  @Test("L04 when the store of the limits is down, no code is looked at or sent, and none is used up")
  func storeDown() async throws {
    let parts = try Parts(limits: LoginLimits(store: Down()))
    let key = try await parts.server.enrolled()
    let texts = try await parts.recovery.generate(for: "alice")
    let code = try parts.server.code(key)
    #expect(await parts.verify(code) == .storeUnavailable)
    #expect(await parts.recover(texts[0]) == .storeUnavailable)
    #expect(await parts.send() == .storeUnavailable)
    #expect(parts.mailbox.count == 0)
    do throws(OneTimePasswordError) {
      try await parts.passwords.verify(code, account: "alice")
    } catch {
      #expect(error.code == .storeUnavailable && !"\(error)".contains("canary"))
    }
    #expect(try await parts.recovery.remaining(of: "alice") == 10)
    #expect(try await parts.server.passwords().failedAttempts(of: "alice")?.count == 0)
    try await parts.server.passwords().verify(code, account: "alice")
  }

  @Test("names that are made up make no buckets")
  func madeUp() async throws {
    let parts = try Parts()
    for number in 0..<100 {
      for outcome in [
        await refusal { () async throws(OneTimePasswordError) in
          try await parts.passwords.verify("123456", account: "\(number)")
        },
        await refusal { () async throws(OneTimePasswordError) in
          try await parts.recovery.verify("AAAA-AAAA-AAAA-AAAA", account: "\(number)")
        },
        await refusal { () async throws(OneTimePasswordError) in
          try await parts.sent.verify("123456", account: "\(number)", attempt: Self.attempt.span)
        },
      ] {
        #expect(outcome == .notEnrolled)
      }
    }
    #expect(parts.server.store.count == 0)
  }

  @Test("wrong codes and what follows are told, once each, and so are factors that come and go")
  func events() async throws {
    let parts = try Parts(limits: .unlimited)
    let key = try await parts.passwords.enroll("alice", issuer: nil).key
    #expect(parts.told.all.isEmpty)
    try await parts.passwords.confirm(parts.server.code(key), account: "alice")
    #expect(parts.told.all == [.factorAdded(account: "alice", factor: .oneTimePassword)])
    let failed = SecurityEvent.authenticationFailed(account: "alice", factor: .oneTimePassword)
    for number in 1...99 {
      parts.server.time.seconds += 900
      let before = parts.told.all.count
      #expect(await parts.verify(try parts.server.wrongCode(key)) == .wrong)
      let wait: Int64 = number < 5 ? 0 : min(900, 30 << Int64(min(number - 5, 5)))
      let lockedOut = SecurityEvent.lockedOut(account: "alice", factor: .oneTimePassword, seconds: wait)
      #expect(Array(parts.told.all.dropFirst(before)) == (wait == 0 ? [failed] : [failed, lockedOut]), "\(number)")
      // While it is waited, nothing is looked at and nothing told.
      if wait > 0 { #expect(await parts.verify("000000") == .waiting) }
      #expect(parts.told.all.count == before + (wait == 0 ? 1 : 2))
    }
    parts.server.time.seconds += 900
    #expect(await parts.verify(try parts.server.wrongCode(key)) == .wrong)
    #expect(parts.told.all.last == .recoveryNeeded(account: "alice", factor: .oneTimePassword))
    #expect(try await parts.passwords.remove("alice"))
    #expect(parts.told.all.last == .factorRemoved(account: "alice", factor: .oneTimePassword))
    #expect(await parts.send() == nil)
    let wrong = parts.mailbox.last == "000000" ? "000001" : "000000"
    #expect(await parts.receive(wrong) == .wrong)
    #expect(parts.told.all.last == .authenticationFailed(account: "alice", factor: .deliveredCode))
    _ = try await parts.recovery.generate(for: "alice")
    #expect(parts.told.all.last == .factorAdded(account: "alice", factor: .recoveryCode))
    #expect(await parts.recover("nothing") == .wrong)
    #expect(parts.told.all.last == .authenticationFailed(account: "alice", factor: .recoveryCode))
    #expect(try await parts.recovery.remove("alice"))
    #expect(parts.told.all.last == .factorRemoved(account: "alice", factor: .recoveryCode))
  }

  @Test("T06 no event holds a code or a secret")
  func canaries() async throws {
    let parts = try Parts(limits: .unlimited)
    let uri = try await parts.passwords.enroll("alice", issuer: nil)
    let code = try parts.server.code(uri.key)
    try await parts.passwords.confirm(code, account: "alice")
    let texts = try await parts.recovery.generate(for: "alice")
    // What is planted is told apart from times and counts: letters, or eight digits.
    let wrong = "canary-\(UInt64.random(in: 0...UInt64.max))"
    var secrets = [uri.key.secret.secretBase32(), uri.secretText(), wrong] + texts
    for text in [wrong, code] {
      _ = await parts.verify(text)
      _ = await parts.recover(text)
    }
    _ = await parts.recover(texts[0])
    for _ in 0..<3 {
      #expect(await parts.send() == nil)
      _ = await parts.receive(wrong)
      secrets.append(parts.mailbox.last)
      #expect(await parts.receive(parts.mailbox.last) == nil)
    }
    var shown = ""
    for event in parts.told.all {
      shown += "\(event) \(String(reflecting: event))"
      dump(event, to: &shown)
    }
    #expect(parts.told.all.count > 5)
    for secret in secrets + [code] { #expect(!shown.contains(secret)) }
    #expect(!shown.contains("canary"))
  }
}
