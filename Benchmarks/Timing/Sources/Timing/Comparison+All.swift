// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

extension Comparison {
  static func all() throws -> [Comparison] { try control() + codes() + names() + encryption() }

  // MARK: HMAC

  private static func signed(_ name: String?, _ secret: [UInt8]) throws -> String {
    let key = try SymmetricKey(bytes: secret.span, algorithm: .hs256, identifier: name)
    let issuer = try TokenIssuer(issuer: "i", signingKey: try SigningKey(key), lifetime: .seconds(3600))
    return try issuer.issue(NoClaims(), subject: "a subject of some length", audience: "a")
  }

  private static let secret = (0..<32).map { UInt8($0) }

  /// The token with one letter of its last part changed: the first of six bits that all count, or the last of those.
  private static func spoilt(_ token: String, fromEnd: Bool) -> String {
    var bytes = Array(token.utf8)
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return token }
    let place = fromEnd ? bytes.count - 2 : dot + 1
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    let old = bytes[place]
    while bytes[place] == old { bytes[place] = letters.randomElement() ?? 0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A comparison that stops where it finds a difference, after the same work: what a leak looks like here.
  private static func control() throws -> [Comparison] {
    let token = try signed("k", secret)
    let keys = VerificationKeys([
      try VerificationKey(try SymmetricKey(bytes: secret.span, algorithm: .hs256, identifier: "k"))
    ])
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    _ = try verifier.verify(token, as: NoClaims.self)
    let right = Array(token.utf8)
    return [
      try Comparison(
        "control: a comparison that stops at the first difference; first byte wrong, last byte wrong",
        first: { spoilt(token, fromEnd: false) },
        second: { spoilt(token, fromEnd: true) }
      ) { text in
        let isTaken = (try? verifier.verify(text, as: NoClaims.self)) != nil
        var index = right.count - 43
        for byte in text.utf8.suffix(43) {
          if byte != right[index] { return isTaken }
          index += 1
        }
        return true
      }
    ]
  }

  private static func codes() throws -> [Comparison] {
    let token = try signed("k", secret)
    let keys = VerificationKeys([
      try VerificationKey(try SymmetricKey(bytes: secret.span, algorithm: .hs256, identifier: "k"))
    ])
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    _ = try verifier.verify(token, as: NoClaims.self)
    return [
      try Comparison(
        "HS256, a known header; first byte of the code wrong, last byte wrong",
        first: { spoilt(token, fromEnd: false) },
        second: { spoilt(token, fromEnd: true) }
      ) { (try? verifier.verify($0, as: NoClaims.self)) != nil },
      try Comparison(
        "HS256, a new header; first byte of the code wrong, last byte wrong",
        first: { spoilt(token, fromEnd: false) },
        second: { spoilt(token, fromEnd: true) }
      ) { (try? JSONWebSignature(verifying: $0, keys: keys)) != nil },
    ]
  }

  /// The names are of one length, and neither has been seen in a token that verified.
  private static func names() throws -> [Comparison] {
    let strangers = (0..<32).map { UInt8(100 + $0) }
    let keys = VerificationKeys(
      try ["tenant-1", "tenant-2"].map {
        try VerificationKey(try SymmetricKey(bytes: secret.span, algorithm: .hs256, identifier: $0))
      }
    )
    return [
      try Comparison(
        "HS256, a new header; name of a key unknown, code wrong",
        first: { try signed("tenant-9", strangers) },
        second: { try signed("tenant-2", strangers) }
      ) { (try? JSONWebSignature(verifying: $0, keys: keys)) != nil }
    ]
  }

  // MARK: Encryption

  private static func encryption() throws -> [Comparison] {
    let content = [UInt8](repeating: 1, count: 200)
    let shared = try SymmetricKey.generate(.a128CBCHS256)
    let (sealing, opening) = (try EncryptionKey(shared), try DecryptionKeys(shared))
    let pair = try PrivateKey.generate(.rsaOAEP256, rsaBits: 2048)
    let (forPair, ofPair) = (try EncryptionKey(pair.publicKey), try DecryptionKeys(pair))
    return [
      try Comparison(
        "A128CBC-HS256; first byte of the tag wrong, last byte wrong",
        first: { spoilt(try JSONWebEncryption.encrypt(content.span, for: sealing), fromEnd: false) },
        second: { spoilt(try JSONWebEncryption.encrypt(content.span, for: sealing), fromEnd: true) }
      ) { (try? JSONWebEncryption(decrypting: $0, keys: opening)) != nil },
      try Comparison(
        "RSA-OAEP-256 (J44); encrypted key wrong, tag wrong",
        cost: 50,
        first: {
          var parts = try JSONWebEncryption.encrypt(content.span, for: forPair).split(separator: ".").map(String.init)
          // Decodes to a number below the modulus still: only the last bits change.
          parts[1] = String(parts[1].dropLast(6)) + "AAAAAA".prefix(5) + "A"
          return parts.joined(separator: ".")
        },
        second: { spoilt(try JSONWebEncryption.encrypt(content.span, for: forPair), fromEnd: false) }
      ) { (try? JSONWebEncryption(decrypting: $0, keys: ofPair)) != nil },
    ]
  }
}
