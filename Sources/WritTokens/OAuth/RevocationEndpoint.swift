// SPDX-License-Identifier: Apache-2.0

/// Revokes tokens on their clients' request.
public protocol TokenRevoking: Sendable {
  /// Revokes a token, with those that were issued with it where that is the server's rule (RFC 7009, section 2.1).
  ///
  /// A token that is not known, or not valid any more, is nothing to be told of: return then too.
  ///
  /// - Parameters:
  ///   - request: the token; the hint may be wrong, so that a token not found as what it says is looked for as the
  ///     other kind.
  ///   - client: who asks, authenticated by the caller.
  /// - Throws: `OAuthError` to answer with it: `invalidGrant` when the token was issued to another client,
  ///   `unsupportedTokenType`; any other error is answered as `temporarily_unavailable`, and the token counts as not
  ///   revoked.
  func revoke(_ request: TokenRequest, for client: String) async throws
}

/// The revocation endpoint of an authorization server (RFC 7009), without the server round it.
///
///     let endpoint = RevocationEndpoint(tokens)
///     let response = await endpoint.respond(to: body, contentType: type, client: client)
///
/// Take only POST, and authenticate who asks before.
public struct RevocationEndpoint<Tokens: TokenRevoking>: Sendable {
  private let tokens: Tokens

  /// An endpoint that revokes tokens here.
  public init(_ tokens: Tokens) {
    self.tokens = tokens
  }

  /// Answers a request.
  ///
  /// - Parameters:
  ///   - body: that of the request.
  ///   - contentType: the field `Content-Type` of the request.
  ///   - client: who asks, authenticated.
  /// - Returns: 200 without a body once the token cannot be used, whether it could before or not.
  public func respond(to body: [UInt8], contentType: String?, client: String) async -> OAuthResponse {
    do {
      try await tokens.revoke(try TokenRequest(body: body.span, contentType: contentType), for: client)
      return OAuthResponse(status: 200, body: [])
    } catch let error as OAuthError {
      return OAuthResponse(error)
    } catch {
      // What went wrong is for the server's log, not for the client.
      return OAuthResponse(OAuthError(.temporarilyUnavailable, "the token could not be revoked"))
    }
  }
}

/// Revocation of access tokens that say all themselves (RFC 9068), by their `jti`.
public struct AccessTokenRevocation: TokenRevoking {
  private let verifier: TokenVerifier
  private let revocations: Revocations

  /// - Parameters:
  ///   - verifier: one with the rules of access tokens and no audience, so that it takes whatever others take; its
  ///     leeway is the longest of theirs.
  ///   - revocations: those that the verifiers of these tokens look at.
  public init(_ verifier: TokenVerifier, revocations: Revocations) {
    self.verifier = verifier
    self.revocations = revocations
  }

  /// Revokes a token that was issued to this client.
  ///
  /// - Throws: `OAuthError` with the code `invalidGrant` when it was issued to another client; `TokenError` when it
  ///   cannot be revoked though it may be valid, now, later or elsewhere: `notYetValid`, `audience`, `keysUnavailable`,
  ///   `keyUnknown` where keys are fetched, `full`, `failure`.
  public func revoke(_ request: TokenRequest, for client: String) async throws {
    let token: Verified<AccessTokenClaims>
    do throws(TokenError) {
      // A client that wants its token revoked does not use it: no proof is needed.
      let reader = try await verifier.checkRefreshingKeys(request.token)
      token = Verified(try AccessTokenClaims(reading: reader), reader)
    } catch {
      switch error.code {
      case .malformed, .tooLarge, .header, .algorithm, .signature, .expired, .issuer, .type, .claim, .revoked:
        // No verifier accepts it, now or later.
        return
      case .keyUnknown where verifier.keys.remote == nil: return
      default: throw error
      }
    }
    guard token.claims.clientIdentifier.utf8.elementsEqual(client.utf8) else {
      throw OAuthError(.invalidGrant, "the token was issued to another client")
    }
    try revocations.revoke(token)
  }
}
