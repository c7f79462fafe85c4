// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("A ring of secrets")
struct SecretRingTests {
  private static let message = Array("a message".utf8)
  private static let context = Array("record 1".utf8)
  private let none: [UInt8] = []

  private static func secret(_ identifier: String, _ first: UInt8 = 0) throws -> ApplicationSecret {
    let bytes = (0..<32).map { first &+ $0 }
    return try ApplicationSecret(bytes.span, identifier: identifier)
  }

  private static func ring(_ identifiers: String...) throws -> SecretRing {
    var secrets: [ApplicationSecret] = []
    for identifier in identifiers { secrets.append(try secret(identifier, UInt8(identifier.utf8.reduce(0, ^)))) }
    return try SecretRing(secrets)
  }

  private static func opened(_ opened: OpenedSecret) -> [UInt8] {
    opened.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  @Test("what is sealed is opened, for its purpose and context alone", arguments: SecretPurpose.allCases)
  func sealing(_ purpose: SecretPurpose) throws {
    let ring = try Self.ring("a")
    for count in [0, 1, 20, 4096] {
      let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let sealed = try ring.seal(plaintext.span, for: purpose, boundTo: Self.context.span)
      #expect(sealed.count == count + ring.sealedOverhead && ring.sealedOverhead == 31)
      #expect(try ring.seal(plaintext.span, for: purpose, boundTo: Self.context.span) != sealed)
      let opened = try ring.open(sealed.span, for: purpose, boundTo: Self.context.span)
      #expect(Self.opened(opened) == plaintext && !opened.isOutdated && opened.count == count)
      for other in SecretPurpose.allCases where other != purpose {
        #expect(
          refusal { () throws(SecretError) in
            try ring.open(sealed.span, for: other, boundTo: Self.context.span)
          } == .authentication
        )
      }
      for other in [[], Self.context + [0], Array(Self.context.dropLast())] {
        #expect(
          refusal { () throws(SecretError) in
            try ring.open(sealed.span, for: purpose, boundTo: other.span)
          } == .authentication
        )
      }
    }
  }

  @Test("each byte that is changed, added or cut off is noticed")
  func tampering() throws {
    let ring = try Self.ring("ab", "cd")
    let sealed = try ring.seal(Self.message.span, for: .oneTimeSecret, boundTo: Self.context.span)
    let code = try ring.authenticate(Self.message.span, for: .code, boundTo: Self.context.span)
    var variants: [([UInt8], [UInt8])] = [(sealed + [0], code + [0])]
    for index in sealed.indices {
      for bit in 0..<8 {
        var (one, other) = (sealed, code)
        one[index] ^= 1 << bit
        if index < code.count { other[index] ^= 1 << bit } else { other.append(0) }
        variants.append((one, other))
      }
      variants.append((Array(sealed.prefix(index)), Array(code.prefix(min(index, code.count - 1)))))
    }
    for (sealed, code) in variants {
      let refused = refusal { () throws(SecretError) in
        try ring.open(sealed.span, for: .oneTimeSecret, boundTo: Self.context.span)
      }
      #expect(refused == .authentication || refused == .malformed || refused == .secretUnknown)
      let isValid = try? ring.isValid(code.span, for: Self.message.span, .code, boundTo: Self.context.span)
      #expect(isValid != true)
    }
  }

  @Test("the first secret seals, all open, and what is outdated says so")
  func rotation() throws {
    let (old, both, new) = (try Self.ring("a"), try Self.ring("b", "a"), try Self.ring("b"))
    let sealed = try old.seal(Self.message.span, for: .oneTimeSecret, boundTo: Self.context.span)
    let code = try old.authenticate(Self.message.span, for: .code, boundTo: Self.context.span)
    let opened = try both.open(sealed.span, for: .oneTimeSecret, boundTo: Self.context.span)
    #expect(opened.isOutdated && both.identifier == "b")
    #expect(try both.isValid(code.span, for: Self.message.span, .code, boundTo: Self.context.span))
    #expect(both.isOutdated(code.span) && !old.isOutdated(code.span))
    let again = try opened.withBytes { (bytes) throws(SecretError) in
      try both.seal(bytes, for: .oneTimeSecret, boundTo: Self.context.span)
    }
    #expect(try !new.open(again.span, for: .oneTimeSecret, boundTo: Self.context.span).isOutdated)
    #expect(
      refusal { () throws(SecretError) in
        try new.open(sealed.span, for: .oneTimeSecret, boundTo: Self.context.span)
      } == .secretUnknown
    )
    #expect(
      refusal { () throws(SecretError) in
        try new.isValid(code.span, for: Self.message.span, .code, boundTo: Self.context.span)
      } == .secretUnknown
    )
    #expect(
      refusal { () throws(SecretError) in
        try new.code(of: Self.message.span, for: .pepper, boundTo: none.span, under: "a")
      } == .secretUnknown
    )
    // The same name over other bytes opens nothing.
    let impostor = try SecretRing([Self.secret("a", 99)])
    #expect(
      refusal { () throws(SecretError) in
        try impostor.open(sealed.span, for: .oneTimeSecret, boundTo: Self.context.span)
      } == .authentication
    )
    #expect(try !impostor.isValid(code.span, for: Self.message.span, .code, boundTo: Self.context.span))
  }

  @Test("codes are HMAC-SHA-256 under a key by HKDF, apart for each purpose, context and message")
  func codes() throws {
    let ring = try Self.ring("a")
    // RFC 5869 and RFC 2104, put together by hand from LibCrypto, which is tested against their vectors.
    let label = Array("writ 1 authenticate pepper".utf8)
    let bytes = (0..<32).map { UInt8(ascii: "a") &+ $0 }
    let key = try KeyDerivation.hkdf(
      SecretBytes(copying: bytes.span),
      salt: none.span,
      info: label.span,
      count: 32,
      hash: .sha256
    )
    let data = [1, 1, UInt8(ascii: "a"), 0, 0, 0, 0, 0, 0, 0, 8] + Self.context + Self.message
    let expected = try key.withBytes { try MessageAuthenticationKey($0, hash: .sha256).code(of: data.span).bytes }
    #expect(try ring.code(of: Self.message.span, for: .pepper, boundTo: Self.context.span) == expected)
    #expect(try ring.code(of: Self.message.span, for: .pepper, boundTo: Self.context.span, under: "a") == expected)
    var codes: Set<[UInt8]> = []
    for purpose in SecretPurpose.allCases {
      for (context, message) in [([], [1, 2]), ([1], [2]), ([1, 2], []), ([], [])] as [([UInt8], [UInt8])] {
        let code = try ring.authenticate(message.span, for: purpose, boundTo: context.span)
        #expect(codes.insert(code).inserted && code.count == 35)
        #expect(try ring.isValid(code.span, for: message.span, purpose, boundTo: context.span))
        let other = message + [0]
        #expect(try !ring.isValid(code.span, for: other.span, purpose, boundTo: context.span))
      }
    }
  }

  @Test("secrets that are wrong in length, name or number are refused, at the cap and one past it")
  func refusals() throws {
    for count in [0, 1, 31, 33, 64] {
      let bytes = (0..<count).map { UInt8($0) }
      #expect(refusal { () throws(SecretError) in try ApplicationSecret(bytes.span, identifier: "a") } == .weak)
    }
    let constant = [UInt8](repeating: 7, count: 32)
    #expect(refusal { () throws(SecretError) in try ApplicationSecret(constant.span, identifier: "a") } == .weak)
    let good = (0..<32).map { UInt8($0) }
    let long = String(repeating: "x", count: 33)
    for name in ["", "a b", "a\n", "é", "a\u{0}", "a/b", long] {
      #expect(refusal { () throws(SecretError) in try ApplicationSecret(good.span, identifier: name) } == .malformed)
    }
    for name in ["a", "A-z_0.9", String(long.dropLast())] {
      _ = try ApplicationSecret(good.span, identifier: name)
    }
    #expect(refusal { () throws(SecretError) in try SecretRing([]) } == .secretUnknown)
    let (one, other) = (try Self.secret("a"), try Self.secret("a", 9))
    #expect(refusal { () throws(SecretError) in try SecretRing([one, other]) } == .ambiguous)
    var many: [ApplicationSecret] = []
    for index in 0..<17 { many.append(try Self.secret("s\(index)", UInt8(index))) }
    let past = many
    #expect(refusal { () throws(SecretError) in try SecretRing(past) } == .tooLarge)
    _ = try SecretRing(past.dropLast())
  }

  @Test("a text of secrets is read strictly")
  func text() throws {
    let lines = ["2026-11 ", "b "].enumerated().map { index, name in
      name + base64URL((0..<32).map { UInt8(index) &+ $0 })
    }
    let valid = "# the secrets of Writ\n\n\(lines[0])\n\(lines[1])"
    for text in [valid, valid + "\n", valid + "\n\n#"] {
      let bytes = Array(text.utf8)
      #expect(try SecretRing(text: bytes.span).identifier == "2026-11")
    }
    let cases: [(String, SecretError.Code)] = [
      ("", .secretUnknown), ("#", .secretUnknown), ("\n\n", .secretUnknown),
      ("2026-11", .malformed), (" " + lines[0], .malformed), (lines[0] + "=", .malformed),
      (lines[0] + "\r\n", .malformed),
      (lines[0] + " ", .malformed), (lines[0].replacing(" ", with: "\t"), .malformed),
      (lines[0].replacing(" ", with: "  "), .malformed), ("\u{FEFF}" + lines[0], .malformed), ("a AAAA", .weak),
      (lines[0] + "\n" + lines[0], .ambiguous), ("a " + base64URL([UInt8](repeating: 0, count: 32)), .weak),
      (String(repeating: "#", count: 4097), .tooLarge), (String(repeating: "#", count: 4096), .secretUnknown),
    ]
    for (text, code) in cases {
      let bytes = Array(text.utf8)
      #expect(refusal { () throws(SecretError) in try SecretRing(text: bytes.span) } == code, "\(text)")
    }
    let invalid = [0xFF, 0xFE] + Array(" AAAA".utf8)
    #expect(refusal { () throws(SecretError) in try SecretRing(text: invalid.span) } == .malformed)
  }

  @Test("a file of secrets is bounded, regular and read whole")
  func file() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "secrets")
    let secret = try ApplicationSecret.generate(identifier: "new")
    try Data(secret.line.utf8).write(to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path.path)
    let ring = try SecretRing(contentsOfFile: path.path)
    #expect(ring.identifier == "new")
    for (path, code) in [
      ("", SecretError.Code.file), ("/dev/zero", .file), (folder.path, .file), (path.path + "x", .file),
      (path.path + "\u{0}", .file),
    ] {
      #expect(refusal { () throws(SecretError) in try SecretRing(contentsOfFile: path) } == code)
    }
    try Data(repeating: UInt8(ascii: "#"), count: 4097).write(to: path)
    #expect(refusal { () throws(SecretError) in try SecretRing(contentsOfFile: path.path) } == .tooLarge)
  }

  @Test("S03 nothing of a secret is ever printed")
  func canaries() throws {
    let secret = try Self.secret("name")
    let ring = try SecretRing([secret])
    let sealed = try ring.seal(Self.message.span, for: .application, boundTo: none.span)
    let opened = try ring.open(sealed.span, for: .application, boundTo: none.span)
    var text = "\(secret)\(ring)\(opened)" + String(reflecting: secret) + String(reflecting: ring)
    dump([secret], to: &text)
    dump([ring], to: &text)
    dump([opened], to: &text)
    let line = try #require(secret.line.split(separator: " ").last)
    let broken = Array("name \(line)!".utf8)
    do throws(SecretError) { _ = try SecretRing(text: broken.span) } catch { text += "\(error)" }
    let bytes = (0..<32).map { UInt8($0) }
    for canary in [
      String(line.dropLast()), "message", bytes.description.dropFirst().prefix(20).description,
      Self.message.description.dropFirst().prefix(20).description,
    ] {
      #expect(!text.contains(canary), "\(canary)")
    }
  }
}

/// The code of the error that a call throws, `nil` when it throws none.
private func refusal<Result>(_ body: () throws(SecretError) -> Result) -> SecretError.Code? {
  do throws(SecretError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}
