// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A context of one encryption or decryption.
@safe
struct CipherContext: ~Copyable {
  let pointer: OpaquePointer

  init() throws(LibCryptoError) {
    unsafe pointer = try LibCryptoError.unwrap(EVP_CIPHER_CTX_new(), .failure, "EVP_CIPHER_CTX_new")
  }

  deinit { unsafe EVP_CIPHER_CTX_free(pointer) }

  /// Sets algorithm, key and initialisation vector; those that are `nil` stay as they are.
  borrowing func start(
    _ algorithm: OpaquePointer?,
    key: SecretBytes?,
    vector: Span<UInt8>?,
    isEncrypting: Bool
  ) throws(LibCryptoError) {
    defer { ERR_clear_error() }
    let direction: Int32 = isEncrypting ? 1 : 0
    var status: Int32 = 0
    func start(_ key: UnsafePointer<UInt8>?, _ vector: UnsafePointer<UInt8>?) {
      status = unsafe EVP_CipherInit_ex2(pointer, algorithm, key, vector, direction, nil)
    }
    func start(_ key: UnsafePointer<UInt8>?) {
      if let vector { unsafe vector.withPointer { unsafe start(key, $0) } } else { unsafe start(key, nil) }
    }
    if let key {
      key.withBytes { bytes in unsafe bytes.withPointer { unsafe start($0) } }
    } else {
      start(nil)
    }
    try LibCryptoError.check(status, .failure, "EVP_CipherInit_ex2")
  }

  /// Takes in bytes that are authenticated, not encrypted.
  borrowing func authenticate(_ input: Span<UInt8>) throws(LibCryptoError) {
    guard !input.isEmpty else { return }
    let count = try Int32(checked: input.count)
    var written: Int32 = 0
    let status = unsafe input.withPointer { unsafe EVP_CipherUpdate(pointer, nil, &written, $0, count) }
    try LibCryptoError.check(status, .failure, "EVP_CipherUpdate")
  }

  /// Takes in bytes, and writes what comes out where `output` begins.
  ///
  /// - Parameter output: at least as long as the input and a block of 16 bytes; of a stream cipher, as the input.
  /// - Returns: how many bytes were written.
  borrowing func update(
    _ input: Span<UInt8>,
    into output: inout [UInt8],
    _ code: LibCryptoError.Code
  ) throws(LibCryptoError) -> Int {
    guard !input.isEmpty else { return 0 }
    let count = try Int32(checked: input.count)
    var written: Int32 = 0
    var span = output.mutableSpan
    let status = unsafe span.withMutablePointer { output in
      unsafe input.withPointer { unsafe EVP_CipherUpdate(pointer, output, &written, $0, count) }
    }
    try LibCryptoError.check(status, code, "EVP_CipherUpdate")
    return Int(written)
  }

  /// Writes what is left, at most a block of 16 bytes, and checks padding or tag.
  ///
  /// - Returns: how many bytes were written.
  borrowing func finish(
    into output: inout [UInt8],
    at start: Int,
    _ code: LibCryptoError.Code
  ) throws(LibCryptoError) -> Int {
    var block = InlineArray<32, UInt8>(repeating: 0)
    var blockSpan = block.mutableSpan
    var written: Int32 = 0
    let status = unsafe blockSpan.withMutablePointer { unsafe EVP_CipherFinal_ex(pointer, $0, &written) }
    try LibCryptoError.check(status, code, "EVP_CipherFinal_ex")
    guard written >= 0, written <= 16, start + Int(written) <= output.count else {
      throw LibCryptoError(.failure, "EVP_CipherFinal_ex wrote \(written) bytes")
    }
    for index in 0..<Int(written) { output[start + index] = block[index] }
    return Int(written)
  }
}
