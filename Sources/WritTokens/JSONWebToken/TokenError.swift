// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why a token is refused, or cannot be issued.
///
/// The message names the claim or the header parameter, and shows at most 64 characters of a value, printable ASCII only.
/// It holds no part of a key, and no token.
public struct TokenError: Error, Sendable, CustomStringConvertible {
  /// What is wrong; the names are part of the contract of the command line.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Not a compact token: its parts, base64url or JSON.
    case malformed
    /// Longer than ``TokenVerifier/maximumTokenBytes``.
    case tooLarge
    /// A header parameter that must be understood and is not: `crit`, `b64`, `zip`, or one of the wrong type or out of range.
    case header
    /// The algorithm is unknown, or not the one that the key is bound to.
    case algorithm
    /// No key of this identifier.
    case keyUnknown
    /// No keys are in force: those of the issuer were not fetched yet, or are too old, or none signs at the time.
    case keysUnavailable
    /// The signature is not that of any key that may verify the token.
    case signature
    /// An encrypted token is not for any key that may decrypt it, or was changed; nothing says which.
    case decryption
    /// `exp` has passed.
    case expired
    /// `nbf` or `iat` is yet to come.
    case notYetValid
    /// `iss` is missing, or another.
    case issuer
    /// `aud` is missing, or names others.
    case audience
    /// `typ` is missing, or another; or an encrypted token holds no signed one.
    case type
    /// A claim is missing, of the wrong type, or out of range.
    case claim
    /// The token is bound to another key or certificate, or to none; or a proof is for another request or token.
    case binding
    /// A proof has been seen before.
    case replayed
    /// A proof does not have a nonce that the server made lately; it is to be told one.
    case nonce
    /// The token, its session or its subject has been revoked.
    case revoked
    /// A bounded memory has no room left.
    case full
    /// The verifier or the issuer is asked for what it must not do.
    case configuration
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the part.
  public let description: String

  /// An error of a type of claims that a user of the library writes.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }
}
