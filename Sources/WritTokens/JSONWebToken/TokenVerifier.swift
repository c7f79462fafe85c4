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

  /// The rules for a token's claims and its `typ`.
  public let rules: TokenRules
  let keys: VerifierKeys
  private let leeways: Leeways
  private let clock: TokenClock
  private let cache: VerifierCache?
  private let revocations: Revocations?

  /// A verifier that checks everything.
  ///
  /// - Parameters:
  ///   - keys: the source of the issuer's keys.
  ///   - issuer: the value that `iss` must have, byte for byte.
  ///   - audience: the value that `aud` must be or contain, byte for byte.
  ///   - type: the `typ` that the header must have; not checked unless given.
  ///   - leeway: the time by which the issuer's clock may be ahead, for `nbf` and `iat`.
  ///   - expirationLeeway: the time for which a token is taken after its `exp`.
  ///   - clock: the source of the time.
  /// - Throws: `TokenError` with the code `configuration` when a leeway is negative or longer than
  ///   ``TokenRules/maximumLeeway``.
  public init(
    keys: VerificationKeySource,
    issuer: String,
    audience: String,
    type: String? = nil,
    leeway: Duration = TokenRules.usualLeeway,
    expirationLeeway: Duration = .zero,
    clock: TokenClock = .system
  ) throws(TokenError) {
    var rules = TokenRules(issuer: issuer, audience: audience, type: type)
    rules.leeway = leeway
    rules.expirationLeeway = expirationLeeway
    try self.init(keys: keys, rules: rules, clock: clock)
  }

  /// A verifier with other rules.
  ///
  /// - Parameters:
  ///   - keys: the source of the issuer's keys.
  ///   - rules: the rules for a token's claims and its `typ`.
  ///   - clock: the source of the time.
  ///   - cache: keeps tokens that were verified; without, each is verified each time.
  ///   - revocations: tokens that are no longer taken although they have not expired.
  /// - Throws: `TokenError` with the code `configuration` when a leeway is negative or longer than
  ///   ``TokenRules/maximumLeeway``, or a list of issuers or audiences is empty or too long; `failure`.
  public init(
    keys: VerificationKeySource,
    rules: TokenRules,
    clock: TokenClock = .system,
    cache: TokenCache? = nil,
    revocations: Revocations? = nil
  ) throws(TokenError) {
    self.keys = VerifierKeys(keys)
    self.rules = rules
    self.clock = clock
    self.revocations = revocations
    leeways = try rules.checked()
    self.cache = if let cache { try VerifierCache(cache) } else { nil }
  }

  /// A verifier that checks everything, with keys that never change.
  ///
  /// - Parameters:
  ///   - keys: the issuer's keys.
  ///   - issuer: the value that `iss` must have, byte for byte.
  ///   - audience: the value that `aud` must be or contain, byte for byte.
  ///   - type: the `typ` that the header must have; not checked unless given.
  ///   - leeway: the time by which the issuer's clock may be ahead, for `nbf` and `iat`.
  ///   - expirationLeeway: the time for which a token is taken after its `exp`.
  ///   - clock: the source of the time.
  /// - Throws: `TokenError` with the code `configuration` when a leeway is negative or longer than
  ///   ``TokenRules/maximumLeeway``.
  public init(
    keys: VerificationKeys,
    issuer: String,
    audience: String,
    type: String? = nil,
    leeway: Duration = TokenRules.usualLeeway,
    expirationLeeway: Duration = .zero,
    clock: TokenClock = .system
  ) throws(TokenError) {
    try self.init(
      keys: .fixed(keys),
      issuer: issuer,
      audience: audience,
      type: type,
      leeway: leeway,
      expirationLeeway: expirationLeeway,
      clock: clock
    )
  }

  /// A verifier with other rules, with keys that never change.
  ///
  /// - Parameters:
  ///   - keys: the issuer's keys.
  ///   - rules: the rules for a token's claims and its `typ`.
  ///   - clock: the source of the time.
  ///   - cache: keeps tokens that were verified; without, each is verified each time.
  ///   - revocations: tokens that are no longer taken although they have not expired.
  /// - Throws: `TokenError` with the code `configuration` when a leeway is negative or longer than
  ///   ``TokenRules/maximumLeeway``, or a list of issuers or audiences is empty or too long; `failure`.
  public init(
    keys: VerificationKeys,
    rules: TokenRules,
    clock: TokenClock = .system,
    cache: TokenCache? = nil,
    revocations: Revocations? = nil
  ) throws(TokenError) {
    try self.init(keys: .fixed(keys), rules: rules, clock: clock, cache: cache, revocations: revocations)
  }

  /// Verifies a bearer's token.
  ///
  /// A token that is bound to a key or a certificate (`cnf`) is refused with the code `binding`:
  /// ``verify(_:as:proof:)-(String,_,_)`` takes it with its proof.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes``, without `Bearer ` in front.
  ///   - type: the application's type of claims.
  /// - Throws: `TokenError` with every code but `configuration`.
  @inlinable
  public func verify<Claims: TokenClaims>(
    _ token: String,
    as type: Claims.Type = Claims.self
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try checkBearerToken(token.utf8.span)
    return Verified(try Claims(reading: reader), reader)
  }

  /// Verifies a bearer's token that is there as bytes.
  ///
  /// - Parameters:
  ///   - token: at most ``maximumTokenBytes`` of ASCII, without `Bearer ` in front.
  ///   - type: the application's type of claims.
  /// - Throws: `TokenError` as for a `String`.
  @inlinable
  public func verify<Claims: TokenClaims>(
    _ token: Span<UInt8>,
    as type: Claims.Type = Claims.self
  ) throws(TokenError) -> Verified<Claims> {
    let reader = try checkBearerToken(token)
    return Verified(try Claims(reading: reader), reader)
  }

  /// The number of the keys in force, which changes whenever they do: what was verified under a number is right as long
  /// as the number stays.
  package var keyGeneration: UInt64 { get throws(TokenError) { try keys.generation } }

  // MARK: Signature, then claims

  /// Checks all but the application's claims, whose reading is specialised at each call.
  @usableFromInline
  func checkBearerToken(_ token: Span<UInt8>) throws(TokenError) -> ClaimsReader {
    let reader = try checkAllButProof(token)
    try requireBearer(reader)
    return reader
  }

  /// Refuses a token that is bound to a key or a certificate and came without its proof (RFC 9449, section 7.2).
  @inline(__always)
  func requireBearer(_ reader: ClaimsReader) throws(TokenError) {
    guard reader.token.registered.confirmation == nil || rules.proof == .checkedByCaller else { throw Self.unproved }
  }

  private static var unproved: TokenError {
    TokenError(
      .binding,
      "the token is bound to a key or a certificate (\"cnf\") and came without its proof: it is not a bearer token"
    )
  }

  /// Checks a token of which the caller checks the proof that a `cnf` asks for.
  func checkAllButProof(_ bytes: Span<UInt8>) throws(TokenError) -> ClaimsReader {
    try CompactToken.checkSize(bytes.count)
    guard let cache, bytes.count <= cache.tokens.maximumTokenBytes else {
      return ClaimsReader(token: try checkSignatureAndClaims(bytes, keys.snapshot))
    }
    let key = try cache.key(of: bytes)
    if let known = cache.tokens.token(key, generation: try keyGeneration) {
      do throws(TokenError) {
        try known.registered.checkTimes(leeways, clock)
      } catch {
        // It has expired, or the clock went back.
        cache.tokens.remove(key)
        throw error
      }
      if let names = known.names { try revocations?.check(names) }
      return ClaimsReader(token: known)
    }
    let snapshot = try keys.snapshot
    let token = try checkSignatureAndClaims(bytes, snapshot)
    cache.tokens.insert(token, key, generation: snapshot.generation)
    return ClaimsReader(token: token)
  }

  private func checkSignatureAndClaims(_ bytes: Span<UInt8>, _ snapshot: KeySnapshot) throws(TokenError) -> CheckedToken
  {
    let keys = snapshot.keys
    if let header = snapshot.headers.known(bytes), let payload = try Self.knownPayload(bytes, header, keys) {
      return try checkClaims(bytes, payload, keys.keys[header.key])
    }
    let parts = try CompactToken(bytes)
    let header = try JOSEHeader(bytes.extracting(parts.header))
    let key = try keys.verify(parts, header, bytes)
    guard rules.accepts(type: header.type) else {
      throw TokenError(
        .type,
        "the token's \"typ\" is \(header.type.map { "\"\(printable($0))\"" } ?? "missing"), expected \"\(printable(rules.type ?? ""))\""
      )
    }
    snapshot.headers.remember(
      bytes.extracting(0..<parts.payload.lowerBound),
      key: key,
      isOnlyKey: try keys.candidates(for: header).count == 1
    )
    return try checkClaims(bytes, parts.payload, keys.keys[key])
  }

  /// The place of the payload in a token whose header is known and whose signature is right.
  ///
  /// The length of the signature says where it starts; a dot more is found by decoding, as it is not base64url.
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
      throw TokenError(.signature, "the token's signature does not match")
    }
    return header.count..<end
  }

  /// Reads claims that were signed, and checks those that are registered.
  private func checkClaims(
    _ token: Span<UInt8>,
    _ payload: Range<Int>,
    _ key: VerificationKey
  ) throws(TokenError) -> CheckedToken {
    let text = token.extracting(payload)
    guard let bytes = Base64URL.decode(text) else {
      throw .notBase64URL("token's payload", text, at: payload.lowerBound)
    }
    let document = try Self.document(bytes)
    let registered = try RegisteredClaims(document)
    try registered.check(rules, leeways, clock, document)
    guard let revocations else { return CheckedToken(document, registered, key) }
    let names = try revocations.names(of: document, registered)
    try revocations.check(names)
    return CheckedToken(document, registered, key, names)
  }

  private static func document(_ bytes: [UInt8]) throws(TokenError) -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(parsing: bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.malformed, "the token's claims are not valid JSON at byte \(error.offset): \(error.message)")
    }
  }
}
