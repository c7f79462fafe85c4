// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// Tokens of one issuer that are no longer taken although they have not expired, by their names, sessions or subjects.
///
///     let revocations = try Revocations()
///     let verifier = try TokenVerifier(keys: keys, rules: rules, revocations: revocations)
///     try revocations.revoke(session: "s1", until: expiry)  // logged out
///
/// Every verification looks here, a token found in a ``TokenCache`` included. What is revoked is kept as a digest,
/// until no such token can be valid any more. When there is no room revoking fails, and nothing is forgotten before its
/// time. Any number of threads may revoke and verify at once: a verification that begins after `revoke` has returned
/// refuses.
public final class Revocations: Sendable {
  /// Entries of the largest memory.
  public static let largestCount = 10_000_000

  private struct Entry {
    /// Tokens issued later, in seconds since 1970, are not meant.
    var issuedUntil: Int64
    /// After this second no token that is meant can be valid.
    var until: Int64
  }

  private struct State {
    var entries: [DigestKey: Entry] = [:]
    var forgottenAt: Int64 = -1
  }

  /// Entries that are kept at most.
  public let maximumCount: Int
  private let clock: TokenClock
  private let hashes: (identifier: PrefixedHash, session: PrefixedHash, family: PrefixedHash, subject: PrefixedHash)
  private let state = Guarded(State())

  /// - Parameters:
  ///   - maximumCount: 1 to ``largestCount``; an entry takes about 100 bytes.
  ///   - clock: says when an entry is no longer needed.
  /// - Throws: `TokenError` with the codes `configuration` and `failure`.
  public init(maximumCount: Int = 100_000, clock: TokenClock = .system) throws(TokenError) {
    guard 1...Self.largestCount ~= maximumCount else {
      throw TokenError(.configuration, "\(maximumCount) revocations were asked for, expected 1 to \(Self.largestCount)")
    }
    self.maximumCount = maximumCount
    self.clock = clock
    do throws(LibCryptoError) {
      hashes = (try PrefixedHash(), try PrefixedHash(), try PrefixedHash(), try PrefixedHash())
    } catch {
      throw TokenError(error)
    }
  }

  /// Entries that are kept now.
  public var count: Int { state.withLock { $0.entries.count } }

  // MARK: Revoking

  /// Revokes a token by its `jti`.
  ///
  /// - Parameters:
  ///   - until: when it expires, in seconds since 1970.
  ///   - identifier: the token's `jti`.
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func revoke(identifier: String, until: Int64) throws(TokenError) {
    try revoke(try Self.digest(identifier.utf8.span, hashes.identifier), issuedUntil: .max, until: until)
  }

  /// Revokes the tokens of a session, by their `sid`.
  ///
  /// - Parameters:
  ///   - until: when the last of them expires, in seconds since 1970.
  ///   - session: the handle of the session, as text.
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func revoke(session: String, until: Int64) throws(TokenError) {
    try revoke(try Self.digest(session.utf8.span, hashes.session), issuedUntil: .max, until: until)
  }

  /// Revokes the access tokens of a family of refresh tokens, by their claim ``AccessTokenClaims/refreshFamilyClaim``.
  ///
  /// - Parameters:
  ///   - until: when the last of them expires, in seconds since 1970.
  ///   - family: the handle of the family, as text.
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func revoke(family: String, until: Int64) throws(TokenError) {
    try revoke(try Self.digest(family.utf8.span, hashes.family), issuedUntil: .max, until: until)
  }

  /// Revokes the tokens of a subject (`sub`) that were issued up to a second, that second included, or do not say when.
  ///
  /// - Parameters:
  ///   - issuedUntil: usually now, in seconds since 1970.
  ///   - until: when the last of them expires.
  ///   - subject: the tokens' `sub`.
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func revoke(subject: String, issuedUntil: Int64, until: Int64) throws(TokenError) {
    try revoke(try Self.digest(subject.utf8.span, hashes.subject), issuedUntil: issuedUntil, until: until)
  }

