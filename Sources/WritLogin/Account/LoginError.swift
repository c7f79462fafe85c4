// SPDX-License-Identifier: Apache-2.0

/// An error of logging in by a password or a token, or of setting a password.
///
/// The message holds neither a password, nor a hash, nor a token.
public struct LoginError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Another password, no such account, one without a password, or one that has to be recovered: the caller is not
    /// told which.
    public static let wrong = Code(.wrong)
    /// Too many tries: nothing is looked at until ``LoginError/retryAfter`` has passed.
    public static let waiting = Code(.waiting)
    /// The token is invalid, used, expired, superseded, or for another purpose: the caller is
    /// not told which.
    public static let token = Code(.token)
    /// A new password is not taken: ``LoginError/passwordCode`` says why.
    public static let password = Code(.password)
    /// The account has a password already.
    public static let exists = Code(.exists)
    /// The password was modified concurrently.
    public static let conflict = Code(.conflict)
    /// Too many passwords wait to be hashed.
    public static let busy = Code(.busy)
    /// The password was changed, but not all that it should end has been ended; see
    /// ``Passwords/revokeAll(of:except:)``.
    public static let revocation = Code(.revocation)
    /// The stored hash cannot be verified: ``LoginError/passwordCode`` says why.
    public static let stored = Code(.stored)
    /// A name or a text that is too long, or none.
    public static let configuration = Code(.configuration)
    /// The store does not answer, or is busy or read-only.
    public static let storeUnavailable = Code(.storeUnavailable)
    /// The store has no room for more records.
    public static let full = Code(.full)
    /// A stored record is damaged, or of a format that is not known.
    public static let corrupt = Code(.corrupt)
    /// A record is larger than the store allows.
    public static let tooLarge = Code(.tooLarge)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// libcrypto or libargon2 failed, or memory ran out.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case wrong, waiting, token, password, exists, conflict, busy, revocation, stored, configuration,
        storeUnavailable, full, corrupt, tooLarge, cancelled, failure
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
  /// The message.
  public let description: String
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?
  /// The error that led to this one, where there is one: a ``PasswordError`` or a ``StoreError``.
  public let underlyingError: (any Error)?
  /// The reason why a password is refused or a stored hash cannot be verified, with the codes `password` and `stored`.
  public var passwordCode: PasswordError.Code? { (underlyingError as? PasswordError)?.code }

  init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
    retryAfter = nil
  }

  init(_ code: Code, _ description: String, retryAfter: Int64?) {
    self.code = code
    self.description = description
    self.retryAfter = retryAfter
    underlyingError = nil
  }

  static let wrong = LoginError(.wrong, "the account or the password is wrong")
  static let token = LoginError(.token, "the token is unknown, used, expired, or for another purpose")

  static func waiting(_ seconds: Int64) -> LoginError {
    LoginError(.waiting, "too many tries came in a short time", retryAfter: seconds)
  }

  init(_ error: PasswordError) {
    let code: Code =
      switch error.code.kind {
      case .busy: .busy
      case .cancelled: .cancelled
      case .tooShort, .tooLong, .characters, .screened, .guessable: .password
      case .malformedHash, .unsupportedHash, .excessiveHash, .keyUnknown: .stored
      case .configuration, .file: .configuration
      case .failure: .failure
      }
    self.init(code, error.description, underlyingError: error)
  }
}

extension LoginError.Code: StoreFailureCode {}

extension LoginError: StoreBackedError {}

extension LoginError {
  /// Runs what may fail with a password.
  static func catching<Result>(
    _ body: () async throws(PasswordError) -> Result
  ) async throws(LoginError) -> Result {
    do throws(PasswordError) {
      return try await body()
    } catch {
      throw LoginError(error)
    }
  }
}
