// SPDX-License-Identifier: Apache-2.0

/// The key lengths of AES (FIPS 197).
package enum AESKeySize: Int, Sendable, CaseIterable {
  case bits128 = 16
  case bits192 = 24
  case bits256 = 32

  init(of key: SecretBytes) throws(LibCryptoError) {
    guard let size = AESKeySize(rawValue: key.count) else {
      throw LibCryptoError(.parameter, "AES has no keys of \(key.count) bytes, only of 16, 24 and 32")
    }
    self = size
  }
}
