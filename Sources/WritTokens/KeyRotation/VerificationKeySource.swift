// SPDX-License-Identifier: Apache-2.0

/// Where a ``TokenVerifier`` takes its keys from.
///
/// ``VerificationKeys`` stay as they are. ``ReplaceableKeys`` are replaced by hand, those of a ``SigningKeySet`` by its
/// schedule, those of a ``RemoteKeySet`` by what the issuer publishes. The requirement is Writ's own: other types have nothing to
/// answer it with.
public protocol VerificationKeySource: Sendable {
  /// The keys as verifiers read them.
  var origin: KeyOrigin { get }
}

/// Keys as verifiers read them; made by the types that conform to ``VerificationKeySource``.
public struct KeyOrigin: Sendable {
  enum Kind {
    case fixed(VerificationKeys)
    case replaceable(ReplaceableKeys)
    case scheduled(SigningKeySet)
    case remote(RemoteKeySet)
  }

  let kind: Kind
}

/// The keys of one generation.
///
/// Of one source, two generations with the same number have the same keys.
struct KeyGeneration: Sendable {
  let number: UInt64
  let keys: VerificationKeys
}

extension VerificationKeys: VerificationKeySource {
  /// The keys, which never change.
  public var origin: KeyOrigin { KeyOrigin(kind: .fixed(self)) }
}
