// SPDX-License-Identifier: Apache-2.0

/// The curves of JOSE (RFC 7518, 6.2.1.1; RFC 8812; RFC 8037).
package enum Curve: Sendable, Hashable, CaseIterable {
  case p256, p384, p521, secp256k1
  case ed25519, ed448
  case x25519, x448

  /// Whether keys are points with two coordinates; otherwise they are opaque bytes.
  package var hasCoordinates: Bool {
    switch self {
    case .p256, .p384, .p521, .secp256k1: true
    case .ed25519, .ed448, .x25519, .x448: false
    }
  }

  /// Bytes of a coordinate, of a private scalar, and of a raw key.
  package var byteCount: Int {
    switch self {
    case .p256, .secp256k1, .ed25519, .x25519: 32
    case .p384: 48
    case .p521: 66
    case .ed448: 57
    case .x448: 56
    }
  }

  /// Bytes of a signature, r and s one after the other for ECDSA; `nil` where the curve signs nothing.
  package var signatureCount: Int? {
    switch self {
    case .p256, .p384, .p521, .secp256k1: 2 * byteCount
    case .ed25519: 64
    case .ed448: 114
    case .x25519, .x448: nil
    }
  }

  /// The name that libcrypto has for the group, or for the type of key where the type is the curve.
  var name: String {
    switch self {
    case .p256: "prime256v1"
    case .p384: "secp384r1"
    case .p521: "secp521r1"
    case .secp256k1: "secp256k1"
    case .ed25519: "ED25519"
    case .ed448: "ED448"
    case .x25519: "X25519"
    case .x448: "X448"
    }
  }

  /// The name that libcrypto has for the type of key.
  var typeName: String { hasCoordinates ? "EC" : name }
}
