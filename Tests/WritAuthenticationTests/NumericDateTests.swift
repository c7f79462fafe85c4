// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens
import WritFoundation

/// A time as a token writes it.
private func numericDate(_ text: String) -> NumericDate? { NumericDate(parsing: text.utf8.span) }

@Suite("Times in tokens (RFC 7519, section 2)")
struct NumericDateTests {
  private static let now: Int64 = 1_800_000_000
  private let secret: [UInt8]
  private let keys: VerificationKeys

  init() throws {
    let material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    secret = decodedBase64URL(material["k"] as? String ?? "")
    keys = try KeyMaker.verificationKeys(material)
  }

  private func token(_ claims: String) throws -> String {
    let parts = base64URL("{\"alg\":\"HS256\"}") + "." + base64URL("{\(claims)}")
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  /// The refusal at a time, by a verifier without leeway unless it is changed; from the cache as well.
  private func refusal(
    _ claims: String,
    at now: String,
    _ change: (inout TokenRules) -> Void = { $0.leeway = .zero }
  ) throws -> TokenError.Code? {
    var rules = TokenRules(issuer: nil, audience: nil)
    rules.requiresExpiration = false
    change(&rules)
    let time = try #require(numericDate(now))
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(at: time), cache: TokenCache())
    let text = try token(claims)
    let codes = (0..<2).map { _ in
      WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
    }
    #expect(codes[0] == codes[1], "the same from the cache")
    return codes[0]
  }

  // MARK: Parsing

  @Test(
    "A number of JSON is read as a time exactly, whichever way it is written",
    arguments: [
      ("0", 0, 0), ("1700000000", 1_700_000_000, 0), ("1.7e9", 1_700_000_000, 0), ("17e8", 1_700_000_000, 0),
      ("1700000000.5", 1_700_000_000, 500_000_000), ("1700000000.000000001", 1_700_000_000, 1),
      ("0.0000000017000000005e18", 1_700_000_000, 500_000_000), ("17000000005E-1", 1_700_000_000, 500_000_000),
      ("1700000000.123456789", 1_700_000_000, 123_456_789), ("1700000000.0", 1_700_000_000, 0),
      ("1700000000.1234567891", 1_700_000_000, 123_456_790), ("1700000000.9999999999", 1_700_000_001, 0),
      ("1e-400", 0, 1), ("0e400", 0, 0), ("0.000e-5", 0, 0), ("253402300799", 253_402_300_799, 0),
      ("253402300799.999999999", 253_402_300_799, 999_999_999), ("-1.5", -2, 500_000_000), ("-1", -1, 0),
      ("-0.0000000001", 0, 0), ("-62135596800", -62_135_596_800, 0), ("-0", 0, 0),
      ("170000000000000000000000000000e-20", 1_700_000_000, 0), ("1.7E+9", 1_700_000_000, 0),
    ] as [(String, Int64, Int64)]
  )
  func parsing(text: String, seconds: Int64, nanoseconds: Int64) {
    #expect(numericDate(text) == NumericDate(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test("What is not a number, or not a time of the years 1 to 9999, is no time")
  func unparsable() {
    for text in [
      "", "-", ".5", "1.", "1e", "1e+", "x", "1x", "1.5.5", "+1", " 1", "253402300800", "253402300799.9999999999",
      "1e400",
      "1e99999999999999999999", "-62135596800.5", "-1e400", String(repeating: "9", count: 60_000), "1e12", "NaN",
    ] { #expect(numericDate(text) == nil, "\(text.prefix(30))") }
    let long = "1700000000." + String(repeating: "0", count: 60_000) + "1"
    #expect(numericDate(long) == NumericDate(seconds: 1_700_000_000, nanoseconds: 1))
  }

  @Test("A time is shown as the number that it is read from")
  func description() {
    for text in [
      "0", "1700000000", "1700000000.5", "0.000000001", "-1.5", "-0.25", "-62135596800", "253402300799.999999999",
    ] {
      #expect(numericDate(text)?.description == text)
    }
  }

  @Test("Sums of times and durations are exact, and stay within the years 1 to 9999")
  func sums() {
    let time = NumericDate(seconds: 10, nanoseconds: 900_000_000)
    #expect(time + .milliseconds(100) == NumericDate(seconds: 11))
    #expect(time - .milliseconds(901) == NumericDate(seconds: 9, nanoseconds: 999_000_000))
    #expect(time + .milliseconds(-11_000) == NumericDate(seconds: -1, nanoseconds: 900_000_000))
    #expect(time - NumericDate(seconds: 9) == .milliseconds(1900))
    for duration in [Duration.seconds(Int64.max), .seconds(1e15)] {
      #expect(time + duration == NumericDate(seconds: .max, nanoseconds: .max))
      #expect(time - duration == NumericDate(seconds: .min))
      #expect(NumericDate(seconds: .max, nanoseconds: .max) + duration == NumericDate(seconds: .max, nanoseconds: .max))
    }
    #expect(time - .seconds(Int64.min) == NumericDate(seconds: .max, nanoseconds: .max))
    #expect(time + .seconds(Int64.min) == NumericDate(seconds: .min))
  }

  @Test("A Date keeps its time through a claim, and one that no claim can have is none")
  func dates() throws {
    for interval in [0, 0.5, 1_700_000_000, 1_764_541_530.123456, -86_400.25, 4e9] {
      let date = Date(timeIntervalSince1970: interval)
      #expect(Date(try #require(NumericDate(date))) == date)
    }
    #expect(
      NumericDate(Date(timeIntervalSince1970: 1_700_000_000.5))
        == NumericDate(seconds: 1_700_000_000, nanoseconds: 500_000_000)
    )
    #expect(NumericDate(Date(timeIntervalSince1970: -0.5)) == NumericDate(seconds: -1, nanoseconds: 500_000_000))
    for interval in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 253_402_300_800] {
      #expect(NumericDate(Date(timeIntervalSince1970: interval)) == nil, "\(interval)")
    }
  }

