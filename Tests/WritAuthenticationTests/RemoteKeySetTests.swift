// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Keys fetched from elsewhere", .timeLimit(.minutes(2)))
struct RemoteKeySetTests {
  private let world: RemoteKeyWorld

  init() throws { world = try RemoteKeyWorld() }

  @Test("keys are fetched by the first token that waits, and then never again while they are fresh")
  func first() async throws {
    let token = try world.issuer.token(0)
    #expect(await world.refusalAfterRefresh(of: token) == nil)
    for _ in 0..<100 { #expect(world.refusal(of: token) == nil) }
    world.time.seconds += 299
    #expect(await world.refusalAfterRefresh(of: token) == nil)
    #expect(world.source.count == 1)
    #expect(world.keys.status.generation == 1 && world.keys.status.keys.map(\.identifier) == ["1"])
    #expect(world.keys.status.age == .seconds(299))
  }

  @Test("a verifier that never waits has its keys fetched in the background")
  func background() async throws {
    let token = try world.issuer.token(0)
    #expect(world.refusal(of: token) == .keysUnavailable)
    #expect(await eventually { world.refusal(of: token) == nil })
    #expect(world.source.count == 1)
    world.time.seconds += 300
    #expect(world.refusal(of: token) == nil)
    #expect(await eventually { world.source.count == 2 && world.keys.status.age == .zero })
    // The same text: the same generation, so that nothing that is known has to be learned again.
    #expect(try world.verifier.keyGeneration == 1)
  }

  @Test("K07 a new key just before signing: one fetch, and the token verifies; what was withdrawn does not")
  func rotation() async throws {
    var issuer = world.issuer
    let old = try issuer.token(0)
    #expect(await world.refusalAfterRefresh(of: old) == nil)
    world.time.seconds += 31
    try issuer.add("2")
    world.source.answer(try issuer.published())
    let new = try issuer.token(1)
    #expect(world.refusal(of: new) == .keyUnknown)
    #expect(await world.refusalAfterRefresh(of: new) == nil)
    #expect(world.refusal(of: new) == nil && world.refusal(of: old) == nil)
    #expect(world.source.count == 2)
    world.time.seconds += 31
    world.source.answer(json(["keys": [object(try issuer.keys[1].publicKey.json())]]))
    try await world.keys.refresh()
    #expect(world.refusal(of: old) == .keyUnknown && world.refusal(of: new) == nil)
    #expect(try world.verifier.keyGeneration == 3)
    // A token that names a known key is verified by that key, or by none.
    world.time.seconds += 31
    let forged = try FakeIssuer.token(PrivateKey.generate(.edDSA, identifier: "2"))
    #expect(await world.refusalAfterRefresh(of: forged) == .signature)
    #expect(world.source.count == 3)
  }

  @Test("K07 keys without names rotate too")
  func nameless() async throws {
    var issuer = try FakeIssuer(nil)
    world.source.answer(try issuer.published())
    #expect(await world.refusalAfterRefresh(of: try issuer.token(0)) == nil)
    world.time.seconds += 31
    issuer = try FakeIssuer(nil)
    world.source.answer(try issuer.published())
    #expect(world.refusal(of: try issuer.token(0)) == .signature)
    #expect(await world.refusalAfterRefresh(of: try issuer.token(0)) == nil)
    #expect(world.source.count == 2)
  }

  @Test("K07 64 tasks verify while keys rotate: none refused, one fetch a rotation")
  func threads() async throws {
    var issuer = world.issuer
    for rotation in 1...20 {
      let tokens = try issuer.keys.suffix(2).map { try FakeIssuer.token($0) }
      world.source.isHeld = true
      world.source.answer(try issuer.published())
      await withTaskGroup(of: TokenError.Code?.self) { group in
        for task in 0..<64 {
          group.addTask { await world.refusalAfterRefresh(of: tokens[task % tokens.count]) }
        }
        group.addTask {
          try? await Task.sleep(for: .milliseconds(5))
          world.source.isHeld = false
          return nil
        }
        for await code in group { #expect(code == nil) }
      }
      #expect(world.source.count == rotation)
      world.time.seconds += 31
      try issuer.add("\(rotation + 1)")
    }
  }

  @Test("K07 keys without names rotate under tokens that have some")
  func namelessKeys() async throws {
    func renewed() throws -> String {
      let key = object(try PrivateKey.generate(.edDSA).secretJSON())
      let named = try KeyMaker.signingKey(key.merging(["kid": "x"]) { $1 })
      world.source.answer(json(["keys": [key.filter { $0.key != "d" }]]))
      return try TokenIssuer(issuer: "i", signingKey: named, lifetime: .seconds(60)).issue(NoClaims(), audience: "a")
    }
    for _ in 0..<2 {
      #expect(await world.refusalAfterRefresh(of: try renewed()) == nil)
      world.time.seconds += 61
    }
    #expect(world.source.count == 2)
  }

  @Test(
    "K10 how long an answer is fresh is kept between a minute and an hour",
    arguments: [
      (nil, 300), (.seconds(-1), 60), (.zero, 60), (.seconds(59), 60), (.seconds(61), 61), (.seconds(3600), 3600),
      (.seconds(1_000_000_000_000), 3600), (.seconds(Int64.max), 3600), (.seconds(Int64.min), 60),
    ] as [(Duration?, Int64)]
  )
  func freshness(maximumAge: Duration?, age: Int64) async throws {
    world.source.answer(try world.issuer.published(), maximumAge: maximumAge)
    try await world.keys.refresh()
    let token = try world.issuer.token(0)
    world.time.seconds += age - 1
    #expect(world.refusal(of: token) == nil)
    #expect(world.isIdle && world.source.count == 1)
    world.time.seconds += 1
    #expect(world.refusal(of: token) == nil)
    #expect(await eventually { world.source.count == 2 })
  }

  @Test("keys are fetched again before they are too old, whatever the answer says")
  func shortAge() async throws {
    world.source.answer(try world.issuer.published(), maximumAge: .seconds(3600))
    var settings = RemoteKeySet.Settings()
    settings.maximumAge = .seconds(60)
    settings.deadline = .seconds(60)
    let keys = try RemoteKeySet(source: world.source, settings: settings, clock: world.time.monotonic)
    let verifier = try TokenVerifier(keys: .remote(keys), issuer: "i", audience: "a")
    try await keys.refresh()
    let token = try world.issuer.token(0)
    for fetch in 2...5 {
      world.time.seconds += 30
      #expect(world.refusal(of: token, verifier) == nil)
      #expect(await eventually { world.source.count == fetch && keys.status.age == .zero })
    }
  }

  @Test("settings out of their bounds are refused")
  func settings() throws {
    let changes: [(inout RemoteKeySet.Settings) -> Void] = [
      { $0.coolDown = .zero }, { $0.coolDown = .seconds(-30) }, { $0.coolDown = .seconds(3601) },
      { $0.refreshAge = .seconds(59) }, { $0.refreshAge = .seconds(3601) }, { $0.maximumAge = .seconds(59) },
      { $0.maximumAge = .seconds(Int64.max) }, { ($0.coolDown, $0.maximumAge) = (.seconds(31), .seconds(61)) },
      { $0.deadline = .zero }, { $0.deadline = .seconds(61) },
    ]
    for change in changes {
      var settings = RemoteKeySet.Settings()
      change(&settings)
      #expect(
        WritAuthenticationTests.refusal { () throws(KeyError) in
          try RemoteKeySet(source: world.source, settings: settings)
        } == .configuration
      )
    }
    let usual = RemoteKeySet.Settings()
    #expect(usual.coolDown == .seconds(30) && usual.deadline == .seconds(5) && usual.maximumAge == .seconds(21600))
  }
}
