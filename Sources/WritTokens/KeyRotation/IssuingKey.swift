// SPDX-License-Identifier: Apache-2.0

/// A signing key with the header of the tokens that it signs.
struct IssuingKey: Sendable {
  let key: SigningKey
  /// The header in base64url and the dot after it.
  let headerAndDot: [UInt8]
  private let type: String

  init(_ key: SigningKey, type: String) {
    self.key = key
    self.type = type
    headerAndDot = Self.headerAndDot(key, type, [:])
  }

  /// The header with other parameters after those of the key.
  ///
  /// - Throws: `TokenError` with the codes `header`, `tooLarge`.
  func headerAndDot(with others: TokenHeader) throws(TokenError) -> [UInt8] {
    try others.check()
    let header = Self.headerAndDot(key, type, others)
    // Before sizes are added up: the token is longer than its header.
    try CompactToken.checkSize(header.count)
    return header
  }

  private static func headerAndDot(_ key: SigningKey, _ type: String, _ others: TokenHeader) -> [UInt8] {
    let (algorithm, identifier) = (key.attributes.algorithm, key.attributes.identifier)
    let header = JOSEHeader.text(algorithm: algorithm, type: type, keyIdentifier: identifier, others: others)
    return Array(header.utf8) + [UInt8(ascii: ".")]
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
