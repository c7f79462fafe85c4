// SPDX-License-Identifier: Apache-2.0

extension TokenVerifier {
  /// Verifies a bearer's token; where its key is missing and the keys are a ``RemoteKeySet``, fetches them once and
  /// tries again.
  ///
  /// A token whose key is there is verified without waiting. Otherwise the task waits for one fetch at most, which it
  /// shares with all others, and no fetch begins before the cool-down since the last has passed. A task that is
  /// cancelled stops waiting, and its token is refused.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes``.
  ///   - type: the application's type of claims.
  /// - Throws: `TokenError` as `verify(_:as:)` does.
  public func verifyRefreshingKeys<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self
  ) async throws(TokenError) -> Verified<Claims> {
    let reader = try await checkRefreshingKeys(token)
    try requireBearer(reader)
    return Verified(try Claims(reading: reader), reader)
  }

  /// Checks a token of which the caller checks the proof that a `cnf` asks for.
  func checkRefreshingKeys(_ token: String) async throws(TokenError) -> ClaimsReader {
    guard let remote = keys.remote else { return try checkAllButProof(token.utf8.span) }
    let generation = try? keyGeneration
    let refusal: TokenError
    do throws(TokenError) {
      return try checkAllButProof(token.utf8.span)
    } catch {
      refusal = error
    }
    guard let missing = MissingKey(of: token, refusal, remote.current().keys) else { throw refusal }
    guard await remote.refresh(missing: missing.identifier, in: generation) else { throw refusal }
    return try checkAllButProof(token.utf8.span)
  }
}

/// The key that a refused token would have needed.
private struct MissingKey {
  let identifier: String?

  /// `nil` when the token was refused for another reason.
  init?(of token: String, _ refusal: TokenError, _ keys: VerificationKeys) {
    let bytes = token.utf8.span
    let header: JOSEHeader? = try? {
      let parts = try CompactToken(bytes)
      return try JOSEHeader(bytes.extracting(parts.header))
    }()
    guard let header else { return nil }
    identifier = header.keyIdentifier
    switch refusal.code {
    case .keyUnknown, .keysUnavailable: break
    // Where the token or the keys have no names, it may be of one that is new.
    case .signature, .algorithm: guard identifier == nil || !keys.namesKeys else { return nil }
    default: return nil
    }
  }
}
