// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

/// An error of reading a ring of secrets, or of opening sealed bytes with it.
///
/// The message never holds a secret, nor what was sealed.
public struct SecretError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The file of secrets, or an identifier in it, is not in the form it should have; or something sealed is not.
    public static let malformed = Code(.malformed)
    /// A secret does not have 256 bits, or all its bytes are equal.
    public static let weak = Code(.weak)
    /// Two secrets have one identifier.
    public static let ambiguous = Code(.ambiguous)
    /// More bytes or secrets than allowed.
    public static let tooLarge = Code(.tooLarge)
    /// The file cannot be read, or is none.
    public static let file = Code(.file)
    /// Other users can read the file, write to it or put another one in its place: see ``SecretFileTrust``.
    public static let permissions = Code(.permissions)
    /// There is no secret at all, or none of the identifier that something was sealed under.
    public static let secretUnknown = Code(.secretUnknown)
    /// Sealed bytes were changed, or sealed for another purpose.
    public static let authentication = Code(.authentication)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case malformed, weak, ambiguous, tooLarge, file, permissions, secretUnknown, authentication, failure
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
  /// The message.
  public let description: String
  /// The error of libcrypto that led to this one, where there is one.
  public let underlyingError: (any Error)?

  package init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  package init(_ error: LibCryptoError) {
    let code: Code = error.code == .authentication ? .authentication : .failure
    self.init(code, error.description, underlyingError: error)
  }
}
