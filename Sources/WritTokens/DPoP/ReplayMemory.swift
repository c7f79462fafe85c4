// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A memory of the DPoP proofs that a server has seen (RFC 9449, section 11.1).
///
/// Servers that share clients share it, in a store with an atomic "insert unless there".
public protocol ReplayMemory: Sendable {
  /// Remembers a proof unless it is remembered already; of several that try at once exactly one does.
  ///
  /// - Parameters:
  ///   - proof: 32 bytes that name the proof; the store needs to know no more of it.
  ///   - until: it may be forgotten after this second, counted since 1970.
  /// - Returns: whether it is new.
  /// - Throws: when that cannot be said, or there is no room: the proof is refused then.
  func remember(_ proof: [UInt8], until: Int64) async throws -> Bool
}

/// Proofs that one process has seen: bounded; when it is full, proofs are refused, and none is forgotten before its
/// time.
public final class LocalReplayMemory: ReplayMemory {
  /// Proofs in the largest memory.
  public static let largestCount = 10_000_000

  /// Proofs that are kept at most.
  public let maximumCount: Int
  private let clock: TokenClock
  private let hash: PrefixedHash
  private let shards: Shards<SeenProofs>

  /// - Parameters:
  ///   - maximumCount: 1 to ``largestCount``; a proof is kept for three windows at most, so that 100,000 are 555
  ///     requests a second or more. A proof takes about 150 bytes.
  ///   - clock: says when a proof may be forgotten.
  /// - Throws: `TokenError` with the codes `configuration` and `failure`.
  public init(maximumCount: Int = 100_000, clock: TokenClock = .system) throws(TokenError) {
    guard 1...Self.largestCount ~= maximumCount else {
      throw TokenError(
        .configuration,
        "room for \(maximumCount) proofs was asked for, expected 1 to \(Self.largestCount)"
      )
    }
    self.maximumCount = maximumCount
    self.clock = clock
    do throws(LibCryptoError) {
      hash = try PrefixedHash()
    } catch {
      throw TokenError(error)
    }
    shards = Shards(capacity: maximumCount) { SeenProofs(maximumCount: maximumCount / $0) }
  }

  /// Proofs that are kept now, some of which may be past their time.
  public var count: Int { shards.sum { $0.count } }

  /// Remembers a proof unless it is remembered already.
  ///
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func remember(_ proof: [UInt8], until: Int64) throws(TokenError) -> Bool {
    let key: DigestKey
    do throws(LibCryptoError) {
      key = try hash.digest(of: proof.span)
    } catch {
      throw TokenError(error)
    }
    let now = clock.now
    let isNew = shards.withLock(key) { $0.insert(key, until: until, now: now) }
    guard let isNew else { throw TokenError(.full, "there is no room to remember more proofs") }
    return isNew
  }
}

/// A part of a memory: proofs, and the order in which they came.
private struct SeenProofs: Sendable {
  private var proofs: [DigestKey: Int64] = [:]
  /// The keys of `proofs`.
  private var order: ArrivalRing

  init(maximumCount: Int) {
    order = ArrivalRing(capacity: maximumCount)
  }

  var count: Int { proofs.count }

  /// Whether the proof is new; `nil` when there is no room for it.
  mutating func insert(_ key: DigestKey, until: Int64, now: Int64) -> Bool? {
    if let known = proofs[key] {
      proofs[key] = max(known, until)
      return false
    }
    // In the order in which they came, which is nearly that of their times: one that stays longer keeps those behind it
    // for as long as a clock may be ahead.
    while let oldest = order.first, let until = proofs[oldest], until < now {
      proofs[oldest] = nil
      _ = order.removeFirst()
    }
    guard order.count < order.capacity else { return nil }
    order.append(key)
    proofs[key] = until
    return true
  }
}
