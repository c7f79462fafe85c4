// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Claims of every type that there is.
struct Everything: TokenClaims, Equatable {
  var role = "editor"
  var level: Int64 = -3
  var isAdmin = true
  var groups = ["a", "b"]
  var note: String?

  init() {}

  init(reading claims: ClaimsReader) throws(TokenError) {
    role = try claims.string("role")
    level = try claims.integer("level")
    isAdmin = try claims.boolean("admin")
    groups = try claims.strings("groups")
    note = try claims.optionalString("note")
  }

  func write(to claims: inout ClaimsWriter) {
    claims.string("role", role)
    claims.integer("level", level)
    claims.boolean("admin", isAdmin)
    claims.strings("groups", groups)
    if let note { claims.string("note", note) }
  }
}

/// Whatever claims a test writes.
struct Written: TokenClaims {
  var body: @Sendable (inout ClaimsWriter) -> Void

  init(_ body: @escaping @Sendable (inout ClaimsWriter) -> Void) { self.body = body }
  init(reading claims: ClaimsReader) throws(TokenError) { body = { _ in } }
  func write(to claims: inout ClaimsWriter) { body(&claims) }
}

@Suite("Tokens")
struct TokenTests {
  static let now: Int64 = 1_800_000_000
  private let material: Object
  private let issuer: TokenIssuer
  private let verifier: TokenVerifier

  init() throws {
    material = try KeyMaker.secretJSON(.hs256)
    let clock = TokenClock.fixed(Self.now)
    let key = try KeyMaker.signingKey(material)
    issuer = try TokenIssuer(issuer: "https://id.example", signingKey: key, lifetime: .seconds(900), clock: clock)
    let keys = try KeyMaker.verificationKeys(material)
    verifier = try TokenVerifier(keys: keys, issuer: "https://id.example", audience: "api", clock: clock)
  }

