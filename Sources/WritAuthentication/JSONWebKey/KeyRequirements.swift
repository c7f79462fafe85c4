// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// What a key must meet on import: what it says of itself, what the caller accepts, how strong it must be.
struct KeyRequirements {
  var stated = StatedAttributes()
  let accepted: Set<JSONWebAlgorithm>
  let profile: KeyProfile

  /// Checks the strength of a key of a pair, and binds it.
  func attributes(
    of handle: PublicKeyHandle,
    possible: KeyOperations,
    isPrivate: Bool
  ) throws(KeyError) -> KeyAttributes {
    let attributes = try stated.bound(to: KeyType(handle.kind), possible: possible, accepting: accepted)
    try profile.check(attributes.algorithm)
    switch handle.kind {
    case .rsa:
      let (modulus, exponent) = try KeyError.catching { () throws(LibCryptoError) in try handle.rsaParts() }
      try RSAStrength.check(modulus: modulus, exponent: exponent, isPrivate: isPrivate, profile: profile)
    case .curve(let curve):
      let (x, _) = try KeyError.catching { () throws(LibCryptoError) in try handle.coordinates() }
      try EdwardsPoint.check(x, curve: curve)
    }
    return attributes
  }

  /// Binds a shared key.
  func symmetricKey(_ bytes: SecretBytes) throws(KeyError) -> SymmetricKey {
    let attributes = try stated.bound(
      to: .symmetric,
      possible: .all,
      accepting: accepted
    )
    return try SymmetricKey(bytes, attributes)
  }
}
