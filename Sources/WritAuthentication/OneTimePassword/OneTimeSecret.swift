// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The secret that a server and an authenticator share.
///
/// It never prints its bytes, and wipes them when the last copy is gone.
public struct OneTimeSecret: Sendable, CustomStringConvertible {
  /// Bytes of the shortest secret: 128 bits (RFC 4226, section 4, R6).
  public static let minimumBytes = 16
  /// Bytes of the longest secret: as many as the largest block of a hash takes.
  public static let maximumBytes = 128

  let bytes: SecretBytes

  init(_ bytes: SecretBytes) throws(OneTimePasswordError) {
    guard bytes.count >= Self.minimumBytes else {
      throw OneTimePasswordError(.weak, "a secret has \(bytes.count) bytes, expected at least \(Self.minimumBytes)")
    }
    guard bytes.count <= Self.maximumBytes else {
      throw OneTimePasswordError(.tooLarge, "a secret has \(bytes.count) bytes, expected at most \(Self.maximumBytes)")
    }
    self.bytes = bytes
  }

  /// A secret from its bytes, which the caller may wipe afterwards.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `weak` when there are fewer than ``minimumBytes``, `tooLarge` when there are more
  ///   than ``maximumBytes``.
  public init(bytes: Span<UInt8>) throws(OneTimePasswordError) {
    try self.init(SecretBytes(copying: bytes))
  }

  /// A secret from base32 (RFC 4648, section 6).
  ///
  /// Letters of either case; the padding whole or left out; the bits after the last byte zero. Nothing else is read: no white space,
  /// no hyphens, no 0, 1 and 8.
  ///
  /// - Throws: `OneTimePasswordError` with the codes `malformed`, `weak` and `tooLarge`.
  public init(base32 text: String) throws(OneTimePasswordError) {
    guard text.utf8.count <= 2 * Self.maximumBytes else {
      throw OneTimePasswordError(.tooLarge, "a secret has \(text.utf8.count) characters of base32")
    }
    guard let bytes = Base32.decodeSecret(text.utf8.span) else {
      throw OneTimePasswordError(.malformed, "a secret is no base32")
    }
    try self.init(bytes)
  }

  /// A new random secret, as long as the digest of the hash (RFC 6238, section 3, R6).
  ///
  /// - Throws: `OneTimePasswordError` with the code `failure` when libcrypto has no randomness.
  public static func generate(
    for algorithm: OneTimePasswordAlgorithm = .sha1
  ) throws(OneTimePasswordError) -> OneTimeSecret {
    let count = algorithm.hash.digestCount
    return try OneTimeSecret(
      OneTimePasswordError.catching { () throws(LibCryptoError) in try Randomness.secretBytes(count) }
    )
  }

  /// The secret itself, in base32 without padding.
  public func secretBase32() -> String { bytes.withBytes(Base32.encode) }

  /// How long it is; never the bytes.
  public var description: String { "one-time secret of \(bytes.count * 8) bits" }
}
