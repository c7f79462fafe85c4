// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The algorithms of JOSE that Writ knows, by their names in the header parameters `alg` and `enc`.
///
/// Sources: RFC 7518, sections 3.1, 4.1 and 5.1; RFC 8037 (`EdDSA`); RFC 8812 (`ES256K`); RFC 9864 (`Ed25519`, `Ed448`).
/// `none` and `RSA1_5` do not exist here, so that no token can ask for them.
public enum JSONWebAlgorithm: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
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

  /// RSAES-OAEP with SHA-1, only by opting in.
  case rsaOAEP = "RSA-OAEP"
  /// RSAES-OAEP with SHA-256.
  case rsaOAEP256 = "RSA-OAEP-256"
  /// RSAES-OAEP with SHA-384 (W3C Web Cryptography API, registered at IANA).
  case rsaOAEP384 = "RSA-OAEP-384"
  /// RSAES-OAEP with SHA-512 (W3C Web Cryptography API, registered at IANA).
  case rsaOAEP512 = "RSA-OAEP-512"
  /// AES Key Wrap, 128 bits.
  case a128KW = "A128KW"
  /// AES Key Wrap, 192 bits.
  case a192KW = "A192KW"
  /// AES Key Wrap, 256 bits.
  case a256KW = "A256KW"
  /// Key wrapping with AES-GCM, 128 bits.
  case a128GCMKW = "A128GCMKW"
  /// Key wrapping with AES-GCM, 192 bits.
  case a192GCMKW = "A192GCMKW"
  /// Key wrapping with AES-GCM, 256 bits.
  case a256GCMKW = "A256GCMKW"
  /// The shared key is the content key.
  case dir
  /// Elliptic-curve Diffie-Hellman, its result the content key.
  case ecdhES = "ECDH-ES"
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 128 bits.
  case ecdhESA128KW = "ECDH-ES+A128KW"
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 192 bits.
  case ecdhESA192KW = "ECDH-ES+A192KW"
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 256 bits.
  case ecdhESA256KW = "ECDH-ES+A256KW"
  /// A password, through PBKDF2 with SHA-256, and AES Key Wrap, 128 bits; only by opting in.
  case pbes2HS256A128KW = "PBES2-HS256+A128KW"
  /// A password, through PBKDF2 with SHA-384, and AES Key Wrap, 192 bits; only by opting in.
  case pbes2HS384A192KW = "PBES2-HS384+A192KW"
  /// A password, through PBKDF2 with SHA-512, and AES Key Wrap, 256 bits; only by opting in.
  case pbes2HS512A256KW = "PBES2-HS512+A256KW"

  /// AES-CBC with 128 bits, HMAC with SHA-256.
  case a128CBCHS256 = "A128CBC-HS256"
  /// AES-CBC with 192 bits, HMAC with SHA-384.
  case a192CBCHS384 = "A192CBC-HS384"
  /// AES-CBC with 256 bits, HMAC with SHA-512.
  case a256CBCHS512 = "A256CBC-HS512"
  /// AES-GCM, 128 bits.
  case a128GCM = "A128GCM"
  /// AES-GCM, 192 bits.
  case a192GCM = "A192GCM"
  /// AES-GCM, 256 bits.
  case a256GCM = "A256GCM"

  /// The algorithm of this name, compared by bytes: `hs256` is none.
  public init?(named name: String) {
    guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = algorithm
  }

  /// The name in a header.
  public var description: String { rawValue }

  /// Whether it signs; the others encrypt.
  public var isSignature: Bool {
    switch self {
    case .hs256, .hs384, .hs512, .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .es384, .es512, .es256K,
      .edDSA,
      .ed25519, .ed448:
      true
    default: false
    }
  }

  /// Whether it has to be asked for by name: it hashes with SHA-1, or is as strong as a password.
  public var needsOptIn: Bool {
    switch self {
    case .rsaOAEP, .pbes2HS256A128KW, .pbes2HS384A192KW, .pbes2HS512A256KW: true
    default: false
    }
  }

  /// Whether keys of a type can be used with it.
  public func suits(_ type: KeyType) -> Bool {
    switch self {
    case .hs256, .hs384, .hs512, .a128KW, .a192KW, .a256KW, .a128GCMKW, .a192GCMKW, .a256GCMKW, .dir, .a128CBCHS256,
      .a192CBCHS384, .a256CBCHS512, .a128GCM, .a192GCM, .a256GCM, .pbes2HS256A128KW, .pbes2HS384A192KW,
      .pbes2HS512A256KW:
      type == .symmetric
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .rsaOAEP, .rsaOAEP256, .rsaOAEP384, .rsaOAEP512:
      type == .rsa
    case .es256: type == .curve(.p256)
    case .es384: type == .curve(.p384)
    case .es512: type == .curve(.p521)
    case .es256K: type == .curve(.secp256k1)
    case .edDSA: type == .curve(.ed25519) || type == .curve(.ed448)
    case .ed25519: type == .curve(.ed25519)
    case .ed448: type == .curve(.ed448)
    case .ecdhES, .ecdhESA128KW, .ecdhESA192KW, .ecdhESA256KW:
      switch type {
      case .curve(let curve): curve != .secp256k1 && curve != .ed25519 && curve != .ed448
      case .symmetric, .rsa: false
      }
    }
  }

  /// Whether a key bound to this algorithm takes part in what a header calls by the other name.
  ///
  /// Only EdDSA has two names for one algorithm (RFC 9864, section 2.2); the curve is that of the key.
  @inline(__always)
  func isSameAlgorithm(as other: JSONWebAlgorithm, of type: KeyType) -> Bool {
    self == other || (isEdwards && other.isEdwards && other.suits(type))
  }

  var isEdwards: Bool { self == .edDSA || self == .ed25519 || self == .ed448 }
}

