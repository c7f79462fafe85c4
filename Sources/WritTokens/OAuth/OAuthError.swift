// SPDX-License-Identifier: Apache-2.0

/// Why a request to an OAuth 2.0 endpoint is refused (RFC 6749, section 5.2; RFC 7009, section 2.2.1).
///
/// The message names the parameter, and holds neither a token nor a secret.
public struct OAuthError: Error, Sendable, CustomStringConvertible {
  /// What is wrong, as `error` says it.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// A parameter is missing or occurs twice, or the body is none of its type.
    case invalidRequest = "invalid_request"
    /// The client is not authenticated.
    case invalidClient = "invalid_client"
    /// The token was issued to another client.
    case invalidGrant = "invalid_grant"
    /// More is asked for than was granted.
    case invalidScope = "invalid_scope"
    /// The client may not do this.
    case unauthorizedClient = "unauthorized_client"
    /// Tokens of this type cannot be revoked.
    case unsupportedTokenType = "unsupported_token_type"
    /// Whatever has to be asked for an answer does not answer.
    case temporarilyUnavailable = "temporarily_unavailable"
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the parameter.
  public let description: String

  /// An error of a look-up that a user of the library writes.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
