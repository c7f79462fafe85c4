// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key that was read, and is neither bound to an algorithm nor calculated with.
///
/// Every form of keys is read into one. What can be said without calculating comes first: whether the key is public,
/// strong enough, and accepted for an algorithm.
package struct UnboundKey: Sendable {
  enum Material: Sendable {
    case symmetric(SecretBytes)
    case pair(KeyNumbers)
  }

  private let material: Material
  private var stated: StatedAttributes
  private let profile: KeyProfile

  init(_ material: Material, _ stated: StatedAttributes, _ profile: KeyProfile) {
    self.material = material
    self.stated = stated
    self.profile = profile
    if case .pair(let numbers) = material, let restriction = numbers.restriction {
      self.stated.permitted = restriction.algorithms
    }
  }

  /// The type of the key.
  package var type: KeyType {
    switch material {
    case .symmetric: .symmetric
    case .pair(let numbers): KeyType(numbers.kind)
    }
  }

  /// Whether it is the public half of a pair, and nothing else.
  package var isPublic: Bool {
    if case .pair(let numbers) = material { !numbers.isPrivate } else { false }
  }

  /// The key, bound to one algorithm and checked.
  ///
  /// - Parameters:
  ///   - accepted: the algorithms that the key may be bound to.
  ///   - assumed: those of them that it is bound to where it names none.
  ///   - work: what checking may cost.
  /// - Throws: `KeyError`.
  package func key(
    accepting accepted: Set<JSONWebAlgorithm>,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    within work: inout KeyWork
  ) throws(KeyError) -> JSONWebKey {
    switch material {
    case .symmetric(let bytes):
      return .symmetric(try SymmetricKey(bytes, try attributes(possible: .all, accepted, assumed)))
    case .pair(let numbers) where numbers.isPrivate:
      let attributes = try attributes(possible: .all, accepted, assumed)
      try work.take(for: numbers)
      let handle = try KeyError.catching { () throws(LibCryptoError) in try PrivateKeyHandle(numbers) }
      try Self.checkPoint(handle.publicKey)
      return .private(PrivateKey(handle, attributes))
    case .pair: return .public(try publicKey(accepting: accepted, assuming: assumed))
    }
  }

  /// The key, which must be public; of a private one nothing is calculated.
  ///
  /// - Throws: `KeyError`, with the code `notPermitted` for a private key or a shared secret.
  func publicKey(
    accepting accepted: Set<JSONWebAlgorithm>,
    assuming assumed: Set<JSONWebAlgorithm> = []
  ) throws(KeyError) -> PublicKey {
    guard case .pair(let numbers) = material, !numbers.isPrivate else {
      throw KeyError(.notPermitted, "found a private key or a shared secret, expected a public key")
    }
    let attributes = try attributes(possible: .ofPublicKeys, accepted, assumed)
    let handle = try KeyError.catching { () throws(LibCryptoError) in try PublicKeyHandle(numbers) }
    try Self.checkPoint(handle)
    return PublicKey(handle, attributes)
  }

  /// The algorithms that the key can be bound to, one at a time; nothing is calculated.
  package func algorithms(among accepted: Set<JSONWebAlgorithm>) -> [JSONWebAlgorithm] {
    JSONWebAlgorithm.allCases.filter { algorithm in
      guard accepted.contains(algorithm), let attributes = try? attributes(possible: .all, [algorithm], []) else {
        return false
      }
      guard case .symmetric(let bytes) = material else { return true }
      return (try? SymmetricKey(bytes, attributes)) != nil
    }
  }

  // MARK: Before anything is calculated

  private func attributes(
    possible: KeyOperations,
    _ accepted: Set<JSONWebAlgorithm>,
    _ assumed: Set<JSONWebAlgorithm>
  ) throws(KeyError) -> KeyAttributes {
    if case .pair(.rsa(let numbers)) = material {
      try RSAStrength.check(
        modulus: numbers.modulus,
        exponent: numbers.exponent,
        isPrivate: numbers.parts != nil,
        profile: profile
      )
    }
    let attributes = try stated.bound(to: type, possible: possible, accepting: accepted, assuming: assumed)
    try profile.check(attributes.algorithm)
    return attributes
  }

  private static func checkPoint(_ handle: PublicKeyHandle) throws(KeyError) {
    guard case .curve(let curve) = handle.kind, curve == .ed25519 || curve == .ed448 else { return }
    let (x, _) = try KeyError.catching { () throws(LibCryptoError) in try handle.coordinates() }
    try EdwardsPoint.check(x, curve: curve)
  }
}

extension PSSRestriction {
  /// The algorithms that the restriction leaves.
  fileprivate var algorithms: Set<JSONWebAlgorithm> {
    switch hash {
    case .sha256: [.ps256]
    case .sha384: [.ps384]
    case .sha512: [.ps512]
    case .sha1: []
    case nil: [.ps256, .ps384, .ps512]
    }
  }
}
