// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Whether two sequences hold the same bytes, in time that depends on their lengths alone.
package func isEqualInConstantTime(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
  guard one.count == other.count else { return false }
  return unsafe one.withPointer { left in
    unsafe other.withPointer { unsafe CRYPTO_memcmp(left, $0, one.count) == 0 }
  }
}
