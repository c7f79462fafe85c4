// SPDX-License-Identifier: Apache-2.0

/// What a verifier asks of a token's claims, beside a right signature (RFC 7519, section 4.1; RFC 8725, section 3).
///
/// Everything is checked unless it is waived here by name.
public struct TokenRules: Sendable, Hashable {
  /// What `iss` must be, byte for byte; `nil` waives the check.
  public var issuer: String?
  /// What `aud` must be or name among others, byte for byte; `nil` waives the check.
  public var audience: String?
  /// What `typ` of the header must be, as media types are compared: without regard to case, and to `application/` in front
  /// (RFC 7515, section 4.1.9); `nil` waives the check.
  public var type: String?
  /// Whether `exp` must be there; where it is there it is always checked.
  public var requiresExpiration = true
  /// Other claims that must be there, and be something else than `null`.
  public var requiredClaims: [String] = []
  /// By how much clocks may differ, for `exp`, `nbf` and `iat`; 10 minutes at most, whole seconds.
  public var leeway = Duration.zero

  /// The longest ``leeway``.
  public static let maximumLeeway = Duration.seconds(600)

  /// - Parameters:
  ///   - issuer: what `iss` must be.
  ///   - audience: what `aud` must be, or name among others.
  ///   - type: what `typ` must be; not checked unless given.
  public init(issuer: String?, audience: String?, type: String? = nil) {
    self.issuer = issuer
    self.audience = audience
    self.type = type
  }

  /// The leeway in seconds.
  func leewaySeconds() throws(TokenError) -> Int64 {
    guard leeway >= .zero, leeway <= Self.maximumLeeway else {
      throw TokenError(.configuration, "a leeway of \(leeway) was asked for, expected at most \(Self.maximumLeeway)")
    }
    return leeway.components.seconds
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
