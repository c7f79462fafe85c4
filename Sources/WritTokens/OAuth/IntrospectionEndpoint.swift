// SPDX-License-Identifier: Apache-2.0

/// Finds what is known of a token, for introspection.
public protocol TokenIntrospecting: Sendable {
  /// Returns what is known of a token, if it can be used now and this client may know.
  ///
  /// - Parameters:
  ///   - request: the token; the hint may be wrong, so that a token not found as what it says is looked for as the
  ///     other kind.
  ///   - client: who asks, authenticated by the caller; usually a resource server, which is told of tokens for it only.
  /// - Returns: `nil` for whatever is not active: expired, revoked, unknown, malformed, or none of the client's
  ///   business.
  /// - Throws: `OAuthError` to answer with it; any other error is answered as `temporarily_unavailable`.
  func introspect(_ request: TokenRequest, for client: String) async throws -> ActiveToken?
}

/// The introspection endpoint of an authorization server (RFC 7662), without the server round it.
///
///     let endpoint = IntrospectionEndpoint(tokens)
///     let response = await endpoint.respond(to: body, contentType: type, client: client)
///
/// Take only POST, and authenticate who asks before: without, it tells anyone whether a guess was right. Of what is not
/// active nothing is said but that.
public struct IntrospectionEndpoint<Tokens: TokenIntrospecting>: Sendable {
  private let tokens: Tokens

  /// An endpoint that looks for tokens here.
  public init(_ tokens: Tokens) {
    self.tokens = tokens
  }

  /// Answers a request.
  ///
  /// - Parameters:
  ///   - body: that of the request.
  ///   - contentType: the field `Content-Type` of the request.
  ///   - client: who asks, authenticated.
  public func respond(to body: [UInt8], contentType: String?, client: String) async -> OAuthResponse {
    do {
      let request = try TokenRequest(body: body.span, contentType: contentType)
      guard let token = try await tokens.introspect(request, for: client) else {
        return OAuthResponse(status: 200, body: Array("{\"active\":false}".utf8))
      }
      return OAuthResponse(status: 200, body: try token.json())
    } catch let error as OAuthError {
      return OAuthResponse(error)
    } catch {
      // What went wrong is for the server's log, not for the client.
      return OAuthResponse(OAuthError(.temporarilyUnavailable, "the state of the token cannot be told"))
    }
  }
}

/// Introspection of access tokens that say all themselves (RFC 9068).
///
/// A token is active for a client that is its audience. Give the verifier ``Revocations`` where tokens are revoked. A
/// token with `cnf` is active too: the response tells the resource server, which has to ask for the proof.
public struct AccessTokenIntrospection: TokenIntrospecting {
  private let verifier: TokenVerifier

  /// - Parameter verifier: one with the rules of access tokens, and no audience: that is the client's, and checked
  ///   here.
  public init(_ verifier: TokenVerifier) {
    self.verifier = verifier
  }

  /// Returns the claims of a token, if it is valid and for this client.
  ///
  /// - Throws: `TokenError` with the codes `keysUnavailable` and `failure` only.
  public func introspect(_ request: TokenRequest, for client: String) async throws -> ActiveToken? {
    let token: Verified<AccessTokenClaims>
    do throws(TokenError) {
      // The client that asks is not the token's sender: it checks the `cnf` that it is told.
      let reader = try await verifier.checkRefreshingKeys(request.token)
      token = Verified(try AccessTokenClaims(reading: reader), reader)
    } catch {
      guard error.code != .failure, error.code != .keysUnavailable else { throw error }
      return nil
    }
    guard token.audiences.contains(where: { $0.utf8.elementsEqual(client.utf8) }) else { return nil }
    return ActiveToken(token)
  }
}
