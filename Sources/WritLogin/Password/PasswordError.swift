// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why a password cannot be taken, hashed or verified; a wrong password is no error but ``PasswordVerdict/wrong``.
///
/// The message names the parameter, and never holds a password, a hash or a salt.
public struct PasswordError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Fewer characters than the rules want.
    case tooShort
    /// More than ``PasswordLimits/maximumBytes``.
    case tooLong
    /// It contains a NUL, which other programs would take for its end.
    case characters
    /// It is on a list of passwords that are known.
    case screened
    /// It is guessed first: made of few common words, repetitions, or the account's name; see ``PasswordRules``.
    case guessable
    /// A stored hash is in none of the forms that are read.
    case malformedHash
    /// A stored hash is in a form that this build cannot compute: Argon2 without the trait, crypt where the system has none.
    case unsupportedHash
    /// A stored hash asks for more memory or time than ``PasswordLimits`` allows.
    case excessiveHash
    /// A stored hash was made with a key that the key ring does not have, or there is no ring.
    case keyUnknown
    /// Too many passwords wait to be hashed.
    case busy
    /// The task was cancelled before its password was hashed.
    case cancelled
    /// A list of passwords cannot be read.
    case file
    /// What is asked for must not be done: parameters that are too weak, or out of range.
    case configuration
    /// libcrypto or libargon2 failed, or memory ran out.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the parameter.
  public let description: String

  /// An error of a ``PasswordScreen`` that a user of the library writes.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }
}

extension PasswordError {
  /// Runs what may fail in libcrypto.
  static func catching<Result>(_ body: () throws(LibCryptoError) -> Result) throws(PasswordError) -> Result {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      throw PasswordError(error)
    }
  }
}