  // MARK: Comparing

  @Test(
    "A fresh iat or nbf with a fraction is accepted, as Python's time.time() writes it (J50)",
    arguments: ["iat", "nbf"]
  )
  func freshFraction(name: String) throws {
    for (stated, now, code) in [
      ("1800000000.25", "1800000000.25", nil), ("1800000000.2500001", "1800000000.2500002", nil),
      ("1800000000.25", "1800000000.999", nil), ("1.8e9", "1800000000", nil), ("18000000002e-1", "1800000000.3", nil),
      ("1800000000.25", "1800000000.249", .notYetValid), ("1800000000.25", "1800000000", .notYetValid),
      ("1800000000.000000001", "1800000000", .notYetValid), ("1800000001", "1800000000.999999999", .notYetValid),
      ("1800000000.0000000001", "1800000000", .notYetValid), ("1800000001", "1800000001", nil),
    ] as [(String, String, TokenError.Code?)] {
      #expect(try refusal("\"\(name)\":\(stated)", at: now) == code, "\(stated) at \(now)")
    }
  }

  @Test("An exp with a fraction is over at its time, neither before nor up to a second later (J50)")
  func fractionalExpiry() throws {
    for (stated, now, code) in [
      ("1800000000.5", "1800000000.499", nil), ("1800000000.5", "1800000000.5", .expired),
      ("1800000000.5", "1800000000.75", .expired), ("1800000000.5", "1800000000", nil),
      ("1800000000", "1799999999.999999999", nil), ("1800000000", "1800000000", .expired),
      ("1.8e9", "1799999999.9", nil), ("1.8e9", "1800000000.1", .expired),
      ("1800000000.0000000001", "1800000000", nil), ("1800000000.0000000001", "1800000000.000000001", .expired),
    ] as [(String, String, TokenError.Code?)] {
      #expect(try refusal("\"exp\":\(stated)", at: now) == code, "\(stated) at \(now)")
    }
  }

