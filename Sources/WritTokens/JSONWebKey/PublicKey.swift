// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The public half of a key pair, bound to one algorithm: it verifies signatures, or encrypts.
public struct PublicKey: Sendable, CustomStringConvertible {
  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  /// RSA, or the curve.
  public let type: KeyType
  let handle: PublicKeyHandle

  init(_ handle: PublicKeyHandle, _ attributes: KeyAttributes) {
    self.handle = handle
    self.attributes = attributes
    type = KeyType(handle.kind)
  }

  /// Type and algorithm.
  public var description: String { "public key of type \(type) for \(attributes.algorithm)" }
}
