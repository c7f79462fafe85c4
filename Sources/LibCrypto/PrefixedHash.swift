// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// SHA-256 of messages behind a secret random block: digests that name messages in a table.
///
/// Who chooses the messages can neither foresee where they fall nor find two of one digest. The state of the hash after
/// the block is saved, and copied for each message, as ``MessageAuthenticationKey`` does it. Any number of threads may
/// hash at once.
@safe
package final class PrefixedHash: @unchecked Sendable {
  // Sendable: nothing writes to the saved state after `init`; libcrypto copies a context without changing it.

  @unsafe private enum State {
    case saved(UnsafeMutablePointer<SHA256_CTX>)
    case provider(OpaquePointer)
  }

  private let state: State

  package init(path: MessageAuthenticationKey.Path = .preferred) throws(LibCryptoError) {
    let prefix = try Randomness.secretBytes(HashFunction.sha256.blockCount)
    switch path {
    case .savedState:
      let saved = UnsafeMutablePointer<SHA256_CTX>.allocate(capacity: 1)
      unsafe saved.initialize(to: SHA256_CTX())
      let status = prefix.withBytes { prefix in
        let status = unsafe SHA256_Init(saved)
        return unsafe status & prefix.withPointer { unsafe SHA256_Update(saved, $0, prefix.count) }
      }
      guard status == 1 else {
        unsafe saved.deallocate()
        throw .drained(.failure, "SHA256_Init")
      }
      unsafe state = .saved(saved)
    case .provider:
      let algorithm = unsafe try HashFunction.sha256.fetched()
      let context = unsafe try LibCryptoError.unwrap(EVP_MD_CTX_new(), .failure, "EVP_MD_CTX_new")
      // One after the other: a context that was not set up is not to be used.
      let status = prefix.withBytes { prefix in
        guard unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1 else { return Int32(0) }
        return unsafe prefix.withPointer { unsafe EVP_DigestUpdate(context, $0, prefix.count) }
      }
      guard status == 1 else {
        unsafe EVP_MD_CTX_free(context)
        throw .drained(.failure, "EVP_DigestInit_ex")
      }
      unsafe state = .provider(context)
    }
  }

  deinit {
    switch unsafe state {
    case .saved(let saved):
      unsafe OPENSSL_cleanse(saved, MemoryLayout<SHA256_CTX>.stride)
      unsafe saved.deallocate()
    case .provider(let context): unsafe EVP_MD_CTX_free(context)
    }
  }

  /// The digest of the block and the message.
  package func digest(of message: Span<UInt8>) throws(LibCryptoError) -> DigestKey {
    var words = InlineArray<4, UInt64>(repeating: 0)
    var span = words.mutableSpan
    let status: Int32 = unsafe span.withUnsafeMutableBytes { digest in
      let digest = unsafe digest.baseAddress?.assumingMemoryBound(to: UInt8.self)
      switch unsafe state {
      case .saved(let saved):
        var copy = unsafe saved.pointee
        let status = unsafe message.withPointer { unsafe SHA256_Update(&copy, $0, message.count) }
        return unsafe status & SHA256_Final(digest, &copy)
      case .provider(let context):
        guard let copy = unsafe EVP_MD_CTX_new() else { return 0 }
        defer { unsafe EVP_MD_CTX_free(copy) }
        guard unsafe EVP_MD_CTX_copy_ex(copy, context) == 1,
          unsafe message.withPointer({ unsafe EVP_DigestUpdate(copy, $0, message.count) }) == 1
        else { return 0 }
        return unsafe EVP_DigestFinal_ex(copy, digest, nil)
      }
    }
    try LibCryptoError.check(status, .failure, "SHA256")
    return DigestKey(
      first: UInt64(bigEndian: words[0]),
      second: UInt64(bigEndian: words[1]),
      third: UInt64(bigEndian: words[2]),
      fourth: UInt64(bigEndian: words[3])
    )
  }
}
