// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Issues JSON Web Tokens (RFC 7519), signed, in compact form.
///
///     let issuer = try TokenIssuer(issuer: "https://id.example", signingKey: key, lifetime: .seconds(900))
///     let token = try issuer.issue(Role(role: "editor"), subject: "alice", audience: "api")
///
/// Any number of threads may issue at once.
public struct TokenIssuer: Sendable {
  /// The longest lifetime of a token.
  public static let maximumLifetime = Duration.seconds(3_155_760_000)  // a century

  /// `iss` of every token.
  public let issuer: String
  private let keys: IssuingKeys
  private let lifetime: Int64
  private let clock: TokenClock
  /// The claims up to and with `iss`.
  private let beginning: [UInt8]

  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - signingKey: it also says the algorithm and the `kid`.
  ///   - lifetime: from `iat` to `exp`, whole seconds.
  ///   - type: `typ` of the header.
  ///   - clock: where the time comes from.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is shorter than a second or longer than
  ///   ``maximumLifetime``.
  public init(
    issuer: String,
    signingKey: SigningKey,
    lifetime: Duration,
    type: String = "JWT",
    clock: TokenClock = .system
  ) throws(TokenError) {
    try self.init(issuer, .fixed(IssuingKey(signingKey, type: type)), lifetime, clock)
  }

  /// An issuer that signs with whichever key of a set signs at the moment.
  ///
  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - keys: they also say the algorithm and the `kid`; the time comes from their clock.
  ///   - lifetime: from `iat` to `exp`, whole seconds; no longer than the overlap of the set.
  ///   - type: `typ` of the header.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is shorter than a second, or longer than the
  ///   overlap: a token would outlive its key.
  public init(
    issuer: String,
    keys: SigningKeySet,
    lifetime: Duration,
    type: String = "JWT"
  ) throws(TokenError) {
    guard lifetime <= keys.overlap else {
      throw TokenError(.configuration, "a lifetime of \(lifetime) is longer than the overlap of keys, \(keys.overlap)")
    }
    try self.init(issuer, .scheduled(LatestIssuingKey(keys, type: type)), lifetime, keys.clock)
  }

  private init(
    _ issuer: String,
    _ keys: IssuingKeys,
    _ lifetime: Duration,
    _ clock: TokenClock
  ) throws(TokenError) {
    guard lifetime >= .seconds(1), lifetime <= Self.maximumLifetime else {
      throw TokenError(.configuration, "a lifetime of \(lifetime) was asked for, expected a second to a century")
    }
    self.issuer = issuer
    self.lifetime = lifetime.components.seconds
    self.clock = clock
    self.keys = keys
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("iss")
    writer.string(issuer)
    beginning = writer.bytes
  }

  /// Issues a token.
  ///
  /// - Parameters:
  ///   - claims: one's own.
  ///   - subject: `sub`.
  ///   - audience: `aud`.
  ///   - identifier: `jti`.
  /// - Throws: `TokenError` with the codes `claim` when the claims write a registered one or a name twice, `tooLarge`,
  ///   `keysUnavailable` when no key of a set signs at the moment, `failure`.
  @inlinable
  public func issue<Claims: TokenClaims>(
    _ claims: Claims,
    subject: String? = nil,
    audience: String? = nil,
    identifier: String? = nil
  ) throws(TokenError) -> String {
    var writer = begin(subject: subject, audience: audience, identifier: identifier)
    claims.write(to: &writer)
    return try finish(&writer)
  }

  @usableFromInline
  func begin(subject: String?, audience: String?, identifier: String?) -> ClaimsWriter {
    var writer = JSONWriter(resuming: beginning, reservingCapacity: 512)
    if let subject {
      writer.key("sub")
      writer.string(subject)
    }
    if let audience {
      writer.key("aud")
      writer.string(audience)
    }
    // INVARIANT: the time is at most `NumericDate.last`, the lifetime a century: their sum does not overflow.
    let now = clock.now
    writer.key("exp")
    writer.integer(now + lifetime)
    writer.key("iat")
    writer.integer(now)
    if let identifier {
      writer.key("jti")
      writer.string(identifier)
    }
    return ClaimsWriter(writer)
  }

  @usableFromInline
  func finish(_ claims: inout ClaimsWriter) throws(TokenError) -> String {
    try claims.finish()
    switch keys {
    case .fixed(let key): return try TokenWriter.write(headerAndDot: key.headerAndDot, claims.bytes.span, key.key)
    case .scheduled(let latest):
      let key = try latest.key()
      return try TokenWriter.write(headerAndDot: key.headerAndDot, claims.bytes.span, key.key)
    }
  }
}
