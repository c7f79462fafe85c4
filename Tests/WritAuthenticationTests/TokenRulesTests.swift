// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Tokens as providers send them")
struct TokenRulesTests {
  private static let now: Int64 = 1_800_000_000
  private let secret: [UInt8]
  private let keys: VerificationKeys
  private let material: Object

  init() throws {
    material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    secret = decodedBase64URL(material["k"] as? String ?? "")
    keys = try KeyMaker.verificationKeys(material)
  }

  private func token(_ claims: String, header: String = "{\"alg\":\"HS256\"}") throws -> String {
    let parts = base64URL(header) + "." + base64URL("{\"exp\":1900000000\(claims.isEmpty ? "" : ",")\(claims)}")
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  private func refusal(_ claims: String, _ rules: TokenRules, header: String = "{\"alg\":\"HS256\"}") throws
    -> TokenError.Code?
  {
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(Self.now))
    let text = try token(claims, header: header)
    return WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
  }

  // MARK: Issuers and audiences

  @Test("Each of several issuers is accepted, byte for byte, and no other (J30)")
  func issuers() throws {
    let rules = TokenRules(issuers: .google, audiences: nil)
    for issuer in ["https://accounts.google.com", "accounts.google.com"] {
      #expect(try refusal("\"iss\":\"\(issuer)\"", rules) == nil)
    }
    for issuer in ["accounts.google.com/", "ACCOUNTS.google.com", "http://accounts.google.com", "", "evil.example"] {
      #expect(try refusal("\"iss\":\"\(issuer)\"", rules) == .issuer, "\(issuer)")
    }
    #expect(try refusal("", rules) == .issuer)
    #expect(try refusal("\"iss\":\"e\u{301}\"", TokenRules(issuers: ["\u{e9}", "a"], audiences: nil)) == .issuer)
  }

