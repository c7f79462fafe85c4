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

  /// An issuer that signs with whichever key of a set signs at the moment.
  ///
  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - keys: they also say the algorithm and the `kid`; the time comes from their clock.
  ///   - lifetime: from `iat` to `exp`, whole seconds; no longer than the overlap of the set.
  /// - Throws: `TokenError` as ``TokenIssuer/init(issuer:keys:lifetime:type:)`` does.
  public init(issuer: String, keys: SigningKeySet, lifetime: Duration) throws(TokenError) {
    self.issuer = try TokenIssuer(issuer: issuer, keys: keys, lifetime: lifetime, type: Self.type)
  }

  /// Issues an access token.
  ///
  /// - Parameters:
  ///   - claims: the claims of RFC 9068.
  ///   - subject: `sub`; of a client that acts for itself its own name.
  ///   - audience: `aud`: the resource server, written as a string.
  ///   - identifier: `jti`; 128 random bits unless given.
  ///   - notBefore: `nbf`: the time before which verifiers refuse the token.
  ///   - lifetime: the time from `iat` to `exp`, whole seconds; that of the issuer unless given.
  ///   - header: parameters of the header beside those that the issuer writes.
  ///   - others: the application's claims beside them.
  /// - Throws: `TokenError` as ``TokenIssuer`` does.
  public func issue<Others: TokenClaims>(
    _ claims: AccessTokenClaims,
    subject: String,
    audience: String,
    identifier: String? = nil,
    notBefore: NumericDate? = nil,
    lifetime: Duration? = nil,
    header: TokenHeader = [:],
    others: Others = NoClaims()
  ) throws(TokenError) -> String {
    try issue(claims, subject, .one(audience), identifier, notBefore, lifetime, header, others)
  }

  /// Issues an access token for several resource servers.
  ///
  /// - Parameters:
  ///   - claims: the token's own claims.
  ///   - subject: `sub`, unless it is `nil`.
  ///   - audiences: `aud`: the resource servers, written as an array also where there is one; not empty. The others are
  ///     as for one audience.
  ///   - identifier: `jti`.
  ///   - notBefore: `nbf`: the time before which the token is refused.
  ///   - lifetime: the time until the token expires; the issuer's unless given.
  ///   - header: further members of the header.
  ///   - others: further audiences.
  /// - Throws: `TokenError` as ``TokenIssuer`` does.
  public func issue<Others: TokenClaims>(
    _ claims: AccessTokenClaims,
    subject: String,
    audiences: [String],
    identifier: String? = nil,
    notBefore: NumericDate? = nil,
    lifetime: Duration? = nil,
    header: TokenHeader = [:],
    others: Others = NoClaims()
  ) throws(TokenError) -> String {
    try issue(claims, subject, .several(audiences), identifier, notBefore, lifetime, header, others)
  }

  private func issue(
    _ claims: AccessTokenClaims,
    _ subject: String,
    _ audience: IssuedAudience,
    _ identifier: String?,
    _ notBefore: NumericDate?,
    _ lifetime: Duration?,
    _ header: TokenHeader,
    _ others: some TokenClaims
  ) throws(TokenError) -> String {
    let identifier = if let identifier { identifier } else { try TokenDigest.randomIdentifier() }
    var writer = try issuer.begin(subject, audience, identifier, notBefore, lifetime)
    claims.write(to: &writer)
    others.write(to: &writer)
    return try issuer.finish(&writer, header)
  }
}
