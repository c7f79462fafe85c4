// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The state of a token that can be used, as introspection tells it (RFC 7662, section 2.2).
public struct ActiveToken: Sendable, Hashable {
  /// `scope`: what the token allows.
  public var scope: [String] = []
  /// `client_id`: the client that asked for the token.
  public var clientIdentifier: String?
  /// `username`: a name of the subject for people.
  public var username: String?
  /// `token_type`: `DPoP` or `Bearer`.
  public var type: String?
  /// `exp`; the response states whole seconds, rounded down.
  public var expiration: NumericDate?
  /// `iat`; the response states whole seconds, rounded down.
  public var issuedAt: NumericDate?
  /// `nbf`; the response states whole seconds, rounded up.
  public var notBefore: NumericDate?
  /// `sub`.
  public var subject: String?
  /// `aud`: one or several.
  public var audiences: [String] = []
  /// `iss`.
  public var issuer: String?
  /// `jti`.
  public var identifier: String?
  /// `cnf`: the key or certificate that the token is bound to; ``checkSender(of:proof:)`` checks it, or the resource
  /// server that reads the response (RFC 9449, section 6.2; RFC 8705, section 3.2).
  public var confirmation: TokenConfirmation?

  /// A token of which nothing is said.
  public init() {}

  /// Makes the claims to tell a client of a verified access token.
  public init(_ token: Verified<AccessTokenClaims>) {
    scope = token.claims.scope
    clientIdentifier = token.claims.clientIdentifier
    type = token.claims.confirmation?.keyThumbprint == nil ? "Bearer" : "DPoP"
    expiration = token.expiration
    issuedAt = token.issuedAt
    notBefore = token.notBefore
    subject = token.subject
    audiences = token.audiences
    issuer = token.issuer
    identifier = token.identifier
    confirmation = token.claims.confirmation
  }

  /// The response: an object with `active` and what is known.
  ///
  /// - Throws: `TokenError` with the code `claim` when the scope or the confirmation is none.
  func json() throws(TokenError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("active")
    writer.boolean(true)
    guard let scope = Scope.text(of: scope) else {
      throw TokenError(
        .claim,
        "the scope of the token has a name that is empty, or has a character that names must not have"
      )
    }
    let texts = [
      ("scope", scope.isEmpty ? nil : scope), ("client_id", clientIdentifier), ("username", username),
      ("token_type", type),
      ("sub", subject), ("iss", issuer), ("jti", identifier),
    ]
    for (name, text) in texts {
      guard let text else { continue }
      writer.key(name)
      writer.string(text)
    }
    // Integers, RFC 7662, section 2.2: rounded so that the token is never in force for longer.
    let times = [
      ("exp", expiration?.seconds), ("iat", issuedAt?.seconds), ("nbf", notBefore?.secondsRoundedUp),
    ]
    for (name, time) in times {
      guard let time else { continue }
      writer.key(name)
      writer.integer(time)
    }
    if let audience = audiences.first {
      writer.key("aud")
      if audiences.count == 1 {
        writer.string(audience)
      } else {
        writer.beginArray()
        for audience in audiences { writer.string(audience) }
        writer.endArray()
      }
    }
    guard let confirmation else {
      writer.endObject()
      return writer.bytes
    }
    var claims = ClaimsWriter(writer)
    confirmation.write(to: &claims)
    try claims.finish()
    return claims.bytes
  }
}
