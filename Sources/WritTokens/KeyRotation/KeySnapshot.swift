// SPDX-License-Identifier: Apache-2.0

/// The keys that a verifier has in force, with what it has learned of headers under them; replaced whole.
final class KeySnapshot: Sendable {
  let keys: VerificationKeys
  let generation: UInt64
  let headers = VerifiedHeaders()

  init(_ generation: KeyGeneration) {
    keys = generation.keys
    self.generation = generation.number
  }
}

/// The keys of one verifier: one snapshot, or that of the generation that its source has in force.
enum VerifierKeys: Sendable {
  case fixed(KeySnapshot)
  case changing(LatestSnapshot)

  init(_ source: VerificationKeySource) {
    self =
      switch source.kind {
      case .fixed(let keys): .fixed(KeySnapshot(KeyGeneration(number: 0, keys: keys)))
      case .replaceable, .scheduled, .remote: .changing(LatestSnapshot(source))
      }
  }

  /// The keys that a token is verified with.
  @inline(__always)
  var snapshot: KeySnapshot {
    get throws(TokenError) {
      switch self {
      case .fixed(let snapshot): snapshot
      case .changing(let latest): try latest.snapshot()
      }
    }
  }

  /// The number of the keys in force; it changes whenever they do, and is always 0 where they never do.
  var generation: UInt64 {
    get throws(TokenError) {
      switch self {
      case .fixed(let snapshot): snapshot.generation
      case .changing(let latest): try latest.source.generation()
      }
    }
  }

  /// The keys that can be fetched again.
  var remote: RemoteKeySet? {
    guard case .changing(let latest) = self, case .remote(let keys) = latest.source.kind else { return nil }
    return keys
  }
}

/// The snapshot that a verifier made last of keys that change.
///
/// A verification takes it under a lock held for a comparison, and makes another when the source has gone on.
final class LatestSnapshot: Sendable {
  let source: VerificationKeySource
  private let state = Guarded<KeySnapshot?>(nil)

  init(_ source: VerificationKeySource) {
    self.source = source
  }

  func snapshot() throws(TokenError) -> KeySnapshot {
    let generation = try source.generation()
    if let latest = state.withLock({ $0 }), latest.generation == generation { return latest }
    let next = KeySnapshot(try source.current())
    return state.withLock { snapshot in
      // Of several threads that get here the first makes the snapshot, so that all learn headers in one place.
      if let snapshot, snapshot.generation == next.generation { return snapshot }
      snapshot = next
      return next
    }
  }
}

extension VerificationKeySource {
  /// The number of the keys in force.
  func generation() throws(TokenError) -> UInt64 {
    switch kind {
    case .fixed: 0
    case .replaceable(let keys): keys.generation
    case .scheduled(let keys): keys.generation
    case .remote(let keys): try keys.generation()
    }
  }

  /// The keys in force.
  func current() throws(TokenError) -> KeyGeneration {
    switch kind {
    case .fixed(let keys): KeyGeneration(number: 0, keys: keys)
    case .replaceable(let keys): keys.current
    case .scheduled(let keys): keys.current().verification
    case .remote(let keys): keys.current()
    }
  }
}
