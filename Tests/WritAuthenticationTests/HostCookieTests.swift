// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () async throws(SessionError) -> Result) async -> SessionError.Code? {
  do throws(SessionError) {
    _ = try await body()
    return nil
  } catch {
    return error.code
  }
}

@Suite("The cookie of a session")
struct HostCookieTests {
  private static let name = "__Host-session"

  private static func value(_ fields: [String]) throws(SessionError) -> String? {
    try HostCookie().value(in: fields)
  }

  // Read by bytes: RFC 6265, 4.2.1; spaces and tabs off the ends, nothing else.
  private static let read: [([String], String?)] = [
    ([], nil), ([""], nil), (["; ;;"], nil), (["a=b"], nil), (["session=x"], nil), (["\(name)=x"], "x"),
    (["a=b; \(name)=x; c=d"], "x"), (["a=b;\(name)=x"], "x"), (["\t \(name) \t=\t x \t;a"], "x"),
    (["a=b", "\(name)=x", "c=d"], "x"), (["\(name)="], ""), (["\(name)=\"x\""], "\"x\""), (["\(name)=a=b"], "a=b"),
    (["\(name)x=y"], nil), (["x\(name)=y"], nil), (["a=\(name)=x"], nil), (["a=1, \(name)=x"], nil),
    (["__Host=x; Host-session=y; __Host-=z"], nil), (["a"], nil), (["=b"], nil), (["=\(name)"], nil),
    (["__%48ost-session=x"], nil), (["a=\u{2000}\u{E9}"], nil), (["\u{E9}=x; \(name)=y"], "y"),
    ([String(repeating: "\u{E9}", count: 20) + "=x"], nil),
  ]

  @Test("the value as it stands there", arguments: read)
  func reading(fields: [String], expected: String?) throws {
    #expect(try Self.value(fields) == expected)
  }

  /// Read byte after byte; `nil` where the request is refused.
  private static func plainly(_ field: [UInt8]) -> [UInt8]?? {
    guard field.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
    func trimmed(_ part: ArraySlice<UInt8>) -> [UInt8] {
      let start = part.drop { $0 == 0x20 || $0 == 0x09 }
      return Array(start.prefix { _ in true }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
    }
    var found: [UInt8]?
    for part in field.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
      let equals = part.firstIndex(of: UInt8(ascii: "="))
      guard trimmed(part[..<(equals ?? part.endIndex)]) == Array(name.utf8) else { continue }
      guard let equals, found == nil else { return nil }
      found = trimmed(part[(equals + 1)...])
    }
    return .some(found)
  }

  @Test("as if byte after byte were read, of whatever bytes there are")
  func random() {
    // Those around what ends a cookie, and those that look like them under one bit.
    let bytes: [UInt8] = [
      0x08, 0x09, 0x0A, 0x1F, 0x20, 0x21, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x7E, 0x7F, 0x80, 0xBB, 0xBD, 0xFF,
    ]
    var (taken, refused) = (0, 0)
    for _ in 0..<20_000 {
      let usual = Int.random(in: 1...40)
      func some() -> [UInt8] {
        (0..<Int.random(in: 0...20)).map { _ in Int.random(in: 0..<usual) == 0 ? bytes.randomElement()! : 0x79 }
      }
      let field = some() + (Bool.random() ? [0x3B] : []) + Array(Self.name.utf8) + [0x3D] + some()
      var reading = CookieReading()
      let range = try? HostCookie().range(in: field.span, &reading)
      switch Self.plainly(field) {
      case .none:
        #expect(range == nil, "\(field)")
        refused += 1
      case .some(let value):
        #expect((range ?? nil).map { Array(field[$0]) } == value, "\(field)")
        if value != nil { taken += 1 }
      }
    }
    #expect(taken > 1000 && refused > 1000, "\(taken), \(refused)")
  }

  @Test("wherever sixteen bytes that are read at once begin", arguments: 0..<48)
  func places(offset: Int) async throws {
    let before = String(repeating: "y", count: offset)
    #expect(try Self.value(["\(before)=\(before); \(Self.name)=\(before)x=z; \(before)"]) == before + "x=z")
    #expect(try Self.value(["\(before)\t; \(Self.name)=x\(before)\t\u{80}"]) == "x\(before)\t\u{80}")
    for byte in Array(UInt8(0)..<0x20) + [0x7F] where byte != 0x09 {
      for after in ["", "=", ";", "yyyyyyyyyyyy", "\t"] {
        let control = String(UnicodeScalar(byte))
        let field = "\(Self.name)=x; \(before)\(control)\(after)"
        #expect(await refusal { () throws(SessionError) in try Self.value([field]) } == .cookie)
      }
    }
  }

