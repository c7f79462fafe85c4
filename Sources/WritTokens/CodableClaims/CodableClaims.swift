// SPDX-License-Identifier: Apache-2.0

/// Any `Codable` as the claims of a token, where ``TokenClaims`` by hand is not worth its lines; slower than they are.
///
///     struct Role: Codable, Sendable { var role: String }
///     let text = try issuer.issue(CodableClaims(Role(role: "editor")), subject: "alice", audience: "api")
///     let role = try verifier.verify(text, as: CodableClaims<Role>.self).claims.payload
///
/// Integers are read from integers only, and are checked; floating-point numbers are finite, and an integer is never
/// rounded to one. Registered claims (`sub`, `exp`, …) can be read, but not written: they are the issuer's. Members of
/// objects are found by the bytes of their names; a `Dictionary` that is made of them compares names as Swift compares
/// strings.
///
/// Of Foundation's types, a `Date` is a NumericDate both ways (seconds since 1970; an integer, or with its fraction
/// where it has one), as a ``NumericDate`` is; a `URL` is its absolute string; `Data` is base64url; a `UUID` is a
/// string and a `CGFloat` a number. All others (`Decimal`, `DateComponents`, `Locale`, `TimeZone`, `Measurement`, …)
/// are refused, read or written: what they write is their inner state. Put a `String` or an integer in their place. The
/// module `WritFoundation`, which the package's product WritAuthentication contains, knows `Date`, `URL` and `Data`;
/// without it they are refused too.
public struct CodableClaims<Payload: Codable & Sendable>: TokenClaims {
  /// One's own claims.
  public var payload: Payload

  /// These claims.
  public init(_ payload: Payload) {
    self.payload = payload
  }

  /// Reads the claims.
  ///
  /// - Throws: `TokenError` with the code `claim` when they are not those of the type; it names the claim, and shows no
  ///   value.
  public init(reading claims: ClaimsReader) throws(TokenError) {
    do {
      payload = try ClaimsDecoder(claims.token).value(Payload.self)
    } catch {
      throw TokenError(decoding: error)
    }
  }

  /// Writes the claims.
  public func write(to claims: inout ClaimsWriter) {
    let tree = ClaimsTree()
    do {
      try ClaimsEncoder(tree, ClaimsTree.root).write(payload)
    } catch {
      return claims.fail(TokenError(encoding: error))
    }
    tree.write(to: &claims)
  }
}

extension TokenError {
  /// Describes a decoder's error: the place in the claims, but not the content.
  fileprivate init(decoding error: any Error) {
    switch error {
    case let error as TokenError: self = error
    case DecodingError.keyNotFound(let key, let context):
      self.init(.claim, "the claim \"\(Self.name(context.codingPath + [key]))\" is missing")
    case DecodingError.valueNotFound(_, let context):
      self.init(.claim, "the claim \"\(Self.name(context.codingPath))\" has no value")
    case DecodingError.typeMismatch(let type, let context):
      self.init(.claim, "the claim \"\(Self.name(context.codingPath))\" is not \(printable("\(type)"))")
    case DecodingError.dataCorrupted(let context):
      self.init(.claim, "the claim \"\(Self.name(context.codingPath))\" does not fit its type")
    default: self.init(.claim, "the claims do not fit the type that reads them")
    }
  }

  /// Describes an encoder's error.
  fileprivate init(encoding error: any Error) {
    switch error {
    case let error as TokenError: self = error
    case EncodingError.invalidValue(_, let context):
      self.init(.claim, "the claim \"\(Self.name(context.codingPath))\" cannot be written")
    default: self.init(.claim, "the claims cannot be written")
    }
  }

  static func name(_ path: [any CodingKey]) -> String {
    printable(path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."))
  }
}

/// A place in an array, or the name that `super` encodes under.
struct ClaimsCodingKey: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(stringValue: String) {
    self.stringValue = stringValue
    intValue = nil
  }

  init(intValue: Int) {
    stringValue = String(intValue)
    self.intValue = intValue
  }

  static let `super` = ClaimsCodingKey(stringValue: "super")
}
