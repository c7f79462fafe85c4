// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Bytes that both sides share (`oct`), bound to one algorithm of HMAC, AES or PBES2.
///
/// It never prints its bytes, and wipes them when the last copy is gone.
public struct SymmetricKey: Sendable, CustomStringConvertible {
  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  let bytes: SecretBytes

  init(_ bytes: SecretBytes, _ attributes: KeyAttributes) throws(KeyError) {
    guard let counts = attributes.algorithm.symmetricKeyCounts else {
      throw KeyError(.mismatched, "a key of type oct cannot be used with \(attributes.algorithm)")
    }
    guard counts.contains(bytes.count) else {
      let expected = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
      throw KeyError(.weak, "a key for \(attributes.algorithm) has \(bytes.count) bytes, expected \(expected)")
    }
    self.bytes = bytes
    self.attributes = attributes
  }

  /// A key from its bytes, which the caller may wipe afterwards.
  ///
  /// - Parameters:
  ///   - bytes: for HMAC at least as many as the hash has (RFC 7518, section 3.2); for AES exactly as many as the key
  ///     has.
  ///   - algorithm: one for keys of type `oct`.
  ///   - identifier: `kid`.
  /// - Throws: `KeyError` when they are too few or too many, or the algorithm is for other keys.
  public init(
    bytes: Span<UInt8>,
    algorithm: JSONWebAlgorithm,
    identifier: String? = nil
  ) throws(KeyError) {
    let stated = StatedAttributes(identifier: identifier, algorithm: algorithm)
    let attributes = try stated.bound(to: .symmetric, possible: .all, accepting: [algorithm])
    try self.init(SecretBytes(copying: bytes), attributes)
  }

  /// A new random key, as long as the algorithm wants it at least.
  ///
  /// - Throws: `KeyError` when the algorithm is for other keys, or libcrypto has no randomness.
  public static func generate(
    _ algorithm: JSONWebAlgorithm,
    identifier: String? = nil
  ) throws(KeyError) -> SymmetricKey {
    let stated = StatedAttributes(identifier: identifier, algorithm: algorithm)
    let attributes = try stated.bound(to: .symmetric, possible: .all, accepting: [algorithm])
    let counts = algorithm.symmetricKeyCounts ?? 0...0
    // Where several lengths do, 256 bits; for HMAC as many as the hash has.
    let count = !algorithm.isSignature && counts.contains(32) ? 32 : counts.lowerBound
    let bytes = try KeyError.catching { () throws(LibCryptoError) in try Randomness.secretBytes(count) }
    return try SymmetricKey(bytes, attributes)
  }

  /// Type, algorithm and identifier; never the bytes.
  public var description: String { "oct key for \(attributes.algorithm)" }
}