  // ThreatModel.md, S11: tossing, prefix bypasses by white space and case.
  private static let tossed: [[String]] = [
    ["\(name)=a; \(name)=b"], ["\(name)=a; \(name)=a"], ["\(name)=a", "\(name)=a"], ["\(name)=a; x=y;\t\(name) =b"],
    ["\(name)"], ["\(name)=a; \(name)"],
    ["__host-session=a"], ["__HOST-SESSION=a"], ["__Host-Session=a"], ["\(name)=a; __HOST-session=b"],
    ["\u{2000}\(name)=a"], ["\(name)\u{2000}=a"], ["\u{A0}\(name)=a"], ["\u{85}\(name)=a"], ["\u{FEFF}\(name)=a"],
    ["\u{3000}\u{2028}\(name)=a"], ["\(name)\u{200B}=a"], ["\"\(name)\"=a"], ["'\(name)'=a"],
    ["__Ho\u{17F}t-\u{17F}e\u{17F}sion=a"], ["\(name)=ok; \u{2000}\(name)=evil"], ["\u{2000}__hOST-session=a"],
    ["$\(name)=a"], ["(\(name))=a"],
  ]

  @Test("S11 a tossed cookie, or one that another reader could take for ours, refuses the request", arguments: tossed)
  func tossing(fields: [String]) async {
    #expect(await refusal { () throws(SessionError) in try Self.value(fields) } == .cookie)
  }

  @Test("S11 the Kelvin sign is a k to some")
  func kelvin() async throws {
    let cookie = try HostCookie(name: "__Host-kiosk")
    #expect(
      await refusal { () throws(SessionError) in try cookie.value(in: ["__Host-\u{212A}ios\u{212A}=a"]) } == .cookie
    )
    #expect(try cookie.value(in: ["__Host-kiosk=a"]) == "a")
  }

  // ThreatModel.md, S12, CVE-2022-3215.
  @Test(
    "S12 control characters refuse, wherever they are",
    arguments: ["\r", "\n", "\r\n", "\0", "\u{1}", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}"]
  )
  func controls(control: String) async throws {
    for field in ["a=b\(control)c", "a\(control)=b", "\(Self.name)=x\(control)", "\(control)\(Self.name)=x", control] {
      #expect(await refusal { () throws(SessionError) in try Self.value([field]) } == .cookie)
    }
    let code = await refusal { () throws(SessionError) in try HostCookie().setting("a\(control)b") }
    #expect(code == .cookie)
  }

  @Test("S12 values, cookies and fields are bounded, at the cap and one past it")
  func bounds() async throws {
    func code(_ fields: [String]) async -> SessionError.Code? {
      await refusal { () throws(SessionError) in try Self.value(fields) }
    }
    let long = String(repeating: "x", count: HostCookie.maximumValueBytes)
    #expect(try Self.value(["\(Self.name)=\(long)"]) == long)
    #expect(await code(["\(Self.name)=\(long)x"]) == .cookie)
    #expect(await code(["a=\(long)x"]) == .cookie)
    let many = Array(repeating: "a=b", count: HostCookie.maximumCount).joined(separator: ";")
    #expect(await code([many]) == nil)
    #expect(await code([many, "a=b"]) == .cookie)
    #expect(await code([many + ";\(Self.name)=x"]) == .cookie)
    let full = "a=" + String(repeating: ";", count: HostCookie.maximumBytes - 2)
    #expect(await code([full]) == nil)
    #expect(await code([full + ";"]) == .cookie)
    #expect(await code([full, ";"]) == .cookie)
    #expect(await code([String(repeating: "\u{17F}", count: 10_000_000)]) == .cookie)
  }

  @Test("S11 what is set is Secure, HttpOnly, SameSite and for the whole of this host")
  func setting() throws {
    let cookie = try HostCookie()
    #expect(try cookie.setting("x") == "__Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax")
    #expect(
      try cookie.setting("x", maximumAge: 60) == "__Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
    )
    #expect(try cookie.setting("x", maximumAge: -1).hasSuffix("; Max-Age=0"))
    let strict = try HostCookie(name: "__Host-a", sameSite: .strict)
    #expect(strict.clearing == "__Host-a=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
  }

  @Test(
    "S12 values that would become attributes or more are not written",
    arguments: ["a;b", "a,b", "a b", "a\"b", "a\\b", "\u{E9}"]
  )
  func values(value: String) async {
    #expect(await refusal { () throws(SessionError) in try HostCookie().setting(value) } == .cookie)
  }

  @Test(
    "names are __Host- and plain",
    arguments: [
      "session", "__Host-", "__host-a", "__Secure-a", "__Host-a b", "__Host-a;b", "__Host-a=b", "__Host-\u{E9}", "",
    ]
  )
  func names(name: String) async {
    #expect(await refusal { () throws(SessionError) in try HostCookie(name: name) } == .configuration)
  }
}
