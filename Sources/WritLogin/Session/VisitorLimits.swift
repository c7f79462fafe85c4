// SPDX-License-Identifier: Apache-2.0

/// Limits on the sessions that visitors begin from one address, and from the network around it.
///
/// Each is a record in the store, for as long as the idle limit lasts: without a limit one client fills a store.
///
///     let sessions = try Sessions(store: store, ring: ring, origins: origins)  // limited in the memory of this
///     process let begun = try await sessions.beginAnonymous(from: address)
public struct VisitorLimits: Sendable {
  /// Sessions from what one subscriber has (``ClientAddress/Width/subscriber``): 1,200 an hour, 120 at once.
  public static let perSubscriber = RateLimit(constant: 1200, seconds: 3600, burst: 120)
  /// Sessions from the network around (``ClientAddress/Width/site``): 12,000 an hour, 1,200 at once.
  public static let perSite = RateLimit(constant: 12_000, seconds: 3600, burst: 1200)

  private let store: any RateLimitStore
  private let subscriber: RateLimit
  private let site: RateLimit

  /// - Parameters:
  ///   - store: where the buckets are. ``MemoryRateLimitStore`` costs no record; with ``RecordRateLimitStore`` all
  ///     servers have one limit.
  ///   - subscriber: sessions from one address, or one /64 of IPv6.
  ///   - site: sessions from a /24 of IPv4, or a /48 of IPv6.
  public init(
    store: some RateLimitStore,
    subscriber: RateLimit = perSubscriber,
    site: RateLimit = perSite
  ) {
    self.store = store
    self.subscriber = subscriber
    self.site = site
  }

  /// Takes one session from the buckets of an address: its own first, so that a client that is refused takes nothing
  /// from its neighbours.
  ///
  /// - Returns: seconds after which to try again; `nil` when there was one.
  func take(_ address: ClientAddress) async throws(StoreError) -> Int64? {
    for (width, limit) in [(ClientAddress.Width.subscriber, subscriber), (.site, site)] {
      let key = try RateLimitKey("visitor", address: address, width)
      do {
        if let seconds = try await store.take(limit, from: key).seconds { return seconds }
      } catch {
        throw StoreError(of: error)
      }
    }
    return nil
  }
}
