// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An algorithm that signs, by its name in the header parameter `alg`.
///
/// Sources: RFC 7518, section 3.1; RFC 8037 (`EdDSA`); RFC 8812 (`ES256K`); RFC 9864 (`Ed25519`, `Ed448`). `none` does
/// not exist here, so that no token can ask for it.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// HMAC with SHA-256.
  case hs256 = "HS256"
  /// HMAC with SHA-384.
  case hs384 = "HS384"
  /// HMAC with SHA-512.
  case hs512 = "HS512"
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  case rs256 = "RS256"
  /// RSASSA-PKCS1-v1_5 with SHA-384.
  case rs384 = "RS384"
  /// RSASSA-PKCS1-v1_5 with SHA-512.
  case rs512 = "RS512"
  /// RSASSA-PSS with SHA-256.
  case ps256 = "PS256"
  /// RSASSA-PSS with SHA-384.
  case ps384 = "PS384"
  /// RSASSA-PSS with SHA-512.
  case ps512 = "PS512"
  /// ECDSA on P-256 with SHA-256.
  case es256 = "ES256"
  /// ECDSA on P-384 with SHA-384.
  case es384 = "ES384"
  /// ECDSA on P-521 with SHA-512.
  case es512 = "ES512"
  /// ECDSA on secp256k1 with SHA-256.
  case es256K = "ES256K"
  /// EdDSA, on the curve of the key.
  case edDSA = "EdDSA"
  /// EdDSA on Ed25519, under its own name.
  case ed25519 = "Ed25519"
  /// EdDSA on Ed448, under its own name.
  case ed448 = "Ed448"

  /// The algorithm of this name, compared by bytes: `hs256` is none.
  public init?(named name: String) {
    guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = algorithm
  }

  /// The name in a header.
  public var description: String { rawValue }

  /// Whether keys of a type can be used with the algorithm.
  public func suits(_ type: KeyType) -> Bool {
    switch self {
    case .hs256, .hs384, .hs512: type == .symmetric
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: type == .rsa
    case .es256: type == .curve(.p256)
    case .es384: type == .curve(.p384)
    case .es512: type == .curve(.p521)
    case .es256K: type == .curve(.secp256k1)
    case .edDSA: type == .curve(.ed25519) || type == .curve(.ed448)
    case .ed25519: type == .curve(.ed25519)
    case .ed448: type == .curve(.ed448)
    }
  }

  /// Whether a key bound to this algorithm takes part in what a header calls by the other name.
  ///
  /// Only EdDSA has two names for one algorithm (RFC 9864, section 2.2); the curve is that of the key.
  @inline(__always)
  func isSameAlgorithm(as other: SignatureAlgorithm, of type: KeyType) -> Bool {
    self == other || (isEdwards && other.isEdwards && other.suits(type))
  }

  var isEdwards: Bool { self == .edDSA || self == .ed25519 || self == .ed448 }
}

extension SignatureAlgorithm {
  /// The computation that signs with a key of the algorithm.
  enum Computation {
    case hmac(HashFunction)
    case keyPair(SignatureScheme)
  }

  var computation: Computation {
    switch self {
    case .hs256: .hmac(.sha256)
    case .hs384: .hmac(.sha384)
    case .hs512: .hmac(.sha512)
    case .rs256: .keyPair(.rsaPKCS1(.sha256))
    case .rs384: .keyPair(.rsaPKCS1(.sha384))
    case .rs512: .keyPair(.rsaPKCS1(.sha512))
    case .ps256: .keyPair(.rsaPSS(.sha256))
    case .ps384: .keyPair(.rsaPSS(.sha384))
    case .ps512: .keyPair(.rsaPSS(.sha512))
    case .es256, .es256K: .keyPair(.ecdsa(.sha256))
    case .es384: .keyPair(.ecdsa(.sha384))
    case .es512: .keyPair(.ecdsa(.sha512))
    case .edDSA, .ed25519, .ed448: .keyPair(.edwards)
    }
  }

  /// The lengths in bytes that a shared key may have; `nil` for algorithms of key pairs.
  ///
  /// At least the length of the hash (RFC 7518, section 3.2), and at most 1 KiB, Writ's limit.
  var symmetricKeyCounts: ClosedRange<Int>? {
    switch computation {
    case .hmac(let hash): hash.digestCount...1024
    case .keyPair: nil
    }
  }
}
