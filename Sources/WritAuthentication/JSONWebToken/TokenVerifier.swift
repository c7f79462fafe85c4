// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Verifies JSON Web Tokens (RFC 7519) that are signed, in compact form, and checks what they claim.
///
///     let verifier = try TokenVerifier(keys: keys, issuer: "https://id.example", audience: "api")
///     let token = try verifier.verify(text, as: Role.self)
///
/// Verifying is synchronous, and any number of threads may do it at once with one verifier. Keep the verifier: what it
/// learns of the headers it sees makes the next token faster.
public struct TokenVerifier: Sendable {
  /// Bytes of the longest token that is read.
  public static let maximumTokenBytes = CompactToken.maximumBytes

  /// What is asked of a token's claims.
  public let rules: TokenRules
  let keys: VerifierKeys
  private let leeway: Int64
  private let clock: TokenClock
  private let cache: VerifierCache?
  private let revocations: Revocations?

  /// A verifier that checks everything.
  ///
  /// - Parameters:
  ///   - keys: those of the issuer: ``VerificationKeys``, or others that change.
  ///   - issuer: what `iss` must be, byte for byte.
  ///   - audience: what `aud` must be or name among others, byte for byte.
  ///   - type: what `typ` of the header must be; not checked unless given.
  ///   - clock: where the time comes from.
  /// - Throws: nothing today; `TokenError` with the code `configuration`.
  public init(
    keys: some VerificationKeySource,
    issuer: String,
    audience: String,
    type: String? = nil,
    clock: TokenClock = .system
  ) throws(TokenError) {
    try self.init(keys: keys, rules: TokenRules(issuer: issuer, audience: audience, type: type), clock: clock)
  }

  /// A verifier with other rules.
  ///
  /// - Parameters:
  ///   - keys: those of the issuer: ``VerificationKeys``, or others that change.
  ///   - rules: what is asked of a token's claims.
  ///   - clock: where the time comes from.
  ///   - cache: keeps tokens that were verified; without, each is verified each time.
  ///   - revocations: tokens that are no longer taken although they have not expired.
  /// - Throws: `TokenError` with the code `configuration` when the leeway is negative or longer than 10 minutes, `failure`.
  public init(
    keys: some VerificationKeySource,
    rules: TokenRules,
    clock: TokenClock = .system,
    cache: TokenCache? = nil,
    revocations: Revocations? = nil
  ) throws(TokenError) {
    self.keys = VerifierKeys(keys.origin)
    self.rules = rules
    self.clock = clock
    self.revocations = revocations
    leeway = try rules.leewaySeconds()
    self.cache = if let cache { try VerifierCache(cache) } else { nil }
  }

  /// Verifies a token.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes``.
  ///   - type: one's own claims.
  /// - Throws: `TokenError` with every code but `configuration`.
  @inlinable
  public func verify<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try check(token)
    return Verified(try Claims(reading: reader), reader)
  }

  /// The number of the keys in force, which changes whenever they do: what was verified under a number is right as long as the
  /// number stays.
  package var keyGeneration: UInt64 { get throws(TokenError) { try keys.generation } }

  // MARK: Signature, then claims

  /// Apart from one's own claims, so that only they are specialised where they are.
  @usableFromInline
  func check(_ token: String) throws(TokenError) -> ClaimsReader {
    let bytes = token.utf8.span
    try CompactToken.checkSize(bytes.count)
    guard let cache, bytes.count <= cache.tokens.maximumTokenBytes else {
      return ClaimsReader(token: try check(bytes, keys.snapshot))
    }
    let key = try cache.key(of: bytes)
    if let known = cache.tokens.token(key, generation: try keyGeneration) {
      do throws(TokenError) {
        try known.registered.checkTimes(leeway: leeway, now: clock.now)
      } catch {
        // It has expired, or the clock went back.
        cache.tokens.remove(key)
        throw error
      }
      if let names = known.names { try revocations?.check(names) }
      return ClaimsReader(token: known)
    }
    let snapshot = try keys.snapshot
    let token = try check(bytes, snapshot)
    cache.tokens.insert(token, key, generation: snapshot.generation)
    return ClaimsReader(token: token)
  }

  private func check(_ bytes: Span<UInt8>, _ snapshot: KeySnapshot) throws(TokenError) -> CheckedToken {
    let keys = snapshot.keys
    if let header = snapshot.headers.known(bytes), let payload = try Self.knownPayload(bytes, header, keys) {
      return try check(bytes.extracting(payload), keys.keys[header.key])
    }
    let parts = try CompactToken(bytes)
    let header = try JOSEHeader(bytes.extracting(parts.header))
    let key = try keys.verify(parts, header, bytes)
    guard rules.accepts(type: header.type) else {
      throw TokenError(.type, "the \"typ\" of a token is another, or missing")
    }
    snapshot.headers.remember(
      bytes.extracting(0..<parts.payload.lowerBound),
      key: key,
      isOnlyKey: try keys.candidates(for: header).count == 1
    )
    return try check(bytes.extracting(parts.payload), keys.keys[key])
  }

  /// Where the payload of a token lies whose header is known and whose signature is right.
  ///
  /// The length of the signature says where it starts; a dot more is found by decoding, as it is no base64url.
  ///
  /// - Returns: `nil` when the token has to be looked at from its beginning.
  @inline(__always)
  private static func knownPayload(
    _ bytes: Span<UInt8>,
    _ header: (count: Int, key: Int, isOnlyKey: Bool),
    _ keys: VerificationKeys
  ) throws(TokenError) -> Range<Int>? {
    let key = keys.keys[header.key]
    let end = bytes.count - Base64URL.encodedCount(key.signatureCount) - 1
    guard end >= header.count, bytes[end] == UInt8(ascii: ".") else { return nil }
    let text = bytes.extracting(end + 1..<bytes.count)
    let message = bytes.extracting(0..<end)
    let isValid: Bool
    if key.signatureCount <= 64 {
      var signature = InlineArray<64, UInt8>(repeating: 0)
      var span = signature.mutableSpan
      guard unsafe span.withUnsafeMutableBufferPointer({ unsafe Base64URL.decode(text, into: $0) }) else { return nil }
      isValid = try key.isValid(signature.span.extracting(first: key.signatureCount), for: message)
    } else {
      guard let signature = Base64URL.decode(text) else { return nil }
      isValid = try key.isValid(signature.span, for: message)
    }
    guard isValid else {
      guard header.isOnlyKey else { return nil }
      throw TokenError(.signature, "the signature of a token is not that of its bytes")
    }
    return header.count..<end
  }

  /// Reads claims that were signed, and checks those that are registered.
  private func check(_ payload: Span<UInt8>, _ key: VerificationKey) throws(TokenError) -> CheckedToken {
    guard let bytes = Base64URL.decode(payload) else {
      throw TokenError(.malformed, "the payload of a token is no base64url")
    }
    let document = try Self.document(bytes)
    let registered = try RegisteredClaims(document)
    try registered.check(rules, leeway: leeway, now: clock.now, document)
    guard let revocations else { return CheckedToken(document, registered, key) }
    let names = try revocations.names(of: document, registered)
    try revocations.check(names)
    return CheckedToken(document, registered, key, names)
  }

  private static func document(_ bytes: [UInt8]) throws(TokenError) -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(parsing: bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.malformed, "the claims of a token are no JSON: \(error.message), at byte \(error.offset)")
    }
  }
}