extension Set<JSONWebAlgorithm> {
  /// Every algorithm that signs.
  public static var signatures: Set<JSONWebAlgorithm> { Set(JSONWebAlgorithm.allCases.filter(\.isSignature)) }

  /// Every algorithm that encrypts, but for those that need opting in.
  public static var encryption: Set<JSONWebAlgorithm> {
    Set(JSONWebAlgorithm.allCases.filter { !$0.isSignature && !$0.needsOptIn })
  }

  /// Every algorithm that encrypts content (`enc`).
  public static var contentEncryption: Set<JSONWebAlgorithm> {
    [.a128CBCHS256, .a192CBCHS384, .a256CBCHS512, .a128GCM, .a192GCM, .a256GCM]
  }
}

extension JSONWebAlgorithm {
  /// What HMAC hashes with.
  var hmacHash: HashFunction? {
    switch self {
    case .hs256: .sha256
    case .hs384: .sha384
    case .hs512: .sha512
    default: nil
    }
  }

  /// How a key pair signs.
  var signatureScheme: SignatureScheme? {
    switch self {
    case .rs256: .rsaPKCS1(.sha256)
    case .rs384: .rsaPKCS1(.sha384)
    case .rs512: .rsaPKCS1(.sha512)
    case .ps256: .rsaPSS(.sha256)
    case .ps384: .rsaPSS(.sha384)
    case .ps512: .rsaPSS(.sha512)
    case .es256, .es256K: .ecdsa(.sha256)
    case .es384: .ecdsa(.sha384)
    case .es512: .ecdsa(.sha512)
    case .edDSA, .ed25519, .ed448: .edwards
    default: nil
    }
  }

  /// How many bytes a shared key may have.
  ///
  /// HMAC: the hash's length at least (RFC 7518, 3.2), and 1 KiB at most, Writ's limit. AES: exactly the key's length.
  /// Passwords: 8 bytes at least (NIST SP 800-63B, 3.1.1.2), 1 KiB at most.
  var symmetricKeyCounts: ClosedRange<Int>? {
    switch self {
    case .hs256: 32...1024
    case .hs384: 48...1024
    case .hs512: 64...1024
    case .a128KW, .a128GCMKW, .a128GCM: 16...16
    case .a192KW, .a192GCMKW, .a192GCM: 24...24
    case .a256KW, .a256GCMKW, .a256GCM: 32...32
    case .a128CBCHS256: 32...32
    case .a192CBCHS384: 48...48
    case .a256CBCHS512: 64...64
    case .dir: 16...64
    case .pbes2HS256A128KW, .pbes2HS384A192KW, .pbes2HS512A256KW: 8...1024
    default: nil
    }
  }
}
