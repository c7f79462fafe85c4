// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why a one-time password is refused, or cannot be made.
///
/// The message names the parameter. It holds neither a secret nor a code.
public struct OneTimePasswordError: Error, Sendable, CustomStringConvertible {
  /// What is wrong; the names are part of the contract of the command line.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Not what it should be: base32, an `otpauth` URI, a name in it.
    case malformed
    /// A secret of fewer bits than RFC 4226 asks for.
    case weak
    /// More bytes than allowed.
    case tooLarge
    /// Digits, a period or a window that there are not, or a time for a password that counts.
    case configuration
    /// A time before 1970.
    case time
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the parameter.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }
}

extension OneTimePasswordError {
  /// Runs what may fail in libcrypto.
  static func catching<Result>(
    _ body: () throws(LibCryptoError) -> Result
  ) throws(OneTimePasswordError) -> Result {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      throw OneTimePasswordError(error)
    }
  }
}
