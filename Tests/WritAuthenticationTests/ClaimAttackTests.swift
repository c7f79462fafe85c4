// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// The rows of Documentation/ThreatModel.md that are about claims.
@Suite("Attacks on claims")
struct ClaimAttackTests {
  private static let now: Int64 = 1_800_000_000
  private let secret: [UInt8]
  private let keys: VerificationKeys

  init() throws {
    let material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    secret = decodedBase64URL(material["k"] as? String ?? "")
    keys = try KeyMaker.verificationKeys(material)
  }

  private func token(_ payload: String, header: String = "{\"alg\":\"HS256\"}") throws -> String {
    try token(bytes: Array(payload.utf8), header: header)
  }

  private func token(bytes: [UInt8], header: String = "{\"alg\":\"HS256\"}") throws -> String {
    let parts = base64URL(header) + "." + base64URL(bytes)
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  /// The refusal, the same when the header is new and when it is known.
  private func refusal(
    _ payload: String,
    _ rules: TokenRules = TokenRules(issuer: nil, audience: nil),
    at now: Int64 = Self.now,
    header: String = "{\"alg\":\"HS256\"}"
  ) throws -> TokenError.Code? {
    try refusal(of: try token(payload, header: header), rules, at: now, header: header)
  }

  private func refusal(
    of text: String,
    _ rules: TokenRules = TokenRules(issuer: nil, audience: nil),
    at now: Int64 = Self.now,
    header: String = "{\"alg\":\"HS256\"}"
  ) throws -> TokenError.Code? {
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(now))
    func verify(_ text: String) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
    }
    let first = verify(text)
    _ = verify(try token("{}", header: header))
    #expect(verify(text) == first, "a known header changes nothing")
    return first
  }

  private static func rules(_ change: (inout TokenRules) -> Void) -> TokenRules {
    var rules = TokenRules(issuer: nil, audience: nil)
    change(&rules)
    return rules
  }

  @Test("J12 claims that occur twice are refused")
  func duplicates() throws {
    for payload in [
      "{\"exp\":1900000000,\"exp\":1900000000}", "{\"exp\":1,\"\\u0065xp\":1900000000}",
      "{\"exp\":1900000000,\"a\":{\"b\":1,\"b\":2}}",
    ] { #expect(try refusal(payload) == .malformed) }
  }

  @Test("J19 claims nested deeper than 32 are refused on a stack of 512 KiB", arguments: [33, 100, 7000])
  func nesting(depth: Int) async throws {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let deep = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      let text = try token("{\"exp\":1900000000,\"x\":\(deep)}")
      let code = await onSmallStack { try? refusal(of: text) }
      #expect(code == .some(.malformed))
    }
    let allowed = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
    #expect(try refusal("{\"exp\":1900000000,\"x\":\(allowed)}") == nil)
  }

  @Test("J20 numbers that JSON does not have are refused, huge ones are no times")
  func numbers() throws {
    for number in ["NaN", "Infinity", "-Infinity", "0x1", "01", "+1", "1.", ".5", "1e", "1_000"] {
      #expect(try refusal("{\"exp\":\(number)}") == .malformed, "\(number)")
      #expect(try refusal("{\"exp\":1900000000,\"x\":\(number)}") == .malformed, "\(number)")
    }
    #expect(try refusal("{\"exp\":1e9}") == .expired)
    #expect(try refusal("{\"exp\":1900000000.5e1}") == nil)
    for number in ["1e400", "-0", "1e12", String(repeating: "9", count: 40_000), "1900000000.5e3", "-1.5"] {
      #expect(try refusal("{\"exp\":\(number)}") == .claim, "\(number.prefix(20))")
      #expect(try refusal("{\"exp\":1900000000,\"x\":\(number)}") == nil, "\(number.prefix(20))")
    }
  }

  @Test("J21 times of other types or out of range are refused, and nothing traps", arguments: ["exp", "nbf", "iat"])
  func times(name: String) throws {
    let rules = Self.rules {
      $0.requiresExpiration = false; $0.leeway = .seconds(600)
    }
    for value in [
      "\"1800000000\"", "1e19", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
      "18446744073709551616", "true", "[]", "[1800000000]", "{}", "253402300800", "-1.0", "-1800000000.0e0",
    ] {
      for now in [0, Self.now, Int64.max] {
        #expect(try refusal("{\"\(name)\":\(value)}", rules, at: now) == .claim, "\(value)")
      }
    }
    // A fraction counts: a clock of whole seconds sees it as the next second.
    let strict = Self.rules {
      $0.requiresExpiration = false
      $0.leeway = .zero
    }
    #expect(try refusal("{\"nbf\":\(Self.now).5}", strict) == .notYetValid)
    #expect(try refusal("{\"nbf\":\(Self.now).0}", strict) == nil)
    #expect(try refusal("{\"exp\":\(Self.now).5}", strict) == nil)
    #expect(try refusal("{\"exp\":\(Self.now).0}", strict) == .expired)
    #expect(try refusal("{\"exp\":253402300799}", strict) == nil)
  }

  @Test("J22 the bounds of exp, nbf and iat, with and without leeway; no leeway beyond 10 minutes")
  func bounds() throws {
    for leeway: Int64 in [0, 60, 600] {
      let rules = Self.rules {
        $0.requiresExpiration = false
        $0.leeway = .seconds(leeway)
        $0.expirationLeeway = .seconds(leeway)
      }
      #expect(
        try refusal("{\"exp\":\(Self.now - leeway)}", rules) == .expired,
        "exp is the first second that is too late"
      )
      #expect(try refusal("{\"exp\":\(Self.now - leeway + 1)}", rules) == nil)
      for name in ["nbf", "iat"] {
        #expect(try refusal("{\"\(name)\":\(Self.now + leeway)}", rules) == nil)
        #expect(try refusal("{\"\(name)\":\(Self.now + leeway + 1)}", rules) == .notYetValid)
      }
    }
    for leeway: Duration in [
      .seconds(601), .seconds(-1), .seconds(315_576_000), .seconds(Int64.max), .milliseconds(600_001),
    ] {
      let rules = Self.rules { $0.leeway = leeway }
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try TokenVerifier(keys: keys, rules: rules) }
          == .configuration
      )
    }
  }

  @Test("J23 a token without exp is refused unless that is waived by name")
  func expirationRequired() throws {
    #expect(try refusal("{}") == .claim)
    #expect(try refusal("{\"EXP\":1900000000}") == .claim)
    #expect(try refusal("{}", Self.rules { $0.requiresExpiration = false }) == nil)
    #expect(try refusal("{\"exp\":1}", Self.rules { $0.requiresExpiration = false }) == .expired)
  }

  @Test("J24 claims that are not in UTF-8 are refused; NUL is kept")
  func encoding() throws {
    for bytes: [UInt8] in [
      [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0],
    ] {
      let payload = Array("{\"exp\":1900000000,\"x\":\"".utf8) + bytes + Array("\"}".utf8)
      #expect(try refusal(of: try token(bytes: payload)) == .malformed, "\(bytes)")
    }
    for payload in [
      "\u{FEFF}{\"exp\":1900000000}", "{\"exp\":1900000000,\"x\":\"\\ud800\"}",
      "{\"exp\":1900000000,\"x\":\"\\udc00\\ud800\"}",
    ] {
      #expect(try refusal(payload) == .malformed)
    }
    let wide = Array("{\"exp\":1900000000}".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    #expect(try refusal(of: try token(bytes: wide)) == .malformed)
    let verifier = try TokenVerifier(keys: keys, rules: TokenRules(issuer: nil, audience: nil), clock: .fixed(Self.now))
    let nul = try verifier.verify(try token("{\"exp\":1900000000,\"sub\":\"a\\u0000b\"}"), as: NoClaims.self)
    #expect(nul.subject == "a\0b")
  }

  @Test("J25 claims that are no object, or not alone, are refused")
  func shape() throws {
    for payload in [
      "", "[]", "[{\"exp\":1900000000}]", "\"exp\"", "null", "1900000000", "{\"exp\":1900000000} {}",
      "{\"exp\":1900000000}x", "{\"exp\":1900000000",
    ] {
      #expect(try refusal(payload) == .malformed, "\(payload)")
    }
    #expect(try refusal(" {\"exp\" : 1900000000 }\r\n") == nil)
  }

  @Test("J28 typ is compared as a media type, when the verifier names one")
  func type() throws {
    func refusal(_ typ: String?, _ expected: String?) throws -> TokenError.Code? {
      let header = typ.map { "{\"alg\":\"HS256\",\"typ\":\($0)}" } ?? "{\"alg\":\"HS256\"}"
      return try self.refusal("{\"exp\":1900000000}", Self.rules { $0.type = expected }, header: header)
    }
    for typ in ["\"at+jwt\"", "\"AT+JWT\"", "\"application/at+jwt\"", "\"Application/At+Jwt\""] {
      #expect(try refusal(typ, "at+jwt") == nil, "\(typ)")
      #expect(try refusal(typ, "application/at+jwt") == nil, "\(typ)")
      for other in ["JWT", "logout+jwt", "id_token", "at+jw", "at+jwt2"] { #expect(try refusal(typ, other) == .type) }
      #expect(try refusal(typ, nil) == nil)
    }
    for typ in ["\"application/application/at+jwt\"", "\" at+jwt\"", "\"at+jwt;v=1\"", "\"\"", "\"text/at+jwt\""] {
      #expect(try refusal(typ, "at+jwt") == .type, "\(typ)")
    }
    #expect(try refusal(nil, "at+jwt") == .type)
    for typ in ["1", "[\"at+jwt\"]"] { #expect(try refusal(typ, nil) == .header) }
  }

  @Test("J29 aud: ours alone or among others, byte for byte")
  func audience() throws {
    let rules = Self.rules { $0.audiences = ["api"] }
    func refusal(_ value: String, _ rules: TokenRules) throws -> TokenError.Code? {
      try self.refusal("{\"exp\":1900000000,\"aud\":\(value)}", rules)
    }
    for value in ["\"api\"", "[\"api\"]", "[\"other\",\"api\",\"third\"]", "\"\\u0061pi\""] {
      #expect(try refusal(value, rules) == nil)
    }
    for value in [
      "\"\"", "\"API\"", "\"api \"", "\"ap\"", "\"apis\"", "[]", "[\"other\"]", "[\"ap\",\"i\"]", "\"api,other\"",
    ] {
      #expect(try refusal(value, rules) == .audience, "\(value)")
    }
    for value in ["1", "true", "{}", "{\"api\":1}", "[\"api\",1]", "[1,\"api\"]", "[[\"api\"]]", "[null]"] {
      #expect(try refusal(value, rules) == .claim, "\(value)")
      #expect(try refusal(value, Self.rules { _ in }) == .claim, "also where no audience is asked for")
    }
    #expect(try self.refusal("{\"exp\":1900000000}", rules) == .audience)
    #expect(try refusal("\"other\"", Self.rules { _ in }) == nil, "waived by name")
  }

  @Test("J30 iss: byte for byte")
  func issuer() throws {
    func refusal(_ value: String?, _ expected: String) throws -> TokenError.Code? {
      let claim = value.map { ",\"iss\":\($0)" } ?? ""
      return try self.refusal("{\"exp\":1900000000\(claim)}", Self.rules { $0.issuers = .init([expected]) })
    }
    #expect(try refusal("\"https://id.example\"", "https://id.example") == nil)
    for value in [
      "\"https://id.example/\"", "\"https://ID.example\"", "\"http://id.example\"", "\"https://id.example\\u0000\"",
      "\"\"",
      "\"https://\\u0456d.example\"", "\" https://id.example\"", "\"https://id.exampl\"",
    ] { #expect(try refusal(value, "https://id.example") == .issuer, "\(value)") }
    #expect(try refusal(nil, "https://id.example") == .issuer)
    // Canonically equivalent, and yet another issuer.
    #expect(try refusal("\"\u{e9}\"", "\u{e9}") == nil)
    #expect(try refusal("\"e\u{301}\"", "\u{e9}") == .issuer)
    #expect(try refusal("null", "https://id.example") == .issuer)
    for value in ["1", "[\"https://id.example\"]", "{}"] {
      #expect(try refusal(value, "https://id.example") == .claim)
    }
    for name in ["sub", "jti"] {
      for value in ["1", "[\"a\"]"] {
        #expect(try self.refusal("{\"exp\":1900000000,\"\(name)\":\(value)}") == .claim)
      }
    }
  }

  @Test("J30 what an issuer signs as another is refused by the verifiers of both")
  func foreignIssuer() throws {
    let material = try KeyMaker.secretJSON(.es256).filter { $0.key != "kid" }
    let others = try KeyMaker.verificationKeys(try KeyMaker.secretJSON(.es256).filter { $0.key != "kid" })
    let issuer = try TokenIssuer(
      issuer: "https://b.example",
      signingKey: try KeyMaker.signingKey(material),
      lifetime: .seconds(60),
      clock: .fixed(Self.now)
    )
    let text = try issuer.issue(NoClaims(), audience: "api")
    func refusal(_ keys: VerificationKeys, _ issuer: String) throws -> TokenError.Code? {
      let verifier = try TokenVerifier(keys: keys, issuer: issuer, audience: "api", clock: .fixed(Self.now))
      return WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
    }
    let own = try KeyMaker.verificationKeys(material)
    #expect(try refusal(own, "https://a.example") == .issuer)
    #expect(try refusal(others, "https://b.example") == .signature)
    #expect(try refusal(own, "https://b.example") == nil, "so that the others can fail")
  }

  @Test("a signature is looked at before claims are, and a wrong one never remembers a header")
  func order() throws {
    let verifier = try TokenVerifier(keys: keys, rules: Self.rules { _ in }, clock: .fixed(Self.now))
    func verify(_ text: String) -> TokenError.Code? {
      WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
    }
    for payload in ["not JSON", "{\"exp\":1}", "[]"] {
      let right = try token(payload)
      let parts = right.split(separator: ".")
      let wrong = "\(parts[0]).\(parts[1]).\(base64URL([UInt8](repeating: 1, count: 32)))"
      #expect(verify(wrong) == .signature)
      #expect(verify(right) != .signature && verify(right) != nil)
    }
    let good = try token("{\"exp\":1900000000}")
    #expect(verify(good) == nil)
    let parts = good.split(separator: ".")
    // With a header that is known: other lengths, dots and letters.
    for (text, code) in [
      ("\(parts[0]).\(parts[1]).", TokenError.Code.signature), ("\(parts[0]).\(parts[1])", .malformed),
      ("\(parts[0])..\(parts[2])", .signature), ("\(parts[0]).\(parts[2])", .malformed),
      ("\(parts[0]).\(parts[1]).\(parts[1]).\(parts[2])", .signature), ("\(good).", .malformed),
      ("\(good)A", .malformed),
      ("\(good.dropLast())=", .malformed), ("\(parts[0]).\(parts[1]).\(parts[2].dropLast())", .malformed),
    ] { #expect([code, .malformed, .signature].contains(verify(text)), "\(text)") }
    #expect(verify(good) == nil)
  }

  @Test("no message shows a token, a key, or a control character of a claim")
  func messages() throws {
    let canary = "canary\u{1B}[31m\u{7}\u{202E}"
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a", type: "t", clock: .fixed(Self.now))
    let escaped = String(decoding: json([canary]), as: UTF8.self).dropFirst().dropLast()
    for payload in [
      "{\"exp\":1900000000,\"iss\":\(escaped)}", "{\"exp\":\(escaped)}",
      "{\"exp\":1900000000,\"iss\":\"i\",\"aud\":\(escaped)}", "{\(escaped):\(escaped)",
    ] {
      let text = try token(payload, header: "{\"alg\":\"HS256\",\"typ\":\"t\"}")
      do {
        _ = try verifier.verify(text, as: NoClaims.self)
        #expect(Bool(false), "\(payload)")
      } catch {
        #expect(error.description.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
        #expect(!error.description.contains(text.suffix(43)))
      }
    }
  }
}
