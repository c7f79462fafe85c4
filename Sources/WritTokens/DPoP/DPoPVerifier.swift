// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// Verifies DPoP proofs (RFC 9449, section 4.3): that the sender of a request holds a private key.
///
///     // where tokens are issued: the token is bound to the key of the proof
///     let proof = try dpop.verify(field, method: "POST", uri: "https://id.example/token", replays: replays)
///     let claims = AccessTokenClaims(clientIdentifier: client, confirmation: proof.confirmation)
///
///     // where they are used: the proof is for this token, and the token is bound to its key
///     let token = try verifier.verify(
///       text, as: AccessTokenClaims.self,
///       proof: .dpop(field, method: "GET", uri: uri, verifier: dpop, replays: replays))
///
/// `field` is the value of the one field `DPoP` of the request: refuse a request that has several. `uri` is the one
/// that the client sees, made of the server's configured name and the request's path, not of a field that the client
/// sends.
public struct DPoPVerifier: Sendable {
  /// Bytes of the longest proof that is read.
  public static let maximumProofBytes = 8192
  /// Bytes of the longest `jti` of a proof.
  public static let maximumIdentifierBytes = 256
  /// The longest window.
  public static let maximumWindow = Duration.seconds(600)

  private let algorithms: Set<SignatureAlgorithm>
  private let window: Duration
  private let nonces: DPoPNonces?
  private let clock: TokenClock

  /// - Parameters:
  ///   - algorithms: those that proofs may be signed with; only such as key pairs sign with. RSA is not among those of
  ///     the default, as long keys are slow to verify with.
  ///   - window: how far `iat` may lie before or after now, a second to ``maximumWindow``.
  ///   - nonces: where given, a proof must have one of these.
  ///   - clock: where the time comes from.
  /// - Throws: `TokenError` with the code `configuration`.
  public init(
    algorithms: Set<SignatureAlgorithm> = [.es256, .es384, .es512, .edDSA, .ed25519, .ed448],
    window: Duration = .seconds(60),
    nonces: DPoPNonces? = nil,
    clock: TokenClock = .system
  ) throws(TokenError) {
    guard !algorithms.isEmpty, algorithms.allSatisfy({ !$0.suits(.symmetric) }) else {
      throw TokenError(.configuration, "the algorithms of proofs must be of key pairs, and at least one is needed")
    }
    guard window >= .seconds(1), window <= Self.maximumWindow else {
      throw TokenError(
        .configuration,
        "a window of \(window) was asked for, expected a second to \(Self.maximumWindow)"
      )
    }
    self.algorithms = algorithms
    self.window = window
    self.nonces = nonces
    self.clock = clock
  }

  // MARK: Where tokens are issued

  /// Verifies the proof of a request without a token.
  ///
  /// - Parameters:
  ///   - proof: the value of the field `DPoP`, at most ``maximumProofBytes``.
  ///   - method: that of the request.
  ///   - uri: that of the request; query and fragment are not looked at.
  ///   - replays: the proofs that were seen.
  /// - Throws: `TokenError`: `nonce` when the client must be sent a nonce, `full` when no more proofs can be
  ///   remembered, and any other code but `revoked` and `keyUnknown`.
  public func verify(
    _ proof: String,
    method: String,
    uri: String,
    replays: LocalReplayMemory
  ) throws(TokenError) -> DPoPProof {
    let checked = try check(proof, method, uri, accessToken: nil)
    guard try replays.remember(checked.name, until: checked.until) else { throw Self.replayed }
    return checked.proof
  }

  /// Verifies the proof of a request that brings no token, with a memory that several servers share.
  ///
  /// - Throws: `TokenError` as ``verify(_:method:uri:replays:)-(_,_,_,LocalReplayMemory)`` does, and what the memory
  ///   throws.
  public func verify(
    _ proof: String,
    method: String,
    uri: String,
    replays: some ReplayMemory
  ) async throws -> DPoPProof {
    let checked = try check(proof, method, uri, accessToken: nil)
    guard try await replays.remember(checked.name, until: checked.until) else { throw Self.replayed }
    return checked.proof
  }

  // MARK: Where they are used

  /// Verifies the proof of a request that brings a token, and that the token is bound to its key.
  ///
  /// - Parameters:
  ///   - proof: the value of the field `DPoP`, at most ``maximumProofBytes``.
  ///   - method: that of the request.
  ///   - uri: that of the request; query and fragment are not looked at.
  ///   - accessToken: the token as it was sent.
  ///   - confirmation: what the verified token, or its introspection, says of who may use it; none refuses.
  ///   - replays: the proofs that were seen.
  /// - Throws: `TokenError` as where tokens are issued, and `binding` when the proof is for another token, or the token
  ///   is bound to another key or to none.
  @discardableResult
  public func verify(
    _ proof: String,
    method: String,
    uri: String,
    accessToken: String,
    boundTo confirmation: TokenConfirmation?,
    replays: LocalReplayMemory
  ) throws(TokenError) -> DPoPProof {
    let checked = try check(proof, method, uri, accessToken: (accessToken, confirmation))
    guard try replays.remember(checked.name, until: checked.until) else { throw Self.replayed }
    return checked.proof
  }

