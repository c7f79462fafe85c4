// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A key of HMAC (RFC 2104, FIPS 198-1), ready to use by any number of threads at once.
///
/// The state of the hash once it has taken in the key is saved, and copied for each message: two blocks a message less,
/// and neither look-ups nor allocations, which together are most of what libcrypto's one-shot `HMAC()` takes. Where
/// libcrypto has no such states, or a FIPS provider is asked for, an `EVP_MAC` does the same; so it does with SHA-1,
/// which one-time passwords alone use.
@safe
package final class MessageAuthenticationKey: @unchecked Sendable {
  // Sendable: nothing writes to the saved states after `init`; libcrypto duplicates a context without changing it.

  /// The implementation that computes; both give the same.
  package enum Path: Sendable {
    /// Saved states of libcrypto's low-level hashes.
    case savedState
    /// An `EVP_MAC` of the provider that libcrypto's configuration chooses.
    case provider

    /// `provider` where libcrypto has no low-level hashes, or `fips=yes` is among its default properties.
    package static var preferred: Path {
      let isFIPS = EVP_default_properties_is_fips_enabled(nil) == 1
      return WRIT_HAS_LOW_LEVEL_SHA == 1 && !isFIPS ? .savedState : .provider
    }
  }

  /// The states for the inner and the outer hash, in this order.
  @unsafe private enum State {
    case sha256(UnsafeMutablePointer<SHA256_CTX>)
    case sha384(UnsafeMutablePointer<SHA512_CTX>)
    case sha512(UnsafeMutablePointer<SHA512_CTX>)
    case provider(OpaquePointer)
  }

  package let hash: HashFunction
  private let state: State

  /// - Parameter key: of any length; those longer than the hash's block are hashed first, as RFC 2104 says.
  package init(
    _ key: Span<UInt8>,
    hash: HashFunction,
    path: Path = .preferred
  ) throws(LibCryptoError) {
    self.hash = hash
    switch (path, hash) {
    case (.savedState, .sha256): unsafe state = try .sha256(Self.savedSHA256(key))
    case (.savedState, .sha384): unsafe state = try .sha384(Self.savedSHA512(key, hash: hash))
    case (.savedState, .sha512): unsafe state = try .sha512(Self.savedSHA512(key, hash: hash))
    default: unsafe state = try .provider(Self.providerContext(key, hash: hash))
    }
  }

  deinit {
    switch unsafe state {
    case .sha256(let saved):
      unsafe OPENSSL_cleanse(saved, 2 * MemoryLayout<SHA256_CTX>.stride)
      unsafe saved.deallocate()
    case .sha384(let saved), .sha512(let saved):
      unsafe OPENSSL_cleanse(saved, 2 * MemoryLayout<SHA512_CTX>.stride)
      unsafe saved.deallocate()
    case .provider(let context):
      unsafe EVP_MAC_CTX_free(context)
    }
  }

  /// The code of a message, as long as the hash's digest.
  package func code(of message: Span<UInt8>) throws(LibCryptoError) -> Digest {
    var code = Digest(count: hash.digestCount)
    let status: Int32
    switch unsafe state {
    case .sha256(let saved): status = unsafe Self.compute(saved, message, &code)
    case .sha384(let saved): status = unsafe Self.compute384(saved, message, &code)
    case .sha512(let saved): status = unsafe Self.compute(saved, message, &code)
    case .provider(let context): status = unsafe Self.compute(context, message, &code)
    }
    try LibCryptoError.check(status, .failure, "HMAC")
    return code
  }

  /// Whether this is the code of the message, compared in constant time.
  package func isValid(_ candidate: Span<UInt8>, for message: Span<UInt8>) throws(LibCryptoError) -> Bool {
    let code = try code(of: message)
    return code.withBytes { isEqualInConstantTime($0, candidate) }
  }

  // MARK: Saved states

  // A state that has been finished holds the digest only: there is nothing of the key to wipe on the stack.

  @inline(__always)
  private static func compute(
    _ saved: UnsafeMutablePointer<SHA256_CTX>,
    _ message: Span<UInt8>,
    _ code: inout Digest
  ) -> Int32 {
    unsafe code.withUnsafeMutableBytes { code in
      var state = unsafe saved[0]
      var status = unsafe message.withPointer { unsafe SHA256_Update(&state, $0, message.count) }
      status &= unsafe SHA256_Final(code, &state)
      unsafe state = saved[1]
      status &= unsafe SHA256_Update(&state, code, 32)
      return unsafe status & SHA256_Final(code, &state)
    }
  }

  private static func compute384(
    _ saved: UnsafeMutablePointer<SHA512_CTX>,
    _ message: Span<UInt8>,
    _ code: inout Digest
  ) -> Int32 {
    unsafe code.withUnsafeMutableBytes { code in
      var state = unsafe saved[0]
      var status = unsafe message.withPointer { unsafe SHA384_Update(&state, $0, message.count) }
      status &= unsafe SHA384_Final(code, &state)
      unsafe state = saved[1]
      status &= unsafe SHA384_Update(&state, code, 48)
      return unsafe status & SHA384_Final(code, &state)
    }
  }

  private static func compute(
    _ saved: UnsafeMutablePointer<SHA512_CTX>,
    _ message: Span<UInt8>,
    _ code: inout Digest
  ) -> Int32 {
    unsafe code.withUnsafeMutableBytes { code in
      var state = unsafe saved[0]
      var status = unsafe message.withPointer { unsafe SHA512_Update(&state, $0, message.count) }
      status &= unsafe SHA512_Final(code, &state)
      unsafe state = saved[1]
      status &= unsafe SHA512_Update(&state, code, 64)
      return unsafe status & SHA512_Final(code, &state)
    }
  }

  private static func savedSHA256(_ key: Span<UInt8>) throws(LibCryptoError) -> UnsafeMutablePointer<SHA256_CTX> {
    let saved = UnsafeMutablePointer<SHA256_CTX>.allocate(capacity: 2)
    unsafe saved.initialize(repeating: SHA256_CTX(), count: 2)
    do throws(LibCryptoError) {
      for (index, pad) in [UInt8(0x36), 0x5C].enumerated() {
        let block = try paddedKey(key, hash: .sha256, pad: pad)
        var status = unsafe SHA256_Init(saved + index)
        status &= block.withBytes { bytes in
          unsafe bytes.withPointer { unsafe SHA256_Update(saved + index, $0, bytes.count) }
        }
        try LibCryptoError.check(status, .failure, "SHA256_Init")
      }
    } catch {
      unsafe saved.deallocate()
      throw error
    }
    return unsafe saved
  }

  private static func savedSHA512(
    _ key: Span<UInt8>,
    hash: HashFunction
  ) throws(LibCryptoError) -> UnsafeMutablePointer<SHA512_CTX> {
    let saved = UnsafeMutablePointer<SHA512_CTX>.allocate(capacity: 2)
    unsafe saved.initialize(repeating: SHA512_CTX(), count: 2)
    do throws(LibCryptoError) {
      for (index, pad) in [UInt8(0x36), 0x5C].enumerated() {
        let block = try paddedKey(key, hash: hash, pad: pad)
        var status = unsafe hash == .sha384 ? SHA384_Init(saved + index) : SHA512_Init(saved + index)
        status &= block.withBytes { bytes in
          unsafe bytes.withPointer { unsafe SHA512_Update(saved + index, $0, bytes.count) }
        }
        try LibCryptoError.check(status, .failure, "SHA512_Init")
      }
    } catch {
      unsafe saved.deallocate()
      throw error
    }
    return unsafe saved
  }

  /// The key, hashed if it is longer than a block, filled up with zeros and combined with a pad (RFC 2104, section 2).
  private static func paddedKey(
    _ key: Span<UInt8>,
    hash: HashFunction,
    pad: UInt8
  ) throws(LibCryptoError) -> SecretBytes {
    let hashed = key.count > hash.blockCount ? try hash.digest(of: key) : nil
    return SecretBytes(count: hash.blockCount) { block in
      for index in block.indices { block[index] = pad }
      if let hashed {
        hashed.withBytes { for index in $0.indices { block[index] ^= $0[index] } }
      } else {
        for index in key.indices { block[index] ^= key[index] }
      }
    }
  }

  // MARK: Provider

  private static let algorithm = FetchedAlgorithm(mac: "HMAC")

  private static func providerContext(
    _ key: Span<UInt8>,
    hash: HashFunction
  ) throws(LibCryptoError) -> OpaquePointer {
    // EVP_MAC_CTX_new would follow a null pointer.
    let algorithm = unsafe try LibCryptoError.unwrap(Self.algorithm.pointer, .failure, "EVP_MAC_fetch")
    let context = unsafe try LibCryptoError.unwrap(EVP_MAC_CTX_new(algorithm), .failure, "EVP_MAC_CTX_new")
    var parameters = Parameters()
    parameters.append("digest", text: "\(hash.name)")
    let status = unsafe parameters.withList { list in
      // Where a key is empty and has no address, any will do: null would mean to keep the key before.
      unsafe key.withPointer { unsafe EVP_MAC_init(context, $0 ?? hash.name.utf8Start, key.count, list) }
    }
    guard status == 1 else {
      unsafe EVP_MAC_CTX_free(context)
      throw .drained(.failure, "EVP_MAC_init")
    }
    return unsafe context
  }

  private static func compute(_ context: OpaquePointer, _ message: Span<UInt8>, _ code: inout Digest) -> Int32 {
    let copy = unsafe EVP_MAC_CTX_dup(context)
    guard unsafe copy != nil else { return 0 }
    defer { unsafe EVP_MAC_CTX_free(copy) }
    var count = 0
    return unsafe code.withUnsafeMutableBytes { code in
      guard unsafe message.withPointer({ unsafe EVP_MAC_update(copy, $0, message.count) }) == 1 else { return 0 }
      return unsafe EVP_MAC_final(copy, code, &count, 64)
    }
  }
}
