// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Keys that are replaced while verifiers use them: when a file has changed, say.
///
///     let keys = ReplaceableKeys(try VerificationKeys(set))
///     let verifier = try TokenVerifier(keys: .replaceable(keys), issuer: "https://id.example", audience: "api")
///     keys.replace(with: try VerificationKeys(newSet))
///
/// Each verification takes the old keys or the new ones, whole; one that begins after ``replace(with:)`` has returned
/// takes the new ones.
public final class ReplaceableKeys: Sendable {
  private let state: Guarded<KeyGeneration>
  /// The number of the generation in the lock.
  private let number: Atomic<UInt64>

  /// These keys, until others replace them.
  public init(_ keys: VerificationKeys) {
    state = Guarded(KeyGeneration(number: 1, keys: keys))
    number = Atomic(1)
  }

  /// Replaces all keys.
  public func replace(with keys: VerificationKeys) {
    state.withLock { state in
      // Not to be exhausted: a generation a nanosecond would take centuries.
      let next = state.number &+ 1
      state = KeyGeneration(number: next, keys: keys)
      number.store(next, ordering: .releasing)
    }
  }

  /// The number of the keys in force: 1 at first, and larger with each replacement.
  var generation: UInt64 { number.load(ordering: .acquiring) }

  /// The keys in force.
  var current: KeyGeneration {
    state.withLock { $0 }
  }
}