  /// The same with a memory that several servers share.
  ///
  /// - Throws: `TokenError`, and what the memory throws.
  @discardableResult
  public func verify(
    _ proof: String,
    method: String,
    uri: String,
    accessToken: String,
    boundTo confirmation: TokenConfirmation?,
    replays: some ReplayMemory
  ) async throws -> DPoPProof {
    let checked = try check(proof, method, uri, accessToken: (accessToken, confirmation))
    guard try await replays.remember(checked.name, until: checked.until) else { throw Self.replayed }
    return checked.proof
  }

  // MARK: Checks

  private static var replayed: TokenError { TokenError(.replayed, "a proof has been seen before") }

  /// All checks but whether the proof is new, which comes last so that only what passes is remembered.
  private func check(
    _ text: String,
    _ method: String,
    _ uri: String,
    accessToken: (text: String, confirmation: TokenConfirmation?)?
  ) throws(TokenError) -> (proof: DPoPProof, name: [UInt8], until: Int64) {
    let bytes = text.utf8.span
    guard bytes.count <= Self.maximumProofBytes else {
      throw TokenError(.tooLarge, "a proof has \(bytes.count) bytes, expected at most \(Self.maximumProofBytes)")
    }
    let parts = try CompactToken(bytes)
    let key = try DPoPHeader(bytes.extracting(parts.header), accepting: algorithms).key
    try Self.checkSignature(bytes, parts, key)
    let (document, registered) = try Self.claims(bytes.extracting(parts.payload), at: parts.payload.lowerBound)
    let now = clock.time
    guard let issuedAt = registered.issuedAt else { throw TokenError(.claim, "the claim \"iat\" is missing") }
    try registered.checkTimes(try Leeways(start: window, end: window), now: now)
    guard issuedAt + window >= now else {
      throw TokenError(.expired, "the proof was made at \(issuedAt), and it is \(now)")
    }
    func string(_ name: String) throws(TokenError) -> String? {
      guard let index = document.member(name, of: document.root), document.kind(of: index) != .null else { return nil }
      guard let text = document.string(at: index) else {
        throw TokenError(.claim, "the claim \"\(name)\" is not a string")
      }
      return text
    }
    guard let identifier = try string("jti"), 1...Self.maximumIdentifierBytes ~= identifier.utf8.count else {
      throw TokenError(.claim, "the claim \"jti\" is missing, empty or too long")
    }
    guard let htm = try string("htm"), htm.utf8.elementsEqual(method.utf8) else {
      throw TokenError(.binding, "a proof is for another method (\"htm\")")
    }
    guard let htu = try string("htu"), let target = TargetURI(uri), TargetURI(htu) == target else {
      throw TokenError(.binding, "a proof is for another URI (\"htu\")")
    }
    if let nonces {
      guard let nonce = try string("nonce"), try nonces.isValid(nonce) else {
        throw TokenError(.nonce, "the proof has no nonce, or one that has expired; tell the client a new one")
      }
    }
    let thumbprint = try Self.thumbprint(of: key)
    if let accessToken {
      let hash = try TokenDigest.text(of: accessToken.text.utf8.span)
      guard let ath = try string("ath"), isEqualInConstantTime(ath.utf8.span, hash.utf8.span) else {
        throw TokenError(.binding, "a proof is for another token (\"ath\")")
      }
      guard let bound = accessToken.confirmation?.keyThumbprint,
        isEqualInConstantTime(bound.utf8.span, thumbprint.utf8.span)
      else { throw TokenError(.binding, "a token is not bound to the key of its proof (\"jkt\")") }
    }
    // Per key: a client cannot use up the identifiers of another's proofs.
    let name = try TokenDigest.bytes(of: (thumbprint + "." + identifier).utf8.span).bytes
    let proof = DPoPProof(identifier: identifier, issuedAt: issuedAt, key: key, thumbprint: thumbprint)
    // One window longer than the proof can be taken, in case the clock goes back or another server's is behind.
    return (proof, name, (issuedAt + window + window).secondsRoundedUp)
  }

  private static func checkSignature(_ bytes: Span<UInt8>, _ parts: CompactToken, _ key: PublicKey) throws(TokenError) {
    let text = bytes.extracting(parts.signature)
    guard let signature = Base64URL.decode(text) else {
      throw .notBase64URL("proof's signature", text, at: parts.signature.lowerBound)
    }
    let verifier: VerificationKey
    do throws(KeyError) {
      verifier = try VerificationKey(key)
    } catch {
      throw TokenError(.header, "the \"jwk\" of a proof: \(error.description)")
    }
    guard try verifier.isValid(signature.span, for: bytes.extracting(parts.signingInput)) else {
      throw TokenError(.signature, "the proof's signature does not match")
    }
  }

  private static func claims(
    _ payload: Span<UInt8>,
    at start: Int
  ) throws(TokenError) -> (JSONDocument, RegisteredClaims) {
    guard let bytes = Base64URL.decode(payload) else {
      throw .notBase64URL("proof's payload", payload, at: start)
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.malformed, "the proof's claims are not valid JSON at byte \(error.offset): \(error.message)")
    }
    return (document, try RegisteredClaims(document))
  }

  private static func thumbprint(of key: PublicKey) throws(TokenError) -> String {
    do throws(KeyError) {
      return try key.thumbprint()
    } catch {
      throw TokenError(.failure, error.description)
    }
  }
}
