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
  /// The longest lifetime that a token of these keys may have.
  private let longestLifetime: Duration
  private let clock: TokenClock
  /// The claims up to and with `iss`.
  private let beginning: [UInt8]

  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - signingKey: it also says the algorithm and the `kid`.
  ///   - lifetime: from `iat` to `exp`, whole seconds; a token may be given another when it is issued.
  ///   - type: `typ` of the header.
  ///   - clock: the source of the time.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is shorter than a second or longer than
  ///   ``maximumLifetime``.
  public init(
    issuer: String,
    signingKey: SigningKey,
    lifetime: Duration,
    type: String = "JWT",
    clock: TokenClock = .system
  ) throws(TokenError) {
    try self.init(issuer, .fixed(IssuingKey(signingKey, type: type)), lifetime, Self.maximumLifetime, clock)
  }

  /// An issuer that signs with whichever key of a set signs at the moment.
  ///
  /// - Parameters:
  ///   - issuer: `iss` of every token.
  ///   - keys: they also say the algorithm and the `kid`; the time comes from their clock.
  ///   - lifetime: from `iat` to `exp`, whole seconds; no longer than the overlap of the set.
  ///   - type: `typ` of the header.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is shorter than a second, or longer than
  ///   the overlap: a token would outlive its key.
  public init(
    issuer: String,
    keys: SigningKeySet,
    lifetime: Duration,
    type: String = "JWT"
  ) throws(TokenError) {
    try self.init(issuer, .scheduled(LatestIssuingKey(keys, type: type)), lifetime, keys.overlap, keys.clock)
  }

  private init(
    _ issuer: String,
    _ keys: IssuingKeys,
    _ lifetime: Duration,
    _ longestLifetime: Duration,
    _ clock: TokenClock
  ) throws(TokenError) {
    self.issuer = issuer
    self.longestLifetime = min(longestLifetime, Self.maximumLifetime)
    self.lifetime = try Self.seconds(lifetime, longest: self.longestLifetime)
    self.clock = clock
    self.keys = keys
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("iss")
    writer.string(issuer)
    beginning = writer.bytes
  }

  private static func seconds(_ lifetime: Duration, longest: Duration) throws(TokenError) -> Int64 {
    guard lifetime >= .seconds(1), lifetime <= longest else {
      let reason = longest < maximumLifetime ? ": the overlap of the keys" : ": a century"
      throw TokenError(
        .configuration,
        "a lifetime of \(lifetime) was asked for, expected a second to \(longest)\(reason)"
      )
    }
    return lifetime.components.seconds
  }

  /// Issues a token.
  ///
  /// - Parameters:
  ///   - claims: the application's claims.
  ///   - subject: `sub`.
  ///   - audience: `aud`, written as a string.
  ///   - identifier: `jti`.
  ///   - notBefore: `nbf`: the time before which verifiers refuse the token.
  ///   - lifetime: the time from `iat` to `exp`, whole seconds; that of the issuer unless given.
  ///   - header: parameters of the header beside those that the issuer writes.
  /// - Throws: `TokenError` with the codes `claim` when the claims write a registered one or a name twice, `header`
  ///   when the parameters do, `configuration` when the lifetime is out of range or ends before `notBefore`,
  ///   `tooLarge`, `keysUnavailable` when no key of a set signs at the moment, `failure`.
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
    var writer = try begin(subject, .init(audience), identifier, notBefore, lifetime)
    claims.write(to: &writer)
    return try finish(&writer, header)
  }

  /// Issues a token for several audiences, or for readers that expect an array.
  ///
  /// - Parameters:
  ///   - claims: the application's claims.
  ///   - subject: `sub`.
  ///   - audiences: `aud`, written as an array also where there is one; not empty.
  ///   - identifier: `jti`.
  ///   - notBefore: `nbf`: the time before which verifiers refuse the token.
  ///   - lifetime: the time from `iat` to `exp`, whole seconds; that of the issuer unless given.
  ///   - header: parameters of the header beside those that the issuer writes.
  /// - Throws: `TokenError` as for one audience, and with the code `claim` when there is none.
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
    var writer = try begin(subject, .several(audiences), identifier, notBefore, lifetime)
    claims.write(to: &writer)
    return try finish(&writer, header)
  }

  /// Writes the registered claims; the application's claims come after them.
  @usableFromInline
  func begin(
    _ subject: String?,
    _ audience: IssuedAudience,
    _ identifier: String?,
    _ notBefore: NumericDate?,
    _ ownLifetime: Duration?
  ) throws(TokenError) -> ClaimsWriter {
    var writer = JSONWriter(resuming: beginning, reservingCapacity: 512)
    if let subject {
      writer.key("sub")
      writer.string(subject)
    }
    try audience.write(to: &writer)
    // INVARIANT: the time is at most `NumericDate.last`, the lifetime a century: their sum does not overflow.
    let now = clock.now
    let lifetime = if let ownLifetime { try Self.seconds(ownLifetime, longest: longestLifetime) } else { lifetime }
    writer.key("exp")
    writer.integer(now + lifetime)
    if let notBefore {
      guard notBefore.secondsRoundedUp < now + lifetime, notBefore.seconds >= 0 else {
        throw TokenError(.configuration, "the token would expire before it is valid, or be valid since before 1970")
      }
      writer.key("nbf")
      writer.time(notBefore)
    }
    writer.key("iat")
    writer.integer(now)
    if let identifier {
      writer.key("jti")
      writer.string(identifier)
    }
    return ClaimsWriter(writer)
  }

  @usableFromInline
  func finish(_ claims: inout ClaimsWriter, _ header: TokenHeader) throws(TokenError) -> String {
    try claims.finish()
    let key =
      switch keys {
      case .fixed(let key): key
      case .scheduled(let latest): try latest.key()
      }
    let headerAndDot = header.isEmpty ? key.headerAndDot : try key.headerAndDot(with: header)
    return try TokenWriter.write(headerAndDot: headerAndDot, claims.bytes.span, key.key)
  }
}

/// The audience of a token that is issued.
@usableFromInline
enum IssuedAudience: Sendable {
  case none
  /// Written as a string.
  case one(String)
  /// Written as an array.
  case several([String])

  @usableFromInline
  init(_ audience: String?) {
    self = audience.map { .one($0) } ?? .none
  }

  func write(to writer: inout JSONWriter) throws(TokenError) {
    switch self {
    case .none: break
    case .one(let audience):
      writer.key("aud")
      writer.string(audience)
    case .several(let audiences):
      guard !audiences.isEmpty else { throw TokenError(.claim, "the list of audiences (\"aud\") is empty") }
      writer.key("aud")
      writer.beginArray()
      for audience in audiences { writer.string(audience) }
      writer.endArray()
    }
  }
}
