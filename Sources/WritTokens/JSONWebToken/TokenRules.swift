// SPDX-License-Identifier: Apache-2.0

/// The rules for a token's claims and its `typ`, beside a right signature (RFC 7519, section 4.1; RFC 8725, section 3).
///
/// Everything is checked unless it is waived here by name.
public struct TokenRules: Sendable, Hashable {
  /// The issuers that are accepted; `nil` waives the check.
  public var issuers: AcceptedIssuers?
  /// The audiences that are accepted: `aud` must be or contain one of these, byte for byte; `nil` waives the check.
  public var audiences: [String]?
  /// The `typ` that the header must have, compared as media types are: without regard to case, and to `application/` in
  /// front (RFC 7515, section 4.1.9); `nil` waives the check.
  public var type: String?
  /// Whether a token without `exp` is refused; an `exp` that is there is always checked.
  public var requiresExpiration = true
  /// Other claims that must be there, and not be `null`.
  public var requiredClaims: [String] = []
  /// The time by which an issuer's clock may be ahead, for `nbf` and `iat`; 10 minutes at most.
  public var leeway = TokenRules.usualLeeway
  /// The time for which a token is taken after its `exp`; none unless it is set, and 10 minutes at most.
  public var expirationLeeway = Duration.zero
  /// The rule for tokens that are bound to a key or a certificate (`cnf`).
  public var proof = ProofRule.required

  /// A rule for tokens that only the holder of a key or a certificate may use (`cnf`, RFC 7800).
  public enum ProofRule: Sendable, Hashable {
    /// A bound token is refused unless its proof is given to the call that verifies it (RFC 9449, section 7.2).
    case required
    /// A bound token is taken without its proof, which the caller checks by itself.
    case checkedByCaller
  }

  /// The longest ``leeway`` and ``expirationLeeway``.
  public static let maximumLeeway = Duration.seconds(600)
  /// The ``leeway`` unless another is set (FAPI 2.0 Security Profile, section 5.3.2.1).
  public static let usualLeeway = Duration.seconds(10)
  /// Audiences that are accepted at most.
  public static let maximumAudiences = 100

  /// Rules for the tokens of one issuer and one audience.
  ///
  /// - Parameters:
  ///   - issuer: the value that `iss` must have, byte for byte; `nil` waives the check.
  ///   - audience: the value that `aud` must be or contain, byte for byte; `nil` waives the check.
  ///   - type: the `typ` that the header must have; not checked unless given.
  public init(issuer: String?, audience: String?, type: String? = nil) {
    self.init(issuers: issuer.map { [$0] }, audiences: audience.map { [$0] }, type: type)
  }

  /// Rules for the tokens of several issuers or audiences.
  ///
  /// - Parameters:
  ///   - issuers: the issuers that are accepted; `nil` waives the check.
  ///   - audiences: the values one of which `aud` must be or contain, byte for byte; `nil` waives the check.
  ///   - type: the `typ` that the header must have; not checked unless given.
  public init(issuers: AcceptedIssuers?, audiences: [String]?, type: String? = nil) {
    self.issuers = issuers
    self.audiences = audiences
    self.type = type
  }

  /// Checks what a program may have set wrongly.
  ///
  /// - Throws: `TokenError` with the code `configuration`.
  func checked() throws(TokenError) -> Leeways {
    try issuers?.checkCount()
    if let audiences {
      guard 1...Self.maximumAudiences ~= audiences.count else {
        throw TokenError(
          .configuration,
          "\(audiences.count) audiences were given, expected 1 to \(Self.maximumAudiences), or nil to accept any"
        )
      }
    }
    return try Leeways(start: leeway, end: expirationLeeway)
  }

  /// Whether a token's `typ` is the one asked for.
  func accepts(type found: String?) -> Bool {
    guard let type else { return true }
    guard let found else { return false }
    return Self.normalized(found) == Self.normalized(type)
  }

  private static func normalized(_ type: String) -> [UInt8] {
    let bytes = type.utf8.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
    let prefix = Array("application/".utf8)
    // Only where no other slash follows is the prefix one that may be left out.
    guard bytes.starts(with: prefix), !bytes.dropFirst(prefix.count).contains(UInt8(ascii: "/")) else { return bytes }
    return Array(bytes.dropFirst(prefix.count))
  }
}
