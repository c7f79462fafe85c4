// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

extension PublicKeyHandle {
  /// The key in DER; only RSA keys have `rsaPublicKey`.
  package func der(_ encoding: KeyEncoding) throws(LibCryptoError) -> [UInt8] {
    switch encoding {
    case .subjectPublicKeyInfo: unsafe try encoded { unsafe i2d_PUBKEY(key.pointer, $0) }.copy()
    case .rsaPublicKey where kind == .rsa: unsafe try encoded { unsafe i2d_PublicKey(key.pointer, $0) }.copy()
    default: throw LibCryptoError(.parameter, "this public key cannot be written as \(encoding.label)")
    }
  }
}

extension PrivateKeyHandle {
  /// Iterations of PBKDF2 that opening an encrypted key may take: half a second, or less.
  package static let maximumIterations = 1_000_000

  /// The key in DER, unencrypted; only RSA keys have `rsaPrivateKey`, only those of ECDSA's curves `ecPrivateKey`.
  package func der(_ encoding: KeyEncoding) throws(LibCryptoError) -> SecretBytes {
    switch (encoding, kind) {
    case (.privateKeyInfo, _):
      let info = unsafe try LibCryptoError.unwrap(EVP_PKEY2PKCS8(key.pointer), .failure, "EVP_PKEY2PKCS8")
      defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
      return unsafe try encoded { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
    case (.rsaPrivateKey, .rsa): return unsafe try encoded { unsafe i2d_PrivateKey(key.pointer, $0) }
    case (.ecPrivateKey, .curve(let curve)) where curve.hasCoordinates:
      return unsafe try encoded { unsafe i2d_PrivateKey(key.pointer, $0) }
    default: throw LibCryptoError(.parameter, "this private key cannot be written as \(encoding.label)")
    }
  }

  /// The key as PKCS #8 under a password: PBES2 with PBKDF2, HMAC with SHA-256, 600,000 iterations, AES-256 (RFC 8018).
  package func der(encryptedBy password: SecretBytes) throws(LibCryptoError) -> SecretBytes {
    let info = unsafe try LibCryptoError.unwrap(EVP_PKEY2PKCS8(key.pointer), .failure, "EVP_PKEY2PKCS8")
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
    let length = try Int32(checked: password.count)
    let sealed = unsafe password.withBytes { bytes in
      unsafe bytes.withPointer { bytes in
        // No salt given: libcrypto draws one of its own.
        unsafe PKCS8_encrypt(
          -1,
          EVP_aes_256_cbc(),
          UnsafeRawPointer(bytes)?.assumingMemoryBound(to: CChar.self),
          length,
          nil,
          16,
          600_000,
          info
        )
      }
    }
    guard let sealed = unsafe sealed else { throw .drained(.failure, "PKCS8_encrypt") }
    defer { unsafe X509_SIG_free(sealed) }
    return unsafe try encoded { unsafe i2d_X509_SIG(sealed, $0) }
  }
}

/// Encodes with one of libcrypto's `i2d` functions.
private func encoded(
  _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(LibCryptoError) -> SecretBytes {
  // Also what libcrypto queues where it gets by without memory that it wanted.
  defer { ERR_clear_error() }
  let count = write(nil)
  guard count > 0 else { throw .drained(.failure, "encoding a key") }
  var written: Int32 = 0
  let bytes = SecretBytes(count: Int(count)) { bytes in
    written = unsafe bytes.withMutablePointer { start in
      var position = unsafe start
      return unsafe write(&position)
    }
  }
  guard written == count else { throw .drained(.failure, "encoding a key") }
  return bytes
}
