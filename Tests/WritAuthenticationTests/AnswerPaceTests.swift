// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Wrong passwords take equally long")
struct AnswerPaceTests {
  private static let (short, long) = (HashWork.derived(.weak()), HashWork.pbkdf2(iterations: 870_000))

  @Test("A wrong answer after short work waits for the rest of the longest, and the longest waits for nothing")
  func rest() {
    let pace = AnswerPace()
    #expect(pace.rest(after: Self.short, taking: .milliseconds(30)) == .zero)
    #expect(pace.rest(after: Self.long, taking: .milliseconds(400)) == .zero)
    #expect(pace.rest(after: Self.short, taking: .milliseconds(30)) == .milliseconds(370))
    // The least of each kind counts, so that one slow moment makes nothing slow for ever.
    #expect(pace.rest(after: Self.long, taking: .milliseconds(900)) == .zero)
    #expect(pace.rest(after: Self.short, taking: .milliseconds(30)) == .milliseconds(370))
    #expect(pace.rest(after: Self.long, taking: .milliseconds(300)) == .zero)
    #expect(pace.rest(after: Self.short, taking: .milliseconds(30)) == .milliseconds(270))
    #expect(pace.rest(after: .bcrypt(cost: 10), taking: .milliseconds(60)) == .milliseconds(240))
  }

  @Test("On a machine that is busy, waits grow as the work does, up to four times")
  func busy() {
    let pace = AnswerPace()
    _ = pace.rest(after: Self.short, taking: .milliseconds(30))
    _ = pace.rest(after: Self.long, taking: .milliseconds(300))
    #expect(pace.rest(after: Self.short, taking: .milliseconds(60)) == .milliseconds(540))
    #expect(pace.rest(after: Self.short, taking: .milliseconds(300)) == .milliseconds(900))
    #expect(pace.rest(after: Self.short, taking: .seconds(30)) == .zero)
  }

  @Test("Kinds of work are remembered up to a bound, and times of nothing stop nothing")
  func bounds() {
    let pace = AnswerPace()
    for iterations in 1...1000 {
      _ = pace.rest(after: .pbkdf2(iterations: iterations), taking: .milliseconds(iterations))
    }
    #expect(
      pace.rest(after: .pbkdf2(iterations: 1), taking: .milliseconds(1)) == .milliseconds(AnswerPace.maximumKinds - 1)
    )
    #expect(pace.rest(after: Self.short, taking: .zero) >= .zero)
    #expect(pace.rest(after: Self.short, taking: .seconds(-1)) >= .zero)
  }

  @Test("A user that there is not, and a stored hash that cannot be verified, cost the work of a new hash")
  func work() async throws {
    let own = try SecretRing([ApplicationSecret.generate(identifier: "2026")])
    let former = try SecretRing([ApplicationSecret.generate(identifier: "2025")])
    let hasher = PasswordHasher(parameters: .weak(logCost: 5), ring: own)
    let text = try PasswordText(PasswordWorld.right)
    let peppered = try await PasswordHasher(parameters: .weak(), ring: former).hash(PasswordWorld.right)
    let long = try PasswordText(String(repeating: "x", count: 512))
    let bcrypt = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
    for (text, stored, code) in [
      (text, nil, nil), (text, peppered, .keyUnknown), (text, "$1$old", .malformedHash), (text, "", .malformedHash),
      (text, "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", .excessiveHash), (long, bcrypt, nil),
    ] as [(PasswordText, String?, PasswordError.Code?)] {
      let judgement = hasher.examine(text, stored)
      #expect(judgement.work == .derived(.weak(logCost: 5)))
      switch judgement.verdict {
      case .success(let verdict): #expect(verdict == .wrong && code == nil)
      case .failure(let error): #expect(error.code == code)
      }
    }
    for (stored, work) in [
      (bcrypt, HashWork.bcrypt(cost: 4)),
      ("pbkdf2_sha256$1$saltsalt$TN5u9bkXbXgdFd0GHRhBpVdW9aHoq+Q5DAYBxsUeWE0=", .pbkdf2(iterations: 1)),
      ("$5$saltstring$Ei5pjI5XWclFQjLDfGOMwlNh9NsZierSPwLy2XgJds6", .shaCrypt(is512: false, rounds: 5000)),
      (
        "$5$rounds=1000$toolongsaltstrin$R/vgbf26YHsRpOUHJPpsLg4Kl.rOJTVZwM/CTyW4p17",
        .shaCrypt(is512: false, rounds: 1000)
      ),
    ] {
      #expect(hasher.examine(text, stored).work == work)
    }
    let judgement = hasher.examine(text, try await hasher.hash(PasswordWorld.right))
    #expect(try judgement.verdict.get() == .correct(needsRehash: false))
  }

  @Test("Kinds of adopted hashes can be measured before the first login, and only such that can be verified")
  func measure() async throws {
    let hasher = PasswordHasher(parameters: .weak())
    try await hasher.measure(["$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"])
    #expect(try await hasher.verify(PasswordWorld.right, against: nil) == .wrong)
    #expect(await refusal { () throws(PasswordError) in try await hasher.measure(["x"]) } == .malformedHash)
  }

  @Test("A login whose pepper left the ring is refused after the work, is not counted, and leaves nothing")
  func pepper() async throws {
    let test = try PasswordWorld()
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "2025")])
    let stored = try await PasswordHasher(parameters: .weak(), ring: ring).hash(PasswordWorld.right)
    try await test.passwords.adopt(hash: stored, for: "ines")
    for _ in 0..<10 { #expect(await test.verify() == .stored) }
    #expect(test.world.store.count == 1)
  }
}
