// SPDX-License-Identifier: Apache-2.0

/// Decrypts tokens, and verifies the signed token that each must hold (RFC 7519, section 5.2).
///
///     let verifier = NestedTokenVerifier(decryptionKeys: keys, verifier: verifier)
///     let token = try verifier.verify(text, as: Role.self)
///
/// Claims that are encrypted and not signed are never taken, under whatever key: anyone can encrypt to a public one.
/// Nor are claims of the outer header (RFC 7519, section 5.3): only what was signed counts.
public struct NestedTokenVerifier: Sendable {
  /// `cty` of the outer header, compared without regard to case.
  static let contentType = "JWT"

  private let keys: DecryptionKeys
  private let verifier: TokenVerifier

  /// - Parameters:
  ///   - decryptionKeys: those that tokens are encrypted to.
  ///   - verifier: what the signed token inside must meet; its `typ` is that of the inner header.
  public init(decryptionKeys: DecryptionKeys, verifier: TokenVerifier) {
    keys = decryptionKeys
    self.verifier = verifier
  }

  /// Decrypts and verifies a bearer's token; one that is bound to a key or a certificate is refused.
  ///
  /// - Parameters:
  ///   - token: at most ``TokenVerifier/maximumTokenBytes``.
  ///   - type: the application's type of claims.
  /// - Throws: `TokenError` with the codes of ``JSONWebEncryption/init(decrypting:keys:)``, `type` when no signed token
  ///   is inside, and the codes of `TokenVerifier.verify(_:as:)` for that.
  @inlinable
  public func verify<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try checkBearerToken(token)
    return Verified(try Claims(reading: reader), reader)
  }

  @usableFromInline
  func checkBearerToken(_ token: String) throws(TokenError) -> ClaimsReader {
    try verifier.checkBearerToken(try signedToken(in: token).utf8.span)
  }

  /// Decrypts and verifies a token together with the proof that its `cnf` asks for.
  ///
  /// - Parameters:
  ///   - token: at most ``TokenVerifier/maximumTokenBytes``; the proof is for these bytes.
  ///   - type: the application's type of claims.
  ///   - proof: the proof that the request brings.
  /// - Throws: `TokenError` as `verify(_:as:)` and ``TokenVerifier/verify(_:as:proof:)-(String,_,_)`` do.
  public func verify<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self,
    proof: TokenProof<LocalReplayMemory>
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try verifier.checkAllButProof(try signedToken(in: token).utf8.span)
    let verified = Verified(try Claims(reading: reader), reader)
    try proof.check(token, try TokenConfirmation(reading: reader))
    return verified
  }

  /// The signed token that an encrypted one holds, not verified yet.
  package func signedToken(in token: String) throws(TokenError) -> String {
    let encryption = try JSONWebEncryption(decrypting: token, keys: keys)
    guard let contentType = encryption.contentType,
      contentType.utf8.elementsEqual(Self.contentType.utf8, by: { $0 == $1 || $0 == $1 | 0x20 })
    else { throw TokenError(.type, "the encrypted token does not hold a signed token: its \"cty\" is not JWT") }
    guard let signed = String(validating: encryption.content, as: UTF8.self) else {
      throw TokenError(.malformed, "the encrypted token does not hold a signed token")
    }
    return signed
  }
}
