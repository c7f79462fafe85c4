// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Refresh tokens", .timeLimit(.minutes(5)))
struct RefreshTokenTests {
  @Test("a token gives its successor, that one the next, and each is of one family and keeps what was granted")
  func rotation() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin()
    #expect(first.token.utf8.count == 86 && first.scopes == ["read", "write"])
    #expect(first.family.account == "ines" && first.family.client == "app" && first.family.session == nil)
    #expect(first.family.expires == world.time.seconds + 14 * 86_400)
    var seen = [first.token]
    var last = first
    for _ in 0..<20 {
      world.time.seconds += 1000
      last = try await world.rotate(last)
      #expect(last.family.handle == first.family.handle && last.family.scopes == ["read", "write"])
      #expect(last.family.rotated == world.time.seconds && last.family.created == first.family.created)
      seen.append(last.token)
    }
    #expect(Set(seen).count == 21)
    let families = try await world.tokens.families(of: "ines")
    #expect(families.map(\.handle) == [first.family.handle])
    #expect(RefreshFamilyHandle(families[0].handle.description) == first.family.handle)
    #expect(RefreshFamilyHandle("") == nil)
    #expect(world.told.all == [.refreshFamilyBegan(account: "ines", family: first.family.handle)])
  }

  @Test("R01 a token that is used again after the window revokes its family, and the theft is told")
  func reuse() async throws {
    let world = try RefreshWorld()
    for age in 1...4 {
      let first = try await world.begin()
      let other = try await world.begin()
      var last = first
      for _ in 0..<age {
        last = try await world.rotate(last)
        world.time.seconds += 10
      }
      #expect(await world.refusal(first.token) == .reused)
      #expect(world.told.all.last == .refreshTokenReused(account: "ines", family: first.family.handle, session: nil))
      #expect(world.thefts == age)
      #expect(await world.refusal(last.token) == .invalid)
      #expect(await world.refusal(first.token) == .invalid)
      // Another family of the same account and client goes on.
      #expect(await world.refusal(other.token) == nil)
    }
    // The thief is told no more than others.
    let grant = try await world.begin()
    _ = try await world.rotate(grant)
    world.time.seconds += 10
    #expect(await world.refusal(grant.token, client: "other") == .reused)
  }

  @Test("a slow second tab, after the successor was used: refused, and nothing is revoked")
  func superseded() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin()
    let second = try await world.rotate(first)
    world.time.seconds += 5
    let third = try await world.rotate(second)
    #expect(await world.refusal(first.token) == .superseded)
    #expect(try await world.rotate(second).token == third.token)
    let fourth = try await world.rotate(third)
    #expect(await world.refusal(first.token) == .superseded)
    #expect(await world.refusal(second.token) == .superseded)
    #expect(world.thefts == 0)
    world.time.seconds += 5
    // Its own window is over, that of its successor is not.
    #expect(await world.refusal(second.token) == .superseded)
    #expect(await world.refusal(first.token) == .reused)
    #expect(await world.refusal(fourth.token) == .invalid)
  }

  @Test("as many tokens of one window are remembered as the limit says, and one more is a theft")
  func recent() async throws {
    for (count, expected) in [
      (RefreshTokenRules.maximumRecent, RefreshTokenError.Code.superseded),
      (RefreshTokenRules.maximumRecent + 1, .reused),
    ] {
      let world = try RefreshWorld()
      let first = try await world.begin()
      var last = first
      for _ in 0..<count { last = try await world.rotate(last) }
      #expect(await world.refusal(first.token) == expected)
    }
  }

  @Test("R04 the window is capped, and so are the limits")
  func caps() throws {
    _ = try RefreshTokenRules(window: .seconds(60), idle: .seconds(90 * 86_400), absolute: .seconds(365 * 86_400))
    _ = try RefreshTokenRules(window: .zero, idle: .seconds(60), absolute: .seconds(60))
    let wrong: [(window: Duration, idle: Duration, absolute: Duration)] = [
      (.seconds(61), .seconds(60), .seconds(60)), (.seconds(3600), .seconds(60), .seconds(60)),
      (.seconds(-1), .seconds(60), .seconds(60)), (.seconds(10), .seconds(59), .seconds(60)),
      (.seconds(10), .seconds(61), .seconds(60)), (.seconds(10), .seconds(90 * 86_400 + 1), .seconds(365 * 86_400)),
      (.seconds(10), .seconds(60), .seconds(365 * 86_400 + 1)), (.seconds(10), .seconds(60), .seconds(Int64.max)),
    ]
    for limits in wrong {
      let error = #expect(throws: RefreshTokenError.self) {
        try RefreshTokenRules(window: limits.window, idle: limits.idle, absolute: limits.absolute)
      }
      #expect(error?.code == .configuration)
    }
  }

  @Test("R07 another client's token is refused, and a text that only looks like its name is another client")
  func clients() async throws {
    let world = try RefreshWorld()
    let grant = try await world.begin(client: "caf\u{e9}")
    for client in ["cafe\u{301}", "", "cafe", "caf\u{e9} "] {
      #expect(await world.refusal(grant.token, client: client) == .client)
      await #expect(throws: RefreshTokenError.self) { try await world.tokens.revoke(grant.token, client: client) }
    }
    let next = try await world.rotate(grant, client: "caf\u{e9}")
    // Within the window too.
    #expect(await world.refusal(grant.token, client: "cafe") == .client)
    #expect(await world.refusal(next.token, client: "caf\u{e9}") == nil)
  }

  @Test("R07 scopes narrow, for one access token, and never widen")
  func scopes() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin(scopes: ["read", "write", "openid"])
    let second = try await world.tokens.rotate(first.token, client: "app", scopes: ["write"])
    #expect(second.scopes == ["write"] && second.family.scopes == ["read", "write", "openid"])
    for scopes in [
      ["admin"], ["read", "admin"], ["Read"], ["rea"], ["read write"], [""], ["re\u{0}ad"], ["r\u{e9}ad"],
    ] {
      #expect(await world.refusal(second.token, scopes: scopes) == .scope)
      #expect(await world.refusal(first.token, scopes: scopes) == .scope)
    }
    let third = try await world.tokens.rotate(second.token, client: "app", scopes: [])
    #expect(third.scopes.isEmpty)
    #expect(try await world.rotate(third).scopes == ["read", "write", "openid"])
    let none = try await world.begin(scopes: [])
    #expect(await world.refusal(none.token, scopes: ["read"]) == .scope)
    let long = String(repeating: "s", count: RefreshTokenRules.maximumScopeBytes)
    #expect(try await world.begin(scopes: [long]).scopes == [long])
    let error = await #expect(throws: RefreshTokenError.self) { try await world.begin(scopes: [long + "s"]) }
    #expect(error?.code == .tooLarge)
  }

  @Test("a family that is bound to a key is for its holder (RFC 9449, section 5)")
  func keys() async throws {
    let world = try RefreshWorld()
    let key = try PrivateKey.generate(.es256).publicKey.thumbprint()
    let other = try PrivateKey.generate(.es256).publicKey.thumbprint()
    let first = try await world.begin(thumbprint: key)
    for thumbprint in [nil, other, "", String(key.dropLast()), key + "A"] {
      #expect(await world.refusal(first.token, thumbprint: thumbprint) == .key)
    }
    let second = try await world.tokens.rotate(first.token, client: "app", thumbprint: key)
    #expect(await world.refusal(first.token) == .key)
    #expect(await world.refusal(second.token, thumbprint: key) == nil)
    let error = await #expect(throws: RefreshTokenError.self) { try await world.begin(thumbprint: "key") }
    #expect(error?.code == .configuration)
    #expect(await world.refusal(try await world.begin().token, thumbprint: other) == nil)
  }

  @Test("R08 a guess, a prefix or another text is no token; only hashes are looked up")
  func guesses() async throws {
    let world = try RefreshWorld()
    let grant = try await world.begin()
    let token = grant.token
    var wrong = [
      "", "x", String(token.dropLast()), token + "A", token + "=", " " + token, token.replacing("_", with: "/") + "+",
    ]
    wrong += [String(repeating: "A", count: 86), String(repeating: "\u{e9}", count: 43), token.dropLast() + "B"]
    for text in wrong where text != token { #expect(await world.refusal(text) == .invalid, "\(text)") }
    #expect(await world.refusal(token) == nil)
    // A client with the first half has had a token.
    let half = String(try await world.begin().token)
    let forged = String(half.prefix(43)) + String(half.suffix(43).reversed())
    #expect(await [.reused, .invalid].contains(world.refusal(forged)))
    let key = grant.family.record.key
    let record = try #require(await world.store.read(key, at: world.time.seconds))
    let (stored, bytes) = (record.content.storage + key.id.bytes, decodedBase64URL(token))
    for part in stride(from: 0, to: 64, by: 8) {
      #expect(!stored.indices.contains { stored[$0...].starts(with: bytes[part..<part + 8]) })
    }
  }

  @Test("what is stored of a successor opens with the old token and the ring, and goes with its first use")
  func sealed() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin()
    let second = try await world.rotate(first)
    let sealed = try #require(second.family.fields.successor)
    let (old, new) = (try #require(RefreshToken(first.token)), try #require(RefreshToken(second.token)))
    #expect(try sealed.open(with: old, world.ring)?.text == second.token)
    #expect(try sealed.open(with: new, world.ring) == nil)
    let others = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    #expect(try sealed.open(with: old, others) == nil)
    #expect(try sealed.open(with: old, SecretRing([ApplicationSecret.generate(identifier: "2")])) == nil)
    let third = try await world.rotate(second)
    #expect(third.family.fields.successor != sealed)
    let none = try RefreshWorld(rules: RefreshTokenRules(windowSeconds: 0))
    #expect(try await none.rotate(none.begin()).family.fields.successor == nil)
  }

  @Test("the ring gets another first secret within a window: the successor is the same")
  func ring() async throws {
    let secrets = [
      try ApplicationSecret.generate(identifier: "new"), try ApplicationSecret.generate(identifier: "old"),
    ]
    let before = try RefreshWorld(MemoryRecordStore(), ring: SecretRing([secrets[1]]))
    let first = try await before.begin()
    let second = try await before.rotate(first)
    let after = try RefreshWorld(before.store, ring: SecretRing(secrets))
    #expect(try await after.rotate(first).token == second.token)
    let without = try RefreshWorld(before.store, ring: SecretRing([secrets[0]]))
    #expect(await without.refusal(first.token) == .superseded)
    #expect(await without.refusal(second.token) == nil)
  }
}
