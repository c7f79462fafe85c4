// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

#if canImport(CCrypt)
  internal import CCrypt
#endif

/// The system's crypt_r: bcrypt and SHA-crypt, only to verify what other programs stored.
enum SystemCrypt {
  /// Bytes of the longest password that libxcrypt takes.
  static let maximumBytes = 511
  /// Bytes of a password that bcrypt hashes.
  static let bcryptBytes = PasswordLimits.bcryptBytes

  /// Whether a stored hash is that of a password.
  ///
  /// bcrypt looks at ``bcryptBytes`` and no further: a longer password is taken when those are right. SHA-crypt looks
  /// at all. A program that cut passwords at a NUL has hashed what stands before it; a password with a NUL is never
  /// taken. `$2x$`, and the forms that cut at eight bytes (DES) or were made with other faults, are refused by
  /// ``CryptText``.
  ///
  /// - Parameters:
  ///   - password: as it was typed, without NUL; one that is too long for the system is none.
  ///   - hash: checked by ``StoredHash``.
  static func isHash(_ hash: [UInt8], of password: SecretBytes) throws(PasswordError) -> Bool {
    #if canImport(CCrypt)
      guard password.count <= maximumBytes else { return false }
      let setting = hash + [0]
      let phrase = SecretBytes(count: password.count + 1) { phrase in
        password.withBytes { for index in $0.indices { phrase[index] = $0[index] } }
      }
      // What crypt_r keeps between the lines is wiped with it.
      var result: [UInt8] = []
      _ = SecretBytes(count: MemoryLayout<crypt_data>.size) { memory in
        phrase.withBytes { phrase in
          unsafe memory.withUnsafeMutableBytes { memory in
            guard let data = unsafe memory.baseAddress?.bindMemory(to: crypt_data.self, capacity: 1) else { return }
            unsafe phrase.withUnsafeBytes { phrase in
              unsafe setting.withUnsafeBytes { setting in
                guard let phrase = unsafe phrase.bindMemory(to: CChar.self).baseAddress,
                  let setting = unsafe setting.bindMemory(to: CChar.self).baseAddress,
                  let text = unsafe crypt_r(phrase, setting, data)
                else { return }
                // One byte more than wanted tells a longer text from the right one.
                while result.count <= hash.count, unsafe text[result.count] != 0 {
                  result.append(UInt8(bitPattern: unsafe text[result.count]))
                }
              }
            }
          }
        }
      }
      // A failure is a text that begins with "*" and is shorter than any hash.
      guard result.count == hash.count, result.first == UInt8(ascii: "$") else {
        throw PasswordError(.failure, "the system's crypt_r cannot compute a stored hash")
      }
      return isEqualInConstantTime(result.span, hash.span)
    #else
      throw PasswordError(.unsupportedHash, "this system has no crypt_r for a stored hash")
    #endif
  }
}