  @Test("Entra's tenants: iss and tid name the same tenant, and it is one that is allowed (J30)")
  func tenants() throws {
    let (ours, theirs) = ("11111111-2222-3333-4444-55555555aaaa", "99999999-2222-3333-4444-55555555bbbb")
    let foreign = "77777777-2222-3333-4444-55555555cccc"
    let rules = TokenRules(issuers: try .entra(tenants: [ours, theirs.uppercased()]), audiences: nil)
    func claims(_ issuer: String, _ tenant: String?) -> String {
      let tid = tenant.map { ",\"tid\":\($0)" } ?? ""
      return "\"iss\":\"https://login.microsoftonline.com/\(issuer)/v2.0\"\(tid)"
    }
    for tenant in [ours, theirs] { #expect(try refusal(claims(tenant, "\"\(tenant)\""), rules) == nil) }
    #expect(
      try refusal(claims(foreign, "\"\(foreign)\""), rules) == .issuer,
      "signed with the same keys, and not allowed"
    )
    #expect(try refusal(claims(ours, "\"\(theirs)\""), rules) == .issuer)
    #expect(try refusal(claims(foreign, "\"\(ours)\""), rules) == .issuer)
    for tenant in [nil, "null", "1", "\"\"", "[\"\(ours)\"]"] {
      #expect(try refusal(claims(ours, tenant), rules) == .issuer, "\(tenant ?? "no") tid")
    }
    for issuer in ["{tid}", "\(ours)/", "", "common", "\(ours)/v2.0/x"] {
      #expect(try refusal(claims(issuer, "\"\(ours)\""), rules) == .issuer, "\(issuer)")
    }
    for tenants in [["common"], ["organizations"], [ours, ""], ["*"], ["\(ours)/../x"], ["{tid}"]] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try AcceptedIssuers.entra(tenants: tenants) }
          == .configuration
      )
    }
  }

  @Test("A template of issuers needs one claim in braces and values that cannot reach out of their place")
  func templates() throws {
    let rules = TokenRules(issuers: try .template("https://{org}.id.example", allowing: ["a", "b"]), audiences: nil)
    #expect(try refusal("\"iss\":\"https://a.id.example\",\"org\":\"a\"", rules) == nil)
    #expect(try refusal("\"iss\":\"https://a.id.example\",\"org\":\"b\"", rules) == .issuer)
    for template in ["https://id.example", "{}", "{a}{b}", "{a", "a}", "x}{a}"] {
      let code = WritAuthenticationTests.refusal { () throws(TokenError) in
        try AcceptedIssuers.template(template, allowing: ["a"])
      }
      #expect(code == .configuration, "\(template)")
    }
    for value in ["", "a/b", "{a}"] {
      let code = WritAuthenticationTests.refusal { () throws(TokenError) in
        try AcceptedIssuers.template("https://id.example/{a}", allowing: ["x", value])
      }
      #expect(code == .configuration, "\(value)")
    }
  }

  @Test("Each of several audiences is accepted, alone or among others (J29)")
  func audiences() throws {
    let rules = TokenRules(issuers: nil, audiences: ["api", "web"])
    for value in ["\"api\"", "\"web\"", "[\"web\"]", "[\"other\",\"api\"]", "[\"api\",\"web\"]"] {
      #expect(try refusal("\"aud\":\(value)", rules) == nil, "\(value)")
    }
    for value in ["\"other\"", "[]", "[\"other\"]", "\"API\"", "null", "\"\""] {
      #expect(try refusal("\"aud\":\(value)", rules) == .audience, "\(value)")
    }
    #expect(try refusal("\"aud\":[\"api\",1]", rules) == .claim)
    #expect(try refusal("", rules) == .audience)
  }

  @Test("A list of issuers or audiences is neither empty nor too long: only nil waives a check")
  func bounds() throws {
    let names = (0...1000).map(String.init)
    for rules in [
      TokenRules(issuers: [], audiences: nil), TokenRules(issuers: nil, audiences: []),
      TokenRules(issuers: AcceptedIssuers(names), audiences: nil),
      TokenRules(issuers: nil, audiences: Array(names.prefix(101))),
    ] {
      let code = WritAuthenticationTests.refusal { () throws(TokenError) in try TokenVerifier(keys: keys, rules: rules)
      }
      #expect(code == .configuration)
    }
    let most = TokenRules(issuers: AcceptedIssuers(names.dropLast()), audiences: Array(names.prefix(100)))
    #expect(try refusal("\"iss\":\"999\",\"aud\":\"99\"", most) == nil)
  }

  // MARK: null

  @Test("A claim or header parameter that is null counts as missing: refused where it is required (J23)")
  func nulls() throws {
    let waived = TokenRules(issuer: nil, audience: nil)
    for name in ["iss", "sub", "aud", "nbf", "iat", "jti", "cnf", "sid", "scope"] {
      #expect(try refusal("\"\(name)\":null", waived) == nil, "\(name)")
    }
    var required = waived
    for name in ["sub", "iat", "jti", "cnf", "tenant"] {
      required.requiredClaims = [name]
      #expect(try refusal("\"\(name)\":null", required) == .claim, "\(name)")
    }
    #expect(try refusal("\"iss\":null", TokenRules(issuer: "i", audience: nil)) == .issuer)
    #expect(try refusal("\"aud\":null", TokenRules(issuer: nil, audience: "a")) == .audience)
    let header = "{\"alg\":\"HS256\",\"kid\":null,\"typ\":null,\"cty\":null}"
    #expect(try refusal("", waived, header: header) == nil)
    #expect(try refusal("", TokenRules(issuer: nil, audience: nil, type: "JWT"), header: header) == .type)
    for name in ["crit", "b64", "zip", "enc"] {
      #expect(try refusal("", waived, header: "{\"alg\":\"HS256\",\"\(name)\":null}") == .header, "\(name)")
    }
    #expect(try refusal("", waived, header: "{\"alg\":null}") != nil)
    // `exp`, alone in a token.
    let parts = base64URL("{\"alg\":\"HS256\"}") + "." + base64URL("{\"exp\":null}")
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    let text = parts + "." + base64URL(code.bytes)
    let verifier = try TokenVerifier(keys: keys, rules: waived)
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
        == .claim
    )
  }

  @Test("One's own claims are read with null as missing")
  func ownNulls() throws {
    let verifier = try TokenVerifier(keys: keys, rules: TokenRules(issuer: nil, audience: nil))
    let text = try token("\"a\":null")
    let reader = try verifier.verify(text, as: NoClaims.self).reader
    #expect(try reader.optionalString("a") == nil && reader.optionalInteger("a") == nil)
    #expect(try reader.optionalBoolean("a") == nil && reader.optionalTime("a") == nil)
    #expect(try reader.strings("a") == [])
    #expect(WritAuthenticationTests.refusal { () throws(TokenError) in try reader.string("a") } == .claim)
    #expect(WritAuthenticationTests.refusal { () throws(TokenError) in try reader.integer("a") } == .claim)
    #expect(WritAuthenticationTests.refusal { () throws(TokenError) in try reader.boolean("a") } == .claim)
  }

  // MARK: Text of a token

  @Test("A message about a token's text says where it is wrong and what to remove (J15)")
  func messages() throws {
    let verifier = try TokenVerifier(keys: keys, rules: TokenRules(issuer: nil, audience: nil))
    let text = try token("")
    let parts = text.split(separator: ".").map(String.init)
    func message(_ text: String) -> String {
      do throws(TokenError) {
        _ = try verifier.verify(text, as: NoClaims.self)
        return "accepted"
      } catch {
        #expect(error.code == .malformed, "\(text)")
        return error.description
      }
    }
    for isKnown in [false, true] {
      if isKnown { _ = try verifier.verify(text, as: NoClaims.self) }
      #expect(message("Bearer \(text)").contains("at byte 6; remove the `Bearer ` prefix"))
      #expect(message("bearer \(text)").contains("remove the `Bearer ` prefix"))
      #expect(message("DPoP \(text)").contains("remove the `DPoP ` prefix"))
      #expect(message("\(text)\n").contains("at byte \(text.utf8.count); remove a `Bearer ` prefix or line breaks"))
      #expect(message("\n\(text)").contains("at byte 0; remove a `Bearer ` prefix or line breaks"))
      #expect(
        message("\(parts[0]).\(parts[1]).\(parts[2].prefix(9))\r\n\(parts[2].dropFirst(9))").contains("line breaks")
      )
      #expect(message("\"\(text)\"").contains("quotation marks"))
      #expect(message("\(parts[0])=.\(parts[1]).\(parts[2])").contains("padding"))
      #expect(message("\(parts[0]).\(parts[1]).\(parts[2].dropLast())+").contains("`-` and `_`"))
      #expect(message("Authorization: Bearer \(text)").contains("header field"))
      #expect(message("\(parts[0])A.\(parts[1]).\(parts[2])").contains("token's header"))
    }
  }

  @Test("A token is verified from bytes as from text")
  func bytes() throws {
    let verifier = try TokenVerifier(keys: keys, rules: TokenRules(issuer: nil, audience: nil))
    let bytes = Array(try token("\"sub\":\"alice\"").utf8)
    #expect(try verifier.verify(bytes.span, as: NoClaims.self).subject == "alice")
    let wrong = bytes + [0xFF]
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(wrong.span, as: NoClaims.self) }
        == .malformed
    )
  }

  @Test("Peeking shows header and issuer, to be compared and shown and nothing else")
  func peeking() throws {
    let text = try token(
      "\"iss\":\"https://b.example\",\"sub\":\"alice\"",
      header: "{\"alg\":\"HS256\",\"kid\":\"k\\u0007\",\"typ\":1}"
    )
    let peeked = try UnverifiedToken(peekingAt: text)
    #expect(peeked.algorithm?.isEqual(to: "HS256") == true && peeked.keyIdentifier?.isEqual(to: "k\u{7}") == true)
    #expect(peeked.keyIdentifier?.description == "k?" && peeked.type == nil && !peeked.isEncrypted)
    #expect(
      peeked.issuer?.isEqual(to: "https://b.example") == true
        && peeked.issuer?.isEqual(to: "https://B.example") == false
    )
    #expect(peeked.choose(from: [("https://a.example", 1), ("https://b.example", 2)]) == 2)
    #expect(peeked.choose(from: [("https://a.example", 1)]) == nil)
    #expect(try UnverifiedToken(peekingAt: token("")).choose(from: [("", 1)]) == nil)
    #expect(try UnverifiedToken(peekingAt: token("\"iss\":\"e\u{301}\"")).choose(from: [("\u{e9}", 1)]) == nil)
    let sealed = base64URL("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}") + "..AA.AA.AA"
    #expect(try UnverifiedToken(peekingAt: sealed).isEncrypted && UnverifiedToken(peekingAt: sealed).issuer == nil)
    for text in [
      "", "a.b", "a.b.c.d", "Bearer \(text)", "e30.bm8.AA", "e30.A.AA", String(repeating: ".", count: 65_537),
    ] {
      #expect(throws: TokenError.self, "\(text.prefix(20))") { try UnverifiedToken(peekingAt: text) }
    }
    #expect(try UnverifiedToken(peekingAt: "e30.W10.AA").issuer == nil)
  }

  // MARK: Issuing

  @Test("aud is issued as a string or an array; nbf, lifetime and header parameters are issued token by token")
  func issuing() throws {
    let issuer = try TokenIssuer(
      issuer: "i",
      signingKey: KeyMaker.signingKey(material),
      lifetime: .seconds(60),
      clock: .fixed(Self.now)
    )
    func parts(_ text: String) -> (header: Object, claims: Object) {
      let parts = text.split(separator: ".").map {
        object(String(decoding: decodedBase64URL(String($0)), as: UTF8.self))
      }
      return (parts[0], parts[1])
    }
    let one = parts(try issuer.issue(NoClaims(), audience: "api"))
    #expect(one.claims["aud"] as? String == "api" && one.claims["nbf"] == nil)
    #expect(parts(try issuer.issue(NoClaims(), audiences: ["api"])).claims["aud"] as? [String] == ["api"])
    let text = try issuer.issue(
      NoClaims(),
      subject: "alice",
      audiences: ["api", "web"],
      identifier: "1",
      notBefore: NumericDate(seconds: Self.now + 5, nanoseconds: 500_000_000),
      lifetime: .seconds(3600),
      header: ["x5t#S256": .string("AA"), "x5c": .strings(["a", "b"]), "ver": .integer(2), "own": .boolean(true)]
    )
    let (header, claims) = parts(text)
    #expect(claims["aud"] as? [String] == ["api", "web"] && claims["exp"] as? Int64 == Self.now + 3600)
    #expect(claims["nbf"] as? Double == Double(Self.now) + 5.5 && claims["iat"] as? Int64 == Self.now)
    #expect(header["x5t#S256"] as? String == "AA" && header["x5c"] as? [String] == ["a", "b"])
    #expect(header["ver"] as? Int == 2 && header["own"] as? Bool == true && header["alg"] as? String == "HS256")
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "web", clock: .fixed(Self.now))
    #expect(try verifier.verify(text, as: NoClaims.self).audiences == ["api", "web"])
    let early = try TokenVerifier(keys: keys, issuer: "i", audience: "web", leeway: .zero, clock: .fixed(Self.now))
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try early.verify(text, as: NoClaims.self) }
        == .notYetValid
    )
  }

  @Test("What no verifier could take, or what is the issuer's, is not issued")
  func unissuable() throws {
    let issuer = try TokenIssuer(
      issuer: "i",
      signingKey: KeyMaker.signingKey(material),
      lifetime: .seconds(60),
      clock: .fixed(Self.now)
    )
    func refusal(_ header: TokenHeader) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in try issuer.issue(NoClaims(), header: header) }
    }
    for name in ["alg", "typ", "kid", "crit", "b64", "zip", "enc"] { #expect(refusal([name: .string("x")]) == .header) }
    #expect(refusal(["a": .integer(1), "a": .integer(2)]) == .header)
    #expect(refusal(["a": .string(String(repeating: "x", count: 70_000))]) == .tooLarge)
    func refusal(_ notBefore: NumericDate?, _ lifetime: Duration?) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in
        try issuer.issue(NoClaims(), notBefore: notBefore, lifetime: lifetime)
      }
    }
    #expect(refusal(NumericDate(seconds: Self.now + 60), nil) == .configuration)
    #expect(refusal(NumericDate(seconds: Self.now + 59), nil) == nil)
    #expect(refusal(-1, nil) == .configuration)
    for lifetime: Duration in [.zero, .milliseconds(999), .seconds(-1), .seconds(Int64.max)] {
      #expect(refusal(nil, lifetime) == .configuration)
    }
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try issuer.issue(NoClaims(), audiences: []) } == .claim
    )
    let keys = try SigningKeySet(
      [ScheduledKey(try PrivateKey.generate(.edDSA, identifier: "a"), signsFrom: Self.now)],
      overlap: .seconds(300),
      clock: .fixed(Self.now)
    )
    let scheduled = try TokenIssuer(issuer: "i", keys: keys, lifetime: .seconds(60))
    _ = try scheduled.issue(NoClaims(), lifetime: .seconds(300))
    let longer = WritAuthenticationTests.refusal { () throws(TokenError) in
      try scheduled.issue(NoClaims(), lifetime: .seconds(301))
    }
    #expect(longer == .configuration, "no token outlives its key")
  }
}
