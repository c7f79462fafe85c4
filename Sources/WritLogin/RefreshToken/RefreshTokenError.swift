// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of rotating a refresh token, or of changing its family.
///
/// The message never holds a token.
public struct RefreshTokenError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The token was never issued, or its family has expired or was revoked.
    public static let invalid = Code(.invalid)
    /// The token was used before and its window has passed, so one of its holders has stolen it; its family is revoked.
    public static let reused = Code(.reused)
    /// The token was used a moment ago, and so was its successor, as by a slow second tab.
    ///
    /// Nothing is revoked: the client tries again with the token that it has stored meanwhile.
    public static let superseded = Code(.superseded)
    /// All families or sessions of the account were revoked since the epoch that was given: what was proved may not be
    /// right any more.
    public static let revoked = Code(.revoked)
    /// The token was issued to another client.
    public static let client = Code(.client)
    /// More scopes are asked for than were granted, or what is asked for is no scope.
    public static let scope = Code(.scope)
    /// The token is bound to a key that the request does not prove to have.
    public static let key = Code(.key)
    /// The session that the token belongs to has ended.
    public static let sessionEnded = Code(.sessionEnded)
    /// A name is empty or too long, or there are too many scopes.
    public static let tooLarge = Code(.tooLarge)
    /// A family of tokens was modified concurrently.
    public static let conflict = Code(.conflict)
    /// The store does not answer, or is busy or read-only.
    public static let storeUnavailable = Code(.storeUnavailable)
    /// The store has no room for more families.
    public static let full = Code(.full)
    /// A stored family is damaged, or of a format that is not known.
    public static let corrupt = Code(.corrupt)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// A parameter is out of range: limits that are too long, a session without a place to look for it.
    public static let configuration = Code(.configuration)
    /// The ring has not the secret that is needed.
    public static let ring = Code(.ring)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case invalid, reused, superseded, revoked, client, scope, key, sessionEnded, tooLarge, conflict,
        storeUnavailable, full, corrupt, cancelled, configuration, ring, failure
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
  /// Seconds after which a client may try again, with the code `superseded`.
  public var retryAfter: Int64? { code == .superseded ? 1 : nil }

  /// The error that led to this one, where there is one: a ``StoreError`` or a ``SessionError``, for example.
  public let underlyingError: (any Error)?

  init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  /// The `error` that a token endpoint answers the client (RFC 6749, section 5.2); `nil` where it is the server that
  /// failed.
  ///
  /// `superseded` is no `invalid_grant`, on which clients log their user out: it is `temporarily_unavailable` with the
  /// status 503 and Retry-After, as `OAuthResponse.init(_:)` answers.
  public var oauthCode: String? {
    switch code.kind {
    case .invalid, .reused, .client, .key, .sessionEnded, .revoked: "invalid_grant"
    case .superseded: "temporarily_unavailable"
    case .scope: "invalid_scope"
    case .tooLarge: "invalid_request"
    case .conflict, .storeUnavailable, .full, .corrupt, .cancelled, .configuration, .ring, .failure: nil
    }
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description, underlyingError: error)
  }

  init(_ error: SessionError) {
    let code: Code =
      switch error.code.kind {
      case .conflict: .conflict
      case .storeUnavailable: .storeUnavailable
      case .full: .full
      case .corrupt: .corrupt
      case .cancelled: .cancelled
      case .ended: .sessionEnded
      case .cookie, .forgery, .tooLarge, .configuration, .failure, .waiting: .failure
      }
    self.init(code, error.description, underlyingError: error)
  }

  /// Runs what may fail in libcrypto.
  static func catching<Result>(_ body: () throws(LibCryptoError) -> Result) throws(RefreshTokenError) -> Result {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      throw RefreshTokenError(error)
    }
  }
}

extension RefreshTokenError.Code: StoreFailureCode {}

extension RefreshTokenError: StoreBackedError {}
