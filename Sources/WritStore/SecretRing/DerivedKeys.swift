// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The keys of one secret: for each purpose one that seals and one that authenticates, by HKDF with SHA-256 (RFC 5869).
///
/// Made once: a derivation costs more than what is done with the key.
final class DerivedKeys: Sendable {
  struct Pair: Sendable {
    let sealing: SecretBytes
    let authentication: MessageAuthenticationKey
  }

  let identifier: [UInt8]
  // In the order of all purposes.
  private let pairs: [Pair]

  init(_ secret: ApplicationSecret) throws(SecretError) {
    identifier = Array(secret.identifier.utf8)
    var pairs: [Pair] = []
    for purpose in SecretPurpose.allCases {
      let sealing = try Self.derive(secret.bytes, purpose.label("seal"))
      let authentication = try Self.derive(secret.bytes, purpose.label("authenticate"))
      let key = try authentication.withBytes { (bytes) throws(SecretError) in
        try SecretError.catching { () throws(LibCryptoError) in try MessageAuthenticationKey(bytes, hash: .sha256) }
      }
      pairs.append(Pair(sealing: sealing, authentication: key))
    }
    self.pairs = pairs
  }

  subscript(purpose: SecretPurpose) -> Pair {
    let index = SecretPurpose.allCases.firstIndex(of: purpose) ?? 0
    return pairs[index]
  }

  private static func derive(_ secret: SecretBytes, _ label: [UInt8]) throws(SecretError) -> SecretBytes {
    // No salt: the secret is random, and RFC 5869, section 3.1, allows it.
    let salt: [UInt8] = []
    return try SecretError.catching { () throws(LibCryptoError) in
      try KeyDerivation.hkdf(secret, salt: salt.span, info: label.span, count: 32, hash: .sha256)
    }
  }
}
