// SPDX-License-Identifier: Apache-2.0

/// A store of buckets: ``MemoryRateLimitStore``, ``RecordRateLimitStore`` over any store of records, or the
/// application's own.
public protocol RateLimitStore: Sendable {
  /// The servers that take from the same buckets; one process unless the type says more.
  var reach: StoreReach { get }

  /// Takes from a bucket, all or nothing for all that take at once; a bucket that is not known is full.
  ///
  /// It must not block the thread it is called on.
  ///
  /// - Throws: ``StoreError``; any other error is taken for ``StoreError/Code/storeUnavailable``.
  func take(_ limit: RateLimit, from key: RateLimitKey) async throws -> RateLimitAnswer
}

extension RateLimitStore {
  /// One process, so that ``StoreReach`` is only ever claimed by name.
  public var reach: StoreReach { .process }
}

/// Limits, and what holds when their store fails.
///
///     let limiter = RateLimiter(store: store, whenStoreFails: .refuse)
///     guard try await limiter.take(limit, from: key).isAllowed else { … }
public struct RateLimiter<Store: RateLimitStore>: Sendable {
  private let store: Store
  private let fallback: RateLimitFallback

  /// - Parameters:
  ///   - store: where the buckets are.
  ///   - fallback: what holds when the store fails; `.refuse` on every way to a login.
  public init(store: Store, whenStoreFails fallback: RateLimitFallback) {
    self.store = store
    self.fallback = fallback
  }

  /// Takes from a bucket.
  ///
  /// - Throws: ``StoreError`` when the store fails and that refuses; always when the task was cancelled.
  public func take(_ limit: RateLimit, from key: RateLimitKey) async throws(StoreError) -> RateLimitAnswer {
    do {
      return try await store.take(limit, from: key)
    } catch {
      let error = StoreError(of: error)
      guard fallback == .allow, error.code != .cancelled else { throw error }
      return .allowed(remaining: 0)
    }
  }
}

/// The behaviour when the store of limits fails.
public enum RateLimitFallback: Sendable, Hashable {
  /// The error is thrown: nothing goes on without its limit.
  case refuse
  /// Allows the request; for calls that are worth more than their limit.
  case allow
}
