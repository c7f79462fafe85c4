// SPDX-License-Identifier: Apache-2.0

import Glibc
import WritAuthentication

/// The key of an algorithm, and a token that everybody verifies.
struct Scene {
  static let algorithms: [JSONWebAlgorithm] = [.hs256, .rs256, .es256, .edDSA]

  let algorithm: JSONWebAlgorithm
  /// The bytes of a key of HMAC.
  let secret: [UInt8]?
  /// A key pair in PEM.
  let pem: String?
  let keys: VerificationKeys
  let issuer: TokenIssuer
  let verifier: TokenVerifier
  let token: String

  init(_ algorithm: JSONWebAlgorithm) throws {
    self.algorithm = algorithm
    let signingKey: SigningKey
    if algorithm == .hs256 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
      let key = try SymmetricKey(bytes: bytes.span, algorithm: algorithm, identifier: Sample.keyIdentifier)
      (secret, pem) = (bytes, nil)
      (signingKey, keys) = (try SigningKey(key), try VerificationKeys(key))
    } else {
      let key = try PrivateKey.generate(algorithm, rsaBits: 2048, identifier: Sample.keyIdentifier)
      (secret, pem) = (nil, try key.secretPEM(password: nil))
      (signingKey, keys) = (try SigningKey(key), try VerificationKeys(key.publicKey))
    }
    issuer = try TokenIssuer(issuer: Sample.issuer, signingKey: signingKey, lifetime: .seconds(3600))
    verifier = try TokenVerifier(keys: keys, issuer: Sample.issuer, audience: Sample.audience)
    token = try issuer.issue(Role(role: Sample.role), subject: Sample.subject, audience: Sample.audience)
  }

  /// The bytes that the token's signature is over.
  var message: [UInt8] {
    let bytes = Array(token.utf8)
    return Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
  }

  /// The file that holds the key for the peers in other languages, and the token.
  func write(to directory: String) throws {
    let key = secret ?? Array((pem ?? "").utf8)
    for (name, bytes) in [("key", key), ("token", Array(token.utf8))] {
      guard let file = fopen("\(directory)/\(algorithm.rawValue).\(name)", "w") else { throw WrongResult() }
      defer { fclose(file) }
      guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw WrongResult() }
    }
  }
}
