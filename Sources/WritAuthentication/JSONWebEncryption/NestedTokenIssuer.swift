// SPDX-License-Identifier: Apache-2.0

/// Issues JSON Web Tokens that are signed, then encrypted (RFC 7519, section 5.2 and appendix A.2).
///
///     let nested = try NestedTokenIssuer(issuer: issuer, encryptionKey: key)
///     let token = try nested.issue(Role(role: "editor"), subject: "alice", audience: "api")
///
/// Any number of threads may issue at once.
public struct NestedTokenIssuer: Sendable {
  /// What signs.
  public let issuer: TokenIssuer
  /// The key of whoever is to read the tokens.
  public let encryptionKey: EncryptionKey
  /// `enc` of the header.
  public let contentAlgorithm: JSONWebAlgorithm

  /// - Parameters:
  ///   - issuer: what signs.
  ///   - encryptionKey: the key of whoever is to read the tokens; it also says `alg` and `kid` of the outer header.
  ///   - contentAlgorithm: `enc` of the outer header; unless given, as ``JSONWebEncryption/encrypt(_:for:with:type:contentType:)``
  ///     has it.
  /// - Throws: `TokenError` with the code `configuration` when the algorithm is none of content, or not the key's.
  public init(
    issuer: TokenIssuer,
    encryptionKey: EncryptionKey,
    contentAlgorithm: JSONWebAlgorithm? = nil
  ) throws(TokenError) {
    let algorithm = contentAlgorithm ?? encryptionKey.usualContentAlgorithm
    guard algorithm.isContentEncryption, encryptionKey.permits(algorithm) else {
      throw TokenError(.configuration, "content cannot be encrypted with \(algorithm) under this key")
    }
    self.issuer = issuer
    self.encryptionKey = encryptionKey
    self.contentAlgorithm = algorithm
  }

  /// Issues a token, as ``TokenIssuer/issue(_:subject:audience:identifier:)`` does, and encrypts it.
  ///
  /// - Throws: `TokenError` with the codes `claim`, `tooLarge`, `failure`.
  @inlinable
  public func issue<Claims: TokenClaims>(
    _ claims: Claims,
    subject: String? = nil,
    audience: String? = nil,
    identifier: String? = nil
  ) throws(TokenError) -> String {
    let signed = try issuer.issue(claims, subject: subject, audience: audience, identifier: identifier)
    return try encrypt(signed)
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
