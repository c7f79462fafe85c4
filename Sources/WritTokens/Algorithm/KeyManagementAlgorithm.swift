// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An algorithm by which a content key reaches the recipient of an encrypted token, by its name in the header parameter
/// `alg`.
///
/// Source: RFC 7518, section 4.1. `RSA1_5` does not exist here, so that no token can ask for it.
public enum KeyManagementAlgorithm: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
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

  /// The algorithm of this name, compared by bytes: `rsa-oaep` is none.
  public init?(named name: String) {
    guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = algorithm
  }

  /// The name in a header.
  public var description: String { rawValue }

  /// Whether it has to be asked for by name: it hashes with SHA-1, or is as strong as a password.
  public var needsOptIn: Bool {
    switch management {
    case .oaep(.sha1), .password: true
    case .oaep, .direct, .wrapping, .gcmWrapping, .agreement: false
    }
  }

  /// Whether keys of a type can be used with the algorithm.
  public func suits(_ type: KeyType) -> Bool {
    switch management {
    case .direct, .wrapping, .gcmWrapping, .password: type == .symmetric
    case .oaep: type == .rsa
    case .agreement:
      switch type {
      case .curve(let curve): curve != .secp256k1 && curve != .ed25519 && curve != .ed448
      case .symmetric, .rsa: false
      }
    }
  }

  /// The lengths in bytes that a shared key may have; `nil` for algorithms of key pairs.
  ///
  /// AES: exactly the key's length. Passwords: at least 8 bytes (NIST SP 800-63B, section 3.1.1.2), at most 1 KiB.
  var symmetricKeyCounts: ClosedRange<Int>? {
    switch management {
    case .direct: 16...64
    case .wrapping(let count), .gcmWrapping(let count): count...count
    case .password: 8...1024
    case .oaep, .agreement: nil
    }
  }
}
