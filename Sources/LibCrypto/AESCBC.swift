// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// AES in Cipher Block Chaining (NIST SP 800-38A) with the padding of PKCS #7 (RFC 5652, 6.3).
///
/// Not authenticated: only what has been authenticated before may be opened, or the padding becomes an oracle.
package enum AESCBC {
  /// Bytes of an initialisation vector, and of a block.
  package static let vectorCount = 16

  private static let cbc128 = FetchedAlgorithm(cipher: "AES-128-CBC")
  private static let cbc192 = FetchedAlgorithm(cipher: "AES-192-CBC")
  private static let cbc256 = FetchedAlgorithm(cipher: "AES-256-CBC")

  package static func encrypt(
    _ plaintext: Span<UInt8>,
    key: SecretBytes,
    vector: Span<UInt8>
  ) throws(LibCryptoError) -> [UInt8] {
    try transform(plaintext, key: key, vector: vector, isEncrypting: true)
  }

  package static func decrypt(
    _ ciphertext: Span<UInt8>,
    key: SecretBytes,
    vector: Span<UInt8>
  ) throws(LibCryptoError) -> [UInt8] {
    try transform(ciphertext, key: key, vector: vector, isEncrypting: false)
  }

  private static func transform(
    _ input: Span<UInt8>,
    key: SecretBytes,
    vector: Span<UInt8>,
    isEncrypting: Bool
  ) throws(LibCryptoError) -> [UInt8] {
    guard vector.count == vectorCount else {
      throw LibCryptoError(.parameter, "an initialisation vector has \(vector.count) bytes, expected \(vectorCount)")
    }
    let algorithm =
      switch try AESKeySize(of: key) {
      case .bits128: unsafe cbc128.pointer
      case .bits192: unsafe cbc192.pointer
      case .bits256: unsafe cbc256.pointer
      }
    let context = try CipherContext()
    unsafe try context.start(algorithm, key: key, vector: vector, isEncrypting: isEncrypting)
    let code: LibCryptoError.Code = isEncrypting ? .failure : .authentication
    var output = [UInt8](repeating: 0, count: input.count + vectorCount)
    do throws(LibCryptoError) {
      var written = try context.update(input, into: &output, code)
      written += try context.finish(into: &output, at: written, code)
      output.removeLast(output.count - written)
    } catch {
      wipe(&output)
      throw error
    }
    return output
  }
}
