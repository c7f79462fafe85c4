// SPDX-License-Identifier: Apache-2.0

/// The scheme in which a key signs.
package enum SignatureScheme: Sendable, Hashable {
  /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
  case rsaPKCS1(HashFunction)
  /// RSASSA-PSS, MGF1 with the same hash, the salt as long as its digest (RFC 8017, 8.1; RFC 7518, 3.5).
  case rsaPSS(HashFunction)
  /// ECDSA (FIPS 186-5), the signature as r and s of full length one after the other (RFC 7518, 3.4).
  case ecdsa(HashFunction)
  /// EdDSA in its pure form (RFC 8032).
  case edwards

  /// `nil` for EdDSA, which hashes within.
  var hash: HashFunction? {
    switch self {
    case .rsaPKCS1(let hash), .rsaPSS(let hash), .ecdsa(let hash): hash
    case .edwards: nil
    }
  }

  /// Whether keys of a type can sign so.
  package func suits(_ kind: KeyKind) -> Bool {
    switch (self, kind) {
    case (.rsaPKCS1, .rsa), (.rsaPSS, .rsa): true
    case (.ecdsa, .curve(let curve)): curve.hasCoordinates
    case (.edwards, .curve(let curve)): curve == .ed25519 || curve == .ed448
    default: false
    }
  }
}
