// SPDX-License-Identifier: Apache-2.0

/// Why nobody is let in by a password or a token, or a password is not taken.
///
/// The message holds neither a password, nor a hash, nor a token.
public struct LoginError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Another password, no such account, one without a password, or one that has to be recovered: nobody is told which.
    case wrong
    /// Too many tries: nothing is looked at until ``LoginError/retryAfter`` has passed.
    case waiting
    /// A token that is none, was used, is over, was followed by another one, or is for something else: nobody is told which.
    case token
    /// A new password is not taken: ``LoginError/passwordCode`` says why.
    case password
    /// The account has a password already.
    case exists
    /// Another call has changed the password meanwhile.
    case conflict
    /// Too many passwords wait to be hashed.
    case busy
    /// The password was changed, but not all that it should end has been ended; see ``Passwords/revokeAll(of:except:)``.
    case revocation
    /// What is stored of the password cannot be verified: ``LoginError/passwordCode`` says why.
    case stored
    /// A name or a text that is too long, or none.
    case configuration
    /// The store did not do what it was asked: ``LoginError/storeCode`` says why. Nobody is let in.
    case store
    /// The task was cancelled.
    case cancelled
    /// libcrypto or libargon2 failed, or memory ran out.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, in words.
  public let description: String
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?
  /// Why a password is not taken, or a stored hash cannot be verified, with the codes `password` and `stored`.
  public let passwordCode: PasswordError.Code?
  /// Why the store failed, with the code `store`.
  public let storeCode: StoreError.Code?

  init(
    _ code: Code,
    _ description: String,
    retryAfter: Int64? = nil,
    passwordCode: PasswordError.Code? = nil,
    storeCode: StoreError.Code? = nil
  ) {
    self.code = code
    self.description = description
    self.retryAfter = retryAfter
    self.passwordCode = passwordCode
    self.storeCode = storeCode
  }

  static let wrong = LoginError(.wrong, "the account or the password is wrong")
  static let token = LoginError(.token, "the token is not good, or not any more")

  static func waiting(_ seconds: Int64) -> LoginError {
    LoginError(.waiting, "too many tries came in a short time", retryAfter: seconds)
  }

  init(_ error: PasswordError) {
    let code: Code =
      switch error.code {
      case .busy: .busy
      case .cancelled: .cancelled
      case .tooShort, .tooLong, .characters, .screened, .guessable: .password
      case .malformedHash, .unsupportedHash, .excessiveHash, .keyUnknown: .stored
      case .configuration, .file: .configuration
      case .failure: .failure
      }
    self.init(code, error.description, passwordCode: error.code)
  }
}

extension LoginError: AccountRecordError {
  init(_ error: StoreError) {
    if error.code == .cancelled {
      self.init(.cancelled, error.description)
    } else {
      self.init(.store, error.description, storeCode: error.code)
    }
  }

  init(configuration description: String) {
    self.init(.configuration, description)
  }

  /// Runs what may fail in the store.
  static func catching<Result>(_ body: () throws(StoreError) -> Result) throws(LoginError) -> Result {
    do throws(StoreError) {
      return try body()
    } catch {
      throw LoginError(error)
    }
  }

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
