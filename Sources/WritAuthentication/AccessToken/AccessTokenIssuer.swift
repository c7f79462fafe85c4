// SPDX-License-Identifier: Apache-2.0

/// Issues OAuth 2.0 access tokens (RFC 9068): `typ` is `at+jwt`, and every claim that must be there is.
///
///     let issuer = try AccessTokenIssuer(issuer: "https://id.example", signingKey: key, lifetime: .seconds(300))
///     let claims = AccessTokenClaims(clientIdentifier: "app", scope: ["photos"])
///     let token = try issuer.issue(claims, subject: "alice", audience: "api")
public struct AccessTokenIssuer: Sendable {
  /// `typ` of an access token.
  public static let type = "at+jwt"

  private let issuer: TokenIssuer

  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - signingKey: it also says the algorithm and the `kid`.
  ///   - lifetime: from `iat` to `exp`, whole seconds.
  ///   - clock: where the time comes from.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is shorter than a second or longer than
  ///   ``TokenIssuer/maximumLifetime``.
  public init(
    issuer: String,
    signingKey: SigningKey,
    lifetime: Duration,
    clock: TokenClock = .system
  ) throws(TokenError) {
    self.issuer = try TokenIssuer(
      issuer: issuer,
      signingKey: signingKey,
      lifetime: lifetime,
      type: Self.type,
      clock: clock
    )
  }

  /// Issues an access token.
  ///
  /// - Parameters:
  ///   - claims: those of RFC 9068.
  ///   - subject: `sub`; of a client that acts for itself its own name.
  ///   - audience: `aud`: the resource server.
  ///   - identifier: `jti`; 128 random bits unless given.
  ///   - others: claims of one's own beside them.
  /// - Throws: `TokenError` with the codes `claim`, `tooLarge`, `failure`.
  public func issue<Others: TokenClaims>(
    _ claims: AccessTokenClaims,
    subject: String,
    audience: String,
    identifier: String? = nil,
    others: Others = NoClaims()
  ) throws(TokenError) -> String {
    let identifier = if let identifier { identifier } else { try TokenDigest.randomIdentifier() }
    var writer = issuer.begin(subject: subject, audience: audience, identifier: identifier)
    claims.write(to: &writer)
    others.write(to: &writer)
    return try issuer.finish(&writer)
  }
}
