// SPDX-License-Identifier: Apache-2.0

/// The proof that a request brings for a token that is bound to a key or a certificate (`cnf`): a DPoP proof (RFC
/// 9449), the client's certificate (RFC 8705), or both where the token is bound to both.
///
///     let token = try verifier.verify(
///       text,
///       as: AccessTokenClaims.self,
///       proof: .dpop(field, method: "GET", uri: uri, verifier: dpop, replays: replays))
///
/// Without a proof, verifiers refuse such a token.
public struct TokenProof<Memory: ReplayMemory>: Sendable {
  private struct DPoP: Sendable {
    let field: String
    let method: String
    let uri: String
    let verifier: DPoPVerifier
    let replays: Memory
  }

  private let dpop: DPoP?
  private let certificate: [UInt8]?
  private let takesBearerTokens: Bool

  /// A DPoP proof, with the request that it came with.
  ///
  /// - Parameters:
  ///   - field: the value of the one field `DPoP` of the request; refuse a request that has several.
  ///   - method: the method of the request.
  ///   - uri: the URI of the request as the client sees it, made of the server's configured name and the request's
  ///     path.
  ///   - verifier: the verifier of proofs.
  ///   - replays: the proofs that were seen.
  ///   - certificate: the client's certificate in DER, where the connection has one.
  public static func dpop(
    _ field: String,
    method: String,
    uri: String,
    verifier: DPoPVerifier,
    replays: Memory,
    certificate: [UInt8]? = nil
  ) -> TokenProof {
    let dpop = DPoP(field: field, method: method, uri: uri, verifier: verifier, replays: replays)
    return TokenProof(dpop: dpop, certificate: certificate, takesBearerTokens: false)
  }

  /// Refuses a proof of the wrong kind, and another certificate.
  ///
  /// - Returns: the DPoP proof that has to be verified yet.
  private func checkKinds(_ confirmation: TokenConfirmation?) throws(TokenError) -> DPoP? {
    guard let confirmation else {
      guard dpop == nil, takesBearerTokens else {
        throw TokenError(.binding, "a proof came with a token that is not bound to a key or a certificate (\"cnf\")")
      }
      return nil
    }
    if confirmation.certificateThumbprint != nil {
      guard let certificate else {
        throw TokenError(.binding, "the token is bound to a certificate, and none came with it")
      }
      try confirmation.checkCertificate(certificate.span)
    }
    guard confirmation.keyThumbprint == nil || dpop != nil else {
      throw TokenError(.binding, "the token is bound to a key, and no DPoP proof came with it")
    }
    return dpop
  }
}

extension TokenProof where Memory == LocalReplayMemory {
  /// The certificate with which the client authenticated itself in TLS.
  ///
  /// - Parameters:
  ///   - certificate: the certificate in DER; nothing but its thumbprint is looked at.
  ///   - takesBearerTokens: whether a token without `cnf` is taken from a client that has a certificate.
  public static func certificate(_ certificate: [UInt8], takesBearerTokens: Bool = false) -> TokenProof {
    TokenProof(dpop: nil, certificate: certificate, takesBearerTokens: takesBearerTokens)
  }

  /// Checks the proof of a token.
  ///
  /// - Parameters:
  ///   - token: the token as it was sent.
  ///   - confirmation: its `cnf`.
  func check(_ token: String, _ confirmation: TokenConfirmation?) throws(TokenError) {
    guard let dpop = try checkKinds(confirmation) else { return }
    try dpop.verifier.verify(
      dpop.field,
      method: dpop.method,
      uri: dpop.uri,
      accessToken: token,
      boundTo: confirmation,
      replays: dpop.replays
    )
  }
}

extension TokenProof {
  /// Checks the proof of a token with a memory that several servers share.
  func checkShared(_ token: String, _ confirmation: TokenConfirmation?) async throws {
    guard let dpop = try checkKinds(confirmation) else { return }
    try await dpop.verifier.verify(
      dpop.field,
      method: dpop.method,
      uri: dpop.uri,
      accessToken: token,
      boundTo: confirmation,
      replays: dpop.replays
    )
  }
}
