// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("What fetched key sets may hold", .timeLimit(.minutes(2)))
struct RemoteKeyAnswerTests {
  private let world: RemoteKeyWorld

  init() throws { world = try RemoteKeyWorld() }

  @Test("keys that no algorithm is chosen for are passed over, and the reason is said")
  func ambiguous() async throws {
    let rsa = try KeyMaker.publicJSON(.rs256).filter { $0.key != "alg" }
    world.source.answer(json(["keys": [rsa]]))
    await #expect(throws: KeyFetchError.self) { try await world.keys.refresh() }
    #expect(world.keys.status.failure?.code == .noKeys)
    #expect(world.keys.status.failure?.description.contains("RS256") == true)
    #expect(world.keys.status.failure?.description.contains("RemoteKeySet.Settings.assumed") == true)
    #expect(world.keys.status.refusals.map(\.error.code) == [.algorithmAmbiguous])
    var assuming = RemoteKeySet.Settings()
    assuming.assumed = [.rs256]
    let entra = try RemoteKeySet(source: world.source, settings: assuming)
    try await entra.refresh()
    #expect(entra.status.keys.map(\.algorithm) == [.rs256] && entra.status.refusals.isEmpty)
    var settings = RemoteKeySet.Settings()
    settings.accepted = [.rs256]
    let chosen = try RemoteKeySet(source: world.source, settings: settings)
    try await chosen.refresh()
    #expect(chosen.status.keys.map(\.algorithm) == [.rs256])
  }

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
    world.source.answer(try world.issuer.published(bad))
    #expect(await world.refusalAfterRefresh(of: try world.issuer.token(0)) == nil)
    let status = world.keys.status
    #expect(status.refusals.map(\.position) == Array(1...14))
    #expect(status.keys.map(\.identifier) == ["1", "1"])
    // A shared secret that was published, and a private key: neither verifies what anybody can sign with it.
    let secret = try KeyMaker.secretJSON(.hs256)
    for material in [secret, pair] {
      world.time.seconds += 61
      world.source.answer(try world.issuer.published([material]))
      try await world.keys.refresh()
      let text = try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey(material), lifetime: .seconds(9))
        .issue(NoClaims(), audience: "a")
      #expect(world.refusal(of: text) == .keyUnknown)
    }
  }

  @Test("K01 K09 K10 what is no key set is refused, and the keys held stay")
  func badAnswers() async throws {
    try await world.keys.refresh()
    let token = try world.issuer.token(0)
    let key = object(try world.issuer.keys[0].publicKey.json())
    let space = [UInt8](repeating: 0x20, count: 524_289 - (try world.issuer.published().count))
    for (bytes, code) in [
      ([], .malformed), (Array("<!doctype html>".utf8), .malformed), (Array("null".utf8), .malformed),
      (Array("[]".utf8), .malformed), (Array("{}".utf8), .malformed), (Array("{\"keys\":{}}".utf8), .malformed),
      (Array("{\"keys\":[]}".utf8), .noKeys), (Array("{\"keys\":[{}]}".utf8), .noKeys),
      (Array("{\"keys\":[],\"keys\":[]}".utf8), .malformed), (try world.issuer.published() + [0], .malformed),
      (Array("{\"keys\":".utf8) + [UInt8](repeating: UInt8(ascii: "["), count: 400_000), .malformed),
      (json(["keys": [Any](repeating: key, count: 101)]), .malformed),
      (json(["keys": (0..<10_000).map { ["kty": "x\($0)"] }]), .malformed),
      (try world.issuer.published() + space, .tooLarge), ([UInt8](repeating: 0x20, count: 10_000_000), .tooLarge),
    ] as [([UInt8], KeyFetchError.Code)] {
      world.time.seconds += 61
      world.source.answer(bytes)
      try await world.keys.refresh()
      #expect(world.keys.status.failure?.code == code, "\(String(decoding: bytes.prefix(30), as: UTF8.self))")
      #expect(world.refusal(of: token) == nil)
    }
    for bytes in [
      try world.issuer.published() + space.dropLast(),
      json(["keys": [Any](repeating: key, count: 99) + [["kty": "x"]]]),
    ] {
      world.time.seconds += 61
      world.source.answer(bytes)
      try await world.keys.refresh()
      #expect(world.keys.status.failure == nil)
    }
  }
}
