// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Where the registered claims of a payload lie (RFC 7519, section 4.1), their types checked.
struct RegisteredClaims: Sendable {
  var issuer: JSONDocument.Index?
  var subject: JSONDocument.Index?
  var audience: JSONDocument.Index?
  var identifier: JSONDocument.Index?
  var expiration: Int64?
  var notBefore: Int64?
  var issuedAt: Int64?

  /// The names as `JSONDocument.packedString(at:)` has them.
  private enum Name {
    static let issuer = packed("iss")
    static let subject = packed("sub")
    static let audience = packed("aud")
    static let expiration = packed("exp")
    static let notBefore = packed("nbf")
    static let issuedAt = packed("iat")
    static let identifier = packed("jti")

    @inline(__always)
    static func packed(_ name: StaticString) -> UInt64 {
      let bytes = unsafe name.utf8Start
      return unsafe UInt64(bytes[0]) << 16 | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) | 3 << 56
    }
  }

  /// Borrowing, as an initializer would otherwise be handed a copy.
  init(_ document: borrowing JSONDocument) throws(TokenError) {
    guard document.kind(of: document.root) == .object else {
      throw TokenError(.malformed, "the claims of a token are no object")
    }
    for (key, value) in document.members(of: document.root) {
      switch document.packedString(at: key) {
      case Name.issuer: issuer = try Self.string(value, document, "iss")
      case Name.subject: subject = try Self.string(value, document, "sub")
      case Name.identifier: identifier = try Self.string(value, document, "jti")
      case Name.audience: audience = value
      case Name.expiration: expiration = try Self.date(value, document, "exp")
      case Name.notBefore: notBefore = try Self.date(value, document, "nbf")
      case Name.issuedAt: issuedAt = try Self.date(value, document, "iat")
      default: break
      }
    }
  }

  private static func string(
    _ value: JSONDocument.Index,
    _ document: borrowing JSONDocument,
    _ name: StaticString
  ) throws(TokenError) -> JSONDocument.Index {
    guard document.kind(of: value) == .string else { throw TokenError(.claim, "the claim \"\(name)\" is no string") }
    return value
  }

  /// Seconds; of a number with a fraction the next whole one, which is the same to a clock of whole seconds.
  ///
  /// An exponent, a sign, or a time beyond the year 9999 is refused.
  static func date(
    _ value: JSONDocument.Index,
    _ document: borrowing JSONDocument,
    _ name: String
  ) throws(TokenError) -> Int64 {
    let seconds = document.integer(at: value) ?? document.numberText(at: value).flatMap(roundedUp)
    guard let seconds, (0...NumericDate.last).contains(seconds) else {
      throw TokenError(.claim, "the claim \"\(name)\" is no time in seconds")
    }
    return seconds
  }

  private static func roundedUp(_ literal: String) -> Int64? {
    let parts = literal.utf8.split(separator: UInt8(ascii: "."))
    guard parts.count == 2, let whole = Int64(Substring(parts[0])), whole >= 0, parts[0].first != UInt8(ascii: "-"),
      parts[1].allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
    else { return nil }
    return parts[1].allSatisfy { $0 == UInt8(ascii: "0") } ? whole : whole.addingReportingOverflow(1).partialValue
  }

  // MARK: Checks

  /// Checks the claims against the rules.
  func check(
    _ rules: TokenRules,
    leeway: Int64,
    now: Int64,
    _ document: JSONDocument
  ) throws(TokenError) {
    guard expiration != nil || !rules.requiresExpiration else {
      throw TokenError(.claim, "the claim \"exp\" is missing")
    }
    try checkTimes(leeway: leeway, now: now)
    for name in rules.requiredClaims {
      guard let claim = document.member(name, of: document.root), document.kind(of: claim) != .null else {
        throw TokenError(.claim, "the claim \"\(printable(name))\" is missing")
      }
    }
    if let expected = rules.issuer {
      guard let issuer, document.string(at: issuer, equals: expected) else {
        throw TokenError(.issuer, "the issuer of a token is another, or not named")
      }
    }
    try checkAudience(rules.audience, document)
  }

  /// Checks what depends on the time, and so has to be checked again whenever the token is used.
  @inline(__always)
  func checkTimes(leeway: Int64, now: Int64) throws(TokenError) {
    // INVARIANT: times are 0 to `NumericDate.last`, the leeway is 600 at most: no sum overflows.
    if let expiration, now >= expiration + leeway {
      throw TokenError(.expired, "the token expired at \(expiration), and it is \(now)")
    }
    if let notBefore, notBefore > now + leeway {
      throw TokenError(.notYetValid, "the token is valid from \(notBefore), and it is \(now)")
    }
    if let issuedAt, issuedAt > now + leeway {
      throw TokenError(.notYetValid, "the token was issued at \(issuedAt), and it is \(now)")
    }
  }

  private func checkAudience(_ expected: String?, _ document: JSONDocument) throws(TokenError) {
    guard let audience else {
      guard expected == nil else { throw TokenError(.audience, "a token names no audience") }
      return
    }
    switch document.kind(of: audience) {
    case .string:
      guard expected.map({ document.string(at: audience, equals: $0) }) ?? true else {
        throw TokenError(.audience, "a token is for another audience")
      }
    case .array:
      var isNamed = false
      for element in document.elements(of: audience) {
        guard document.kind(of: element) == .string else {
          throw TokenError(.claim, "the claim \"aud\" has no strings")
        }
        if let expected, document.string(at: element, equals: expected) { isNamed = true }
      }
      guard expected == nil || isNamed else { throw TokenError(.audience, "a token is for other audiences") }
    default: throw TokenError(.claim, "the claim \"aud\" is neither a string nor an array")
    }
  }
}
