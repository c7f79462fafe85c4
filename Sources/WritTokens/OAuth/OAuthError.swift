// SPDX-License-Identifier: Apache-2.0

/// An error of a request to an OAuth 2.0 endpoint (RFC 6749, section 5.2; RFC 7009, section 2.2.1).
///
/// The message names the parameter, and holds neither a token nor a secret.
public struct OAuthError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error, by their names in `error`.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// A parameter is missing or occurs twice, or the body is none of its type.
    public static let invalidRequest = Code(.invalidRequest)
    /// The client is not authenticated.
    public static let invalidClient = Code(.invalidClient)
    /// The token was issued to another client.
    public static let invalidGrant = Code(.invalidGrant)
    /// More is asked for than was granted.
    public static let invalidScope = Code(.invalidScope)
    /// The client may not do this.
    public static let unauthorizedClient = Code(.unauthorizedClient)
    /// Tokens of this type cannot be revoked.
    public static let unsupportedTokenType = Code(.unsupportedTokenType)
    /// Whatever has to be asked for an answer does not answer.
    public static let temporarilyUnavailable = Code(.temporarilyUnavailable)

    package enum Kind: String, Sendable, CaseIterable {
      case invalidRequest = "invalid_request"
      case invalidClient = "invalid_client"
      case invalidGrant = "invalid_grant"
      case invalidScope = "invalid_scope"
      case unauthorizedClient = "unauthorized_client"
      case unsupportedTokenType = "unsupported_token_type"
      case temporarilyUnavailable = "temporarily_unavailable"
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
  /// The error that led to this one, where there is one; the client is not told of it.
  public let underlyingError: (any Error)?

  /// An error of a look-up that a user of the library writes.
  public init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }
}
