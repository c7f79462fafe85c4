// SPDX-License-Identifier: Apache-2.0
// The readers of keys, for the fuzzer (FuzzKeys.swift) and for Scripts/hostile-keys (KeyTimes.swift).

internal import LibCrypto

/// A way in which a key comes from outside.
struct KeyReading: Sendable {
  let name: String
  let read: @Sendable ([UInt8]) -> Void

  init(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.read = { bytes in try? read(bytes) }
  }

  private static let everyAlgorithm = Set(JSONWebAlgorithm.allCases)
  /// One for each type of key, so that none is refused before it is calculated with.
  private static let one: Set<JSONWebAlgorithm> = [.rs256, .es256, .es384, .es512, .es256K, .edDSA, .ecdhES, .a256GCM]
  private static let signature: Set<JSONWebAlgorithm> = [.rs256, .es256, .es384, .es512, .es256K, .edDSA]

  static let all: [KeyReading] = [
    KeyReading("JSONWebKey(parsing:)") { _ = try JSONWebKey(parsing: $0, accepting: everyAlgorithm) },
    KeyReading("JSONWebKey(parsing:), one algorithm a type") { _ = try JSONWebKey(parsing: $0, accepting: signature) },
    KeyReading("JSONWebKeySet(parsing:)") { bytes in
      let set = try JSONWebKeySet(parsing: bytes, accepting: everyAlgorithm, assuming: one)
      _ = try VerificationKeys(set)
      _ = try DecryptionKeys(set)
      _ = try set.publicJSON()
    },
    KeyReading("PublicKey(parsing:)") { _ = try PublicKey(parsing: $0, accepting: signature) },
    KeyReading("PublicKeySet(parsing:)") { bytes in
      _ = try VerificationKeys(try PublicKeySet(parsing: bytes, assuming: signature))
    },
    KeyReading("PublishedKeys") { bytes in
      _ = try PublishedKeys(bytes, accepting: .signatures, assuming: signature, profile: .standard)
    },
    KeyReading("JSONWebKey(pem:)") { _ = try JSONWebKey(pem: $0, accepting: signature) },
    KeyReading("JSONWebKey(pem:), agreement") { _ = try JSONWebKey(pem: $0, accepting: [.ecdhES, .ps256]) },
    KeyReading("JSONWebKey(pem:password:)") { _ = try JSONWebKey(pem: $0, password: "a", accepting: signature) },
    KeyReading("PublicKey(pem:)") { _ = try PublicKey(pem: $0, accepting: signature) },
    KeyReading("PublicKey(certificatePEM:)") { _ = try PublicKey(certificatePEM: $0, accepting: signature) },
    KeyReading("JSONWebKey(der:)") { _ = try JSONWebKey(der: $0.span, accepting: signature) },
    KeyReading("JSONWebKey(der:password:)") {
      _ = try JSONWebKey(der: $0.span, password: "a", accepting: signature)
    },
    KeyReading("PublicKey(der:)") { _ = try PublicKey(der: $0.span, accepting: signature) },
    KeyReading("PublicKey(certificateDER:)") { _ = try PublicKey(certificateDER: $0.span, accepting: signature) },
  ]
}
