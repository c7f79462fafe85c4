// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

/// Why a ring of secrets is refused, or does not open what it is given.
///
/// The message never holds a secret, nor what was sealed.
public struct SecretError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The file of secrets, or an identifier in it, is not in the form it should have; or something sealed is not.
    case malformed
    /// A secret has not 256 bits, or all of them are equal.
    case weak
    /// Two secrets have one identifier.
    case ambiguous
    /// More bytes or secrets than allowed.
    case tooLarge
    /// The file cannot be read, or is none.
    case file
    /// Other users can read the file, write to it or put another one in its place: see ``SecretFileTrust``.
    case permissions
    /// There is no secret at all, or none of the identifier that something was sealed under.
    case secretUnknown
    /// What was sealed was changed, or sealed for something else.
    case authentication
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, in words.
  public let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  package init(_ error: LibCryptoError) {
    self.init(error.code == .authentication ? .authentication : .failure, error.description)
  }
}
