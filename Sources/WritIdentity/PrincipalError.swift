// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// An error of a mapping, or of a token whose claims it maps.
///
/// The message names claims and attributes, and holds no value of a claim but a number that is not a 64-bit integer.
public struct PrincipalError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The mapping is not what ``PrincipalMapping/init(json:)`` says.
    public static let mapping = Code(.mapping)
    /// A claim is missing, or not what the mapping says of it.
    public static let claim = Code(.claim)
    /// The principal does not fit the schema.
    public static let schema = Code(.schema)

    package enum Kind: String, Sendable, CaseIterable {
      case mapping, claim, schema
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
  /// The message, which names the claim.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

// `localizedDescription` of Foundation is the error's own description.
extension PrincipalError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}
