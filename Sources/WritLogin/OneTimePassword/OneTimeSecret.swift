// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The secret that a server and an authenticator share.
///
/// It never prints its bytes, and wipes them when the last copy is gone.
public struct OneTimeSecret: Sendable, CustomStringConvertible {
  /// The shortest secret that is taken.
  public enum Minimum: Sendable, Hashable {
    /// 128 bits, as RFC 4226, section 4, R6, demands.
    case rfc4226
    /// 80 bits, as many systems have made them: for secrets that are adopted from such a system, never for new ones.
    case legacy80Bits

    /// Bytes of the shortest secret.
    public var bytes: Int {
      switch self {
      case .rfc4226: 16
      case .legacy80Bits: 10
      }
    }
  }

  /// Bytes of the shortest secret: 128 bits (RFC 4226, section 4, R6).
  public static let minimumBytes = Minimum.rfc4226.bytes
  /// Bytes of the longest secret: as many as the largest block of a hash takes.
  public static let maximumBytes = 128

  let bytes: SecretBytes

  init(_ bytes: SecretBytes, minimum: Minimum = .rfc4226) throws(OneTimePasswordError) {
    guard bytes.count >= minimum.bytes else {
      let advice =
        minimum == .rfc4226 && bytes.count >= Minimum.legacy80Bits.bytes
        ? "; a secret of another system is adopted with `minimum: .legacy80Bits`" : ""
      throw OneTimePasswordError(
        .weak,
        "the secret has \(bytes.count) bytes, expected at least \(minimum.bytes)\(advice)"
      )
    }
    guard bytes.count <= Self.maximumBytes else {
      throw OneTimePasswordError(.tooLarge, "a secret has \(bytes.count) bytes, expected at most \(Self.maximumBytes)")
    }
    self.bytes = bytes
  }

  /// A secret from its bytes, which the caller may wipe afterwards.
  ///
  /// - Parameters:
  ///   - bytes: the secret.
  ///   - minimum: the shortest secret that is taken.
  /// - Throws: `OneTimePasswordError` with the codes `weak` when there are fewer bytes than `minimum`, `tooLarge` when
  ///   there are more than ``maximumBytes``.
  public init(bytes: Span<UInt8>, minimum: Minimum = .rfc4226) throws(OneTimePasswordError) {
    try self.init(SecretBytes(copying: bytes), minimum: minimum)
  }

  /// A secret from base32 (RFC 4648, section 6).
  ///
  /// Letters of either case; the padding whole or left out; the bits after the last byte zero. Nothing else is read: no
  /// white space, no hyphens, no 0, 1 and 8.
  ///
  /// - Parameters:
  ///   - text: the secret in base32.
  ///   - minimum: the shortest secret that is taken.
  /// - Throws: `OneTimePasswordError` with the codes `malformed`, `weak` and `tooLarge`.
  public init(base32 text: String, minimum: Minimum = .rfc4226) throws(OneTimePasswordError) {
    guard text.utf8.count <= 2 * Self.maximumBytes else {
      throw OneTimePasswordError(
        .tooLarge,
        "the secret has \(text.utf8.count) characters of base32, expected at most \(2 * Self.maximumBytes)"
      )
    }
    guard let bytes = Base32.decodeSecret(text.utf8.span) else {
      throw OneTimePasswordError(
        .malformed,
        "the secret is not valid base32: it has letters A to Z and digits 2 to 7 alone, without spaces"
      )
    }
    try self.init(bytes, minimum: minimum)
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

  /// The length; never the bytes.
  public var description: String { "one-time secret of \(bytes.count * 8) bits" }
}
