// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The types of key that JOSE has (`kty`, RFC 7518, section 6.1; RFC 8037), with the curve where there is one.
public enum KeyType: Sendable, Hashable, CustomStringConvertible {
  /// `oct`: bytes that both sides share.
  case symmetric
  /// `RSA`.
  case rsa
  /// `EC` or `OKP`, by the curve.
  case curve(JSONWebCurve)

  /// `oct`, `RSA`, or the name of the curve.
  public var description: String {
    switch self {
    case .symmetric: "oct"
    case .rsa: "RSA"
    case .curve(let curve): curve.rawValue
    }
  }

  init(_ kind: KeyKind) {
    switch kind {
    case .rsa: self = .rsa
    case .curve(let curve): self = .curve(JSONWebCurve(curve))
    }
  }
}

/// The curves of JOSE (`crv`), by their names.
///
/// Sources: RFC 7518, section 6.2.1.1; RFC 8812, section 3.1; RFC 8037, section 2.
public enum JSONWebCurve: String, Sendable, Hashable, CaseIterable {
  /// NIST's curve of 256 bits.
  case p256 = "P-256"
  /// NIST's curve of 384 bits.
  case p384 = "P-384"
  /// NIST's curve of 521 bits.
  case p521 = "P-521"
  /// The curve of SEC 2 with 256 bits.
  case secp256k1
  /// For EdDSA.
  case ed25519 = "Ed25519"
  /// For EdDSA.
  case ed448 = "Ed448"
  /// For key agreement.
  case x25519 = "X25519"
  /// For key agreement.
  case x448 = "X448"

  /// The curve of this name, compared by bytes.
  init?(named name: String) {
    guard let curve = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = curve
  }

  init(_ curve: Curve) {
    self =
      switch curve {
      case .p256: .p256
      case .p384: .p384
      case .p521: .p521
      case .secp256k1: .secp256k1
      case .ed25519: .ed25519
      case .ed448: .ed448
      case .x25519: .x25519
      case .x448: .x448
      }
  }

  var curve: Curve {
    switch self {
    case .p256: .p256
    case .p384: .p384
    case .p521: .p521
    case .secp256k1: .secp256k1
    case .ed25519: .ed25519
    case .ed448: .ed448
    case .x25519: .x25519
    case .x448: .x448
    }
  }
}