  /// Revokes a token that was verified, by its `jti`.
  ///
  /// - Throws: `TokenError` with the code `claim` when it has none, `full` when there is no room, `failure`.
  public func revoke<Claims>(_ token: Verified<Claims>) throws(TokenError) {
    guard let identifier = token.identifier else { throw TokenError(.claim, "the claim \"jti\" is missing") }
    try revoke(identifier: identifier, until: token.expiration?.secondsRoundedUp ?? NumericDate.last)
  }

  private func revoke(_ key: DigestKey, issuedUntil: Int64, until: Int64) throws(TokenError) {
    // Verifiers may take a token for as long as the leeway after it has expired.
    let leeway = TokenRules.maximumLeeway.components.seconds
    let until = min(max(0, until), NumericDate.last) + leeway
    let now = clock.now
    try state.withLock { (state) throws(TokenError) in
      if let entry = state.entries[key] {
        state.entries[key] = Entry(issuedUntil: max(entry.issuedUntil, issuedUntil), until: max(entry.until, until))
        return
      }
      if state.entries.count >= maximumCount, state.forgottenAt != now {
        // Once a second at most: a look at all entries.
        state.entries = state.entries.filter { $0.value.until >= now }
        state.forgottenAt = now
      }
      guard state.entries.count < maximumCount else {
        throw TokenError(.full, "there is no room for more than \(maximumCount) revocations")
      }
      state.entries[key] = Entry(issuedUntil: issuedUntil, until: until)
    }
  }

  // MARK: Checking

  /// Reads the names by which a token may be revoked.
  func names(of document: JSONDocument, _ registered: RegisteredClaims) throws(TokenError) -> RevocableNames {
    var names = RevocableNames()
    names.identifier = try Self.digest(registered.identifier, document, hashes.identifier)
    names.subject = try Self.digest(registered.subject, document, hashes.subject)
    if let session = try Self.name(AccessTokenClaims.sessionClaim, of: document) {
      names.session = try Self.digest(session, document, hashes.session)
    }
    if let family = try Self.name(AccessTokenClaims.refreshFamilyClaim, of: document) {
      names.family = try Self.digest(family, document, hashes.family)
    }
    // The second in which the token was issued counts, whatever its fraction.
    if let issuedAt = registered.issuedAt { names.issuedAt = issuedAt.seconds }
    return names
  }

  /// A claim that a token may be revoked by, where there is one.
  private static func name(_ claim: String, of document: JSONDocument) throws(TokenError) -> JSONDocument.Index? {
    guard let index = document.member(claim, of: document.root), document.kind(of: index) != .null else { return nil }
    guard document.kind(of: index) == .string else {
      throw TokenError(.claim, "the claim \"\(claim)\" is not a string")
    }
    return index
  }

  /// Refuses a token that has been revoked.
  func check(_ names: RevocableNames) throws(TokenError) {
    let isRevoked = state.withLock { state in
      guard !state.entries.isEmpty else { return false }
      for name in [names.identifier, names.session, names.family, names.subject] {
        if let name, let entry = state.entries[name], names.issuedAt <= entry.issuedUntil { return true }
      }
      return false
    }
    guard !isRevoked else {
      throw TokenError(.revoked, "the token, its session, its family of refresh tokens or its subject has been revoked")
    }
  }

  private static func digest(
    _ claim: JSONDocument.Index?,
    _ document: JSONDocument,
    _ hash: PrefixedHash
  ) throws(TokenError) -> DigestKey? {
    guard let claim else { return nil }
    return try document.withStringBytes(at: claim) { (text) throws(TokenError) in try digest(text, hash) }
  }

  private static func digest(_ text: Span<UInt8>, _ hash: PrefixedHash) throws(TokenError) -> DigestKey {
    do throws(LibCryptoError) {
      return try hash.digest(of: text)
    } catch {
      throw TokenError(error)
    }
  }
}

/// Digests of what a token may be revoked by.
struct RevocableNames: Sendable {
  var identifier: DigestKey?
  var session: DigestKey?
  var family: DigestKey?
  var subject: DigestKey?
  /// The second in which it was issued; long ago where it does not say.
  var issuedAt = Int64.min
}
