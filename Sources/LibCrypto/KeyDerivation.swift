// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Keys made from other secrets.
package enum KeyDerivation {
  private static let hkdf = FetchedAlgorithm(kdf: "HKDF")

  /// HKDF, extract and expand (RFC 5869).
  ///
  /// - Parameter count: bytes of the derived key, at most 255 digests.
  package static func hkdf(
    _ secret: SecretBytes,
    salt: Span<UInt8>,
    info: Span<UInt8>,
    count: Int,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    var parameters = Parameters()
    parameters.append("digest", text: "\(hash.name)")
    secret.withBytes { parameters.append("key", octets: $0) }
    parameters.append("salt", octets: salt)
    parameters.append("info", octets: info)
    let context = unsafe try LibCryptoError.check(EVP_KDF_CTX_new(hkdf.pointer), .failure, "EVP_KDF_CTX_new")
    defer { unsafe EVP_KDF_CTX_free(context) }
    guard count > 0 else { throw LibCryptoError(.parameter, "a derived key of \(count) bytes was asked for") }
    var status: Int32 = 0
    let key = SecretBytes(count: count) { key in
      status = unsafe key.withMutablePointer { key in
        unsafe parameters.withList { unsafe EVP_KDF_derive(context, key, count, $0) }
      }
    }
    try LibCryptoError.check(status, .parameter, "EVP_KDF_derive")
    return key
  }
}
