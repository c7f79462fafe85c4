// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Forged requests")
struct RequestForgeryTests {
  private static func code(
    _ world: SessionWorld,
    _ session: Session,
    method: String = "POST",
    site: [String] = ["same-origin"],
    origin: [String] = ["https://app.example"],
    tokens: [String],
    overrides: [String] = [],
    upgrade: [String] = []
  ) async -> SessionError.Code? {
    let request = RequestOrigin(
      method: method,
      fetchSite: site,
      origin: origin,
      tokens: tokens,
      methodOverrides: overrides,
      upgrade: upgrade
    )
    return await refusal { () throws(SessionError) in try world.sessions.check(request, for: session) }
  }

  @Test("C01 a request that changes something needs one token of its own session, at login and logout too")
  func tokens() async throws {
    let world = try SessionWorld()
    let (mine, other) = (try await world.begin().session, try await world.begin("oskar").session)
    let visitor = try await world.sessions.beginUnlimitedAnonymous().session
    let (token, theirs) = (try world.sessions.forgeryToken(for: mine), try world.sessions.forgeryToken(for: other))
    #expect(await Self.code(world, mine, tokens: [token]) == nil)
    #expect(await Self.code(world, visitor, tokens: [try world.sessions.forgeryToken(for: visitor)]) == nil)
    var changed = Array(token.utf8)
    changed[changed.count - 2] ^= 1
    let wrong: [[String]] = [
      [], [""], [token, token], [token, ""], [theirs], [token + "A"], [String(token.dropLast())], [token + "="],
      [String(decoding: changed, as: UTF8.self)], [mine.handle.description], [String(repeating: "A", count: 90)],
      [String(repeating: "A", count: 1_000_000)], [" " + token], ["\u{E9}"], [token.lowercased()],
    ]
    for tokens in wrong { #expect(await Self.code(world, mine, tokens: tokens) == .forgery) }
    for index in token.indices {
      var text = token
      text.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
      #expect(await Self.code(world, mine, tokens: [text]) == .forgery)
    }
    // A rotated session needs a new token: what was seen before login is worth nothing after.
    let rotated = try await world.sessions.rotate(mine).session
    #expect(await Self.code(world, rotated, tokens: [token]) == .forgery)
  }

  @Test("C01 only GET, HEAD and OPTIONS are safe, and not when something overrides them")
  func methods() async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    for method in ["GET", "HEAD", "OPTIONS"] {
      #expect(await Self.code(world, session, method: method, site: ["cross-site"], origin: [], tokens: []) == nil)
      for overrides in [["DELETE"], ["GET"], [""]] {
        #expect(await Self.code(world, session, method: method, tokens: [], overrides: overrides) == .forgery)
      }
    }
    for method in [
      "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "Get", "GET ", " GET", "GET\0", "", "QUERY",
    ] {
      #expect(await Self.code(world, session, method: method, tokens: []) == .forgery)
    }
  }

  // ThreatModel.md, C03.
  private static let named: [(site: [String], origin: [String], isTaken: Bool)] = [
    (["same-origin"], ["https://app.example"], true), (["same-origin"], [], true), ([], ["https://app.example"], true),
    ([], [], false), (["same-site"], ["https://app.example"], false), (["cross-site"], ["https://app.example"], false),
    (["none"], ["https://app.example"], false), (["Same-Origin"], ["https://app.example"], false), ([""], [], false),
    (["same-origin", "same-origin"], ["https://app.example"], false), (["same-origin "], [], false),
    ([], ["null"], false), (["same-origin"], ["null"], true), (["cross-site"], ["null"], false),
    (["same-site"], ["null"], false), (["none"], ["null"], false), (["same-origin"], ["null", "null"], false),
    (["same-origin"], ["NULL"], false), (["same-origin"], ["null "], false), ([], [""], false),
    ([], ["https://app.example.evil"], false), ([], ["https://app.example:443"], false),
    ([], ["https://app.example/"], false),
    ([], ["http://app.example"], false), ([], ["https://APP.example"], false), ([], ["HTTPS://app.example"], false),
    ([], ["https://evil.app.example"], false), ([], ["https://app.example https://evil"], false),
    ([], ["https://app.example", "https://app.example"], false), ([], ["https://app.example", "https://evil"], false),
    ([], ["https://app.exampl\u{435}"], false), (["same-origin"], ["https://evil"], false),
  ]