  @Test("Leeways are 10 s for iat and nbf and none for exp, exactly, unless others are set (J22)")
  func leeways() throws {
    for name in ["iat", "nbf"] {
      #expect(try refusal("\"\(name)\":1800000010.5", at: "1800000000.5") { _ in } == nil)
      #expect(try refusal("\"\(name)\":1800000010.5", at: "1800000000.499") { _ in } == .notYetValid)
      #expect(try refusal("\"\(name)\":1800000000.5", at: "1800000000") { $0.leeway = .milliseconds(500) } == nil)
      #expect(
        try refusal("\"\(name)\":1800000000.5", at: "1800000000") { $0.leeway = .milliseconds(499) } == .notYetValid
      )
    }
    #expect(try refusal("\"exp\":1800000000", at: "1800000000") { _ in } == .expired)
    #expect(try refusal("\"exp\":1800000000", at: "1800000000") { $0.leeway = .seconds(60) } == .expired)
    #expect(try refusal("\"exp\":1800000000", at: "1800000000.499") { $0.expirationLeeway = .milliseconds(500) } == nil)
    #expect(
      try refusal("\"exp\":1800000000", at: "1800000000.5") { $0.expirationLeeway = .milliseconds(500) } == .expired
    )
    #expect(try refusal("\"exp\":1800000000", at: "1800000600") { $0.expirationLeeway = .seconds(600) } == .expired)
    let text = try token("\"exp\":1800000005,\"iat\":1800000030,\"iss\":\"i\",\"aud\":\"a\"")
    let lenient = try TokenVerifier(
      keys: keys,
      issuer: "i",
      audience: "a",
      leeway: .seconds(30),
      expirationLeeway: .seconds(1),
      clock: .fixed(Self.now)
    )
    _ = try lenient.verify(text, as: NoClaims.self)
    let usual = try TokenVerifier(keys: keys, issuer: "i", audience: "a", clock: .fixed(Self.now))
    #expect(
      WritAuthenticationTests.refusal { () throws(TokenError) in try usual.verify(text, as: NoClaims.self) }
        == .notYetValid
    )
    for leeway: Duration in [.seconds(601), .seconds(-1), .milliseconds(600_001), .seconds(Int64.max)] {
      for late in [true, false] {
        let code = WritAuthenticationTests.refusal { () throws(TokenError) in
          try TokenVerifier(
            keys: keys,
            issuer: "i",
            audience: "a",
            leeway: late ? .zero : leeway,
            expirationLeeway: late ? leeway : .zero
          )
        }
        #expect(code == .configuration)
      }
    }
  }

  @Test("The system's clock takes a token stated with the present fraction (J50)")
  func systemClock() throws {
    var rules = TokenRules(issuer: nil, audience: nil)
    rules.leeway = .zero
    let verifier = try TokenVerifier(keys: keys, rules: rules)
    for _ in 0..<50 {
      let now = Date().timeIntervalSince1970
      let text = try token("\"iat\":\(now),\"nbf\":\(now),\"exp\":\(now + 0.9)")
      _ = try verifier.verify(text, as: NoClaims.self)
    }
  }

  @Test("Times are read with their fraction from a token, its own claims and access tokens")
  func readers() throws {
    var rules = TokenRules(issuer: nil, audience: nil)
    rules.leeway = .seconds(600)
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(Self.now))
    let text = try token(
      "\"exp\":1.9e9,\"nbf\":1800000000.25,\"iat\":1800000000.5,\"auth_time\":1700000000.125,\"client_id\":\"app\",\"none\":null"
    )
    let read = try verifier.verify(text, as: AccessTokenClaims.self)
    #expect(read.expiration == 1_900_000_000)
    #expect(read.notBefore == NumericDate(seconds: 1_800_000_000, nanoseconds: 250_000_000))
    #expect(read.issuedAt?.description == "1800000000.5")
    #expect(read.claims.authenticationTime == NumericDate(seconds: 1_700_000_000, nanoseconds: 125_000_000))
    #expect(try read.reader.time("iat").secondsRoundedUp == 1_800_000_001)
    #expect(try read.reader.optionalTime("none") == nil)
    #expect(throws: TokenError.self) { try read.reader.time("none") }
    #expect(throws: TokenError.self) { try read.reader.time("client_id") }
    struct Times: Codable, Sendable {
      var exp: NumericDate
      var iat: NumericDate
      var authenticationTime: NumericDate
      enum CodingKeys: String, CodingKey { case exp, iat, authenticationTime = "auth_time" }
    }
    let times = try verifier.verify(text, as: CodableClaims<Times>.self).claims.payload
    #expect(times.exp == 1_900_000_000)
    #expect(times.iat.description == "1800000000.5")
    #expect(times.authenticationTime.description == "1700000000.125")
  }

  @Test("A DPoP proof's iat is compared exactly with both ends of the window (J50)")
  func proofs() throws {
    let key = try PrivateKey.generate(.es256)
    var jwk = object(try key.publicKey.json())
    for name in ["use", "alg", "kid"] { jwk[name] = nil }
    let header = base64URL(json(["typ": "dpop+jwt", "alg": "ES256", "jwk": jwk]))
    func refusal(_ iat: String, at now: String) throws -> TokenError.Code? {
      let payload = Array("{\"jti\":\"1\",\"htm\":\"GET\",\"htu\":\"https://a.example/\",\"iat\":\(iat)}".utf8)
      let proof = try TokenWriter.write(headerAndDot: Array((header + ".").utf8), payload.span, SigningKey(key))
      let clock = TokenClock.fixed(at: try #require(numericDate(now)))
      let verifier = try DPoPVerifier(window: .seconds(60), clock: clock)
      let replays = try LocalReplayMemory(clock: clock)
      return WritAuthenticationTests.refusal { () throws(TokenError) in
        try verifier.verify(proof, method: "GET", uri: "https://a.example/", replays: replays)
      }
    }
    #expect(try refusal("1800000000.25", at: "1800000000.25") == nil)
    #expect(try refusal("1.8e9", at: "1800000060") == nil)
    #expect(try refusal("1800000000.25", at: "1800000060.25") == nil)
    #expect(try refusal("1800000000.25", at: "1800000060.251") == .expired)
    #expect(try refusal("1800000060.25", at: "1800000000.25") == nil)
    #expect(try refusal("1800000060.251", at: "1800000000.25") == .notYetValid)
  }

  @Test("A token issued in the second of a revocation is revoked, whatever its fraction (P26)")
  func revokedSecond() throws {
    let revocations = try Revocations(clock: .fixed(Self.now))
    try revocations.revoke(subject: "alice", issuedUntil: Self.now, until: Self.now + 60)
    var rules = TokenRules(issuer: nil, audience: nil)
    rules.leeway = .seconds(60)
    let verifier = try TokenVerifier(keys: keys, rules: rules, clock: .fixed(Self.now), revocations: revocations)
    for (iat, code) in [
      ("1800000000", .revoked), ("1800000000.75", .revoked), ("1.8e9", .revoked), ("1800000001", nil),
      ("1800000001.5", nil), ("null", .revoked),
    ] as [(String, TokenError.Code?)] {
      let text = try token("\"exp\":1900000000,\"sub\":\"alice\",\"iat\":\(iat)")
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try verifier.verify(text, as: NoClaims.self) }
          == code
      )
    }
  }
}
