// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why a key is refused.
///
/// The message names the member or the value that is wrong, and never holds a private part.
public struct KeyError: Error, Sendable, CustomStringConvertible {
  /// What is wrong; the names are part of the contract of the command line.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// Not a key in the form it should have: JSON, base64url, PEM, DER, a missing or repeated member.
    case malformed
    /// A type, curve, algorithm or use that Writ does not know.
    case unsupported
    /// Too short, too long, or made in a way that is known to be broken.
    case weak
    /// Parts that do not belong together: a point off its curve, a public half of another key, an algorithm of another type.
    case mismatched
    /// Bound to an algorithm that is not among those accepted.
    case algorithmNotAccepted
    /// Neither the key nor the list of accepted algorithms says which one it is for.
    case algorithmAmbiguous
    /// Its use or its operations do not allow what is asked of it.
    case notPermitted
    /// A password is missing, wrong, or given where none is needed.
    case password
    /// Two keys of a set have one identifier, or a set mixes shared secrets with key pairs.
    case ambiguous
    /// More bytes or keys than allowed.
    case tooLarge
    /// A set is asked for what it must not do: times that are not in order, an overlap too long.
    case configuration
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the member or the value.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// What libcrypto says of a key that came from outside.
  init(_ error: LibCryptoError) {
    let code: Code =
      switch error.code {
      case .key, .parameter: .mismatched
      case .encoding: .malformed
      case .unsupported: .unsupported
      case .authentication: .password
      case .failure: .failure
      }
    self.init(code, error.description)
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
