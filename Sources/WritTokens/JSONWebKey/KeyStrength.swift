// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension JSONWebKey {
  /// Returns the bits of the key, and the bits of security that they give (NIST SP 800-57, part 1, revision 5, table 2;
  /// RFC 8032 and RFC 7748 for the curves of Edwards and Montgomery).
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  package func strength() throws(KeyError) -> (bits: Int, security: Int) {
    switch self {
    case .symmetric(let key):
      let bits = key.bytes.count * 8
      return (bits, bits)
    case .private(let key): return try key.publicKey.strength()
    case .public(let key): return try key.strength()
    }
  }
}

extension PublicKey {
  fileprivate func strength() throws(KeyError) -> (bits: Int, security: Int) {
    switch type {
    case .curve(let curve):
      switch curve {
      case .p256, .secp256k1: return (256, 128)
      case .p384: return (384, 192)
      case .p521: return (521, 256)
      case .ed25519, .x25519: return (255, 128)
      case .ed448, .x448: return (448, 224)
      }
    case .rsa, .symmetric:
      let (modulus, _) = try KeyError.catching { () throws(LibCryptoError) in try handle.rsaParts() }
      let bits = RSAStrength.bitCount(modulus)
      let security = [(15360, 256), (7680, 192), (3072, 128)].first { bits >= $0.0 }?.1 ?? 112
      return (bits, security)
    }
  }
}
