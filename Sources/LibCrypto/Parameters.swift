// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A list of named values for a provider of libcrypto, wiped when it ends.
@safe
struct Parameters: ~Copyable {
  private var list: [OSSL_PARAM] = unsafe []
  private var buffers: [UnsafeMutableRawBufferPointer] = unsafe []

  deinit {
    for index in unsafe buffers.indices {
      unsafe OPENSSL_cleanse(buffers[index].baseAddress, buffers[index].count)
      unsafe buffers[index].deallocate()
    }
  }

  // The list points to the names, which is why they are static.

  mutating func append(_ name: StaticString, text: String) {
    append(name, type: OSSL_PARAM_UTF8_STRING, copying: text.utf8.span)
  }

  mutating func append(_ name: StaticString, octets: Span<UInt8>) {
    append(name, type: OSSL_PARAM_OCTET_STRING, copying: octets)
  }

  /// An unsigned integer, its most significant byte first.
  mutating func append(_ name: StaticString, integer: Span<UInt8>) {
    #if _endian(big)
      append(name, type: OSSL_PARAM_UNSIGNED_INTEGER, copying: integer)
    #else
      append(name, type: OSSL_PARAM_UNSIGNED_INTEGER, copying: integer, isReversed: true)
    #endif
  }

  mutating func append(_ name: StaticString, number: UInt64) {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    append(name, integer: bytes.span)
  }

  /// Appends the signatures that a key of the type RSA-PSS is restricted to.
  mutating func append(_ restriction: PSSRestriction?) {
    guard let restriction, let hash = restriction.hash else { return }
    append("digest", text: "\(hash.name)")
    append("mgf1-digest", text: "\(hash.name)")
    append("saltlen", number: UInt64(max(0, restriction.saltCount)))
  }

  private mutating func append(
    _ name: StaticString,
    type: Int32,
    copying bytes: Span<UInt8>,
    isReversed: Bool = false
  ) {
    // A zero follows: libcrypto reads some texts up to there. It also makes for an address where there are no bytes.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 16)
    unsafe buffer[bytes.count] = 0
    for index in bytes.indices {
      unsafe buffer[isReversed ? bytes.count - 1 - index : index] = bytes[index]
    }
    unsafe buffers.append(buffer)
    unsafe list.append(
      OSSL_PARAM(
        key: UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self),
        data_type: UInt32(bitPattern: type),
        data: buffer.baseAddress,
        data_size: bytes.count,
        return_size: Int.max  // OSSL_PARAM_UNMODIFIED, a macro that casts
      )
    )
  }

  /// The list as libcrypto takes it, valid while the closure runs.
  borrowing func withList<Result>(_ body: (UnsafePointer<OSSL_PARAM>) -> Result) -> Result {
    var ended = unsafe list
    unsafe ended.append(OSSL_PARAM_construct_end())
    return unsafe ended.withUnsafeBufferPointer { buffer in
      // INVARIANT: a buffer of one element or more has a base address.
      unsafe body(buffer.baseAddress.unsafelyUnwrapped)
    }
  }
}