  @Test(
    "what is issued verifies",
    arguments: [JSONWebAlgorithm.hs256, .hs512, .rs256, .ps384, .es256, .es512, .es256K, .edDSA]
  )
  func roundTrip(algorithm: JSONWebAlgorithm) throws {
    let material = try KeyMaker.secretJSON(algorithm)
    let issuer = try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey(material), lifetime: .seconds(60))
    let verifier = try TokenVerifier(keys: KeyMaker.verificationKeys(material), issuer: "i", audience: "a", type: "JWT")
    var claims = Everything()
    claims.note = "\u{e9} e\u{301} \"\\\n\u{0} \u{1F600} \u{202E}"
    // Twice: the second time its header is known.
    for _ in 0..<2 {
      let text = try issuer.issue(claims, subject: "alice", audience: "a", identifier: "id-1")
      let token = try verifier.verify(text, as: Everything.self)
      #expect(token.claims == claims)
      #expect(token.claims.note?.utf8.elementsEqual(claims.note?.utf8 ?? "".utf8) == true)
      #expect(token.issuer == "i")
      #expect(token.subject == "alice")
      #expect(token.audiences == ["a"])
      #expect(token.identifier == "id-1")
      #expect(token.expiration == (token.issuedAt ?? 0) + .seconds(60))
      #expect(token.notBefore == nil)
      #expect(token.key.identifier == "k")
      #expect(try token.reader.strings("groups") == ["a", "b"])
      #expect(token.reader.contains("sub") && !token.reader.contains("su"))
    }
  }

  @Test("claims are read by type; what is there with another is an error")
  func reading() throws {
    let token = try verifier.verify(try issuer.issue(Everything(), audience: "api"), as: NoClaims.self)
    let reader = token.reader
    #expect(token.subject == nil)
    for name in ["level", "admin", "groups"] {
      #expect(refusal { () throws(TokenError) in try reader.string(name) } == .claim)
      #expect(refusal { () throws(TokenError) in try reader.optionalString(name) } == .claim)
    }
    #expect(refusal { () throws(TokenError) in try reader.integer("role") } == .claim)
    #expect(refusal { () throws(TokenError) in try reader.boolean("level") } == .claim)
    #expect(refusal { () throws(TokenError) in try reader.strings("role") } == .claim)
    #expect(refusal { () throws(TokenError) in try reader.string("missing") } == .claim)
    #expect(try reader.optionalString("missing") == nil)
    #expect(try reader.optionalInteger("missing") == nil)
    #expect(try reader.optionalBoolean("missing") == nil)
    #expect(try reader.strings("missing").isEmpty)
  }

  @Test(
    "registered claims are the issuer's, and no name is written twice",
    arguments: ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
  )
  func reserved(name: String) {
    #expect(refusal { () throws(TokenError) in try issuer.issue(Written { $0.string(name, "x") }) } == .claim)
    #expect(refusal { () throws(TokenError) in try issuer.issue(Written { $0.integer(name, 1) }) } == .claim)
    let twice = Written { claims in
      claims.string(name + "x", "1")
      claims.string("y", "2")
      claims.integer(name + "x", 3)
    }
    #expect(refusal { () throws(TokenError) in try issuer.issue(twice) } == .claim)
  }

  @Test("as many claims as there is room for, each once")
  func manyClaims() throws {
    for count in [16, 17, 100] {
      let many = Written { claims in for number in 0..<count { claims.integer("claim \(number)", Int64(number)) } }
      let token = try verifier.verify(try issuer.issue(many, audience: "api"), as: NoClaims.self)
      #expect(try token.reader.integer("claim \(count - 1)") == Int64(count - 1))
      let repeated = Written { claims in
        for number in 0..<count { claims.integer("claim \(number)", Int64(number)) }
        claims.integer("claim \(count - 1)", 0)
      }
      #expect(refusal { () throws(TokenError) in try issuer.issue(repeated, audience: "api") } == .claim)
    }
    let long = Written { $0.string("long", String(repeating: "x", count: 50_000)) }
    #expect(refusal { () throws(TokenError) in try issuer.issue(long) } == .tooLarge)
  }

  @Test("lifetimes of a second to a century")
  func lifetimes() throws {
    let key = try KeyMaker.signingKey(material)
    for lifetime: Duration in [.zero, .milliseconds(999), .seconds(-1), .seconds(3_155_760_001), .seconds(Int64.max)] {
      #expect(
        refusal { () throws(TokenError) in try TokenIssuer(issuer: "i", signingKey: key, lifetime: lifetime) }
          == .configuration
      )
    }
    for clock in [TokenClock.fixed(.max), .fixed(.min), .custom { -1 }] {
      let issuer = try TokenIssuer(issuer: "i", signingKey: key, lifetime: .seconds(3_155_760_000), clock: clock)
      _ = try issuer.issue(NoClaims())
    }
  }

  @Test("64 tasks issue and verify at once, with more headers than are remembered")
  func threads() async throws {
    let materials = try (0..<12).map { number in try KeyMaker.secretJSON(.hs256).merging(["kid": "\(number)"]) { $1 } }
    let keys = try VerificationKeys(try JSONWebKeySet(parsing: json(["keys": materials])))
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    let issuers = try materials.map {
      try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey($0), lifetime: .seconds(60))
    }
    await withTaskGroup(of: Int.self) { group in
      for task in 0..<64 {
        group.addTask {
          (0..<50).count { number in
            let index = (task + number) % 12
            guard let text = try? issuers[index].issue(NoClaims(), subject: "\(task)", audience: "a") else {
              return false
            }
            guard let token = try? verifier.verify(text, as: NoClaims.self) else { return false }
            let other = text.dropLast(2) + (text.hasSuffix("AA") ? "AE" : "AA")
            let isRefused =
              refusal { () throws(TokenError) in try verifier.verify(String(other), as: NoClaims.self) } != nil
            return token.subject == "\(task)" && token.key.identifier == "\(index)" && isRefused
          }
        }
      }
      for await right in group { #expect(right == 50) }
    }
  }

  @Test(
    "at most 6 allocations to verify with HS256, at most 2 to issue",
    .enabled(if: isOptimised && writ_allocation_count() >= 0)
  )
  func allocations() throws {
    var role = Everything()
    role.groups = []
    let claims = Written { $0.string("role", "editor") }
    let text = try issuer.issue(claims, subject: "alice", audience: "api")
    func count(_ body: () throws -> Void) rethrows -> Int64 {
      for _ in 0..<3 { try body() }
      let before = writ_allocation_count()
      for _ in 0..<10 { try body() }
      return writ_allocation_count() - before
    }
    #expect(try count { _ = try verifier.verify(text, as: NoClaims.self) } <= 60)
    #expect(try count { _ = try issuer.issue(claims, subject: "alice", audience: "api") } <= 20)
  }
}

/// Whether this is an optimised build: others allocate where it does not.
let isOptimised: Bool = {
  var isOptimised = true
  assert(
    {
      isOptimised = false
      return true
    }()
  )
  return isOptimised
}()
