// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

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

  /// The JSON of a value that is issued.
  private func issued(_ value: some Codable & Sendable) throws -> String {
    let text = try issuer.issue(CodableClaims(Value(v: value)))
    let claims = String(decoding: decodedBase64URL(String(text.split(separator: ".")[1])), as: UTF8.self)
    let start = try #require(claims.range(of: "\"v\":")).upperBound
    return String(claims[start...].dropLast())
  }

  private func read<Wrapped: Codable & Sendable>(_ json: String, as type: Wrapped.Type) throws -> Wrapped {
    try verifier.verify(try token("\"v\":\(json)"), as: CodableClaims<Value<Wrapped>>.self).claims.payload.v
  }

  @Test("A Date is a NumericDate both ways, wherever it stands; never seconds since 2001")
  func dates() throws {
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    #expect(try issued(date) == "1700000000")
    #expect(try issued(date.addingTimeInterval(0.5)) == "1700000000.5")
    #expect(try issued([date]) == "[1700000000]")
    #expect(try issued(["a": date]) == "{\"a\":1700000000}")
    #expect(try issued(Date(timeIntervalSince1970: -86_400)) == "-86400")
    #expect(try issued(NumericDate(seconds: 5, nanoseconds: 250_000_000)) == "5.25")
    for json in ["1700000000", "1.7e9", "1700000000.0"] { #expect(try read(json, as: Date.self) == date) }
    #expect(try read("[1700000000,null]", as: [Date?].self) == [date, nil])
    #expect(try read("{\"a\":1700000000.25}", as: [String: Date].self)["a"] == date.addingTimeInterval(0.25))
    #expect(try read("null", as: Date?.self) == nil)
    let fine = Date(timeIntervalSinceReferenceDate: 786_234_330.123_456_7)
    let text = try issuer.issue(CodableClaims(Value(v: fine)))
    #expect(try verifier.verify(text, as: CodableClaims<Value<Date>>.self).claims.payload.v == fine)
    for json in ["\"1700000000\"", "\"2023-11-14T22:13:20Z\"", "1e400", "true", "{}", "253402300800"] {
      #expect(try refusal("\"v\":\(json)", as: Value<Date>.self) == .claim, "\(json)")
    }
    for date in [
      Date.distantPast.addingTimeInterval(-1e9), Date(timeIntervalSince1970: .nan), Date(timeIntervalSince1970: 1e12),
    ] {
      #expect(refusal(issuing: Value(v: date)) == .claim)
    }
  }

  @Test("A URL is its string, Data is base64url, a UUID is a string")
  func strings() throws {
    let url = try #require(URL(string: "https://a.example/p?q=1#f"))
    #expect(try issued(url) == "\"https://a.example/p?q=1#f\"")
    #expect(try read("\"https://a.example/p?q=1#f\"", as: URL.self) == url)
    #expect(
      try issued(try #require(URL(string: "x", relativeTo: URL(string: "https://a.example/b/"))))
        == "\"https://a.example/b/x\""
    )
    let data = Data([0xFB, 0xFF, 0xFE, 0x01])
    #expect(try issued(data) == "\"-__-AQ\"")
    #expect(try read("\"-__-AQ\"", as: Data.self) == data)
    #expect(try issued([Data()]) == "[\"\"]")
    let uuid = UUID()
    #expect(try issued(uuid) == "\"\(uuid.uuidString)\"")
    #expect(try read("\"\(uuid.uuidString)\"", as: UUID.self) == uuid)
    for json in ["\"+//+AQ==\"", "\"-__-AQ==\"", "[251,255]", "1", "\"A\""] {
      #expect(try refusal("\"v\":\(json)", as: Value<Data>.self) == .claim, "\(json)")
    }
    for json in ["\"a b\"", "1", "{\"relative\":\"https://a.example\"}", "\"\""] {
      #expect(try refusal("\"v\":\(json)", as: Value<URL>.self) == .claim, "\(json)")
    }
  }

  @Test("What Foundation would write as its inner state is refused with a reason, read or written")
  func foreignTypes() throws {
    func message(issuing payload: some Codable & Sendable) -> String {
      do throws(TokenError) {
        _ = try issuer.issue(CodableClaims(payload))
        return "issued"
      } catch {
        return error.description
      }
    }
    for (message, name) in [
      (message(issuing: Value(v: Decimal(1))), "Decimal"), (message(issuing: Value(v: [Decimal(1)])), "Decimal"),
      (message(issuing: Value(v: ["a": Optional(Decimal(1))])), "Decimal"),
      (message(issuing: Value(v: DateComponents(year: 2026))), "DateComponents"),
      (message(issuing: Value(v: Locale(identifier: "de_DE"))), "Locale"),
      (message(issuing: Value(v: TimeZone.gmt)), "TimeZone"),
      (message(issuing: Value(v: DateInterval(start: .distantPast, duration: 1))), "DateInterval"),
      (message(issuing: Value(v: IndexSet(integer: 1))), "IndexSet"),
      (message(issuing: Value(v: Measurement(value: 1, unit: UnitLength.meters))), "Measurement"),
      (message(issuing: Locale(identifier: "de_DE")), "Locale"),
    ] {
      #expect(message.contains(name) && message.contains("write a String or a number"), "\(message)")
    }
    #expect(try refusal("\"v\":1.5", as: Value<Decimal>.self) == .claim)
    #expect(try refusal("\"v\":{\"identifier\":\"de\"}", as: Value<Locale>.self) == .claim)
    #expect(try issued(CGFloat(1.5)) == "1.5")
  }

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

  /// A chain as deep as its argument.
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
