// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

import WritAuthentication

/// The rows K of shared/design/attacks.md that hold for every source.
@Suite("Keys fetched from elsewhere", .timeLimit(.minutes(2)))
struct RemoteKeySetTests {
  private let time = TestTime()
  private let source: FakeSource
  private var issuer: FakeIssuer
  private let keys: RemoteKeySet
  private let verifier: TokenVerifier

  init() throws {
    issuer = try FakeIssuer("1")
    source = FakeSource(try issuer.published())
    // Other tests may keep every thread busy for longer than the usual 5 s.
    var settings = RemoteKeySet.Settings()
    settings.deadline = .seconds(60)
    keys = try RemoteKeySet(source: source, settings: settings, clock: time.monotonic)
    verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
  }

  private func refusal(of token: String, _ verifier: TokenVerifier? = nil) -> TokenError.Code? {
    WritAuthenticationTests.refusal { () throws(TokenError) in
      try (verifier ?? self.verifier).verify(token, as: NoClaims.self)
    }
  }

  private func refusalAfterRefresh(of token: String) async -> TokenError.Code? {
    do throws(TokenError) {
      _ = try await verifier.verifyRefreshingKeys(token, as: NoClaims.self)
      return nil
    } catch {
      return error.code
    }
  }

  /// A token that names a key that nobody has.
  private static func stranger(_ identifier: String) -> String {
    base64URL("{\"alg\":\"EdDSA\",\"kid\":\"\(identifier)\"}") + ".e30." + base64URL([UInt8](repeating: 0, count: 64))
  }

