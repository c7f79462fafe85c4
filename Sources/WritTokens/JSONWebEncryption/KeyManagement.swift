// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// How a content key comes to whoever decrypts (RFC 7518, section 4.1).
enum KeyManagement {
  /// Both sides have it.
  case direct
  /// Encrypted with AES Key Wrap.
  case wrapping
  /// Encrypted with AES-GCM.
  case gcmWrapping
  /// Encrypted with RSAES-OAEP.
  case oaep(HashFunction)
  /// Agreed on; with a count, what is agreed on are the bytes of a key of AES Key Wrap.
  case agreement(wrappingCount: Int?)
  /// Encrypted with AES Key Wrap under a key of so many bytes made from a password.
  case password(HashFunction, wrappingCount: Int)

  /// What a key must be allowed to, one of them, for encrypting.
  var encryptingOperations: KeyOperations {
    switch self {
    case .direct: .encrypt
    case .wrapping, .gcmWrapping, .oaep: .wrapKey
    case .agreement, .password: [.deriveKey, .deriveBits]
    }
  }

  /// What a key must be allowed to, one of them, for decrypting.
  var decryptingOperations: KeyOperations {
    switch self {
    case .direct: .decrypt
    case .wrapping, .gcmWrapping, .oaep: .unwrapKey
    case .agreement, .password: [.deriveKey, .deriveBits]
    }
  }
}

extension JSONWebAlgorithm {
  /// What a key bound to this algorithm does; one bound to an algorithm of content is the content key.
  var keyManagement: KeyManagement? {
    switch self {
    case .dir, .a128CBCHS256, .a192CBCHS384, .a256CBCHS512, .a128GCM, .a192GCM, .a256GCM: .direct
    case .a128KW, .a192KW, .a256KW: .wrapping
    case .a128GCMKW, .a192GCMKW, .a256GCMKW: .gcmWrapping
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
    default: nil
    }
  }

  /// Whether it is one of `enc`.
  var isContentEncryption: Bool { ContentCipher(self) != nil }

  /// `alg` of the header of a token for a key that is bound to this algorithm.
  var headerName: JSONWebAlgorithm { isContentEncryption ? .dir : self }
}
