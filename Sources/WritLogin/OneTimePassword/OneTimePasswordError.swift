// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of verifying or making a one-time password.
///
/// The message names the parameter. It holds neither a secret nor a code.
public struct OneTimePasswordError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error; their names are part of the contract of the command line.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Not what it should be: base32, an `otpauth` URI, a name in it.
    public static let malformed = Code(.malformed)
    /// A secret of fewer bits than RFC 4226 asks for.
    public static let weak = Code(.weak)
    /// More bytes than allowed.
    public static let tooLarge = Code(.tooLarge)
    /// Digits, a period or a window that there are not, or a time for a password that counts.
    public static let configuration = Code(.configuration)
    /// A time before 1970.
    public static let time = Code(.time)
    /// Not the code, or not of the attempt that asked for it.
    public static let wrong = Code(.wrong)
    /// A code that was accepted before, or is older than one that was.
    public static let used = Code(.used)
    /// Too many codes, or too many wrong ones: nothing is looked at until ``OneTimePasswordError/retryAfter`` has
    /// passed.
    public static let waiting = Code(.waiting)
    /// A hundred wrong codes in a row: nothing is looked at until the account has been recovered by other means.
    public static let locked = Code(.locked)
    /// There is no such credential, no code was sent, or what there was has expired.
    public static let notEnrolled = Code(.notEnrolled)
    /// There is such a credential already; it has to be removed first.
    public static let alreadyEnrolled = Code(.alreadyEnrolled)
    /// A counter has come to its end.
    public static let exhausted = Code(.exhausted)
    /// The delivery of a code failed.
    public static let delivery = Code(.delivery)
    /// The ring does not open what is stored.
    public static let ring = Code(.ring)
    /// A credential was modified concurrently.
    public static let conflict = Code(.conflict)
    /// The store does not answer, or is busy or read-only.
    public static let storeUnavailable = Code(.storeUnavailable)
    /// The store has no room for more records.
    public static let full = Code(.full)
    /// A stored record is damaged, or of a format that is not known.
    public static let corrupt = Code(.corrupt)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case malformed, weak, tooLarge, configuration, time, wrong, used, waiting, locked, notEnrolled, alreadyEnrolled,
        exhausted, delivery, ring, conflict, storeUnavailable, full, corrupt, cancelled, failure
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
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?
  /// The error that led to this one, where there is one: a ``StoreError`` or a ``SecretError``, for example.
  public let underlyingError: (any Error)?

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

  init(_ error: SecretError) {
    self.init(.ring, error.description, underlyingError: error)
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description, underlyingError: error)
  }
}

extension OneTimePasswordError.Code: StoreFailureCode {}

extension OneTimePasswordError: StoreBackedError {}

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
}

extension LoginLimits {
  /// Takes a try from the bucket of an account.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `waiting` when there is none, `storeUnavailable` when the store of
  ///   the limits fails.
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
