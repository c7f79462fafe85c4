// SPDX-License-Identifier: Apache-2.0

/// A source of the keys that a ``TokenVerifier`` verifies with: keys that never change, or keys that rotate.
///
///     let verifier = try TokenVerifier(keys: .remote(keySet), issuer: "https://id.example", audience: "api")
public struct VerificationKeySource: Sendable {
  enum Kind {
    case fixed(VerificationKeys)
    case replaceable(ReplaceableKeys)
    case scheduled(SigningKeySet)
    case remote(RemoteKeySet)
  }

  let kind: Kind

  /// Keys that never change.
  public static func fixed(_ keys: VerificationKeys) -> VerificationKeySource {
    VerificationKeySource(kind: .fixed(keys))
  }

  /// Keys that the application replaces.
  public static func replaceable(_ keys: ReplaceableKeys) -> VerificationKeySource {
    VerificationKeySource(kind: .replaceable(keys))
  }

  /// The public halves of an issuer's own keys, which change by its schedule.
  public static func scheduled(_ keys: SigningKeySet) -> VerificationKeySource {
    VerificationKeySource(kind: .scheduled(keys))
  }

  /// The keys that another issuer publishes.
  public static func remote(_ keys: RemoteKeySet) -> VerificationKeySource {
    VerificationKeySource(kind: .remote(keys))
  }
}

/// The keys of one generation.
///
/// Of one source, two generations with the same number have the same keys.
struct KeyGeneration: Sendable {
  let number: UInt64
  let keys: VerificationKeys
}
