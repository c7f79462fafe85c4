// SPDX-License-Identifier: Apache-2.0

extension TokenVerifier {
  /// Verifies a token together with the proof that its `cnf` asks for.
  ///
  /// The token is verified first, so that only holders of a token fill the memory of proofs.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes``; the proof is for these bytes.
  ///   - type: the application's type of claims.
  ///   - proof: the proof that the request brings.
  /// - Throws: `TokenError` as ``verify(_:as:)-(String,_)`` does, and as the proof's verifier does: `binding` when the
  ///   token is bound to another key or certificate, or to none.
  public func verify<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self,
    proof: TokenProof<LocalReplayMemory>
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try checkAllButProof(token.utf8.span)
    let verified = Verified(try Claims(reading: reader), reader)
    try proof.check(token, try TokenConfirmation(reading: reader))
    return verified
  }

  /// Verifies a token together with the proof that its `cnf` asks for; fetches keys as ``verifyRefreshingKeys(_:as:)``
  /// does.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes``; the proof is for these bytes.
  ///   - type: the application's type of claims.
  ///   - proof: the proof that the request brings; its memory may be one that several servers share.
  /// - Throws: `TokenError` as ``verify(_:as:proof:)-(String,_,_)`` does, and what the memory throws.
  public func verifyRefreshingKeys<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self,
    proof: TokenProof<some ReplayMemory>
  ) async throws -> Verified<Claims> {
    let reader = try await checkRefreshingKeys(token)
    let verified = Verified(try Claims(reading: reader), reader)
    try await proof.checkShared(token, try TokenConfirmation(reading: reader))
    return verified
  }
}

extension ActiveToken {
  /// Checks that the sender of a token may use it, after its introspection.
  ///
  /// - Parameters:
  ///   - token: the token as it was sent.
  ///   - proof: the proof that the request brings; without one, a token that is bound to a key or a certificate is
  ///     refused.
  /// - Throws: `TokenError` with the code `binding`, and as the proof's verifier does.
  public func checkSender(of token: String, proof: TokenProof<LocalReplayMemory>? = nil) throws(TokenError) {
    if let proof { return try proof.check(token, confirmation) }
    guard confirmation == nil else {
      throw TokenError(
        .binding,
        "the token is bound to a key or a certificate (\"cnf\") and came without its proof: it is not a bearer token"
      )
    }
  }
}
