// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of setting, hashing or verifying a password; a wrong password is not an error but
/// ``PasswordVerdict/wrong``.
///
/// The message names the parameter, and never holds a password, a hash or a salt.
public struct PasswordError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Fewer characters than the rules want.
    public static let tooShort = Code(.tooShort)
    /// More than ``PasswordLimits/maximumBytes``.
    public static let tooLong = Code(.tooLong)
    /// It contains a NUL, which other programs would take for its end.
    public static let characters = Code(.characters)
    /// It is on a list of passwords that are known.
    public static let screened = Code(.screened)
    /// It is guessed first: made of few common words, repetitions, or the account's name; see ``PasswordRules``.
    public static let guessable = Code(.guessable)
    /// A stored hash is in none of the forms that are read.
    public static let malformedHash = Code(.malformedHash)
    /// A stored hash is in a form that this build cannot compute: Argon2 without the trait, crypt where the system has
    /// none.
    public static let unsupportedHash = Code(.unsupportedHash)
    /// A stored hash asks for more memory or time than ``PasswordLimits`` allows.
    public static let excessiveHash = Code(.excessiveHash)
    /// A stored hash was made with a key that the key ring does not have, or there is no ring.
    public static let keyUnknown = Code(.keyUnknown)
    /// Too many passwords wait to be hashed.
    public static let busy = Code(.busy)
    /// The task was cancelled before its password was hashed.
    public static let cancelled = Code(.cancelled)
    /// A list of passwords cannot be read.
    public static let file = Code(.file)
    /// Parameters are too weak, or out of range.
    public static let configuration = Code(.configuration)
    /// libcrypto or libargon2 failed, or memory ran out.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case tooShort, tooLong, characters, screened, guessable, malformedHash, unsupportedHash, excessiveHash,
        keyUnknown, busy, cancelled, file, configuration, failure
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message, which names the parameter.
  public let description: String
  /// The error of libcrypto that led to this one, where there is one.
  public let underlyingError: (any Error)?

  /// An error of a ``PasswordScreen`` that a user of the library writes.
  public init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description, underlyingError: error)
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
