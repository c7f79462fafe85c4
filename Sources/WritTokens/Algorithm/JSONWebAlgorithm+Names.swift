// SPDX-License-Identifier: Apache-2.0

// All algorithms that a key can be bound to, so that `accepting: [.es256, .ecdhES]` needs no kinds.
extension JSONWebAlgorithm {
  /// HMAC with SHA-256.
  public static let hs256 = JSONWebAlgorithm.signature(.hs256)
  /// HMAC with SHA-384.
  public static let hs384 = JSONWebAlgorithm.signature(.hs384)
  /// HMAC with SHA-512.
  public static let hs512 = JSONWebAlgorithm.signature(.hs512)
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  public static let rs256 = JSONWebAlgorithm.signature(.rs256)
  /// RSASSA-PKCS1-v1_5 with SHA-384.
  public static let rs384 = JSONWebAlgorithm.signature(.rs384)
  /// RSASSA-PKCS1-v1_5 with SHA-512.
  public static let rs512 = JSONWebAlgorithm.signature(.rs512)
  /// RSASSA-PSS with SHA-256.
  public static let ps256 = JSONWebAlgorithm.signature(.ps256)
  /// RSASSA-PSS with SHA-384.
  public static let ps384 = JSONWebAlgorithm.signature(.ps384)
  /// RSASSA-PSS with SHA-512.
  public static let ps512 = JSONWebAlgorithm.signature(.ps512)
  /// ECDSA on P-256 with SHA-256.
  public static let es256 = JSONWebAlgorithm.signature(.es256)
  /// ECDSA on P-384 with SHA-384.
  public static let es384 = JSONWebAlgorithm.signature(.es384)
  /// ECDSA on P-521 with SHA-512.
  public static let es512 = JSONWebAlgorithm.signature(.es512)
  /// ECDSA on secp256k1 with SHA-256.
  public static let es256K = JSONWebAlgorithm.signature(.es256K)
  /// EdDSA, on the curve of the key.
  public static let edDSA = JSONWebAlgorithm.signature(.edDSA)
  /// EdDSA on Ed25519, under its own name.
  public static let ed25519 = JSONWebAlgorithm.signature(.ed25519)
  /// EdDSA on Ed448, under its own name.
  public static let ed448 = JSONWebAlgorithm.signature(.ed448)

  /// RSAES-OAEP with SHA-1, only by opting in.
  public static let rsaOAEP = JSONWebAlgorithm.keyManagement(.rsaOAEP)
  /// RSAES-OAEP with SHA-256.
  public static let rsaOAEP256 = JSONWebAlgorithm.keyManagement(.rsaOAEP256)
  /// RSAES-OAEP with SHA-384 (W3C Web Cryptography API, registered at IANA).
  public static let rsaOAEP384 = JSONWebAlgorithm.keyManagement(.rsaOAEP384)
  /// RSAES-OAEP with SHA-512 (W3C Web Cryptography API, registered at IANA).
  public static let rsaOAEP512 = JSONWebAlgorithm.keyManagement(.rsaOAEP512)
  /// AES Key Wrap, 128 bits.
  public static let a128KW = JSONWebAlgorithm.keyManagement(.a128KW)
  /// AES Key Wrap, 192 bits.
  public static let a192KW = JSONWebAlgorithm.keyManagement(.a192KW)
  /// AES Key Wrap, 256 bits.
  public static let a256KW = JSONWebAlgorithm.keyManagement(.a256KW)
  /// Key wrapping with AES-GCM, 128 bits.
  public static let a128GCMKW = JSONWebAlgorithm.keyManagement(.a128GCMKW)
  /// Key wrapping with AES-GCM, 192 bits.
  public static let a192GCMKW = JSONWebAlgorithm.keyManagement(.a192GCMKW)
  /// Key wrapping with AES-GCM, 256 bits.
  public static let a256GCMKW = JSONWebAlgorithm.keyManagement(.a256GCMKW)
  /// The shared key is the content key.
  public static let dir = JSONWebAlgorithm.keyManagement(.dir)
  /// Elliptic-curve Diffie-Hellman, its result the content key.
  public static let ecdhES = JSONWebAlgorithm.keyManagement(.ecdhES)
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 128 bits.
  public static let ecdhESA128KW = JSONWebAlgorithm.keyManagement(.ecdhESA128KW)
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 192 bits.
  public static let ecdhESA192KW = JSONWebAlgorithm.keyManagement(.ecdhESA192KW)
  /// Elliptic-curve Diffie-Hellman with AES Key Wrap, 256 bits.
  public static let ecdhESA256KW = JSONWebAlgorithm.keyManagement(.ecdhESA256KW)
  /// A password, through PBKDF2 with SHA-256, and AES Key Wrap, 128 bits; only by opting in.
  public static let pbes2HS256A128KW = JSONWebAlgorithm.keyManagement(.pbes2HS256A128KW)
  /// A password, through PBKDF2 with SHA-384, and AES Key Wrap, 192 bits; only by opting in.
  public static let pbes2HS384A192KW = JSONWebAlgorithm.keyManagement(.pbes2HS384A192KW)
  /// A password, through PBKDF2 with SHA-512, and AES Key Wrap, 256 bits; only by opting in.
  public static let pbes2HS512A256KW = JSONWebAlgorithm.keyManagement(.pbes2HS512A256KW)

  /// AES-CBC with 128 bits, HMAC with SHA-256.
  public static let a128CBCHS256 = JSONWebAlgorithm.contentEncryption(.a128CBCHS256)
  /// AES-CBC with 192 bits, HMAC with SHA-384.
  public static let a192CBCHS384 = JSONWebAlgorithm.contentEncryption(.a192CBCHS384)
  /// AES-CBC with 256 bits, HMAC with SHA-512.
  public static let a256CBCHS512 = JSONWebAlgorithm.contentEncryption(.a256CBCHS512)
  /// AES-GCM, 128 bits.
  public static let a128GCM = JSONWebAlgorithm.contentEncryption(.a128GCM)
  /// AES-GCM, 192 bits.
  public static let a192GCM = JSONWebAlgorithm.contentEncryption(.a192GCM)
  /// AES-GCM, 256 bits.
  public static let a256GCM = JSONWebAlgorithm.contentEncryption(.a256GCM)
}
