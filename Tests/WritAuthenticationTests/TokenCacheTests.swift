// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Foundation
import LibCrypto
import Synchronization
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Cached and revoked tokens")
struct TokenCacheTests {
  /// A clock that a test moves.
  final class MovedClock: Sendable {
    private let seconds = Atomic<Int64>(TokenCacheTests.now)
    func move(to seconds: Int64) { self.seconds.store(seconds, ordering: .relaxed) }
    var clock: TokenClock { .custom { self.seconds.load(ordering: .relaxed) } }
  }

  static let now: Int64 = 1_800_000_000
  private let material: Object
  private let secret: [UInt8]
  private let keys: VerificationKeys
  private let moved = MovedClock()
  private let issuer: TokenIssuer

  init() throws {
    material = try KeyMaker.secretJSON(.hs256)
    secret = decodedBase64URL(material["k"] as? String ?? "")
    keys = try KeyMaker.verificationKeys(material)
    let key = try KeyMaker.signingKey(material)
    issuer = try TokenIssuer(issuer: "i", signingKey: key, lifetime: .seconds(60), clock: .fixed(Self.now))
  }

  private func verifier(
    _ cache: TokenCache?,
    audience: String = "a",
    revocations: Revocations? = nil,
    leeway: Duration = .zero
  ) throws -> TokenVerifier {
    var rules = TokenRules(issuer: "i", audience: audience)
    rules.leeway = leeway
    rules.expirationLeeway = leeway
    return try TokenVerifier(keys: keys, rules: rules, clock: moved.clock, cache: cache, revocations: revocations)
  }

  private func refusal(_ text: String, _ verifier: TokenVerifier) -> TokenError.Code? {
    WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
  }

