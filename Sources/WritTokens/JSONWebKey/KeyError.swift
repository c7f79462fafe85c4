// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// An error of reading or using a key.
///
/// The message names the member or the value that is wrong, and never holds a private part.
public struct KeyError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error; their names are part of the contract of the command line.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Not a key in the form it should have: JSON, base64url, PEM, DER, a missing or repeated member.
    public static let malformed = Code(.malformed)
    /// A type, curve, algorithm or use that Writ does not know.
    public static let unsupported = Code(.unsupported)
    /// Too short, too long, or made in a way that is known to be broken.
    public static let weak = Code(.weak)
    /// Parts that do not belong together: a point off its curve, a public half of another key, an algorithm of another
    /// type.
    public static let mismatched = Code(.mismatched)
    /// Bound to an algorithm that is not among those accepted.
    public static let algorithmNotAccepted = Code(.algorithmNotAccepted)
    /// Neither the key nor the list of accepted algorithms says which one it is for.
    public static let algorithmAmbiguous = Code(.algorithmAmbiguous)
    /// Its use or its operations do not allow what is asked of it.
    public static let notPermitted = Code(.notPermitted)
    /// A password is missing, wrong, or given where none is needed.
    public static let password = Code(.password)
    /// Two keys of a set have one identifier, or a set mixes shared secrets with key pairs.
    public static let ambiguous = Code(.ambiguous)
    /// More bytes or keys than allowed.
    public static let tooLarge = Code(.tooLarge)
    /// A set is asked for what it must not do: times that are not in order, an overlap too long.
    public static let configuration = Code(.configuration)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case malformed, unsupported, weak, mismatched, algorithmNotAccepted, algorithmAmbiguous, notPermitted, password,
        ambiguous, tooLarge, configuration, failure
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
  /// The message, which names the member or the value.
  public let description: String
  /// The error of libcrypto that led to this one, where there is one.
  public let underlyingError: (any Error)?

  init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  /// Translates libcrypto's error about a key that came from outside.
  init(_ error: LibCryptoError) {
    let code: Code =
      switch error.code {
      case .key, .parameter: .mismatched
      case .encoding: .malformed
      case .unsupported: .unsupported
      case .authentication: .password
      case .failure: .failure
      }
    self.init(code, error.description, underlyingError: error)
  }
}

extension KeyError {
  /// Runs what may fail in libcrypto, and says what that means for a key.
  static func catching<Result>(_ body: () throws(LibCryptoError) -> Result) throws(KeyError) -> Result {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      throw KeyError(error)
    }
  }
}
