// SPDX-License-Identifier: Apache-2.0

/// A signing key with the header of the tokens that it signs.
struct IssuingKey: Sendable {
  let key: SigningKey
  /// The header in base64url and the dot after it.
  let headerAndDot: [UInt8]

  init(_ key: SigningKey, type: String) {
    self.key = key
    let attributes = key.attributes
    let header = JOSEHeader.text(algorithm: attributes.algorithm, type: type, keyIdentifier: attributes.identifier)
    headerAndDot = Array(header.utf8) + [UInt8(ascii: ".")]
  }
}

/// The keys of one issuer: one, or whichever signs at the moment.
enum IssuingKeys: Sendable {
  case fixed(IssuingKey)
  case scheduled(LatestIssuingKey)
}

/// The key of a set that an issuer signed with last.
final class LatestIssuingKey: Sendable {
  private let keys: SigningKeySet
  private let type: String
  private let state = Guarded<(generation: UInt64, key: IssuingKey)?>(nil)

  init(_ keys: SigningKeySet, type: String) {
    self.keys = keys
    self.type = type
  }

  /// The key that signs at the moment.
  func key() throws(TokenError) -> IssuingKey {
    let generation = keys.generation
    if let latest = state.withLock({ $0 }), latest.generation == generation { return latest.key }
    let (period, verification) = keys.current()
    guard let active = period.active else {
      throw TokenError(.keysUnavailable, "no key of the set signs at this time")
    }
    let key = IssuingKey(active.signing, type: type)
    state.withLock { $0 = (verification.number, key) }
    return key
  }
}
