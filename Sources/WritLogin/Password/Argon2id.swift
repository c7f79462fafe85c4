// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

#if Argon2
  internal import CArgon2
#endif

/// Argon2id, version 1.3 (RFC 9106), through libargon2.
enum Argon2id {
  /// - Parameters:
  ///   - memory: m in KiB.
  ///   - count: bytes of the output.
  static func derive(
    _ password: SecretBytes,
    salt: [UInt8],
    memory: Int,
    iterations: Int,
    parallelism: Int,
    count: Int
  ) throws(PasswordError) -> SecretBytes {
    #if Argon2
      guard let memory = UInt32(exactly: memory), let iterations = UInt32(exactly: iterations),
        let parallelism = UInt32(exactly: parallelism)
      else { throw PasswordError(.configuration, "the parameters are out of Argon2id's range") }
      var status: Int32 = -1
      let output = SecretBytes(count: count) { output in
        password.withBytes { password in
          status = unsafe output.withUnsafeMutableBytes { output in
            unsafe password.withUnsafeBytes { password in
              unsafe salt.withUnsafeBytes { salt in
                // libargon2 wipes its memory before it frees it.
                unsafe argon2id_hash_raw(
                  iterations,
                  memory,
                  parallelism,
                  password.baseAddress,
                  password.count,
                  salt.baseAddress,
                  salt.count,
                  output.baseAddress,
                  output.count
                )
              }
            }
          }
        }
      }
      guard status == ARGON2_OK.rawValue else {
        throw PasswordError(.failure, "libargon2 failed with the status \(status)")
      }
      return output
    #else
      throw PasswordError(
        .unsupportedHash,
        "a hash of Argon2id needs the trait Argon2; turn it on in the dependency on Writ"
      )
    #endif
  }
}
