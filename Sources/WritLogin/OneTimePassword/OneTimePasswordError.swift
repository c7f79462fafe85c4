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
    /// Not the code, or not of the attempt that asked for it.
    case wrong
    /// A code that was accepted before, or is older than one that was.
    case used
    /// Too many codes, or too many wrong ones: nothing is looked at until ``OneTimePasswordError/retryAfter`` has passed.
    case waiting
    /// A hundred wrong codes in a row: nothing is looked at until the account has been recovered by other means.
    case locked
    /// There is no such credential, no code was sent, or what there was has expired.
    case notEnrolled
    /// There is such a credential already; it has to be removed first.
    case alreadyEnrolled
    /// A counter has come to its end.
    case exhausted
    /// What carries codes to people failed.
    case delivery
    /// The ring does not open what is stored.
    case ring
    /// The store did not do what it was asked: ``OneTimePasswordError/storeCode`` says why.
    case store
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the parameter.
  public let description: String
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?
  /// Why the store failed, with the code `store`.
  public let storeCode: StoreError.Code?

  init(
    _ code: Code,
    _ description: String,
    retryAfter: Int64? = nil,
    storeCode: StoreError.Code? = nil
  ) {
    self.code = code
    self.description = description
    self.retryAfter = retryAfter
    self.storeCode = storeCode
  }

  init(_ error: StoreError) {
    self.init(.store, error.description, storeCode: error.code)
  }

  init(_ error: SecretError) {
    self.init(.ring, error.description)
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }
}

extension OneTimePasswordError: AccountRecordError {
  init(configuration description: String) {
    self.init(.configuration, description)
  }
}

extension OneTimePasswordError {
  static let wrong = OneTimePasswordError(.wrong, "the code is wrong")

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

  /// Runs what may fail in the ring.
  static func catching<Result>(
    _ body: () throws(SecretError) -> Result
  ) throws(OneTimePasswordError) -> Result {
    do throws(SecretError) {
      return try body()
    } catch {
      throw OneTimePasswordError(error)
    }
  }

  /// Runs what may fail in the store.
  static func catching<Result>(
    _ body: () throws(StoreError) -> Result
  ) throws(OneTimePasswordError) -> Result {
    do throws(StoreError) {
      return try body()
    } catch {
      throw OneTimePasswordError(error)
    }
  }
}

extension LoginLimits {
  /// Takes a try from the bucket of an account.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `waiting` when there is none, `store` when the store of the limits fails.
  func take(
    _ purpose: Purpose,
    of account: String,
    _ factor: AuthenticationFactor,
    _ events: SecurityEvents
  ) async throws(OneTimePasswordError) {
    let seconds: Int64?
    do throws(StoreError) {
      seconds = try await take(purpose, account: account)
    } catch {
      throw OneTimePasswordError(error)
    }
    guard let seconds else { return }
    events.record(.rateLimited(account: account, factor: factor))
    throw OneTimePasswordError(.waiting, "too many codes came in a short time", retryAfter: seconds)
  }
}
