// SPDX-License-Identifier: Apache-2.0

public import WritTokens

extension OAuthResponse {
  /// The answer of a token endpoint to a refresh that was refused (RFC 6749, section 5.2).
  ///
  /// `invalid_grant`, `invalid_scope` and `invalid_request` have the status 400. A token that was superseded, by a
  /// second tab, and whatever the server failed in are `temporarily_unavailable` with the status 503 and Retry-After:
  /// the client tries again, with the token that it has stored then, and logs its user out of nothing.
  public init(_ error: RefreshTokenError) {
    switch error.oauthCode {
    case "invalid_grant": self.init(OAuthError(.invalidGrant, error.description))
    case "invalid_scope": self.init(OAuthError(.invalidScope, error.description))
    case "invalid_request": self.init(OAuthError(.invalidRequest, error.description))
    default:
      // What failed in the server is for its log.
      let words = error.code == .superseded ? error.description : "the refresh token cannot be exchanged at the moment"
      self.init(OAuthError(.temporarilyUnavailable, words), retryAfter: error.retryAfter ?? Self.retrySeconds)
    }
  }

  /// Seconds after which to try again when the server failed.
  private static var retrySeconds: Int64 { 5 }
}
