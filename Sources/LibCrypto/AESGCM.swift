// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// AES in Galois/Counter Mode (NIST SP 800-38D) with the vector and the tag that JOSE prescribes (RFC 7518, 5.3).
package enum AESGCM {
  /// Bytes of an initialisation vector.
  package static let vectorCount = 12
  /// Bytes of an authentication tag.
  package static let tagCount = 16

  private static let gcm128 = FetchedAlgorithm(cipher: "AES-128-GCM")
  private static let gcm192 = FetchedAlgorithm(cipher: "AES-192-GCM")
  private static let gcm256 = FetchedAlgorithm(cipher: "AES-256-GCM")

  /// The ciphertext, as long as the plaintext, and its tag.
  ///
  /// - Parameter vector: 12 bytes, never the same twice with one key.
  package static func seal(
    _ plaintext: Span<UInt8>,
    key: SecretBytes,
    vector: Span<UInt8>,
    additionalData: Span<UInt8>
  ) throws(LibCryptoError) -> (ciphertext: [UInt8], tag: [UInt8]) {
    let context = try CipherContext()
    try start(context, key: key, vector: vector, isEncrypting: true)
    try context.authenticate(additionalData)
    var ciphertext = [UInt8](repeating: 0, count: plaintext.count)
    let written = try context.update(plaintext, into: &ciphertext, .failure)
    _ = try context.finish(into: &ciphertext, at: written, .failure)
    var tag = [UInt8](repeating: 0, count: tagCount)
    var span = tag.mutableSpan
    let status = unsafe span.withMutablePointer {
      unsafe EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), $0)
    }
    try LibCryptoError.check(status, .failure, "EVP_CTRL_AEAD_GET_TAG")
    return (ciphertext, tag)
  }

  /// The plaintext; a tag of another length than 16 bytes is refused like a wrong one.
  package static func open(
    _ ciphertext: Span<UInt8>,
    tag: Span<UInt8>,
    key: SecretBytes,
    vector: Span<UInt8>,
    additionalData: Span<UInt8>
  ) throws(LibCryptoError) -> [UInt8] {
    guard tag.count == tagCount else {
      throw LibCryptoError(.authentication, "a tag has \(tag.count) bytes, expected \(tagCount)")
    }
    let context = try CipherContext()
    try start(context, key: key, vector: vector, isEncrypting: false)
    try context.authenticate(additionalData)
    var plaintext = [UInt8](repeating: 0, count: ciphertext.count)
    do throws(LibCryptoError) {
      let written = try context.update(ciphertext, into: &plaintext, .authentication)
      let status = unsafe tag.withPointer {
        // Only read, though libcrypto's signature does not say so.
        unsafe EVP_CIPHER_CTX_ctrl(
          context.pointer,
          EVP_CTRL_AEAD_SET_TAG,
          Int32(tagCount),
          UnsafeMutablePointer(mutating: $0)
        )
      }
      try LibCryptoError.check(status, .failure, "EVP_CTRL_AEAD_SET_TAG")
      _ = try context.finish(into: &plaintext, at: written, .authentication)
    } catch {
      // Unauthentic plaintext must not be seen.
      wipe(&plaintext)
      throw error
    }
    return plaintext
  }

  private static func start(
    _ context: borrowing CipherContext,
    key: SecretBytes,
    vector: Span<UInt8>,
    isEncrypting: Bool
  ) throws(LibCryptoError) {
    guard vector.count == vectorCount else {
      throw LibCryptoError(.parameter, "an initialisation vector has \(vector.count) bytes, expected \(vectorCount)")
    }
    let algorithm =
      switch try AESKeySize(of: key) {
      case .bits128: unsafe gcm128.pointer
      case .bits192: unsafe gcm192.pointer
      case .bits256: unsafe gcm256.pointer
      }
    unsafe try context.start(algorithm, key: key, vector: vector, isEncrypting: isEncrypting)
  }
}
