// SPDX-License-Identifier: Apache-2.0

/// One's own claims: a few lines to read them, a few to write them.
///
///     struct Role: TokenClaims {
///       var role: String
///       init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
///       func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
///     }
///
/// The registered claims are not among them: ``TokenVerifier`` checks them, ``Verified`` has them, ``TokenIssuer``
/// writes them.
public protocol TokenClaims: Sendable {
  /// Reads the claims of a token whose signature and registered claims have been checked.
  ///
  /// - Throws: `TokenError`, with the code `claim` where a claim is not what it should be.
  init(reading claims: ClaimsReader) throws(TokenError)

  /// Writes the claims of a token that is issued.
  func write(to claims: inout ClaimsWriter)
}

/// No claims beside the registered ones.
public struct NoClaims: TokenClaims {
  /// None.
  public init() {}
  /// Reads none; there may be some.
  public init(reading claims: ClaimsReader) throws(TokenError) {}
  /// Writes none.
  public func write(to claims: inout ClaimsWriter) {}
}
