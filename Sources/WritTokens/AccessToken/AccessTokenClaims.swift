// SPDX-License-Identifier: Apache-2.0

/// The claims of an OAuth 2.0 access token beside the registered ones (RFC 9068, section 2.2).
///
///     let verifier = try TokenVerifier(keys: keys, rules: .accessToken(issuer: "https://id.example", audience: "api"))
///     let token = try verifier.verify(text, as: AccessTokenClaims.self)
///     guard token.claims.scope.contains("photos") else { … }
///
/// An application's type that has more claims reads and writes these as a part of it.
public struct AccessTokenClaims: TokenClaims, Hashable {
  /// `client_id`: the client that asked for the token; required.
  public var clientIdentifier: String
  /// `scope`: the permissions of the token; read from names with spaces between, or from an array as some issuers write
  /// it.
  public var scope: [String]
  /// `auth_time`: the time at which the user authenticated.
  public var authenticationTime: NumericDate?
  /// `acr`: how well the user authenticated.
  public var authenticationContext: String?
  /// `amr`: the methods by which the user authenticated.
  public var authenticationMethods: [String]
  /// `roles` of the subject (RFC 9068, section 2.2.3.1).
  public var roles: [String]
  /// `groups` of the subject.
  public var groups: [String]
  /// `entitlements` of the subject.
  public var entitlements: [String]
  /// `sid`: the session that the token was issued in, `SessionHandle.description`; it is refused once that is revoked.
  public var sessionIdentifier: String?
  /// ``refreshFamilyClaim``: the family of refresh tokens that the token was issued with,
  /// `RefreshFamilyHandle.description`; it is refused once that is revoked.
  public var refreshFamily: String?
  /// `cnf`: who may use the token; without, any bearer.
  public var confirmation: TokenConfirmation?

  /// The claim that names a session (OpenID Connect Front-Channel Logout 1.0, section 3).
  public static let sessionClaim = "sid"
  /// The claim that names a family of refresh tokens, one of Writ's own.
  public static let refreshFamilyClaim = "refresh_family"

  /// Claims of a client; all others are set afterwards.
  public init(clientIdentifier: String, scope: [String] = [], confirmation: TokenConfirmation? = nil) {
    self.clientIdentifier = clientIdentifier
    self.scope = scope
    self.confirmation = confirmation
    authenticationMethods = []
    roles = []
    groups = []
    entitlements = []
  }

  /// Reads the claims.
  ///
  /// - Throws: `TokenError` with the code `claim` when `client_id` is missing, or another claim is not what it should
  ///   be.
  public init(reading claims: ClaimsReader) throws(TokenError) {
    clientIdentifier = try claims.string("client_id")
    scope = try Self.scope(claims)
    authenticationTime = try claims.optionalTime("auth_time")
    authenticationContext = try claims.optionalString("acr")
    authenticationMethods = try claims.strings("amr")
    roles = try claims.strings("roles")
    groups = try claims.strings("groups")
    entitlements = try claims.strings("entitlements")
    sessionIdentifier = try claims.optionalString(Self.sessionClaim)
    refreshFamily = try claims.optionalString(Self.refreshFamilyClaim)
    confirmation = try TokenConfirmation(reading: claims)
  }

  private static func scope(_ claims: ClaimsReader) throws(TokenError) -> [String] {
    let isArray = claims.isArray("scope")
    let names =
      isArray ? Scope.names(of: try claims.strings("scope")) : Scope.names(of: try claims.optionalString("scope") ?? "")
    guard let names else {
      throw TokenError(.claim, "the claim \"scope\" is not a list of names with spaces between them")
    }
    return names
  }

  /// Writes the claims; what is empty is left out.
  public func write(to claims: inout ClaimsWriter) {
    claims.string("client_id", clientIdentifier)
    if !scope.isEmpty {
      guard let text = Scope.text(of: scope) else {
        return claims.fail(
          TokenError(
            .claim,
            "the claim \"scope\" cannot be written: a name is empty, or has a space or another character that names must not have"
          )
        )
      }
      claims.string("scope", text)
    }
    if let authenticationTime { claims.time("auth_time", authenticationTime) }
    if let authenticationContext { claims.string("acr", authenticationContext) }
    if !authenticationMethods.isEmpty { claims.strings("amr", authenticationMethods) }
    if !roles.isEmpty { claims.strings("roles", roles) }
    if !groups.isEmpty { claims.strings("groups", groups) }
    if !entitlements.isEmpty { claims.strings("entitlements", entitlements) }
    if let sessionIdentifier { claims.string(Self.sessionClaim, sessionIdentifier) }
    if let refreshFamily { claims.string(Self.refreshFamilyClaim, refreshFamily) }
    confirmation?.write(to: &claims)
  }
}

extension TokenRules {
  /// The rules of RFC 9068, section 4: `typ` is `at+jwt`; `iss`, `aud` and `exp` are checked; `sub`, `client_id`, `iat`
  /// and `jti` are there; a token with `cnf` needs its proof.
  ///
  /// - Parameters:
  ///   - issuer: the authorization server.
  ///   - audience: the resource server's own name.
  ///   - type: the `typ` that the header must have. Authorization servers that do not follow RFC 9068 write `JWT`; then
  ///     an ID token for the same audience is taken, too.
  public static func accessToken(
    issuer: String,
    audience: String,
    type: String? = AccessTokenIssuer.type
  ) -> TokenRules {
    accessToken(issuers: [issuer], audiences: [audience], type: type)
  }

  /// The rules of RFC 9068, section 4, for several issuers or audiences.
  ///
  /// - Parameters:
  ///   - issuers: the authorization servers; `nil` waives the check.
  ///   - audiences: the resource server's own names; `nil` waives the check.
  ///   - type: the `typ` that the header must have.
  public static func accessToken(
    issuers: AcceptedIssuers?,
    audiences: [String]?,
    type: String? = AccessTokenIssuer.type
  ) -> TokenRules {
    var rules = TokenRules(issuers: issuers, audiences: audiences, type: type)
    rules.requiredClaims = ["sub", "client_id", "iat", "jti"]
    return rules
  }
}
