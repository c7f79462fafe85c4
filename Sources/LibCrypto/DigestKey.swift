// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A digest of 256 bits that is the key of a table, or names a record.
package struct DigestKey: Sendable, Hashable {
  /// The digest, eight bytes a word, the first ones highest.
  package let first, second, third, fourth: UInt64

  /// Bits that are as random as the digest, to choose a part of the table by.
  package var selector: UInt64 { second }

  /// Part of a digest is as good as all of it, to find a place by; equality compares all.
  package func hash(into hasher: inout Hasher) { hasher.combine(first) }
}

extension DigestKey {
  /// The SHA-256 of some bytes (FIPS 180-4).
  ///
  /// - Parameter asBlock: whether 32 bytes may be hashed as the one block they are, by libcrypto's low-level hash.
  /// - Throws: ``LibCryptoError`` with the code `failure`.
  @inline(__always)
  package init(
    hashing bytes: Span<UInt8>,
    asBlock: Bool = HashFunction.hasLowLevelSHA
  ) throws(LibCryptoError) {
    if asBlock, bytes.count == 32 {
      try self.init(hashingBlock: bytes)
    } else {
      self.init(try HashFunction.sha256.digest(of: bytes))
    }
  }

  /// The SHA-256 of 32 bytes, which are one block with their padding (section 5.1.1): half of what it costs with
  /// libcrypto's.
  private init(hashingBlock bytes: Span<UInt8>) throws(LibCryptoError) {
    // SHA-256's padding: the bytes, a one bit, and the length of 256 bits.
    var block = InlineArray<8, UInt64>(repeating: 0)
    // INVARIANT: 32 bytes are there.
    for index in 0..<4 {
      block[index] = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 8 * index, as: UInt64.self)
    }
    block[4] = (UInt64(1) << 63).bigEndian
    block[7] = UInt64(256).bigEndian
    var state = SHA256_CTX()
    try LibCryptoError.check(unsafe SHA256_Init(&state), .failure, "SHA256_Init")
    let span = block.span
    unsafe span.withUnsafeBytes { unsafe SHA256_Transform(&state, $0.baseAddress) }
    let words = state.h
    @inline(__always)
    func word(_ high: UInt32, _ low: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
    first = word(words.0, words.1)
    second = word(words.2, words.3)
    third = word(words.4, words.5)
    fourth = word(words.6, words.7)
  }

  private init(_ digest: Digest) {
    func word(_ offset: Int) -> UInt64 {
      digest.withBytes { bytes in
        // INVARIANT: it is one of SHA-256, and has 32 bytes.
        unsafe UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
      }
    }
    (first, second, third, fourth) = (word(0), word(8), word(16), word(24))
  }
}