  /// Waits for what happens in the background.
  private func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<5000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(1))
    }
    return condition()
  }

  private var isIdle: Bool { keys.waiterCount == 0 && !keys.isFetching }

  // MARK: The usual course

  @Test("keys are fetched by the first token that waits, and then never again while they are fresh")
  func first() async throws {
    let token = try issuer.token(0)
    #expect(await refusalAfterRefresh(of: token) == nil)
    for _ in 0..<100 { #expect(refusal(of: token) == nil) }
    time.seconds += 299
    #expect(await refusalAfterRefresh(of: token) == nil)
    #expect(source.count == 1)
    #expect(keys.status.generation == 1 && keys.status.keys.map(\.identifier) == ["1"])
    #expect(keys.status.age == .seconds(299))
  }

  @Test("a verifier that never waits has its keys fetched in the background")
  func background() async throws {
    let token = try issuer.token(0)
    #expect(refusal(of: token) == .keysUnavailable)
    #expect(await eventually { refusal(of: token) == nil })
    #expect(source.count == 1)
    time.seconds += 300
    #expect(refusal(of: token) == nil)
    #expect(await eventually { source.count == 2 && keys.status.age == .zero })
    // The same text: the same generation, so that nothing that is known has to be learned again.
    #expect(try verifier.keyGeneration == 1)
  }

  @Test("K07 a new key just before signing: one fetch, and the token verifies; what was withdrawn does not")
  func rotation() async throws {
    var issuer = issuer
    let old = try issuer.token(0)
    #expect(await refusalAfterRefresh(of: old) == nil)
    time.seconds += 31
    try issuer.add("2")
    source.answer(try issuer.published())
    let new = try issuer.token(1)
    #expect(refusal(of: new) == .keyUnknown)
    #expect(await refusalAfterRefresh(of: new) == nil)
    #expect(refusal(of: new) == nil && refusal(of: old) == nil)
    #expect(source.count == 2)
    time.seconds += 31
    source.answer(json(["keys": [object(try issuer.keys[1].publicKey.json())]]))
    try await keys.refresh()
    #expect(refusal(of: old) == .keyUnknown && refusal(of: new) == nil)
    #expect(try verifier.keyGeneration == 3)
    // A token that names a key that is there is that key's, or nobody's.
    time.seconds += 31
    let forged = try FakeIssuer.token(PrivateKey.generate(.edDSA, identifier: "2"))
    #expect(await refusalAfterRefresh(of: forged) == .signature)
    #expect(source.count == 3)
  }

  @Test("K07 keys without names rotate too")
  func nameless() async throws {
    var issuer = try FakeIssuer(nil)
    source.answer(try issuer.published())
    #expect(await refusalAfterRefresh(of: try issuer.token(0)) == nil)
    time.seconds += 31
    issuer = try FakeIssuer(nil)
    source.answer(try issuer.published())
    #expect(refusal(of: try issuer.token(0)) == .signature)
    #expect(await refusalAfterRefresh(of: try issuer.token(0)) == nil)
    #expect(source.count == 2)
  }

  @Test("K07 64 tasks verify while keys rotate: none refused, one fetch a rotation")
  func threads() async throws {
    var issuer = issuer
    for rotation in 1...20 {
      let tokens = try issuer.keys.suffix(2).map { try FakeIssuer.token($0) }
      source.isHeld = true
      source.answer(try issuer.published())
      await withTaskGroup(of: TokenError.Code?.self) { group in
        for task in 0..<64 {
          group.addTask { await refusalAfterRefresh(of: tokens[task % tokens.count]) }
        }
        group.addTask {
          try? await Task.sleep(for: .milliseconds(5))
          source.isHeld = false
          return nil
        }
        for await code in group { #expect(code == nil) }
      }
      #expect(source.count == rotation)
      time.seconds += 31
      try issuer.add("\(rotation + 1)")
    }
  }

  @Test("K07 keys without names rotate under tokens that have some")
  func namelessKeys() async throws {
    func renewed() throws -> String {
      let key = object(try PrivateKey.generate(.edDSA).secretJSON())
      let named = try KeyMaker.signingKey(key.merging(["kid": "x"]) { $1 })
      source.answer(json(["keys": [key.filter { $0.key != "d" }]]))
      return try TokenIssuer(issuer: "i", signingKey: named, lifetime: .seconds(60)).issue(NoClaims(), audience: "a")
    }
    for _ in 0..<2 {
      #expect(await refusalAfterRefresh(of: try renewed()) == nil)
      time.seconds += 61
    }
    #expect(source.count == 2)
  }

  // MARK: Floods

  @Test("K04 10,000 random key ids: one fetch a cool-down, valid tokens pass, keys stay")
  func flood() async throws {
    let token = try issuer.token(0)
    #expect(await refusalAfterRefresh(of: token) == nil)
    for round in 1...3 {
      time.seconds += 30
      await withTaskGroup(of: Int.self) { group in
        for task in 0..<10 {
          group.addTask {
            var wrong = 0
            for number in 0..<1000 {
              let code = await refusalAfterRefresh(of: Self.stranger("\(round) \(task) \(number)"))
              if code != .keyUnknown { wrong += 1 }
              if number % 100 == 0, refusal(of: token) != nil { wrong += 1 }
            }
            return wrong
          }
        }
        for await wrong in group { #expect(wrong == 0) }
      }
      #expect(source.count == round + 1)
      time.seconds += 29
      _ = await refusalAfterRefresh(of: Self.stranger("still \(round)"))
      #expect(source.count == round + 1)
    }
    #expect(keys.status.keys.count == 1)
  }

  @Test(
    "K05 an empty answer or an error, then a flood: the cool-down holds, also before there are any keys",
    arguments: [Data("{\"keys\":[]}".utf8), Data("<html>".utf8), nil],
    [true, false]
  )
  func coolDown(answer: Data?, hadKeys: Bool) async throws {
    let token = try issuer.token(0)
    if hadKeys {
      try await keys.refresh()
      time.seconds += 31
    }
    if let answer { source.answer(Array(answer)) } else { source.fail(CancellationError()) }
    let before = source.count
    for number in 0..<1000 {
      #expect(await refusalAfterRefresh(of: Self.stranger("x\(number)")) == (hadKeys ? .keyUnknown : .keysUnavailable))
    }
    #expect(source.count == before + 1)
    #expect(refusal(of: token) == (hadKeys ? nil : .keysUnavailable))
    source.answer(try issuer.published())
    time.seconds += 29
    #expect(await refusalAfterRefresh(of: token) == (hadKeys ? nil : .keysUnavailable))
    time.seconds += 1
    #expect(await refusalAfterRefresh(of: token) == nil)
  }

  @Test("an identifier that a fetch did not bring causes none for a minute; others do after the cool-down")
  func unknown() async throws {
    try await keys.refresh()
    time.seconds += 30
    #expect(await refusalAfterRefresh(of: Self.stranger("x")) == .keyUnknown)
    #expect(source.count == 2)
    time.seconds += 30
    #expect(await refusalAfterRefresh(of: Self.stranger("x")) == .keyUnknown)
    #expect(source.count == 2)
    #expect(await refusalAfterRefresh(of: Self.stranger("y")) == .keyUnknown)
    #expect(source.count == 3)
    time.seconds += 30
    #expect(await refusalAfterRefresh(of: Self.stranger("x")) == .keyUnknown)
    #expect(source.count == 4)
  }

  @Test("K06 10 million unknown identifiers take no more memory than one", .enabled(if: isOptimised))
  func memory() {
    var unknown = UnknownIdentifiers()
    for number in 0..<10_000_000 { unknown.insert("\(number)", until: 1) }
    #expect(unknown.byteCount == RemoteKeySet.unknownIdentifierBytes)
  }

  @Test("K06 unknown identifiers have one size of memory, whatever is put in")
  func identifiers() {
    var unknown = UnknownIdentifiers()
    let strange = ["", "\u{e9}", "e\u{301}", "\u{0}", String(repeating: "k", count: 40_000)] as [String?] + [nil]
    for (position, identifier) in strange.enumerated() {
      #expect(!unknown.contains(identifier, at: 0))
      unknown.insert(identifier, until: 10)
      #expect(unknown.contains(identifier, at: 9), "\(position)")
      #expect(!unknown.contains(identifier, at: 10))
    }
    for number in 0..<100_000 { unknown.insert("\(number)", until: 10) }
    #expect(unknown.byteCount == 16384)
    #expect(RemoteKeySet.unknownIdentifierBytes == 16384)
  }

  // MARK: Failures

  @Test("K08 a source that is down: old keys until they are too old, then none, then new ones")
  func stale() async throws {
    let token = try issuer.token(0)
    try await keys.refresh()
    source.fail(KeyFetchError(.unreachable, "down"))
    time.seconds += 6 * 3600 - 1
    #expect(await refusalAfterRefresh(of: token) == nil)
    #expect(await eventually { keys.status.failure?.code == .unreachable })
    time.seconds += 1
    #expect(refusal(of: token) == .keysUnavailable)
    #expect(await refusalAfterRefresh(of: token) == .keysUnavailable)
    await #expect(throws: KeyFetchError.self) { try await keys.refresh() }
    time.seconds += 60
    source.answer(try issuer.published())
    #expect(await refusalAfterRefresh(of: token) == nil)
  }

  @Test("K03 a source that hangs: whoever waits is let go at the deadline, old keys go on, no second fetch begins")
  func hanging() async throws {
    var settings = RemoteKeySet.Settings()
    settings.deadline = .milliseconds(300)
    let stubborn = StubbornSource(try issuer.published())
    let keys = try RemoteKeySet(source: stubborn, settings: settings, clock: time.monotonic)
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    try await keys.refresh()
    let token = try issuer.token(0)
    stubborn.isHeld = true
    for _ in 0..<3 {
      time.seconds += 61
      let refusal = await #expect(throws: TokenError.self) {
        try await verifier.verifyRefreshingKeys(Self.stranger("x"), as: NoClaims.self)
      }
      #expect(refusal?.code == .keyUnknown)
      #expect(self.refusal(of: token, verifier) == nil)
      #expect(keys.status.failure?.code == .timeout)
    }
    #expect(stubborn.count == 2)
    stubborn.isHeld = false
    #expect(await eventually { keys.status.failure == nil })
    time.seconds += 61
    try await keys.refresh()
    #expect(stubborn.count == 3)
  }

  @Test("X05 a task that is cancelled stops waiting and its token is refused; the fetch goes on for the others")
  func cancellation() async throws {
    source.isHeld = true
    let token = try issuer.token(0)
    let cancelled = (0..<32).map { _ in Task { await refusalAfterRefresh(of: token) } }
    let others = (0..<32).map { _ in Task { await refusalAfterRefresh(of: token) } }
    #expect(await eventually { source.count == 1 })
    for task in cancelled { task.cancel() }
    for task in cancelled { #expect(await task.value == .keysUnavailable) }
    source.isHeld = false
    for task in others { #expect(await task.value == nil) }
    #expect(source.count == 1)
    #expect(isIdle)
  }

  @Test("X05 tasks cancelled at any moment leave nobody waiting")
  func cancellations() async throws {
    for round in 0..<200 {
      source.isHeld = true
      let tasks = (0..<8).map { number in Task { await refusalAfterRefresh(of: Self.stranger("\(round) \(number)")) } }
      if round % 2 == 0 { await Task.yield() }
      for task in tasks.dropFirst(round % 3) { task.cancel() }
      source.isHeld = false
      for task in tasks { #expect(await task.value != nil) }
      time.seconds += 31
    }
    #expect(await eventually { isIdle })
  }

  @Test("no more tasks wait for one fetch than the cap says")
  func waiters() async throws {
    source.isHeld = true
    let token = try issuer.token(0)
    let waiting = (0..<RemoteKeySet.maximumWaiters).map { _ in Task { await refusalAfterRefresh(of: token) } }
    #expect(await eventually { keys.waiterCount == RemoteKeySet.maximumWaiters })
    #expect(await refusalAfterRefresh(of: token) == .keysUnavailable)
    source.isHeld = false
    for task in waiting { #expect(await task.value == nil) }
  }

  @Test("an error of a source of one's own shows nothing but its type")
  func secrecy() async throws {
    struct Leak: Error { var password = "hunter2" }
    source.fail(Leak())
    await #expect(throws: KeyFetchError.self) { try await keys.refresh() }
    #expect(keys.status.failure?.code == .source)
    #expect(keys.status.failure?.description.contains("hunter2") == false)
  }

  @Test("keys that no algorithm is chosen for are passed over, and the reason is said")
  func ambiguous() async throws {
    let rsa = try KeyMaker.publicJSON(.rs256).filter { $0.key != "alg" }
    source.answer(json(["keys": [rsa]]))
    await #expect(throws: KeyFetchError.self) { try await keys.refresh() }
    #expect(keys.status.failure?.code == .noKeys)
    #expect(keys.status.failure?.description.contains("RS256") == true)
    var settings = RemoteKeySet.Settings()
    settings.accepted = [.rs256]
    let chosen = try RemoteKeySet(source: source, settings: settings)
    try await chosen.refresh()
    #expect(chosen.status.keys.map(\.algorithm) == [.rs256])
  }

  // MARK: What an answer may hold

  @Test("K09 one bad key never drops the good ones: broken, unknown, ambiguous, secret, repeated")
  func badKeys() async throws {
    let pair = try KeyMaker.secretJSON(.es256)
    let rsa = try KeyMaker.publicJSON(.rs256).filter { $0.key != "alg" }
    let bad: [Any] = [
      1, [], [:] as Object, "key", NSNull(), ["kty": "LATTICE", "kid": "u"], ["kty": 1], ["kty": "OKP", "crv": "X"],
      ["kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"], try KeyMaker.secretJSON(.hs256), pair, rsa,
      ["kty": "OKP", "kid": "1", "crv": "Ed25519", "x": "AA"],
      try KeyMaker.publicJSON(.ecdhES), object(try PrivateKey.generate(.edDSA, identifier: "1").publicKey.json()),
    ]
    source.answer(try issuer.published(bad))
    #expect(await refusalAfterRefresh(of: try issuer.token(0)) == nil)
    let status = keys.status
    #expect(status.refusals.map(\.position) == Array(1...14))
    #expect(status.keys.map(\.identifier) == ["1", "1"])
    // A shared secret that was published, and a private key: neither verifies what anybody can sign with it.
    let secret = try KeyMaker.secretJSON(.hs256)
    for material in [secret, pair] {
      time.seconds += 61
      source.answer(try issuer.published([material]))
      try await keys.refresh()
      let text = try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey(material), lifetime: .seconds(9))
        .issue(NoClaims(), audience: "a")
      #expect(refusal(of: text) == .keyUnknown)
    }
  }

  @Test("K01 K09 K10 what is no key set is refused, and the keys held stay")
  func badAnswers() async throws {
    try await keys.refresh()
    let token = try issuer.token(0)
    let key = object(try issuer.keys[0].publicKey.json())
    let space = [UInt8](repeating: 0x20, count: 524_289 - (try issuer.published().count))
    for (bytes, code) in [
      ([], .malformed), (Array("<!doctype html>".utf8), .malformed), (Array("null".utf8), .malformed),
      (Array("[]".utf8), .malformed), (Array("{}".utf8), .malformed), (Array("{\"keys\":{}}".utf8), .malformed),
      (Array("{\"keys\":[]}".utf8), .noKeys), (Array("{\"keys\":[{}]}".utf8), .noKeys),
      (Array("{\"keys\":[],\"keys\":[]}".utf8), .malformed), (try issuer.published() + [0], .malformed),
      (Array("{\"keys\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 400_000), .malformed),
      (json(["keys": [Any](repeating: key, count: 101)]), .malformed),
      (json(["keys": (0..<10_000).map { ["kty": "x\($0)"] }]), .malformed),
      (try issuer.published() + space, .tooLarge), ([UInt8](repeating: 0x20, count: 10_000_000), .tooLarge),
    ] as [([UInt8], KeyFetchError.Code)] {
      time.seconds += 61
      source.answer(bytes)
      try await keys.refresh()
      #expect(keys.status.failure?.code == code, "\(String(decoding: bytes.prefix(30), as: UTF8.self))")
      #expect(refusal(of: token) == nil)
    }
    for bytes in [
      try issuer.published() + space.dropLast(), json(["keys": [Any](repeating: key, count: 99) + [["kty": "x"]]]),
    ] {
      time.seconds += 61
      source.answer(bytes)
      try await keys.refresh()
      #expect(keys.status.failure == nil)
    }
  }

  @Test(
    "K10 how long an answer is fresh is kept between a minute and an hour",
    arguments: [
      (nil, 300), (.seconds(-1), 60), (.zero, 60), (.seconds(59), 60), (.seconds(61), 61), (.seconds(3600), 3600),
      (.seconds(1_000_000_000_000), 3600), (.seconds(Int64.max), 3600), (.seconds(Int64.min), 60),
    ] as [(Duration?, Int64)]
  )
  func freshness(maximumAge: Duration?, age: Int64) async throws {
    source.answer(try issuer.published(), maximumAge: maximumAge)
    try await keys.refresh()
    let token = try issuer.token(0)
    time.seconds += age - 1
    #expect(refusal(of: token) == nil)
    #expect(isIdle && source.count == 1)
    time.seconds += 1
    #expect(refusal(of: token) == nil)
    #expect(await eventually { source.count == 2 })
  }

  @Test("keys are fetched anew before they are too old, whatever the answer says")
  func shortAge() async throws {
    source.answer(try issuer.published(), maximumAge: .seconds(3600))
    var settings = RemoteKeySet.Settings()
    settings.maximumAge = .seconds(60)
    settings.deadline = .seconds(60)
    let keys = try RemoteKeySet(source: source, settings: settings, clock: time.monotonic)
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    try await keys.refresh()
    let token = try issuer.token(0)
    for fetch in 2...5 {
      time.seconds += 30
      #expect(refusal(of: token, verifier) == nil)
      #expect(await eventually { source.count == fetch && keys.status.age == .zero })
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
          try RemoteKeySet(source: source, settings: settings)
        } == .configuration
      )
    }
    let usual = RemoteKeySet.Settings()
    #expect(usual.coolDown == .seconds(30) && usual.deadline == .seconds(5) && usual.maximumAge == .seconds(21600))
  }
}

/// A source that does not end when its task is cancelled.
private final class StubbornSource: JWKSSource {
  private let source: FakeSource
  init(_ bytes: [UInt8]) { source = FakeSource(bytes) }

  var count: Int { source.count }
  var isHeld: Bool {
    get { source.isHeld }
    set { source.isHeld = newValue }
  }

  func fetch() async throws -> JWKSAnswer {
    try await Task.detached { try await self.source.fetch() }.value
  }
}
