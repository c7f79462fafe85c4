// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why there is no new token, or a family of refresh tokens cannot be changed.
///
/// The message never holds a token.
public struct RefreshTokenError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The token was never issued, or its family has expired or was revoked.
    case invalid
    /// The token was used before, and its window is over: one of its holders has stolen it. Its family is revoked.
    case reused
    /// The token was used a moment ago, and so was its successor: a slow second tab. Nothing is revoked: the client tries again with
    /// the token that it has stored meanwhile.
    case superseded
    /// All families or sessions of the account were revoked since the epoch that was given: what was proved may not be right any more.
    case revoked
    /// The token was issued to another client.
    case client
    /// More scopes are asked for than were granted, or what is asked for is no scope.
    case scope
    /// The token is bound to a key that the request does not prove to have.
    case key
    /// The session that the token hangs on is over.
    case sessionEnded
    /// A name is empty or too long, or there are too many scopes.
    case tooLarge
    /// The store cannot say.
    case storeUnavailable
    /// The store has no room for more families.
    case full
    /// What is stored is no family: damaged, or of a format that is not known.
    case corrupt
    /// The task was cancelled.
    case cancelled
    /// What is asked for must not be done: limits that are too long, a session without a place to look for it.
    case configuration
    /// The ring has not the secret that is needed.
    case ring
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the part.
  public let description: String
  /// Seconds after which a client may try again, with the code `superseded`.
  public var retryAfter: Int64? { code == .superseded ? 1 : nil }

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// What a token endpoint answers the client as `error` (RFC 6749, section 5.2); `nil` where it is the server that failed.
  ///
  /// `superseded` is no `invalid_grant`, on which clients log their user out: it is `temporarily_unavailable` with the status 503 and
  /// Retry-After, as ``OAuthResponse/init(_:)`` answers.
  public var oauthCode: String? {
    switch code {
    case .invalid, .reused, .client, .key, .sessionEnded, .revoked: "invalid_grant"
    case .superseded: "temporarily_unavailable"
    case .scope: "invalid_scope"
    case .tooLarge: "invalid_request"
    case .storeUnavailable, .full, .corrupt, .cancelled, .configuration, .ring, .failure: nil
    }
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }

  init(_ error: StoreError) {
    let code: Code =
      switch error.code {
      case .storeUnavailable, .busy, .readOnly: .storeUnavailable
      case .full: .full
      case .corrupt: .corrupt
      case .tooLarge: .tooLarge
      case .cancelled: .cancelled
      case .configuration: .configuration
      case .failure: .failure
      }
    self.init(code, error.description)
  }

  init(_ error: SessionError) {
    let code: Code =
      switch error.code {
      case .storeUnavailable: .storeUnavailable
      case .full: .full
      case .corrupt: .corrupt
      case .cancelled: .cancelled
      case .ended: .sessionEnded
      case .cookie, .forgery, .tooLarge, .configuration, .failure, .conflict, .waiting: .failure
      }
    self.init(code, error.description)
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
