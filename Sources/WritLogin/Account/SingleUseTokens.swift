// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Tokens that are sent in a link, accepted once and for half an hour: to reset a password, to verify an address, or
/// for a purpose of the application.
///
///     let tokens = SingleUseTokens(store: store)
///     let text = try await tokens.issue(.verification, for: "alice", of: "alice@example.org", from: address)
///     mail("https://app.example/verify#\(text)", to: "alice@example.org")
///     let proved = try await tokens.use(text, for: .verification)  // proved.account, proved.subject
///
/// A token is 256 random bits; the store has its SHA-256 only. A new one ends those before it of the same account and
/// purpose. Answer alike whether there is such an account or not, and send when the answer has gone.
public struct SingleUseTokens<Store: RecordStore>: Sendable {
  /// Seconds for which a token of ``SingleUsePurpose/passwordReset`` or ``SingleUsePurpose/verification`` is accepted.
  public static var lifetime: Int64 { SingleUseTokenRules.lifetime }
  /// Random bytes of a token.
  public static var byteCount: Int { SingleUseTokenRules.byteCount }
  /// Bytes of the longest subject.
  public static var maximumSubjectBytes: Int { SingleUseTokenRules.maximumSubjectBytes }

  private let store: Store
  private let limits: LoginLimits
  private let clock: TokenClock
  private let events: SecurityEvents

  /// - Parameters:
  ///   - store: where the hashes of tokens are kept.
  ///   - limits: how many are made for an account and for an address; those of ``LoginLimits`` in the same store unless
  ///     given.
  ///   - clock: where the time comes from.
  ///   - events: where it is told that tokens are made, and used.
  public init(
    store: Store,
    limits: LoginLimits? = nil,
    clock: TokenClock = .system,
    events: SecurityEvents = .none
  ) {
    self.store = store
    self.limits = limits ?? LoginLimits(store: RecordRateLimitStore(store, clock: clock))
    self.clock = clock
    self.events = events
  }

  /// Makes a token, which the application sends; those before it, of the same account and purpose, become invalid.
  ///
  /// - Parameters:
  ///   - purpose: what it is good for.
  ///   - account: the ``AccountName`` of its account, compared as bytes.
  ///   - subject: what it verifies, the address that it is sent to for example; at most ``maximumSubjectBytes``.
  ///   - address: the address of the request; `nil` when it is unknown.
  /// - Returns: 43 characters of base64url.
  /// - Throws: ``LoginError`` with the codes `waiting`, `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func issue(
    _ purpose: SingleUsePurpose,
    for account: String,
    of subject: String = "",
    from address: ClientAddress?
  ) async throws(LoginError) -> String {
    try purpose.check()
    let owner = Array(account.utf8)
    if let problem = AccountName.problem(with: account) {
      throw LoginError(.configuration, "the name of an account \(problem)")
    }
    guard subject.utf8.count <= Self.maximumSubjectBytes else {
      let count = "\(subject.utf8.count) bytes, expected at most \(Self.maximumSubjectBytes)"
      throw LoginError(.configuration, "the subject of a token has \(count)")
    }
    try await limit(purpose, account, subject, address)
    let (text, id) = try Self.newToken()
    let now = clock.now
    let bytes = SingleUseToken.bytes(created: now, subject: subject)
    do {
      let content = try RecordContent(
        bytes.span,
        format: SingleUseToken.format,
        owner: owner,
        expires: now + purpose.lifetime
      )
      // Those before go first: who asks twice at once has two that are good rather than none.
      try await store.removeAll(purpose.kind, of: owner, except: nil)
      guard try await store.insert(content, as: RecordKey(purpose.kind, id), at: now) != nil else {
        throw StoreError(.failure, "a new token exists already: the random generator fails")
      }
    } catch {
      throw LoginError(StoreError(of: error))
    }
    if purpose == .passwordReset { events.record(.passwordResetRequested(account: account)) }
    return text
  }

  /// Finds a token without using it up: for a page that asks for the new password.
  ///
  /// - Throws: ``LoginError`` with the codes `token`, `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func find(_ text: String, for purpose: SingleUsePurpose) async throws(LoginError) -> SingleUseToken {
    try purpose.check()
    // Counted first: a text of megabytes is not decoded.
    guard text.utf8.count == Base64URL.encodedCount(Self.byteCount),
      let secret = Base64URL.decodeSecret(text.utf8.span), secret.count == Self.byteCount
    else {
      throw LoginError.token
    }
    let id = try LoginError.catching { () throws(StoreError) in
      try secret.withBytes { (bytes) throws(StoreError) in try RecordID(hashing: bytes) }
    }
    let now = clock.now
    let record: Record?
    do {
      record = try await store.read(RecordKey(purpose.kind, id), at: now)
    } catch {
      throw LoginError(StoreError(of: error))
    }
    guard let record else { throw LoginError.token }
    let token = try SingleUseToken(record)
    guard token.isGood(at: now, for: purpose) else { throw LoginError.token }
    return token
  }

  /// Uses a token up: of all that try at once, one succeeds.
  ///
  /// - Throws: ``LoginError`` with the codes `token`, `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  @discardableResult
  public func use(_ text: String, for purpose: SingleUsePurpose) async throws(LoginError) -> SingleUseToken {
    let token = try await find(text, for: purpose)
    try await use(token)
    if purpose == .verification { events.record(.addressVerified(account: token.account)) }
    return token
  }

  /// Uses up a token that was found.
  func use(_ token: SingleUseToken) async throws(LoginError) {
    do {
      // What is never replaced has one version: who removes it was the first.
      if try await store.remove(token.record.key, token.record.version, at: clock.now) { return }
    } catch {
      throw LoginError(StoreError(of: error))
    }
    throw LoginError.token
  }

  /// Ends the tokens of an account for a purpose.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``LoginError`` with the codes `configuration`, `storeUnavailable`, `cancelled`.
  @discardableResult
  public func revokeAll(_ purpose: SingleUsePurpose, of account: String) async throws(LoginError) -> Int {
    try purpose.check()
    do {
      return try await store.removeAll(purpose.kind, of: Array(account.utf8), except: nil)
    } catch {
      throw LoginError(StoreError(of: error))
    }
  }

  /// Takes from the buckets of where a request comes from, of the account, and of the address that is written to.
  private func limit(
    _ purpose: SingleUsePurpose,
    _ account: String,
    _ subject: String,
    _ address: ClientAddress?
  ) async throws(LoginError) {
    var seconds: Int64?
    do throws(StoreError) {
      seconds = try await limits.take(purpose.message, address: address)
      if seconds == nil { seconds = try await limits.take(purpose.message, account: account) }
      // Many accounts get no more messages for one address.
      if seconds == nil, !subject.isEmpty { seconds = try await limits.take(.verifiedAddress, account: subject) }
    } catch {
      throw LoginError(error)
    }
    if let seconds { throw LoginError.waiting(seconds) }
  }

  private static func newToken() throws(LoginError) -> (text: String, id: RecordID) {
    let secret: SecretBytes
    do throws(LibCryptoError) {
      secret = try Randomness.secretBytes(byteCount)
    } catch {
      throw LoginError(.failure, error.description)
    }
    return try LoginError.catching { () throws(StoreError) in
      try secret.withBytes { (bytes) throws(StoreError) in
        (Base64URL.encode(bytes), try RecordID(hashing: bytes))
      }
    }
  }
}
