// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// Tokens that verifiers have verified, so that a gateway which sees one again need not do so.
///
///     let cache = try TokenCache()
///     let verifier = try TokenVerifier(keys: keys, rules: rules, cache: cache, revocations: revocations)
///
/// A token is found by SHA-256 of all its bytes behind a secret of the verifier that took it: no verifier finds what
/// another has taken, and attackers cannot choose which tokens stand in one place. Expiry, not-before, the keys in
/// force and revocations are checked each time it is found. Only verified tokens get in; where there is no room the
/// oldest go. Several verifiers may share one cache, and any number of threads.
public final class TokenCache: Sendable {
  /// Tokens of the largest cache.
  public static let largestCount = 1_000_000
  /// Bytes of the largest cache.
  public static let largestByteCount = 1 << 32

  /// Tokens that are kept at most.
  public let maximumCount: Int
  /// Bytes that the tokens' claims take at most, as they are kept.
  public let maximumByteCount: Int
  /// Bytes of the longest token that is kept; longer ones are verified each time.
  public let maximumTokenBytes: Int
  private let shards: Shards<CachedTokens>

  /// - Parameters:
  ///   - maximumCount: 1 to ``largestCount``.
  ///   - maximumByteCount: 65,536 to ``largestByteCount``.
  ///   - maximumTokenBytes: 1 to ``TokenVerifier/maximumTokenBytes``.
  /// - Throws: `TokenError` with the code `configuration` when one is out of range.
  public init(
    maximumCount: Int = 10_000,
    maximumByteCount: Int = 33_554_432,
    maximumTokenBytes: Int = 4096
  ) throws(TokenError) {
    guard 1...Self.largestCount ~= maximumCount, 65536...Self.largestByteCount ~= maximumByteCount,
      1...TokenVerifier.maximumTokenBytes ~= maximumTokenBytes
    else { throw TokenError(.configuration, "a cache of tokens was asked for that is empty or too large") }
    self.maximumCount = maximumCount
    self.maximumByteCount = maximumByteCount
    self.maximumTokenBytes = maximumTokenBytes
    shards = Shards(capacity: maximumCount) { divisor in
      CachedTokens(maximumCount: maximumCount / divisor, maximumByteCount: maximumByteCount / divisor)
    }
  }

  /// Tokens that are kept now.
  public var count: Int { shards.sum { $0.count } }

  /// Forgets all tokens.
  public func removeAll() { shards.forEach { $0.removeAll() } }

  /// A token that was verified under these keys.
  @inline(__always)
  func token(_ key: DigestKey, generation: UInt64) -> CheckedToken? {
    shards.withLock(key) { $0.token(key, generation: generation) }
  }

  func insert(_ token: CheckedToken, _ key: DigestKey, generation: UInt64) {
    shards.withLock(key) { $0.insert(token, key, generation: generation) }
  }

  func remove(_ key: DigestKey) {
    shards.withLock(key) { $0.remove(key) }
  }
}

/// One verifier's part of a cache.
struct VerifierCache: Sendable {
  let tokens: TokenCache
  /// The verifier's identity.
  private let hash: PrefixedHash

  init(_ tokens: TokenCache) throws(TokenError) {
    self.tokens = tokens
    do throws(LibCryptoError) {
      hash = try PrefixedHash()
    } catch {
      throw TokenError(error)
    }
  }

  @inline(__always)
  func key(of token: Span<UInt8>) throws(TokenError) -> DigestKey {
    do throws(LibCryptoError) {
      return try hash.digest(of: token)
    } catch {
      throw TokenError(error)
    }
  }
}
