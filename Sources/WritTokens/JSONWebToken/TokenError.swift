// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of verifying or issuing a token.
///
/// The message names the claim or the header parameter, and shows at most 64 characters of a value, printable ASCII
/// only. It holds no part of a key, and no token.
public struct TokenError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error; their names are part of the contract of the command line.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Not a compact token: its parts, base64url or JSON.
    public static let malformed = Code(.malformed)
    /// Longer than ``TokenVerifier/maximumTokenBytes``.
    public static let tooLarge = Code(.tooLarge)
    /// A header parameter that must be understood and is not: `crit`, `b64`, `zip`, or one of the wrong type or out of
    /// range.
    public static let header = Code(.header)
    /// The algorithm is unknown, or not the one that the key is bound to.
    public static let algorithm = Code(.algorithm)
    /// No key of this identifier.
    public static let keyUnknown = Code(.keyUnknown)
    /// No keys are in force: those of the issuer were not fetched yet, or are too old, or none signs at the time.
    public static let keysUnavailable = Code(.keysUnavailable)
    /// The signature is not that of any key that may verify the token.
    public static let signature = Code(.signature)
    /// An encrypted token is not for any key that may decrypt it, or was changed; nothing says which.
    public static let decryption = Code(.decryption)
    /// `exp` has passed.
    public static let expired = Code(.expired)
    /// `nbf` or `iat` is yet to come.
    public static let notYetValid = Code(.notYetValid)
    /// `iss` is missing, or another.
    public static let issuer = Code(.issuer)
    /// `aud` is missing, or names others.
    public static let audience = Code(.audience)
    /// `typ` is missing, or another; or an encrypted token holds no signed one.
    public static let type = Code(.type)
    /// A claim is missing, of the wrong type, or out of range.
    public static let claim = Code(.claim)
    /// The token is bound to another key or certificate, or to none; or a proof is for another request or token.
    public static let binding = Code(.binding)
    /// A proof has been seen before.
    public static let replayed = Code(.replayed)
    /// A proof does not have a recent nonce of the server; the client must be told one.
    public static let nonce = Code(.nonce)
    /// The token, its session or its subject has been revoked.
    public static let revoked = Code(.revoked)
    /// A bounded memory has no room left.
    public static let full = Code(.full)
    /// The verifier or the issuer is asked for what it must not do.
    public static let configuration = Code(.configuration)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case malformed, tooLarge, header, algorithm, keyUnknown, keysUnavailable, signature, decryption, expired,
        notYetValid, issuer, audience, type, claim, binding, replayed, nonce, revoked, full, configuration, failure
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message, which names the part.
  public let description: String
  /// The error of libcrypto that led to this one, where there is one.
  public let underlyingError: (any Error)?

  /// An error of a type of claims that a user of the library writes.
  public init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description, underlyingError: error)
  }
}
