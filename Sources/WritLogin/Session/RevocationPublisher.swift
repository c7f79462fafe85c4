// SPDX-License-Identifier: Apache-2.0

internal import WritTokens

/// Publishes the end of sessions and of families to the feed that `Revocations` follow, so that their access tokens are
/// refused at once.
///
///     let publisher = RevocationPublisher(feed, accessTokenLifetime: .seconds(300))
///     let sessions = try Sessions(store: store, ring: ring, origins: origins, revocations: publisher)
///     let tokens = try RefreshTokens(store: store, ring: ring, sessions: sessions, revocations: publisher)
///
/// Access tokens say their session and family where `AccessTokenClaims.sessionIdentifier` and
/// `AccessTokenClaims.refreshFamily` are set, as `AccessTokenClaims.init(_:)` does.
public struct RevocationPublisher: Sendable {
  private let feed: any RevocationFeed
  private let lifetime: Int64

  /// - Parameters:
  ///   - feed: where revocations are told.
  ///   - lifetime: that of the access tokens, from `iat` to `exp`; a revocation is remembered as long. At most
  ///     `TokenIssuer.maximumLifetime`.
  public init(_ feed: some RevocationFeed, accessTokenLifetime lifetime: Duration) {
    self.feed = feed
    let (seconds, attoseconds) = min(max(.zero, lifetime), TokenIssuer.maximumLifetime).components
    self.lifetime = seconds + (attoseconds > 0 ? 1 : 0)
  }

  /// Publishes the end of a session.
  func publish(_ session: SessionHandle, at now: Int64) async throws(StoreError) {
    try await publish(.session(session.description), at: now)
  }

  /// Tells that a family is revoked.
  func publish(_ family: RefreshFamilyHandle, at now: Int64) async throws(StoreError) {
    try await publish(.family(family.description), at: now)
  }

  private func publish(_ subject: Revocation.Subject, at now: Int64) async throws(StoreError) {
    do {
      try await feed.publish(Revocation(subject, until: now + lifetime))
    } catch {
      throw StoreError(of: error)
    }
  }
}
