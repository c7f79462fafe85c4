// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The places of the registered claims of a payload (RFC 7519, section 4.1; `cnf`, RFC 7800), their types checked.
///
/// A claim that is `null` counts as missing: issuers write what they have no value for in this way.
struct RegisteredClaims: Sendable {
  var issuer: JSONDocument.Index?
  var subject: JSONDocument.Index?
  var audience: JSONDocument.Index?
  var identifier: JSONDocument.Index?
  var confirmation: JSONDocument.Index?
  var expiration: NumericDate?
  var notBefore: NumericDate?
  var issuedAt: NumericDate?

  /// The names as `JSONDocument.packedString(at:)` has them.
  private enum Name {
    static let issuer = packed("iss")
    static let subject = packed("sub")
    static let audience = packed("aud")
    static let expiration = packed("exp")
    static let notBefore = packed("nbf")
    static let issuedAt = packed("iat")
    static let identifier = packed("jti")
    static let confirmation = packed("cnf")

    @inline(__always)
    static func packed(_ name: StaticString) -> UInt64 {
      let bytes = unsafe name.utf8Start
      return unsafe UInt64(bytes[0]) << 16 | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) | 3 << 56
    }
  }

  /// Borrowing, as an initializer would otherwise be handed a copy.
  init(_ document: borrowing JSONDocument) throws(TokenError) {
    guard document.kind(of: document.root) == .object else {
      throw TokenError(.malformed, "the claims of the token are not a JSON object")
    }
    for (key, value) in document.members(of: document.root) {
      switch document.packedString(at: key) {
      case Name.issuer: issuer = try Self.string(value, document, "iss")
      case Name.subject: subject = try Self.string(value, document, "sub")
      case Name.identifier: identifier = try Self.string(value, document, "jti")
      case Name.audience: audience = document.kind(of: value) == .null ? nil : value
      case Name.confirmation: confirmation = document.kind(of: value) == .null ? nil : value
      case Name.expiration: expiration = try Self.time(value, document, "exp")
      case Name.notBefore: notBefore = try Self.time(value, document, "nbf")
      case Name.issuedAt: issuedAt = try Self.time(value, document, "iat")
      default: break
      }
    }
  }

  private static func string(
    _ value: JSONDocument.Index,
    _ document: borrowing JSONDocument,
    _ name: StaticString
  ) throws(TokenError) -> JSONDocument.Index? {
    switch document.kind(of: value) {
    case .string: return value
    case .null: return nil
    default: throw TokenError(.claim, "the claim \"\(name)\" is not a string")
    }
  }

  /// A time from 1970 to the year 9999, any number of JSON without a sign; `nil` for `null`.
  static func time(
    _ value: JSONDocument.Index,
    _ document: borrowing JSONDocument,
    _ name: String
  ) throws(TokenError) -> NumericDate? {
    if let seconds = document.integer(at: value), 0...NumericDate.last ~= seconds {
      return NumericDate(seconds: seconds)
    }
    guard document.kind(of: value) != .null else { return nil }
    guard let text = document.numberText(at: value), !text.hasPrefix("-"),
      let time = NumericDate(parsing: text.utf8.span)
    else {
      throw TokenError(.claim, "the claim \"\(name)\" is not a time in seconds from 1970 to the year 9999")
    }
    return time
  }

  // MARK: Checks

  /// Checks the claims against the rules.
  func check(
    _ rules: TokenRules,
    _ leeways: Leeways,
    _ clock: TokenClock,
    _ document: JSONDocument
  ) throws(TokenError) {
    guard expiration != nil || !rules.requiresExpiration else {
      throw TokenError(.claim, "the claim \"exp\" is missing")
    }
    try checkTimes(leeways, clock)
    for name in rules.requiredClaims {
      guard let claim = document.member(name, of: document.root), document.kind(of: claim) != .null else {
        throw TokenError(.claim, "the claim \"\(printable(name))\" is missing")
      }
    }
    try rules.issuers?.check(issuer, document)
    try checkAudience(rules.audiences, document)
  }

  private func checkAudience(_ accepted: [String]?, _ document: JSONDocument) throws(TokenError) {
    guard let audience else {
      guard accepted == nil else { throw TokenError(.audience, "the token names no audience (\"aud\")") }
      return
    }
    switch document.kind(of: audience) {
    case .string:
      guard accepted.map({ Self.isAccepted(audience, $0, document) }) ?? true else {
        throw TokenError(.audience, "the token is for another audience (\"aud\")")
      }
    case .array:
      var isNamed = false
      for element in document.elements(of: audience) {
        guard document.kind(of: element) == .string else {
          throw TokenError(.claim, "the claim \"aud\" holds something else than strings")
        }
        if let accepted, !isNamed { isNamed = Self.isAccepted(element, accepted, document) }
      }
      guard accepted == nil || isNamed else {
        throw TokenError(.audience, "the token is for other audiences (\"aud\")")
      }
    default: throw TokenError(.claim, "the claim \"aud\" is neither a string nor an array")
    }
  }

  private static func isAccepted(_ name: JSONDocument.Index, _ accepted: [String], _ document: JSONDocument) -> Bool {
    for text in accepted where document.string(at: name, equals: text) { return true }
    return false
  }
}
