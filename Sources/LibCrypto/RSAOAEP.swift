// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// RSAES-OAEP, MGF1 with the same hash, no label (RFC 8017, 7.1; RFC 7518, 4.3).
package enum RSAOAEP {
  package static func encrypt(
    _ plaintext: SecretBytes,
    for key: PublicKeyHandle,
    hash: HashFunction
  ) throws(LibCryptoError) -> [UInt8] {
    guard key.kind == .rsa else { throw LibCryptoError(.parameter, "RSA-OAEP needs an RSA key") }
    return unsafe try key.key.withContext { (context) throws(LibCryptoError) in
      unsafe try LibCryptoError.check(EVP_PKEY_encrypt_init(context), .failure, "EVP_PKEY_encrypt_init")
      unsafe try configure(context, hash)
      var count = Int(unsafe EVP_PKEY_get_size(key.key.pointer))
      var ciphertext = [UInt8](repeating: 0, count: count)
      let status = plaintext.withBytes { bytes in
        unsafe bytes.withPointer { unsafe EVP_PKEY_encrypt(context, &ciphertext, &count, $0, bytes.count) }
      }
      try LibCryptoError.check(status, .parameter, "EVP_PKEY_encrypt")
      return ciphertext
    }
  }

  package static func decrypt(
    _ ciphertext: Span<UInt8>,
    with key: PrivateKeyHandle,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    guard key.kind == .rsa else { throw LibCryptoError(.parameter, "RSA-OAEP needs an RSA key") }
    return unsafe try key.key.withContext { (context) throws(LibCryptoError) in
      unsafe try LibCryptoError.check(EVP_PKEY_decrypt_init(context), .failure, "EVP_PKEY_decrypt_init")
      unsafe try configure(context, hash)
      var count = Int(unsafe EVP_PKEY_get_size(key.key.pointer))
      guard ciphertext.count == count else {
        throw LibCryptoError(.authentication, "a ciphertext has \(ciphertext.count) bytes, expected \(count)")
      }
      var plaintext = [UInt8](repeating: 0, count: count)
      defer { wipe(&plaintext) }
      let status = unsafe ciphertext.withPointer {
        unsafe EVP_PKEY_decrypt(context, &plaintext, &count, $0, ciphertext.count)
      }
      try LibCryptoError.check(status, .authentication, "EVP_PKEY_decrypt")
      return SecretBytes(copying: plaintext.span.extracting(first: count))
    }
  }

  private static func configure(_ context: OpaquePointer, _ hash: HashFunction) throws(LibCryptoError) {
    let digest = unsafe try hash.fetched()
    unsafe try LibCryptoError.check(
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING),
      .failure,
      "RSA padding"
    )
    unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_rsa_oaep_md(context, digest), .failure, "OAEP hash")
    unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest), .failure, "MGF1 hash")
  }
}
