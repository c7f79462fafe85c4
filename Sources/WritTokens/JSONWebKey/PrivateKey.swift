// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key pair, bound to one algorithm: it signs, or decrypts.
///
/// It never prints its private part, and libcrypto wipes it when the last copy is gone.
public struct PrivateKey: Sendable, CustomStringConvertible {
  /// Iterations of PBKDF2 that an encrypted key may ask for: half a second of CPU, or less.
  public static let maximumIterations = PrivateKeyHandle.maximumIterations

  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  /// The public half, to be published.
  public let publicKey: PublicKey
  let handle: PrivateKeyHandle

  init(_ handle: PrivateKeyHandle, _ attributes: KeyAttributes) {
    self.handle = handle
    self.attributes = attributes
    publicKey = PublicKey(handle.publicKey, attributes.publicSide)
  }

  /// RSA, or the curve.
  public var type: KeyType { publicKey.type }

  /// A new key pair.
  ///
  /// - Parameters:
  ///   - algorithm: one for key pairs.
  ///   - curve: for `EdDSA`, `Ed25519` unless given, and `ECDH-ES` with and without key wrapping, `P-256` unless given;
  ///     the other algorithms have one curve each.
  ///   - rsaBits: bits of an RSA modulus, 2,048 to 16,384.
  ///   - identifier: `kid`.
  /// - Throws: `KeyError` when the algorithm is for shared keys, or is not for that curve.
  public static func generate(
    _ algorithm: JSONWebAlgorithm,
    curve: JSONWebCurve? = nil,
    rsaBits: Int = 3072,
    identifier: String? = nil
  ) throws(KeyError) -> PrivateKey {
    let type = algorithm.suits(.rsa) && curve == nil ? .rsa : KeyType.curve(curve ?? algorithm.usualCurve)
    let stated = StatedAttributes(identifier: identifier, algorithm: algorithm)
    // Before the key is made: that may take seconds.
    let attributes = try stated.bound(to: type, possible: .all, accepting: [algorithm])
    guard type != .rsa || (2048...RSAStrength.maximumBits).contains(rsaBits) else {
      throw KeyError(.weak, "an RSA key of \(rsaBits) bits was asked for, expected 2048 to \(RSAStrength.maximumBits)")
    }
    let handle = try KeyError.catching { () throws(LibCryptoError) in
      switch type {
      case .curve(let curve): try PrivateKeyHandle.generate(curve.curve)
      case .rsa, .symmetric: try PrivateKeyHandle.generateRSA(bits: rsaBits)
      }
    }
    return PrivateKey(handle, attributes)
  }

  /// Type and algorithm; never the private part.
  public var description: String { "private key of type \(type) for \(attributes.algorithm)" }
}

extension JSONWebAlgorithm {
  /// The curve of a new key, where nothing else is asked for.
  fileprivate var usualCurve: JSONWebCurve {
    JSONWebCurve.allCases.first { $0 != .p256 && suits(.curve($0)) && !suits(.curve(.p256)) } ?? .p256
  }
}
