// SPDX-License-Identifier: Apache-2.0

/// Issues JSON Web Tokens that are signed, then encrypted (RFC 7519, section 5.2 and appendix A.2).
///
///     let nested = try NestedTokenIssuer(issuer: issuer, encryptionKey: key)
///     let token = try nested.issue(Role(role: "editor"), subject: "alice", audience: "api")
///
/// Any number of threads may issue at once.
public struct NestedTokenIssuer: Sendable {
  /// The issuer that signs.
  public let issuer: TokenIssuer
  /// The key of the recipient of the tokens.
  public let encryptionKey: EncryptionKey
  /// `enc` of the header.
  public let contentAlgorithm: ContentEncryptionAlgorithm

  /// - Parameters:
  ///   - issuer: what signs.
  ///   - encryptionKey: the key of the recipient of the tokens; it also says `alg` and `kid` of the outer header.
  ///   - contentAlgorithm: `enc` of the outer header; unless given, as
  ///     ``JSONWebEncryption/encrypt(_:for:with:type:contentType:)`` has it.
  /// - Throws: `TokenError` with the code `configuration` when the algorithm is not the key's.
  public init(
    issuer: TokenIssuer,
    encryptionKey: EncryptionKey,
    contentAlgorithm: ContentEncryptionAlgorithm? = nil
  ) throws(TokenError) {
    let algorithm = contentAlgorithm ?? encryptionKey.usualContentAlgorithm
    guard encryptionKey.permits(algorithm) else {
      throw TokenError(.configuration, "content cannot be encrypted with \(algorithm) under this key")
    }
    self.issuer = issuer
    self.encryptionKey = encryptionKey
    self.contentAlgorithm = algorithm
  }

  /// Issues a token, as ``TokenIssuer`` does, and encrypts it.
  ///
  /// - Parameters:
  ///   - claims: the application's claims.
  ///   - subject: `sub`.
  ///   - audience: `aud`, written as a string.
  ///   - identifier: `jti`.
  ///   - notBefore: `nbf`: the time before which verifiers refuse the token.
  ///   - lifetime: the time from `iat` to `exp`; that of the issuer unless given.
  ///   - header: parameters of the signed token's header, inside the encrypted one.
  /// - Throws: `TokenError` as ``TokenIssuer`` does.
  @inlinable
  public func issue<Claims: TokenClaims>(
    _ claims: Claims,
    subject: String? = nil,
    audience: String? = nil,
    identifier: String? = nil,
    notBefore: NumericDate? = nil,
    lifetime: Duration? = nil,
    header: TokenHeader = [:]
  ) throws(TokenError) -> String {
    try encrypt(
      try issuer.issue(
        claims,
        subject: subject,
        audience: audience,
        identifier: identifier,
        notBefore: notBefore,
        lifetime: lifetime,
        header: header
      )
    )
  }

  /// Issues a token for several audiences, and encrypts it.
  ///
  /// - Parameters:
  ///   - claims: the token's own claims.
  ///   - subject: `sub`, unless it is `nil`.
  ///   - audiences: `aud`, written as an array also where there is one; not empty. The others are as for one audience.
  ///   - identifier: `jti`.
  ///   - notBefore: `nbf`: the time before which the token is refused.
  ///   - lifetime: the time until the token expires; the issuer's unless given.
  ///   - header: further members of the header.
  /// - Throws: `TokenError` as ``TokenIssuer`` does.
  @inlinable
  public func issue<Claims: TokenClaims>(
    _ claims: Claims,
    subject: String? = nil,
    audiences: [String],
    identifier: String? = nil,
    notBefore: NumericDate? = nil,
    lifetime: Duration? = nil,
    header: TokenHeader = [:]
  ) throws(TokenError) -> String {
    try encrypt(
      try issuer.issue(
        claims,
        subject: subject,
        audiences: audiences,
        identifier: identifier,
        notBefore: notBefore,
        lifetime: lifetime,
        header: header
      )
    )
  }

  @usableFromInline
  func encrypt(_ signed: String) throws(TokenError) -> String {
    try JSONWebEncryption.encrypt(
      signed.utf8.span,
      for: encryptionKey,
      with: contentAlgorithm,
      contentType: NestedTokenVerifier.contentType
    )
  }
}
