// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of finding or changing a session.
///
/// That a request has none is no error. The message never holds an identifier of a session, a token, nor what a session
/// keeps.
public struct SessionError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The cookies of a request are not to be trusted, or one cannot be written.
    public static let cookie = Code(.cookie)
    /// The request is not shown to come from a page of the application.
    public static let forgery = Code(.forgery)
    /// The session was ended or rotated by another before it could be changed, or its account was revoked since the
    /// epoch given.
    public static let ended = Code(.ended)
    /// The session was modified concurrently since it was read; it is alive.
    public static let conflict = Code(.conflict)
    /// Too many sessions began from one address: none does until ``SessionError/retryAfter`` has passed.
    public static let waiting = Code(.waiting)
    /// Too much was to be kept in a session, or a name is too long.
    public static let tooLarge = Code(.tooLarge)
    /// The store cannot say: the request must be refused, not taken for one without a session.
    public static let storeUnavailable = Code(.storeUnavailable)
    /// The store has no room for more sessions.
    public static let full = Code(.full)
    /// A stored session is damaged, or of a format that is not known.
    public static let corrupt = Code(.corrupt)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// A parameter is out of range: limits that are too long, invalid names.
    public static let configuration = Code(.configuration)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case cookie, forgery, ended, conflict, waiting, tooLarge, storeUnavailable, full, corrupt, cancelled,
        configuration, failure
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
  /// The message, which names the part.
  public let description: String
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?
  /// The error that led to this one, where there is one: a ``StoreError``, for example.
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

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description, underlyingError: error)
  }
}

extension SessionError.Code: StoreFailureCode {}

extension SessionError: StoreBackedError {}
