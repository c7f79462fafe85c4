// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Keys made from other secrets.
package enum KeyDerivation {
  private static let hkdf = FetchedAlgorithm(kdf: "HKDF")
  private static let pbkdf2 = FetchedAlgorithm(kdf: "PBKDF2")
  private static let scrypt = FetchedAlgorithm(kdf: "SCRYPT")

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
  /// Not libcrypto's SSKDF: that of 3.0 ends the process where memory runs out.
  ///
  /// - Parameters:
  ///   - info: everything that is hashed beside the counter and the secret.
  ///   - count: bytes of the derived key, at most 255 digests.
  package static func concatenation(
    _ secret: SecretBytes,
    info: Span<UInt8>,
    count: Int,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    guard 1...(255 * hash.digestCount) ~= count else {
      throw LibCryptoError(.parameter, "a derived key of \(count) bytes was asked for")
    }
    return try SecretBytes(count: count) { (key) throws(LibCryptoError) in
      for start in stride(from: 0, to: count, by: hash.digestCount) {
        // The counter has four bytes and begins with 1; the bound of the count keeps it below 256.
        let counter = UInt8(truncatingIfNeeded: start / hash.digestCount + 1)
        let message = SecretBytes(count: 4 + secret.count + info.count) { message in
          message[3] = counter
          secret.withBytes { secret in for index in secret.indices { message[4 + index] = secret[index] } }
          for index in info.indices { message[4 + secret.count + index] = info[index] }
        }
        var digest = try message.withBytes { (message) throws(LibCryptoError) in try hash.digest(of: message) }
        digest.withBytes { digest in
          for index in 0..<min(digest.count, count - start) { key[start + index] = digest[index] }
        }
        digest.wipe()
      }
    }
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
    var parameters = Parameters()
    parameters.append("digest", text: "\(hash.name)")
    password.withBytes { parameters.append("pass", octets: $0) }
    parameters.append("salt", octets: salt)
    parameters.append("iter", number: UInt64(iterations))
    return unsafe try derive(pbkdf2.pointer, parameters, count)
  }

  /// Bytes of memory that scrypt takes, `nil` for parameters that it does not have.
  ///
  /// - Parameters:
  ///   - logCost: the binary logarithm of N.
  ///   - blockSize: r.
  ///   - parallelism: p.
  package static func scryptMemory(logCost: Int, blockSize: Int, parallelism: Int) -> Int? {
    // The bounds of RFC 7914, section 6, and such that nothing below overflows.
    guard (1...40).contains(logCost), (1...(1 << 20)).contains(blockSize), (1...(1 << 20)).contains(parallelism),
      logCost < 16 * blockSize, blockSize * parallelism < 1 << 30
    else { return nil }
    return (128 * blockSize) * ((1 << logCost) + parallelism + 2)
  }

  /// scrypt (RFC 7914).
  ///
  /// - Parameters:
  ///   - logCost: the binary logarithm of N, the cost in time and memory.
  ///   - blockSize: r, in 128 bytes.
  ///   - parallelism: p.
  ///   - count: bytes of the derived key.
  package static func scrypt(
    _ password: SecretBytes,
    salt: Span<UInt8>,
    logCost: Int,
    blockSize: Int,
    parallelism: Int,
    count: Int
  ) throws(LibCryptoError) -> SecretBytes {
    guard let memory = scryptMemory(logCost: logCost, blockSize: blockSize, parallelism: parallelism) else {
      throw LibCryptoError(.parameter, "scrypt has no such cost, block size or parallelism")
    }
    var parameters = Parameters()
    password.withBytes { parameters.append("pass", octets: $0) }
    parameters.append("salt", octets: salt)
    parameters.append("n", number: 1 << UInt64(logCost))
    parameters.append("r", number: UInt64(blockSize))
    parameters.append("p", number: UInt64(parallelism))
    // libcrypto refuses more than 32 MiB unless it is told.
    parameters.append("maxmem_bytes", number: UInt64(memory))
    return unsafe try derive(scrypt.pointer, parameters, count)
  }

  private static func derive(
    _ algorithm: OpaquePointer?,
    _ parameters: borrowing Parameters,
    _ count: Int
  ) throws(LibCryptoError) -> SecretBytes {
    guard count > 0 else { throw LibCryptoError(.parameter, "a derived key of \(count) bytes was asked for") }
    defer { ERR_clear_error() }
    let context = unsafe try LibCryptoError.unwrap(EVP_KDF_CTX_new(algorithm), .failure, "EVP_KDF_CTX_new")
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
