// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Keys encrypted by keys: AES Key Wrap with the default initial value (RFC 3394).
package enum AESKeyWrap {
  /// Bytes that a wrapped key is longer.
  package static let overheadCount = 8

  private static let wrap128 = FetchedAlgorithm(cipher: "AES-128-WRAP")
  private static let wrap192 = FetchedAlgorithm(cipher: "AES-192-WRAP")
  private static let wrap256 = FetchedAlgorithm(cipher: "AES-256-WRAP")

  /// - Parameter key: to be wrapped; 16 bytes or more, a multiple of 8.
  package static func wrap(_ key: SecretBytes, with wrappingKey: SecretBytes) throws(LibCryptoError) -> [UInt8] {
    guard key.count >= 16, key.count % 8 == 0 else {
      throw LibCryptoError(.parameter, "a key of \(key.count) bytes cannot be wrapped")
    }
    let context = try CipherContext()
    try start(context, wrappingKey, isEncrypting: true)
    var wrapped = [UInt8](repeating: 0, count: key.count + 2 * overheadCount)
    let written = try key.withBytes { (key) throws(LibCryptoError) in
      try context.update(key, into: &wrapped, .failure)
    }
    wrapped.removeLast(wrapped.count - written)
    return wrapped
  }

  package static func unwrap(
    _ wrapped: Span<UInt8>,
    with wrappingKey: SecretBytes
  ) throws(LibCryptoError) -> SecretBytes {
    guard wrapped.count >= 24, wrapped.count % 8 == 0 else {
      throw LibCryptoError(.authentication, "a wrapped key has \(wrapped.count) bytes")
    }
    let context = try CipherContext()
    try start(context, wrappingKey, isEncrypting: false)
    var key = [UInt8](repeating: 0, count: wrapped.count + overheadCount)
    defer { wipe(&key) }
    let written = try context.update(wrapped, into: &key, .authentication)
    return SecretBytes(copying: key.span.extracting(first: written))
  }

  private static func start(
    _ context: borrowing CipherContext,
    _ key: SecretBytes,
    isEncrypting: Bool
  ) throws(LibCryptoError) {
    let algorithm =
      switch try AESKeySize(of: key) {
      case .bits128: unsafe wrap128.pointer
      case .bits192: unsafe wrap192.pointer
      case .bits256: unsafe wrap256.pointer
      }
    unsafe EVP_CIPHER_CTX_set_flags(context.pointer, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
    unsafe try context.start(algorithm, key: key, vector: nil, isEncrypting: isEncrypting)
  }
}
