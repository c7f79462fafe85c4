// SPDX-License-Identifier: Apache-2.0

import LibCrypto

/// Bytes from hexadecimal digits, ignoring white space; for the literals of tests.
func bytes(_ hexadecimal: String) -> [UInt8] {
  let digits = hexadecimal.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: bytes.span) }

extension SecretBytes {
  var revealed: [UInt8] { withBytes { bytes in bytes.indices.map { bytes[$0] } } }
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () throws(LibCryptoError) -> Result) -> LibCryptoError.Code? {
  do throws(LibCryptoError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}