  @Test("C03 the request comes from a page of the application, as the browser says", arguments: named)
  func origins(site: [String], origin: [String], isTaken: Bool) async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let token = try world.sessions.forgeryToken(for: session)
    #expect(await Self.code(world, session, site: site, origin: origin, tokens: [token]) == (isTaken ? nil : .forgery))
    #expect(await Self.code(world, session, site: site, origin: origin, tokens: []) == .forgery)
  }

  @Test("One's own page under `Referrer-Policy: no-referrer` passes with the right token, and with no other (C05)")
  func noReferrer() async throws {
    let world = try SessionWorld()
    let (mine, other) = (try await world.begin().session, try await world.begin("oskar").session)
    let (token, theirs) = (try world.sessions.forgeryToken(for: mine), try world.sessions.forgeryToken(for: other))
    #expect(await Self.code(world, mine, origin: ["null"], tokens: [token]) == nil)
    for tokens in [[], [theirs], [token, token]] {
      #expect(await Self.code(world, mine, origin: ["null"], tokens: tokens) == .forgery)
    }
    #expect(await Self.code(world, mine, site: [], origin: ["null"], tokens: [token]) == .forgery)
  }

  private static let handshakes: [(site: [String], origin: [String], isTaken: Bool)] = [
    ([], ["https://app.example"], true), (["same-origin"], ["https://app.example"], true),
    // Every browser sends an Origin with a handshake: what has none is no page.
    ([], [], false), (["same-origin"], [], false), (["same-origin"], ["null"], false), ([], ["null"], false),
    (["cross-site"], ["https://evil.example"], false), ([], ["https://evil.example"], false),
    (["same-site"], ["https://app.example"], false), (["cross-site"], ["https://app.example"], false),
    ([], ["https://app.example.evil"], false), ([], ["https://app.example", "https://app.example"], false),
    ([], ["https://evil.example", "https://app.example"], false), ([], ["wss://app.example"], false),
  ]

  @Test("A WebSocket's handshake passes from a page of the application alone (C05)", arguments: handshakes)
  func handshake(site: [String], origin: [String], isTaken: Bool) async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let expected: SessionError.Code? = isTaken ? nil : .forgery
    for (method, upgrade) in [("GET", ["websocket"]), ("CONNECT", ["websocket"]), ("GET", ["WebSocket", "x"])] {
      let code = await Self.code(
        world,
        session,
        method: method,
        site: site,
        origin: origin,
        tokens: [],
        upgrade: upgrade
      )
      #expect(code == expected)
    }
    let request = RequestOrigin(method: "GET", fetchSite: site, origin: origin, tokens: [], upgrade: [])
    let code = await refusal { () throws(SessionError) in try world.sessions.checkHandshake(request, for: session) }
    #expect(code == expected)
  }

  @Test("A handshake by another method, or with an override, needs a token as any request that changes something (C05)")
  func oddHandshakes() async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    for method in ["POST", "HEAD", "OPTIONS", "get"] {
      #expect(await Self.code(world, session, method: method, tokens: [], upgrade: ["websocket"]) == .forgery)
    }
    let code = await Self.code(world, session, method: "GET", tokens: [], overrides: ["DELETE"], upgrade: ["websocket"])
    #expect(code == .forgery)
  }

  private static let readings: [(site: [String], origin: [String], isTaken: Bool)] = [
    (["same-origin"], [], true), ([], ["https://app.example"], true), (["same-origin"], ["null"], true),
    (["cross-site"], [], false), (["same-site"], [], false), (["none"], [], false), ([], [], false),
    (["cross-site"], ["https://evil.example"], false), ([], ["https://evil.example"], false), ([], ["null"], false),
  ]

  @Test(
    "A stream of events or JSON is read by pages of one's own alone, where that is asked for (C05)",
    arguments: readings
  )
  func reading(site: [String], origin: [String], isTaken: Bool) async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let request = RequestOrigin(method: "GET", fetchSite: site, origin: origin, tokens: [], upgrade: [])
    let code = await refusal { () throws(SessionError) in try world.sessions.checkReading(request, for: session) }
    #expect(code == (isTaken ? nil : .forgery))
    #expect(await refusal { () throws(SessionError) in try world.sessions.check(request, for: session) } == nil)
  }

  @Test("C02 a token is bound to the session and the ring: who tosses a cookie cannot make one")
  func binding() async throws {
    let (world, other) = (try SessionWorld(), try SessionWorld())
    let session = try await world.begin().session
    #expect(await Self.code(world, session, tokens: [try other.sessions.forgeryToken(for: session)]) == .forgery)
  }

  @Test("C04 two tokens of one session share nothing that compression could find, and both are good")
  func masking() async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let tokens = try (0..<100).map { _ in try world.sessions.forgeryToken(for: session) }
    #expect(Set(tokens).count == 100)
    for position in 0..<decodedBase64URL(tokens[0]).count {
      #expect(Set(tokens.map { decodedBase64URL($0)[position] }).count > 10)
    }
    for token in tokens { #expect(await Self.code(world, session, tokens: [token]) == nil) }
  }

  @Test(
    "origins are named as browsers write them",
    arguments: [
      "", "https://", "app.example", "http://app.example", "https://app.example/", "https://App.example", "null",
      "https://a b", "https://a@b", "*", "https://*.example", "http://localhost.evil.example", "https://\u{E9}",
    ]
  )
  func configuration(origin: String) async {
    #expect(await refusal { () throws(SessionError) in try RequestOrigin.checked([origin]) } == .configuration)
  }

  @Test("an origin with a port, and of one's own machine without TLS")
  func goodOrigins() async throws {
    #expect(await refusal { () throws(SessionError) in try RequestOrigin.checked([]) } == .configuration)
    _ = try RequestOrigin.checked([
      "https://a.example:8443", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:80",
    ])
  }
}
