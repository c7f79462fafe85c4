// SPDX-License-Identifier: Apache-2.0

/// A client's request to introspect or revoke a token (RFC 7662, section 2.1; RFC 7009, section 2.1).
public struct TokenRequest: Sendable {
  /// The type of token that a client states; a hint for the look-up, and nothing more.
  public enum Hint: String, Sendable, Hashable {
    /// An access token.
    case accessToken = "access_token"
    /// A refresh token.
    case refreshToken = "refresh_token"
  }

  /// Bytes of the longest token that is looked for.
  public static let maximumTokenBytes = TokenVerifier.maximumTokenBytes

  /// The token, of any kind.
  public let token: String
  /// `token_type_hint`; hints that are not known are left out.
  public let hint: Hint?

  /// A request from the body of a POST.
  ///
  /// - Parameters:
  ///   - body: at most 131,072 bytes and 32 fields.
  ///   - contentType: the field `Content-Type` of the request.
  /// - Throws: `OAuthError` with the code `invalidRequest`.
  public init(body: Span<UInt8>, contentType: String?) throws(OAuthError) {
    guard Self.isForm(contentType) else {
      throw OAuthError(.invalidRequest, "the content type is not application/x-www-form-urlencoded")
    }
    let fields = try FormFields(body)
    guard let token = fields["token"], !token.isEmpty else {
      throw OAuthError(.invalidRequest, "the parameter \"token\" is missing")
    }
    guard token.utf8.count <= Self.maximumTokenBytes else {
      throw OAuthError(.invalidRequest, "the parameter \"token\" is too long")
    }
    self.token = token
    hint = fields["token_type_hint"].flatMap { hint in
      [Hint.accessToken, .refreshToken].first { $0.rawValue.utf8.elementsEqual(hint.utf8) }
    }
  }

  /// Whether a media type is that of forms; what parameters it has makes no difference.
  private static func isForm(_ contentType: String?) -> Bool {
    guard let contentType else { return false }
    var type = Array(contentType.utf8.prefix { $0 != UInt8(ascii: ";") })
    while let last = type.last, last == 0x20 || last == 0x09 { type.removeLast() }
    for index in type.indices where UInt8(ascii: "A")...UInt8(ascii: "Z") ~= type[index] { type[index] |= 0x20 }
    return type.elementsEqual("application/x-www-form-urlencoded".utf8)
  }
}
