// SPDX-License-Identifier: Apache-2.0

import Foundation
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Key pairs that many tests use, each made once.
enum KeyMaker {
  private static let rsa = Result { () throws(KeyError) in
    try PrivateKey.generate(.rs256, rsaBits: 2048).secretJSON()
  }

  /// A new key as a JWK; RSA keys are one and the same.
  static func secretJSON(_ algorithm: JSONWebAlgorithm, curve: JSONWebCurve? = nil) throws -> Object {
    if algorithm.suits(.symmetric) { return object(try SymmetricKey.generate(algorithm, identifier: "k").secretJSON()) }
    guard algorithm.suits(.rsa) else {
      return object(try PrivateKey.generate(algorithm, curve: curve, identifier: "k").secretJSON())
    }
    var key = object(try rsa.get())
    key["alg"] = algorithm.rawValue
    key["use"] = algorithm.isSignature ? "sig" : "enc"
    key["kid"] = "k"
    return key
  }

  static func publicJSON(_ algorithm: JSONWebAlgorithm, curve: JSONWebCurve? = nil) throws -> Object {
    try secretJSON(algorithm, curve: curve).filter { !["d", "p", "q", "dp", "dq", "qi"].contains($0.key) }
  }

  static func privateKey(_ algorithm: JSONWebAlgorithm, curve: JSONWebCurve? = nil) throws -> PrivateKey? {
    guard
      case .private(let key) = try JSONWebKey(
        parsing: json(try secretJSON(algorithm, curve: curve)),
        accepting: [algorithm]
      )
    else { return nil }
    return key
  }

  static func signingKey(_ algorithm: JSONWebAlgorithm, curve: JSONWebCurve? = nil) throws -> SigningKey {
    try signingKey(try secretJSON(algorithm, curve: curve))
  }

  static func signingKey(_ material: Object) throws -> SigningKey {
    switch try JSONWebKey(parsing: json(material)) {
    case .symmetric(let key): try SigningKey(key)
    case .private(let key): try SigningKey(key)
    case .public: throw CocoaError(.featureUnsupported)
    }
  }

  /// The key alone, as a verifier has it.
  static func verificationKeys(_ material: Object, accepting accepted: Set<JSONWebAlgorithm> = .signatures) throws
    -> VerificationKeys
  {
    try VerificationKeys(try JSONWebKeySet([try JSONWebKey(parsing: json(material), accepting: accepted)]))
  }

  /// The key that encrypts: of a pair the public half.
  static func encryptionKey(_ material: Object) throws -> EncryptionKey {
    switch try JSONWebKey(parsing: json(material), accepting: Set(JSONWebAlgorithm.allCases)) {
    case .symmetric(let key): try EncryptionKey(key)
    case .private(let key): try EncryptionKey(key.publicKey)
    case .public(let key): try EncryptionKey(key)
    }
  }

  /// The key alone, as the recipient has it.
  static func decryptionKeys(_ material: Object, rules: DecryptionRules = .standard) throws -> DecryptionKeys {
    let key = try JSONWebKey(parsing: json(material), accepting: Set(JSONWebAlgorithm.allCases))
    return try DecryptionKeys(try JSONWebKeySet([key]), rules: rules)
  }
}
