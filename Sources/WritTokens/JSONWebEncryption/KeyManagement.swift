// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The way in which a content key reaches the recipient of a token (RFC 7518, section 4.1).
enum KeyManagement {
  /// Both sides have it.
  case direct
  /// Encrypted with AES Key Wrap, under a key of so many bytes.
  case wrapping(count: Int)
  /// Encrypted with AES-GCM, under a key of so many bytes.
  case gcmWrapping(count: Int)
  /// Encrypted with RSAES-OAEP.
  case oaep(HashFunction)
  /// Agreed on; with a count, what is agreed on are the bytes of a key of AES Key Wrap.
  case agreement(wrappingCount: Int?)
  /// Encrypted with AES Key Wrap under a key of so many bytes made from a password.
  case password(HashFunction, wrappingCount: Int)

  /// The operations of which a key must permit one for encrypting.
  var encryptingOperations: KeyOperations {
    switch self {
    case .direct: .encrypt
    case .wrapping, .gcmWrapping, .oaep: .wrapKey
    case .agreement, .password: [.deriveKey, .deriveBits]
    }
  }

  /// The operations of which a key must permit one for decrypting.
  var decryptingOperations: KeyOperations {
    switch self {
    case .direct: .decrypt
    case .wrapping, .gcmWrapping, .oaep: .unwrapKey
    case .agreement, .password: [.deriveKey, .deriveBits]
    }
  }
}

extension KeyManagementAlgorithm {
  /// The way in which a content key reaches the recipient.
  var management: KeyManagement {
    switch self {
    case .dir: .direct
    case .a128KW: .wrapping(count: 16)
    case .a192KW: .wrapping(count: 24)
    case .a256KW: .wrapping(count: 32)
    case .a128GCMKW: .gcmWrapping(count: 16)
    case .a192GCMKW: .gcmWrapping(count: 24)
    case .a256GCMKW: .gcmWrapping(count: 32)
    case .rsaOAEP: .oaep(.sha1)
    case .rsaOAEP256: .oaep(.sha256)
    case .rsaOAEP384: .oaep(.sha384)
    case .rsaOAEP512: .oaep(.sha512)
    case .ecdhES: .agreement(wrappingCount: nil)
    case .ecdhESA128KW: .agreement(wrappingCount: 16)
    case .ecdhESA192KW: .agreement(wrappingCount: 24)
    case .ecdhESA256KW: .agreement(wrappingCount: 32)
    case .pbes2HS256A128KW: .password(.sha256, wrappingCount: 16)
    case .pbes2HS384A192KW: .password(.sha384, wrappingCount: 24)
    case .pbes2HS512A256KW: .password(.sha512, wrappingCount: 32)
    }
  }
}

extension JSONWebAlgorithm {
  /// The algorithm that the header of a token names in `alg` for a key that is bound to this one; `nil` for signatures.
  ///
  /// A key that is bound to an algorithm of content is the content key.
  var keyManagement: KeyManagementAlgorithm? {
    switch self {
    case .signature: nil
    case .keyManagement(let algorithm): algorithm
    case .contentEncryption: .dir
    }
  }

  /// The only algorithm of content that a key may encrypt with; `nil` where it is free.
  var contentEncryption: ContentEncryptionAlgorithm? {
    switch self {
    case .contentEncryption(let algorithm): algorithm
    case .signature, .keyManagement: nil
    }
  }
}
