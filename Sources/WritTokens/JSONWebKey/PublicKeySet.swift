// SPDX-License-Identifier: Apache-2.0

/// Public keys that belong together (RFC 7517, section 5), such as those that an issuer publishes.
///
/// Private keys and shared secrets have no place in such a set: they are left out before they are decoded, and named
/// among the refusals.
///
///     let set = try PublicKeySet(parsing: text, assuming: [.rs256])
///     let verifier = try TokenVerifier(keys: VerificationKeys(set), issuer: "https://id.example", audience: "api")
public struct PublicKeySet: Sendable {
  /// The keys that can be used.
  public let keys: [PublicKey]
  /// The keys that cannot, and why.
  public let refusals: [JSONWebKeySet.Refusal]

  /// A set from JSON.
  ///
  /// - Parameters:
  ///   - bytes: the JSON text in UTF-8, an object with the member `keys`; the limits are those of ``JSONWebKeySet``.
  ///   - accepted: the algorithms that keys may be bound to. A key without `alg` for which several are left refuses the
  ///     whole set, unless `assumed` names one.
  ///   - assumed: algorithms that keys without `alg` are bound to, one for each type of key.
  ///   - profile: how strong keys must be.
  /// - Throws: `KeyError` with the codes of
  ///   ``JSONWebKeySet/init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)``.
  public init(
    parsing bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let set = try JSONWebKeySet(bytes, accepted, assumed, profile, isPublic: true)
    keys = set.keys.compactMap(\.publicKey)
    refusals = set.refusals
  }

  /// A set from the text of one, as ``init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    parsing text: String,
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(parsing: Array(text.utf8), accepting: accepted, assuming: assumed, profile: profile)
  }
}

extension VerificationKeys {
  /// The keys of a set that may verify signatures; the others are left out.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public init(_ set: PublicKeySet) throws(KeyError) {
    try self.init(try JSONWebKeySet(set.keys.map { .public($0) }))
  }
}
