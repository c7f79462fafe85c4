// SPDX-License-Identifier: Apache-2.0

/// The forms in which keys are written in DER.
package enum KeyEncoding: Sendable, Hashable, CaseIterable {
  /// Public keys of all types (RFC 5280, 4.1).
  case subjectPublicKeyInfo
  /// RSA public keys, PKCS #1 (RFC 8017, A.1.1).
  case rsaPublicKey
  /// Private keys of all types, PKCS #8 (RFC 5958).
  case privateKeyInfo
  /// The same under a password (RFC 5958, section 3).
  case encryptedPrivateKeyInfo
  /// RSA private keys, PKCS #1 (RFC 8017, A.1.2).
  case rsaPrivateKey
  /// Private keys of elliptic curves, SEC 1 (RFC 5915).
  case ecPrivateKey

  /// The label in the first line of the PEM form (RFC 7468).
  package var label: String {
    switch self {
    case .subjectPublicKeyInfo: "PUBLIC KEY"
    case .rsaPublicKey: "RSA PUBLIC KEY"
    case .privateKeyInfo: "PRIVATE KEY"
    case .encryptedPrivateKeyInfo: "ENCRYPTED PRIVATE KEY"
    case .rsaPrivateKey: "RSA PRIVATE KEY"
    case .ecPrivateKey: "EC PRIVATE KEY"
    }
  }

  package var isPrivate: Bool {
    switch self {
    case .subjectPublicKeyInfo, .rsaPublicKey: false
    case .privateKeyInfo, .encryptedPrivateKeyInfo, .rsaPrivateKey, .ecPrivateKey: true
    }
  }

  /// Tells the form by the tags of its first values; `nil` when it is none of these, or bytes follow.
  package init?(of bytes: Span<UInt8>) {
    var outer = DERReader(0..<bytes.count)
    guard var key = outer.read(.sequence, bytes), outer.range.isEmpty else { return nil }
    switch key.nextTag(bytes) {
    case .sequence:
      guard key.read(.sequence, bytes) != nil else { return nil }
      switch key.nextTag(bytes) {
      case .bitString: self = .subjectPublicKeyInfo
      case .octetString: self = .encryptedPrivateKeyInfo
      default: return nil
      }
    case .integer:
      guard key.read(.integer, bytes) != nil else { return nil }
      switch key.nextTag(bytes) {
      case .sequence: self = .privateKeyInfo
      case .octetString: self = .ecPrivateKey
      case .integer:
        guard key.read(.integer, bytes) != nil else { return nil }
        self = key.range.isEmpty ? .rsaPublicKey : .rsaPrivateKey
      default: return nil
      }
    default: return nil
    }
  }
}
