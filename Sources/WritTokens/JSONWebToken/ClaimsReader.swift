// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

/// The claims of a token, to read the application's claims from: one pass over strict JSON, nothing copied but what is
/// asked for.
///
/// Names are compared byte for byte. A claim that is `null` counts as missing; one that is there with another type is
/// an error, also where it may be missing.
public struct ClaimsReader: Sendable {
  let token: CheckedToken

  package var document: JSONDocument {
    @inline(__always) _read { yield token.document }
  }

  /// Whether there is a claim of this name, `null` included.
  public func contains(_ name: String) -> Bool { document.member(name, of: document.root) != nil }

  /// A text that must be there.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is missing or not a string.
  public func string(_ name: String) throws(TokenError) -> String {
    guard let value = try optionalString(name) else { throw Self.missing(name) }
    return value
  }

  /// A text that may be missing.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is not a string.
  public func optionalString(_ name: String) throws(TokenError) -> String? {
    guard let index = member(name) else { return nil }
    guard let value = document.string(at: index) else { throw Self.mistyped(name, "a string") }
    return value
  }

  /// An integer that must be there; `1.0` and `1e2` are none.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is missing, no integer, or out of range.
  public func integer(_ name: String) throws(TokenError) -> Int64 {
    guard let value = try optionalInteger(name) else { throw Self.missing(name) }
    return value
  }

  /// An integer that may be missing; `1.0` and `1e2` are none.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is no integer, or out of range.
  public func optionalInteger(_ name: String) throws(TokenError) -> Int64? {
    guard let index = member(name) else { return nil }
    guard let value = document.integer(at: index) else { throw Self.mistyped(name, "an integer of 64 bits") }
    return value
  }

  /// A truth value that must be there.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is missing or no boolean.
  public func boolean(_ name: String) throws(TokenError) -> Bool {
    guard let value = try optionalBoolean(name) else { throw Self.missing(name) }
    return value
  }

  /// A truth value that may be missing.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is no boolean.
  public func optionalBoolean(_ name: String) throws(TokenError) -> Bool? {
    guard let index = member(name) else { return nil }
    guard let value = document.boolean(at: index) else { throw Self.mistyped(name, "a boolean") }
    return value
  }

  /// The texts of an array; none when it is missing.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is no array of strings.
  public func strings(_ name: String) throws(TokenError) -> [String] {
    guard let index = member(name) else { return [] }
    guard document.kind(of: index) == .array else { throw Self.mistyped(name, "an array of strings") }
    var values: [String] = []
    for element in document.elements(of: index) {
      guard let value = document.string(at: element) else { throw Self.mistyped(name, "an array of strings") }
      values.append(value)
    }
    return values
  }

  /// A time that must be there (NumericDate), with its fraction.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is missing, or not a time in seconds from 1970 to the year
  ///   9999.
  public func time(_ name: String) throws(TokenError) -> NumericDate {
    guard let value = try optionalTime(name) else { throw Self.missing(name) }
    return value
  }

  /// A time that may be missing (NumericDate), with its fraction.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is not a time in seconds from 1970 to the year 9999.
  public func optionalTime(_ name: String) throws(TokenError) -> NumericDate? {
    guard let index = member(name) else { return nil }
    return try RegisteredClaims.time(index, document, name)
  }

  /// The place of a claim that is there and is not `null`.
  func member(_ name: String) -> JSONDocument.Index? {
    guard let index = document.member(name, of: document.root), document.kind(of: index) != .null else { return nil }
    return index
  }

  /// Whether a claim is there and is an array.
  func isArray(_ name: String) -> Bool { member(name).map { document.kind(of: $0) == .array } ?? false }

  private static func missing(_ name: String) -> TokenError {
    TokenError(.claim, "the claim \"\(printable(name))\" is missing")
  }

  private static func mistyped(_ name: String, _ expected: String) -> TokenError {
    TokenError(.claim, "the claim \"\(printable(name))\" is not \(expected)")
  }
}
