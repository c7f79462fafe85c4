// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Keys made from other secrets.
package enum KeyDerivation {
  private static let hkdf = FetchedAlgorithm(kdf: "HKDF")
  private static let singleStep = FetchedAlgorithm(kdf: "SSKDF")
  private static let pbkdf2 = FetchedAlgorithm(kdf: "PBKDF2")

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
    return unsafe try derive(hkdf.pointer, parameters, count)
  }

  /// The Concat KDF: one step with a hash (NIST SP 800-56A, 5.8.1; RFC 7518, 4.6.2).
  ///
  /// - Parameters:
  ///   - info: everything that is hashed beside the counter and the secret.
  ///   - count: bytes of the derived key.
  package static func concatenation(
    _ secret: SecretBytes,
    info: Span<UInt8>,
    count: Int,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    var parameters = Parameters()
    parameters.append("digest", text: "\(hash.name)")
    secret.withBytes { parameters.append("key", octets: $0) }
    parameters.append("info", octets: info)
    return unsafe try derive(singleStep.pointer, parameters, count)
  }

  /// PBKDF2 with HMAC (RFC 8018, 5.2).
  ///
  /// - Parameters:
  ///   - iterations: 1 or more; the time it takes grows with them.
  ///   - count: bytes of the derived key.
  package static func pbkdf2(
    _ password: SecretBytes,
    salt: Span<UInt8>,
    iterations: Int,
    count: Int,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    guard iterations > 0 else { throw LibCryptoError(.parameter, "PBKDF2 was asked for \(iterations) iterations") }
    let number = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(iterations) >> (56 - 8 * $0)) }
    var parameters = Parameters()
    parameters.append("digest", text: "\(hash.name)")
    password.withBytes { parameters.append("pass", octets: $0) }
    parameters.append("salt", octets: salt)
    parameters.append("iter", integer: number.span)
    return unsafe try derive(pbkdf2.pointer, parameters, count)
  }

  private static func derive(
    _ algorithm: OpaquePointer?,
    _ parameters: borrowing Parameters,
    _ count: Int
  ) throws(LibCryptoError) -> SecretBytes {
    guard count > 0 else { throw LibCryptoError(.parameter, "a derived key of \(count) bytes was asked for") }
    defer { ERR_clear_error() }
    let context = unsafe try LibCryptoError.check(EVP_KDF_CTX_new(algorithm), .failure, "EVP_KDF_CTX_new")
    defer { unsafe EVP_KDF_CTX_free(context) }
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
