// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Codes sent by message or mail")
struct SentCodesTests {
  private static let attempt = Array("an attempt of 128 bits or more".utf8)

  /// Codes for one account, and where they arrive.
  private struct Post {
    let server: Server
    let mailbox = Mailbox()
    let codes: SentCodes<MemoryRecordStore, Mailbox>

    init(digits: Int = 6) throws {
      server = try Server()
      codes = try SentCodes(
        store: server.store,
        ring: server.ring,
        delivery: mailbox,
        digits: digits,
        limits: .unlimited,
        clock: server.time.clock
      )
    }

    func send(_ attempt: [UInt8] = SentCodesTests.attempt) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in try await codes.send(to: "alice", attempt: attempt.span)
      }
    }

    func verify(
      _ code: String,
      _ account: String = "alice",
      _ attempt: [UInt8] = SentCodesTests.attempt
    ) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in
        try await codes.verify(code, account: account, attempt: attempt.span)
      }
    }

    var wrong: String { mailbox.last == "000000" ? "000001" : "000000" }
  }

  @Test("a code is good once, for the account and the attempt that asked", arguments: 6...8)
  func once(_ digits: Int) async throws {
    let post = try Post(digits: digits)
    #expect(await post.verify("000000") == .notEnrolled)
    #expect(await post.send() == nil)
    let code = post.mailbox.last
    #expect(code.utf8.count == digits)
    #expect(code.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    #expect(await post.verify(code, "bob") == .notEnrolled)
    #expect(await post.verify(code, "alice", Array("another attempt of 128 bits".utf8)) == .wrong)
    #expect(await post.verify(code, "alice", Self.attempt + [0]) == .wrong)
    #expect(await post.verify("." + code) == .wrong)
    #expect(await post.verify(" " + code + "\n") == nil)
    #expect(await post.verify(code) == .notEnrolled)
  }

  @Test(
    "a code is good for ten minutes",
    arguments: [(0, true), (599, true), (600, false), (86_400, false), (-1, false)] as [(Int64, Bool)]
  )
  func lifetime(_ seconds: Int64, _ isGood: Bool) async throws {
    let post = try Post()
    #expect(await post.send() == nil)
    post.server.time.seconds += seconds
    #expect(await post.verify(post.mailbox.last) == (isGood ? nil : .notEnrolled))
  }

  @Test("a code is good for ten minutes also after wrong ones, which outlive it")
  func lifetimeAfterFailures() async throws {
    let post = try Post()
    #expect(await post.send() == nil)
    #expect(await post.verify(post.wrong) == .wrong)
    post.server.time.seconds += 600
    #expect(await post.verify(post.mailbox.last) == .notEnrolled)
    #expect(await post.send() == nil)
    for _ in 0..<4 { #expect(await post.verify(post.wrong) == .wrong) }
    #expect(await post.verify(post.mailbox.last) == .waiting)
  }

  @Test("a new code kills the one before")
  func latest() async throws {
    let post = try Post()
    #expect(await post.send() == nil)
    let first = post.mailbox.last
    repeat { #expect(await post.send() == nil) } while post.mailbox.last == first
    #expect(await post.verify(first) == .wrong)
    #expect(await post.verify(post.mailbox.last) == nil)
  }

  @Test("after five tries a code is dead, and another one is not sent at once (T04)")
  func tries() async throws {
    let post = try Post()
    #expect(await post.send() == nil)
    for _ in 0..<5 { #expect(await post.verify(post.wrong) == .wrong) }
    #expect(await post.verify(post.mailbox.last) == .waiting)
    #expect(await post.send() == .waiting)
    #expect(post.mailbox.count == 1)
    post.server.time.seconds += 30
    #expect(await post.verify(post.mailbox.last) == .notEnrolled)
    #expect(await post.send() == nil)
    #expect(await post.verify(post.mailbox.last) == nil)
    // A right one ends the counting.
    #expect(await post.send() == nil)
    for _ in 0..<4 { #expect(await post.verify(post.wrong) == .wrong) }
    #expect(await post.verify(post.mailbox.last) == nil)
  }

  @Test("T04 a hundred wrong codes in a row are looked at, however many are sent; then the account is recovered")
  func locked() async throws {
    let post = try Post()
    var looked = 0
    for _ in 0..<20_000 {
      let sent = await post.send()
      if sent == .locked { break }
      let outcome = await post.verify(post.wrong)
      if outcome == .wrong { looked += 1 }
      post.server.time.seconds += 30
    }
    #expect(looked == 100)
    post.server.time.seconds += 31_536_000
    #expect(await post.send() == .locked)
    #expect(await post.verify(post.mailbox.last) == .locked)
    #expect(try await post.codes.unlock("alice"))
    #expect(await post.send() == nil)
    #expect(await post.verify(post.mailbox.last) == nil)
  }

  @Test("T01 of 64 tasks with one code, one is let in; of wrong ones five are looked at")
  func race() async throws {
    for _ in 0..<TestRounds.count {
      let post = try Post()
      #expect(await post.send() == nil)
      let code = post.mailbox.last
      #expect(await outcomes(of: 64) { _ in await post.verify(code) } == [nil: 1, .notEnrolled: 63])
      #expect(await post.send() == nil)
      let wrong = post.wrong
      #expect(await outcomes(of: 64) { _ in await post.verify(wrong) } == [.wrong: 5, .waiting: 59])
    }
  }

  @Test("attempts shorter than 128 bits are refused; so are numbers of digits that there are not")
  func configuration() async throws {
    let post = try Post()
    for count in [0, 15, 1025] {
      #expect(await post.send([UInt8](repeating: 1, count: count)) == .configuration)
      #expect(await post.verify("000000", "alice", [UInt8](repeating: 1, count: count)) == .configuration)
      #expect(await post.verify("no code", "alice", [UInt8](repeating: 1, count: count)) == .configuration)
    }
    #expect(post.mailbox.count == 0)
    for count in [16, 1024] { #expect(await post.send([UInt8](repeating: 1, count: count)) == nil) }
    for digits in [0, 5, 9, .max] {
      let code = refusal { () throws(OneTimePasswordError) in
        try SentCodes(store: post.server.store, ring: post.server.ring, delivery: post.mailbox, digits: digits)
      }
      #expect(code == .configuration)
    }
  }

  private struct BrokenPost: CodeDelivery {
    struct Failure: Error { let address = "canary@example.com" }

    func deliver(_ code: String, to account: String) async throws { throw Failure() }
  }

  @Test("what fails to send says so, and shows nothing of its error")
  func delivery() async throws {
    let server = try Server()
    let codes = try SentCodes(store: server.store, ring: server.ring, delivery: BrokenPost(), clock: server.time.clock)
    do throws(OneTimePasswordError) {
      try await codes.send(to: "alice", attempt: Self.attempt.span)
      Issue.record("sent")
    } catch {
      #expect(error.code == .delivery)
      #expect(!"\(error)\(String(reflecting: error))".contains("canary"))
    }
  }

  @Test("digits are as likely as each other, and a dump does not hold them (T06)")
  func randomness() async throws {
    let post = try Post()
    var counts = [UInt8: Int]()
    for _ in 0..<500 {
      #expect(await post.send() == nil)
      for digit in post.mailbox.last.utf8 { counts[digit, default: 0] += 1 }
    }
    // 3,000 digits: a tenth each, 300 ± 16.4; six deviations are one run in a hundred million.
    #expect(counts.count == 10)
    #expect(counts.values.allSatisfy { (200...400).contains($0) })
    let digest = await dumped(post.server.store, "alice")
    #expect(!digest.contains(String(decoding: Self.attempt, as: UTF8.self)))
    let digits = Array(post.mailbox.last.utf8)
    #expect(!digest.contains("\(digits)".dropFirst().dropLast()))
  }
}
