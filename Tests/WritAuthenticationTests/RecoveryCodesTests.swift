// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Recovery codes")
struct RecoveryCodesTests {
  private static func codes(_ server: Server) -> RecoveryCodes<MemoryRecordStore> {
    RecoveryCodes(store: server.store, ring: server.ring, limits: .unlimited, clock: server.time.clock)
  }

  @Test("T12 each of ten codes of 80 bits is good once, in any order")
  func once() async throws {
    let server = try Server()
    let codes = Self.codes(server)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await codes.verify("A", account: "alice") }
        == .notEnrolled
    )
    let texts = try await codes.generate(for: "alice")
    #expect(texts.count == 10)
    #expect(Set(texts).count == 10)
    #expect(texts.allSatisfy { $0.utf8.count == 19 })
    for (used, text) in texts.shuffled().enumerated() {
      #expect(try await codes.remaining(of: "alice") == 10 - used)
      #expect(try await codes.verify(text, account: "alice") == 9 - used)
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await codes.verify(text, account: "alice") }
          == .wrong
      )
    }
    #expect(try await codes.remaining(of: "alice") == 0)
    #expect(try await codes.remove("alice"))
    #expect(try await codes.remaining(of: "alice") == nil)
  }

  @Test("T12 of 64 tasks with one code, one is let in; of 64 with ten codes, ten")
  func race() async throws {
    let server = try Server()
    let codes = Self.codes(server)
    for _ in 0..<TestRounds.count {
      let texts = try await codes.generate(for: "alice")
      let one = await outcomes(of: 64) { _ in
        await refusal { () async throws(OneTimePasswordError) in try await codes.verify(texts[0], account: "alice") }
      }
      #expect(one == [nil: 1, .wrong: 63])
      let all = await outcomes(of: 64) { number in
        await refusal { () async throws(OneTimePasswordError) in
          try await codes.verify(texts[number % 10], account: "alice")
        }
      }
      #expect(all == [nil: 9, .wrong: 55])
    }
  }

  @Test("Codes are read as people type them: hyphens, white space and letter case do not count, anything else does")
  func forms() async throws {
    let server = try Server()
    let codes = Self.codes(server)
    let texts = try await codes.generate(for: "alice")
    let text = texts[0]
    let plain = text.filter { $0 != "-" }
    let bad = [
      "", plain + "=", String(plain.dropLast()), plain + "A", text.replacing("-", with: "."), plain + "\u{301}",
      text.replacing("-", with: "_"), String(repeating: text, count: 10_000), "１２３４５６７８９０１２３４５６",
    ]
    for text in bad {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await codes.verify(text, account: "alice") }
          == .wrong
      )
    }
    #expect(try await codes.remaining(of: "alice") == 10)
    #expect(try await codes.verify(plain.lowercased(), account: "alice") == 9)
    #expect(try await codes.verify(texts[1].lowercased(), account: "alice") == 8)
    #expect(try await codes.verify(texts[2].filter { $0 != "-" }, account: "alice") == 7)
    #expect(try await codes.verify(" " + texts[3].replacing("-", with: " ") + "\n", account: "alice") == 6)
    #expect(try await codes.verify(texts[4].replacing("-", with: "–"), account: "alice") == 5)
    #expect(try await codes.verify(texts[5].replacing("-", with: " - "), account: "alice") == 4)
  }

  @Test("Recovery codes of another system are adopted, each good once, without the case of letters")
  func adopted() async throws {
    let server = try Server()
    let codes = Self.codes(server)
    let before = try await codes.generate(for: "alice")
    try await codes.adopt(["a1b2c-3d4e5", "F6071-82930"], for: "alice")
    func verify(_ text: String) async -> OneTimePasswordError.Code? {
      await refusal { () async throws(OneTimePasswordError) in try await codes.verify(text, account: "alice") }
    }
    #expect(await verify(before[0]) == .wrong)
    #expect(await verify("a1b2c3d4e") == .wrong)
    #expect(await verify("A1B2C 3D4E5") == nil)
    #expect(await verify("a1b2c-3d4e5") == .wrong)
    #expect(await verify("f607182930") == nil)
    #expect(try await codes.remaining(of: "alice") == 0)
    let refusals: [([String], OneTimePasswordError.Code)] = [
      ([], .configuration), (Array(repeating: "a1b2c3d4e5f6", count: 33), .configuration), (["12345678"], .weak),
      (["abcdef0123", "abcdef"], .weak), (["abcdefghé234"], .malformed), (["----"], .malformed),
    ]
    for (texts, code) in refusals {
      #expect(
        await refusal { () async throws(OneTimePasswordError) in try await codes.adopt(texts, for: "alice") } == code
      )
    }
  }

  @Test("codes are of one account, and new ones end the old ones")
  func bound() async throws {
    let server = try Server()
    let codes = Self.codes(server)
    let alice = try await codes.generate(for: "alice")
    let bob = try await codes.generate(for: "bob")
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await codes.verify(alice[0], account: "bob") }
        == .wrong
    )
    let new = try await codes.generate(for: "alice")
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await codes.verify(alice[0], account: "alice") }
        == .wrong
    )
    #expect(try await codes.verify(new[0], account: "alice") == 9)
    #expect(try await codes.verify(bob[0], account: "bob") == 9)
  }

  @Test("T12 a dump holds no code; under another ring, moved to another account or damaged, it is refused")
  func atRest() async throws {
    let old = try ApplicationSecret.generate(identifier: "old")
    let server = try Server(ring: SecretRing([old]))
    let codes = Self.codes(server)
    let texts = try await codes.generate(for: "alice")
    let dump = await dumped(server.store, "alice")
    for text in texts {
      #expect(!dump.contains(text))
      #expect(!dump.contains(text.filter { $0 != "-" }))
    }
    // A ring with a new first secret still knows what was made under the old one.
    let rotated = try SecretRing([ApplicationSecret.generate(identifier: "new"), old])
    let later = RecoveryCodes(store: server.store, ring: rotated, clock: server.time.clock)
    #expect(try await later.verify(texts[0], account: "alice") == 9)
    let strange = RecoveryCodes(
      store: server.store,
      ring: try SecretRing([ApplicationSecret.generate(identifier: "new")]),
      clock: server.time.clock
    )
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await strange.verify(texts[1], account: "alice") }
        == .ring
    )
    let impostor = RecoveryCodes(
      store: server.store,
      ring: try SecretRing([ApplicationSecret.generate(identifier: "old")]),
      clock: server.time.clock
    )
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await impostor.verify(texts[1], account: "alice") }
        == .wrong
    )
  }

  @Test("Different right codes used at the same time are all accepted, each once (T14)")
  func differentCodesAtOnce() async throws {
    let server = try Server()
    let codes = RecoveryCodes(store: server.store, ring: server.ring, limits: .unlimited, clock: server.time.clock)
    for _ in 0..<TestRounds.count {
      let texts = try await codes.generate(for: "alice")
      let outcomes = await outcomes(of: texts.count) { number in
        await refusal { () async throws(OneTimePasswordError) in try await codes.verify(texts[number], account: "alice")
        }
      }
      #expect(outcomes == [nil: texts.count])
      #expect(try await codes.remaining(of: "alice") == 0)
    }
  }
}
