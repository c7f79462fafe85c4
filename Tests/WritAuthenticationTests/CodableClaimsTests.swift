// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Foundation
import LibCrypto
import Testing
import WritAuthentication

@Suite("Codable claims")
struct CodableClaimsTests {
  enum Level: String, Codable { case low, high }
  struct Place: Codable, Equatable { var city: String, floors: [Int8?] }
  struct Payload: Codable, Equatable {
    var role = "\u{e9} e\u{301} \"\\\n"
    var level = Level.high
    var signed = Int64.min
    var unsigned = UInt64.max
    var small: Int8 = -128
    var ratio = 0.1
    var float: Float = -2.5e-30
    var isAdmin = true
    var groups = ["a", "b"]
    var place = Place(city: "Köln", floors: [1, nil, -3])
    var places: [Place] = [Place(city: "", floors: [])]
    var note: String?
    var table = ["x": [1.5], "y": []]
  }

  private let issuer: TokenIssuer
  private let verifier: TokenVerifier
  private let secret: [UInt8]

  init() throws {
    let material = try KeyMaker.secretJSON(.hs256).filter { $0.key != "kid" }
    secret = decodedBase64URL(material["k"] as? String ?? "")
    issuer = try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey(material), lifetime: .seconds(60))
    verifier = try TokenVerifier(
      keys: KeyMaker.verificationKeys(material),
      rules: TokenRules(issuer: nil, audience: nil)
    )
  }

  private func token(_ claims: String) throws -> String {
    let parts = base64URL("{\"alg\":\"HS256\"}") + "." + base64URL("{\"exp\":190000000000,\(claims)}")
    let code = try MessageAuthenticationKey(secret.span, hash: .sha256).code(of: parts.utf8.span)
    return parts + "." + base64URL(code.bytes)
  }

  private func refusal<Value: Codable & Sendable>(_ claims: String, as type: Value.Type) throws -> TokenError.Code? {
    let text = try token(claims)
    return WritAuthenticationTests.refusal { () throws(TokenError) in
      try verifier.verify(text, as: CodableClaims<Value>.self)
    }
  }

  private func refusal(issuing payload: some Codable & Sendable) -> TokenError.Code? {
    WritAuthenticationTests.refusal { () throws(TokenError) in try issuer.issue(CodableClaims(payload)) }
  }

  @Test("what is issued is read, and as Foundation reads it")
  func roundTrip() throws {
    var payload = Payload()
    for note in [nil, "x"] {
      payload.note = note
      let text = try issuer.issue(CodableClaims(payload), subject: "alice")
      let read = try verifier.verify(text, as: CodableClaims<Payload>.self)
      #expect(read.claims.payload == payload)
      #expect(read.subject == "alice")
      let part = decodedBase64URL(String(text.split(separator: ".")[1]))
      #expect(try JSONDecoder().decode(Payload.self, from: Data(part)) == payload)
    }
  }

  struct Value<Wrapped: Codable & Sendable>: Codable, Sendable { var v: Wrapped }

  @Test("integers are exact: a fraction, an exponent, a sign alone or a range refuses")
  func integers() throws {
    for text in ["1.0", "1e2", "-0", "\"1\"", "true", "null", "[1]", "256", "-1", "18446744073709551616"] {
      #expect(try refusal("\"v\":\(text)", as: Value<UInt8>.self) == .claim, "\(text)")
    }
    for text in ["18446744073709551616", "-1", "1.5"] {
      #expect(try refusal("\"v\":\(text)", as: Value<UInt64>.self) == .claim, "\(text)")
    }
    for text in ["9223372036854775808", "-9223372036854775809"] {
      #expect(try refusal("\"v\":\(text)", as: Value<Int64>.self) == .claim, "\(text)")
      #expect(try refusal("\"v\":\(text)", as: Value<Int>.self) == .claim, "\(text)")
    }
    #expect(try refusal("\"v\":18446744073709551615", as: Value<UInt64>.self) == nil)
    #expect(try refusal("\"v\":-9223372036854775808", as: Value<Int64>.self) == nil)
    #expect(try refusal("\"v\":255", as: Value<UInt8>.self) == nil)
  }

  @Test("J20 no number is lost in a Double: what cannot be held refuses")
  func doubles() throws {
    for text in ["1e400", "-1e400", "1e-400", "9007199254740993", "18446744073709551616", "\"1\"", "null"] {
      #expect(try refusal("\"v\":\(text)", as: Value<Double>.self) == .claim, "\(text)")
    }
    for text in ["0", "-0", "0.0", "0e5", "1.5", "-1e300", "9007199254740992", "0.1", "5e-324"] {
      #expect(try refusal("\"v\":\(text)", as: Value<Double>.self) == nil, "\(text)")
    }
    #expect(try refusal("\"v\":16777217", as: Value<Float>.self) == .claim)
    #expect(try refusal("\"v\":1e39", as: Value<Float>.self) == .claim)
    for value in [Double.infinity, -.infinity, .nan] { #expect(refusal(issuing: Value(v: value)) == .claim) }
    for value in [Float.infinity, .nan] { #expect(refusal(issuing: Value(v: [value])) == .claim) }
    for value in [1e300, -Double.leastNonzeroMagnitude, 0.1, 100, -0.0, 1e16] {
      let text = try issuer.issue(CodableClaims(Value(v: value)))
      #expect(try verifier.verify(text, as: CodableClaims<Value<Double>>.self).claims.payload.v == value)
    }
  }

  @Test("missing and mistyped claims are named, and no value is shown")
  func messages() throws {
    struct Outer: Codable, Sendable { var inner: [Value<Level>] }
    for (claims, path) in [
      ("\"inner\":[{\"v\":\"low\"},{\"v\":\"secret\"}]", "inner.1.v"), ("\"inner\":[{}]", "inner.0.v"),
      ("\"inner\":\"secret\"", "inner"), ("\"inner\":[\"secret\"]", "inner.0"), ("\"other\":1", "inner"),
    ] {
      do {
        _ = try verifier.verify(try token(claims), as: CodableClaims<Outer>.self)
        Issue.record("taken: \(claims)")
      } catch let error as TokenError {
        #expect(error.code == .claim)
        #expect(error.description.contains("\"\(path)\""), "\(error)")
        #expect(!error.description.contains("secret"))
      }
    }
  }

  @Test(
    "registered claims are the issuer's, also here",
    arguments: ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
  )
  func registered(name: String) { #expect(refusal(issuing: [name: "x"]) == .claim) }

  @Test("registered claims can be read")
  func readRegistered() throws {
    struct Registered: Codable, Sendable { var exp: Int64 }
    let token = try verifier.verify(try token("\"a\":1"), as: CodableClaims<Registered>.self)
    #expect(token.claims.payload.exp == 190_000_000_000)
  }

  /// Encodes whatever a test says.
  struct Encoded: Codable, Sendable {
    var body: @Sendable (any Encoder) throws -> Void
    init(_ body: @escaping @Sendable (any Encoder) throws -> Void) { self.body = body }
    init(from decoder: any Decoder) throws { body = { _ in } }
    func encode(to encoder: any Encoder) throws { try body(encoder) }
  }

  enum Key: String, CodingKey { case a, b, c }

  @Test(
    "J12 a name encoded twice is refused, at each level; so are two values in one place and claims that are no object"
  )
  func duplicates() {
    let refused: [Encoded] = [
      Encoded { encoder in
        var keyed = encoder.container(keyedBy: Key.self)
        try keyed.encode(1, forKey: .a)
        try keyed.encode(2, forKey: .a)
      },
      Encoded { encoder in
        var outer = encoder.container(keyedBy: Key.self)
        var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .a)
        try inner.encode(1, forKey: .a)
        try inner.encode(2, forKey: .a)
      },
      Encoded { encoder in
        _ = encoder.unkeyedContainer()
        _ = encoder.container(keyedBy: Key.self)
      },
      Encoded { encoder in
        var single = encoder.singleValueContainer()
        try single.encode(1)
      },
      Encoded { encoder in
        var array = encoder.unkeyedContainer()
        try array.encode("x")
      },
      Encoded { encoder in
        var outer = encoder.container(keyedBy: Key.self)
        let inner = outer.superEncoder(forKey: .a)
        var single = inner.singleValueContainer()
        try single.encode(1)
        try? single.encode(2)
      },
      Encoded { _ in throw CocoaError(.coderInvalidValue) },
    ]
    for (number, payload) in refused.enumerated() { #expect(refusal(issuing: payload) == .claim, "\(number)") }
  }

  @Test("containers may be filled in any order, and opened again")
  func interleaved() throws {
    let payload = Encoded { encoder in
      var outer = encoder.container(keyedBy: Key.self)
      var first = outer.nestedUnkeyedContainer(forKey: .a)
      var second = outer.nestedContainer(keyedBy: Key.self, forKey: .b)
      try first.encode(1)
      try second.encodeNil(forKey: .a)
      try first.encode(2)
      try second.encode("z", forKey: .b)
      var again = encoder.container(keyedBy: Key.self)
      try again.encode(first.count, forKey: .c)
    }
    let text = try issuer.issue(CodableClaims(payload))
    let claims = object(String(decoding: decodedBase64URL(String(text.split(separator: ".")[1])), as: UTF8.self))
    #expect(claims["a"] as? [Int] == [1, 2])
    #expect((claims["b"] as? Object)?["b"] as? String == "z")
    #expect((claims["b"] as? Object)?["a"] is NSNull)
    #expect(claims["c"] as? Int == 2)
  }

  /// As deep as it is told.
  final class Chain: Codable, Sendable {
    let next: Chain?
    init(depth: Int) { next = depth > 1 ? Chain(depth: depth - 1) : nil }
  }

  @Test("J19 32 levels are issued, 33 and many more are refused")
  func depth() throws {
    let text = try issuer.issue(CodableClaims(Chain(depth: 32)))
    _ = try verifier.verify(text, as: CodableClaims<Chain>.self)
    for depth in [33, 34, 1000] { #expect(refusal(issuing: Chain(depth: depth)) == .claim) }
  }

  @Test("inherited claims, by super or beside it")
  func inheritance() throws {
    class Base: Codable, @unchecked Sendable { var base = 1 }
    final class Derived: Base, @unchecked Sendable {
      var own = "x"
      enum Key: CodingKey { case own }
      override init() { super.init() }
      required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        own = try container.decode(String.self, forKey: .own)
        try super.init(from: try container.superDecoder())
      }
      override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(own, forKey: .own)
        try super.encode(to: container.superEncoder())
      }
    }
    let claims = Derived()
    claims.base = 7
    let read = try verifier.verify(try issuer.issue(CodableClaims(claims)), as: CodableClaims<Derived>.self)
    #expect(read.claims.payload.base == 7)
    #expect(read.claims.payload.own == "x")
  }

  @Test("large objects are read whole, in any order", arguments: [16, 17, 3000])
  func manyMembers(count: Int) throws {
    let claims = (0..<count).map { "\"m\($0)\":\($0 % 2 == 0 ? "{\"x\":[\($0)]}" : "{}")" }.joined(separator: ",")
    typealias Members = [String: [String: [Int]]]
    let text = try token("\"v\":{\(claims)}")
    let read = try verifier.verify(text, as: CodableClaims<Value<Members>>.self).claims.payload.v
    #expect(read.count == count)
    for number in 0..<count { #expect(read["m\(number)"] == (number % 2 == 0 ? ["x": [number]] : [:])) }
    struct Ends: Codable, Sendable {
      struct Part: Codable, Sendable { var x: [Int]? }
      var m14: Part
      var m0: Part
      var m15: Part
      var absent: Part?
      var m2: Part
    }
    let ends = try verifier.verify(text, as: CodableClaims<Value<Ends>>.self).claims.payload.v
    #expect(ends.m14.x == [14] && ends.m0.x == [0] && ends.m15.x == nil && ends.absent == nil && ends.m2.x == [2])
  }
}
