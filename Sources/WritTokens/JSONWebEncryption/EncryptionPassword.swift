// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A password that tokens are encrypted under, through PBKDF2 (RFC 7518, section 4.8): as strong as the password is.
///
/// It never prints itself, and wipes its bytes when the last copy is gone.
public struct EncryptionPassword: Sendable, CustomStringConvertible {
  /// The attributes that the password is bound to.
  public var attributes: KeyAttributes { key.attributes }
  let key: SymmetricKey

  /// - Parameters:
  ///   - password: 8 to 1,024 bytes of UTF-8, taken as they are: two ways to write "é" are two passwords.
  ///   - algorithm: one of PBES2.
  ///   - identifier: `kid`.
  /// - Throws: `KeyError` with the code `weak` when it is too short or too long, `mismatched` when the algorithm is
  ///   another.
  public init(
    _ password: String,
    algorithm: KeyManagementAlgorithm,
    identifier: String? = nil
  ) throws(KeyError) {
    guard case .password = algorithm.management else {
      throw KeyError(.mismatched, "a password cannot be used with \(algorithm)")
    }
    key = try SymmetricKey(bytes: password.utf8.span, algorithm: .keyManagement(algorithm), identifier: identifier)
  }

  /// The algorithm; never the password.
  public var description: String { "password for \(attributes.algorithm)" }
}
