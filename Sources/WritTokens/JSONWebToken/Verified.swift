// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Claims that a ``TokenVerifier`` has verified; nothing else makes one.
public struct Verified<Claims: TokenClaims>: Sendable {
  /// One's own claims.
  public let claims: Claims
  /// All claims, to read others from.
  public let reader: ClaimsReader

  @inlinable
  init(_ claims: Claims, _ reader: ClaimsReader) {
    self.claims = claims
    self.reader = reader
  }

  private var registered: RegisteredClaims { reader.token.registered }

  /// `iss`.
  public var issuer: String? { string(registered.issuer) }
  /// `sub`: with the issuer it names who the token is about.
  public var subject: String? { string(registered.subject) }
  /// `jti`: the token's own name.
  public var identifier: String? { string(registered.identifier) }
  /// `exp`: the time at which the token expires.
  public var expiration: NumericDate? { registered.expiration }
  /// `nbf`: the time before which the token is not valid.
  public var notBefore: NumericDate? { registered.notBefore }
  /// `iat`: the time at which the token was issued.
  public var issuedAt: NumericDate? { registered.issuedAt }
  /// The attributes of the key that verified the token.
  public var key: KeyAttributes { reader.token.key.attributes }

  /// `aud`: one or several.
  public var audiences: [String] {
    guard let audience = registered.audience else { return [] }
    let document = reader.document
    if let one = document.string(at: audience) { return [one] }
    return document.elements(of: audience).compactMap { document.string(at: $0) }
  }

  private func string(_ index: JSONDocument.Index?) -> String? { index.flatMap { reader.document.string(at: $0) } }
}

/// A token that has passed every check, before the application's claims are read: shared by all that look into it.
final class CheckedToken: Sendable {
  let document: JSONDocument
  let registered: RegisteredClaims
  let key: VerificationKey
  /// The names by which the token may be revoked, if its verifier looks for revocations.
  let names: RevocableNames?

  init(
    _ document: consuming JSONDocument,
    _ registered: RegisteredClaims,
    _ key: VerificationKey,
    _ names: RevocableNames? = nil
  ) {
    self.document = document
    self.registered = registered
    self.key = key
    self.names = names
  }
}
