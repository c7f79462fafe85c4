// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Random bytes of libcrypto's generators, which reseed themselves after a fork.
package enum Randomness {
  /// Fills with bytes that may be shown: identifiers, nonces, initialisation vectors.
  package static func fill(_ bytes: inout MutableSpan<UInt8>) throws(LibCryptoError) {
    let count = try Int32(checked: bytes.count)
    let status = unsafe bytes.withUnsafeMutableBytes { unsafe RAND_bytes($0.baseAddress, count) }
    try LibCryptoError.check(status, .failure, "RAND_bytes")
  }

  /// Fills with bytes for keys, from a generator whose output is never shown.
  package static func fillSecret(_ bytes: inout MutableSpan<UInt8>) throws(LibCryptoError) {
    let count = try Int32(checked: bytes.count)
    let status = unsafe bytes.withUnsafeMutableBytes { unsafe RAND_priv_bytes($0.baseAddress, count) }
    try LibCryptoError.check(status, .failure, "RAND_priv_bytes")
  }

  package static func bytes(_ count: Int) throws(LibCryptoError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, count))
    var span = bytes.mutableSpan
    try fill(&span)
    return bytes
  }

  package static func secretBytes(_ count: Int) throws(LibCryptoError) -> SecretBytes {
    try SecretBytes(count: count) { (span: inout MutableSpan<UInt8>) throws(LibCryptoError) in
      try fillSecret(&span)
    }
  }
}

extension Int32 {
  /// libcrypto counts many things in `int`.
  init(checked count: Int) throws(LibCryptoError) {
    guard let count = Int32(exactly: count) else {
      throw LibCryptoError(.parameter, "\(count) bytes are more than libcrypto takes at once")
    }
    self = count
  }
}