  private func token(_ claims: String) throws -> String {
    let parts =
      base64URL("{\"alg\":\"HS256\",\"kid\":\"k\"}") + "." + base64URL("{\"iss\":\"i\",\"aud\":\"a\",\(claims)}")
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  @Test("a token found again says the same; its bytes changed anywhere, it is not found")
  func hits() throws {
    let cache = try TokenCache()
    let verifier = try verifier(cache)
    var claims = Everything()
    claims.note = "é"
    let text = try issuer.issue(claims, subject: "alice", audience: "a", identifier: "1")
    for _ in 0..<3 {
      let token = try verifier.verify(text, as: Everything.self)
      #expect(token.claims == claims)
      #expect(token.subject == "alice")
      #expect(token.key.identifier == "k")
      #expect(cache.count == 1)
    }
    for offset in [0, 10, text.utf8.count / 2, text.utf8.count - 44, text.utf8.count - 3] {
      var bytes = Array(text.utf8)
      bytes[offset] = bytes[offset] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(refusal(String(decoding: bytes, as: UTF8.self), verifier) != nil, "\(offset)")
    }
    for text in [text + "A", String(text.dropLast()), "", text + "." + text] { #expect(refusal(text, verifier) != nil) }
    #expect(cache.count == 1, "what is refused is not kept")
  }

  @Test("P26 a verifier never finds what another has taken")
  func identities() throws {
    let cache = try TokenCache()
    let text = try issuer.issue(NoClaims(), audience: "a")
    #expect(refusal(text, try verifier(cache)) == nil)
    #expect(refusal(text, try verifier(cache, audience: "b")) == .audience)
    let others = try TokenVerifier(
      keys: KeyMaker.verificationKeys(KeyMaker.secretJSON(.hs256)),
      rules: TokenRules(issuer: "i", audience: "a"),
      clock: moved.clock,
      cache: cache
    )
    #expect(refusal(text, others) == .signature)
  }

  @Test("P26 expiry, not-before and leeway are checked whenever a token is found")
  func times() throws {
    for leeway: Int64 in [0, 30] {
      let cache = try TokenCache()
      let verifier = try verifier(cache, leeway: .seconds(leeway))
      let text = try token("\"exp\":\(Self.now + 60),\"nbf\":\(Self.now - 5),\"iat\":\(Self.now - 5)")
      for (time, expected) in [
        (Self.now, nil), (Self.now + 59 + leeway, nil), (Self.now + 60 + leeway, TokenError.Code.expired),
        (Self.now, nil),
        (Self.now - 5 - leeway, nil), (Self.now - 6 - leeway, .notYetValid),
      ] {
        moved.move(to: time)
        #expect(refusal(text, verifier) == expected, "\(time - Self.now)")
      }
    }
  }

  @Test("P26 keys that are replaced take the tokens with them that they verified")
  func generations() throws {
    let keys = ReplaceableKeys(self.keys)
    let cache = try TokenCache()
    let rules = TokenRules(issuer: "i", audience: "a")
    let verifier = try TokenVerifier(keys: .replaceable(keys), rules: rules, clock: moved.clock, cache: cache)
    let text = try issuer.issue(NoClaims(), audience: "a")
    #expect(refusal(text, verifier) == nil)
    keys.replace(with: try KeyMaker.verificationKeys(KeyMaker.secretJSON(.hs256)))
    #expect(refusal(text, verifier) == .signature)
    keys.replace(with: self.keys)
    #expect(refusal(text, verifier) == nil)
  }

  @Test("no more tokens than allowed, the oldest go first, in bytes too; long tokens are not kept")
  func bounds() throws {
    let cache = try TokenCache(maximumCount: 3, maximumTokenBytes: 300)
    let verifier = try verifier(cache)
    let texts = try (0..<5).map { try issuer.issue(NoClaims(), subject: "\($0)", audience: "a") }
    for (number, text) in texts.enumerated() {
      #expect(refusal(text, verifier) == nil)
      #expect(cache.count == min(number + 1, 3))
    }
    cache.removeAll()
    #expect(cache.count == 0)
    func long(_ count: Int) throws -> String {
      let length = try token("\"exp\":\(Self.now + 9),\"x\":\"\"").utf8.count
      return try token("\"exp\":\(Self.now + 9),\"x\":\"\(String(repeating: "x", count: (count - length) * 3 / 4))\"")
    }
    let (fits, tooLong) = (try long(300), try long(302))
    #expect(fits.utf8.count <= 300 && tooLong.utf8.count > 300)
    #expect(refusal(fits, verifier) == nil)
    #expect(cache.count == 1)
    #expect(refusal(tooLong, verifier) == nil)
    #expect(cache.count == 1)

    let small = try TokenCache(maximumByteCount: 65536, maximumTokenBytes: 65536)
    // 16 parts of 4,096 bytes: a token of 700 bytes, with its values, stands alone in one; one of 2,000 in none.
    let crowd = try self.verifier(small)
    for number in 0..<64 {
      let padding = String(repeating: "x", count: number % 2 == 0 ? 700 : 2000)
      #expect(refusal(try token("\"exp\":\(Self.now + 9),\"n\":\(number),\"x\":\"\(padding)\""), crowd) == nil)
    }
    #expect((1...16).contains(small.count))
    for (count, bytes, token) in [
      (0, 65536, 1), (1_000_001, 65536, 1), (1, 65535, 1), (1, (1 << 32) + 1, 1), (1, 65536, 0), (1, 65536, 65537),
      (Int.max, Int.max, Int.max), (-1, -1, -1),
    ] {
      let code = WritAuthenticationTests.refusal { () throws(TokenError) in
        try TokenCache(maximumCount: count, maximumByteCount: bytes, maximumTokenBytes: token)
      }
      #expect(code == .configuration)
    }
  }

  @Test("what is revoked is refused, by jti, sid or subject, with a cache and without", arguments: [false, true])
  func revocations(isCached: Bool) throws {
    let revocations = try Revocations(clock: moved.clock)
    let verifier = try verifier(isCached ? TokenCache() : nil, revocations: revocations)
    let exp = Self.now + 60
    func claims(_ name: String, _ value: String, _ iat: String = "\(Self.now)") -> String {
      "\"exp\":\(exp),\"\(name)\":\"\(value)\",\"iat\":\(iat)"
    }
    let kept = try token(claims("jti", "alice"))
    for (name, value, revoke) in [
      ("jti", "e\u{301}", { () throws in try revocations.revoke(identifier: "e\u{301}", until: exp) }),
      ("sid", "s1", { () throws in try revocations.revoke(session: "s1", until: exp) }),
      ("sub", "alice", { () throws in try revocations.revoke(subject: "alice", issuedUntil: Self.now, until: exp) }),
    ] {
      let text = try token(claims(name, value))
      #expect(refusal(text, verifier) == nil)
      try revoke()
      #expect(refusal(text, verifier) == .revoked, "\(name)")
      #expect(refusal(kept, verifier) == nil)
    }
    #expect(refusal(try token(claims("jti", "\u{e9}")), verifier) == nil, "text is compared by bytes")
    // S10: issued in the second of the revocation or before is dead, also where the time has a fraction or is not said.
    for (iat, expected) in [
      ("\(Self.now - 1)", TokenError.Code.revoked), ("\(Self.now).0", .revoked), ("\(Self.now - 1).5", .revoked),
    ] { #expect(refusal(try token(claims("sub", "alice", iat)), verifier) == expected, "\(iat)") }
    #expect(refusal(try token("\"exp\":\(exp),\"sub\":\"alice\""), verifier) == .revoked)
    moved.move(to: Self.now + 2)
    #expect(refusal(try token(claims("sub", "alice", "\(Self.now + 1)")), verifier) == nil)
    #expect(refusal(try token("\"exp\":\(exp),\"sid\":1"), verifier) == .claim)
    // A later revocation, or an earlier one, does not shorten another.
    try revocations.revoke(subject: "alice", issuedUntil: Self.now + 1, until: 0)
    try revocations.revoke(subject: "alice", issuedUntil: 0, until: exp)
    #expect(refusal(try token(claims("sub", "alice", "\(Self.now + 1)")), verifier) == .revoked)
  }

  @Test("S09 what one server revokes is refused by all that follow its feed")
  func feed() async throws {
    let feed = MemoryRevocationFeed()
    let servers = try (0..<2).map { _ in try Revocations(maximumCount: 3, clock: moved.clock) }
    let following = servers.map { revocations in Task { try await revocations.follow(feed) } }
    while feed.followerCount < 2 { await Task.yield() }
    let exp = Self.now + 60
    for (number, (name, subject)) in [
      ("jti", Revocation.Subject.token("x")), ("sid", .session("x")), ("sub", .subject("x", issuedUntil: Self.now)),
    ].enumerated() {
      let text = try token("\"exp\":\(exp),\"\(name)\":\"x\",\"iat\":\(Self.now)")
      let verifiers = try servers.map { try verifier(nil, revocations: $0) }
      #expect(verifiers.allSatisfy { refusal(text, $0) == nil })
      await feed.publish(Revocation(subject, until: exp))
      while servers.contains(where: { $0.count <= number }) { await Task.yield() }
      #expect(verifiers.allSatisfy { refusal(text, $0) == .revoked })
    }
    // There is no room for more: the caller must not go on as if it had been recorded.
    await feed.publish(Revocation(.token("y"), until: exp))
    for task in following {
      let error = await #expect(throws: TokenError.self) { try await task.value }
      #expect(error?.code == .full)
    }
  }

  @Test("revocations up to the cap, one past it fails; those past their time make room, those in it never go")
  func revocationBounds() throws {
    let revocations = try Revocations(maximumCount: 2, clock: moved.clock)
    try revocations.revoke(identifier: "1", until: Self.now + 10)
    try revocations.revoke(session: "1", until: Self.now + 1000)
    func refusal() -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in
        try revocations.revoke(identifier: "2", until: Self.now + 10)
      }
    }
    #expect(refusal() == .full)
    try revocations.revoke(identifier: "1", until: Self.now + 10)
    // A verifier with the longest leeway takes the token ten minutes longer.
    moved.move(to: Self.now + 610)
    #expect(refusal() == .full)
    moved.move(to: Self.now + 611)
    #expect(refusal() == nil)
    #expect(revocations.count == 2)
    for count in [0, -1, 10_000_001] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try Revocations(maximumCount: count) }
          == .configuration
      )
    }
    for until in [Int64.min, Int64.max] {
      let revocations = try Revocations(clock: moved.clock)
      try revocations.revoke(subject: "x", issuedUntil: until, until: until)
    }
    let text = try issuer.issue(NoClaims(), audience: "a", identifier: "id")
    moved.move(to: Self.now)
    let own = try Revocations(clock: moved.clock)
    let verifier = try verifier(TokenCache(), revocations: own)
    try own.revoke(try verifier.verify(text, as: NoClaims.self))
    #expect(self.refusal(text, verifier) == .revoked)
    let nameless = try issuer.issue(NoClaims(), audience: "a")
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in
        try own.revoke(try verifier.verify(nameless, as: NoClaims.self))
      } == .claim
    )
  }

  @Test("100,000 operations on one cache from 32 tasks, while keys are replaced and sessions revoked")
  func threads() async throws {
    let cache = try TokenCache(maximumCount: 1024)
    let keys = ReplaceableKeys(self.keys)
    let revocations = try Revocations()
    let rules = TokenRules(issuer: "i", audience: "a")
    let clock = TokenClock.fixed(Self.now)
    let verifier = try TokenVerifier(
      keys: .replaceable(keys),
      rules: rules,
      clock: clock,
      cache: cache,
      revocations: revocations
    )
    let first = self.keys
    let texts = try (0..<1500).map { try token("\"exp\":\(Self.now + 60),\"sid\":\"\($0)\",\"jti\":\"\($0)\"") }
    await withTaskGroup(of: Int.self) { group in
      for task in 0..<32 {
        group.addTask {
          (0..<3200).count { step in
            let number = (step &* 7 &+ task &* 131) % 1500
            if step % 100 == 0, task == 0 { keys.replace(with: first) }
            if step % 400 == 0, task == 1 { cache.removeAll() }
            if number < 20 {
              guard (try? revocations.revoke(session: "\(number)", until: Self.now + 60)) != nil else { return false }
              return WritAuthenticationTests.refusal { () throws(TokenError) in
                try verifier.verify(texts[number], as: NoClaims.self)
              } == .revoked
            }
            guard let token = try? verifier.verify(texts[number], as: NoClaims.self) else { return false }
            return token.identifier == "\(number)"
          }
        }
      }
      for await right in group { #expect(right == 3200) }
    }
    #expect(cache.count <= 1024)
  }

  @Test("at most 1 allocation to find a token again", .enabled(if: isOptimised && writ_allocation_count() >= 0))
  func allocations() throws {
    let verifier = try verifier(try TokenCache(), revocations: try Revocations())
    let text = try issuer.issue(Everything(), subject: "alice", audience: "a")
    for _ in 0..<3 { _ = try verifier.verify(text, as: NoClaims.self) }
    let before = writ_allocation_count()
    for _ in 0..<10 { _ = try verifier.verify(text, as: NoClaims.self) }
    #expect(writ_allocation_count() - before <= 10)
  }
}
