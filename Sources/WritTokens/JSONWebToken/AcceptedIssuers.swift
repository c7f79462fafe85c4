// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The issuers whose tokens a verifier takes: a list, never "any".
///
///     TokenRules(issuers: ["https://accounts.google.com", "accounts.google.com"], audiences: ["my-client"])
///     TokenRules(issuers: try .entra(tenants: [ours, theirs]), audiences: ["my-client"])
///
/// The keys of a verifier are trusted for each of them: list only issuers that share their keys.
public struct AcceptedIssuers: Sendable, Hashable {
  /// Issuers of the longest list.
  public static let maximumCount = 1000

  /// One issuer, byte for byte, and the claim that must name the same tenant as its `iss` does.
  private struct Issuer: Sendable, Hashable {
    let text: String
    let tenant: String?
  }

  private var issuers: [Issuer]
  /// The claim that names the tenant, of issuers made from a template.
  private var tenantClaim: String?

  /// These issuers, compared byte for byte.
  public init(_ issuers: [String]) {
    self.issuers = issuers.map { Issuer(text: $0, tenant: nil) }
  }

  /// Issuers that have a part of their name in common with a claim of the token.
  ///
  /// A token is taken when `iss` is the template with one of the values, and the claim has that same value.
  ///
  /// - Parameters:
  ///   - template: the issuer with the claim's name in braces, `https://login.microsoftonline.com/{tid}/v2.0`.
  ///   - values: the values that are accepted for the claim; compared byte for byte.
  /// - Throws: `TokenError` with the code `configuration` when the template does not have one pair of braces with a
  ///   name between them, or a value is empty or contains `/`, `{` or `}`.
  public static func template(_ template: String, allowing values: [String]) throws(TokenError) -> AcceptedIssuers {
    let parts = template.split(separator: "{", omittingEmptySubsequences: false)
    let tail = parts.last?.split(separator: "}", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, tail.count == 2, let claim = tail.first, !claim.isEmpty, !parts[0].contains("}") else {
      throw TokenError(
        .configuration,
        "the template of an issuer needs one claim in braces, as in \"https://id.example/{tid}/v2.0\""
      )
    }
    var accepted = AcceptedIssuers([])
    accepted.tenantClaim = String(claim)
    for value in values {
      guard !value.isEmpty, !value.utf8.contains(where: { "/{}".utf8.contains($0) }) else {
        throw TokenError(.configuration, "a value for the issuer's template is empty or contains a slash or brace")
      }
      accepted.issuers.append(Issuer(text: "\(parts[0])\(value)\(tail[1])", tenant: value))
    }
    return accepted
  }

  /// Tenants of Microsoft Entra ID, whose tokens have `iss` = `https://login.microsoftonline.com/{tid}/v2.0`.
  ///
  /// - Parameters:
  ///   - tenants: the identifiers of the tenants whose users may sign in, as UUIDs. `common`, `organizations` and
  ///     `consumers` are not tenants, and no token has them.
  ///   - host: the host of the national cloud.
  /// - Throws: `TokenError` with the code `configuration` when one is not a UUID.
  public static func entra(
    tenants: [String],
    host: String = "login.microsoftonline.com"
  ) throws(TokenError) -> AcceptedIssuers {
    for tenant in tenants where !isUUID(tenant) {
      throw TokenError(
        .configuration,
        "\"\(printable(tenant))\" is not the identifier of a tenant: list the UUID of each tenant whose users may sign in"
      )
    }
    return try template("https://\(host)/{tid}/v2.0", allowing: tenants.map { $0.lowercased() })
  }

  /// Google's two spellings of itself.
  public static let google: AcceptedIssuers = ["https://accounts.google.com", "accounts.google.com"]

  private static func isUUID(_ text: String) -> Bool {
    let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return groups.map(\.count) == [8, 4, 4, 4, 12]
      && groups.allSatisfy { $0.allSatisfy { hexadecimalValue($0) != nil } }
  }

  // MARK: Checks

  func checkCount() throws(TokenError) {
    guard 1...Self.maximumCount ~= issuers.count else {
      throw TokenError(
        .configuration,
        "\(issuers.count) issuers were given, expected 1 to \(Self.maximumCount), or nil to accept any"
      )
    }
  }

  /// Refuses a token of another issuer.
  func check(_ issuer: JSONDocument.Index?, _ document: JSONDocument) throws(TokenError) {
    guard let issuer else { throw TokenError(.issuer, "the token names no issuer (\"iss\")") }
    for accepted in issuers where document.string(at: issuer, equals: accepted.text) {
      guard let tenant = accepted.tenant, let tenantClaim else { return }
      guard let claim = document.member(tenantClaim, of: document.root), document.string(at: claim, equals: tenant)
      else {
        throw TokenError(.issuer, "the claim \"\(printable(tenantClaim))\" is not the tenant that \"iss\" names")
      }
      return
    }
    let expected = issuers.count == 1 ? "\"\(printable(issuers[0].text))\"" : "one of \(issuers.count)"
    let found = document.string(at: issuer) ?? ""
    throw TokenError(.issuer, "the token's issuer (\"iss\") is \"\(printable(found))\", expected \(expected)")
  }
}

extension AcceptedIssuers: ExpressibleByArrayLiteral {
  /// These issuers, compared byte for byte.
  public init(arrayLiteral issuers: String...) { self.init(issuers) }
}

extension AcceptedIssuers: ExpressibleByStringLiteral {
  /// One issuer, compared byte for byte.
  public init(stringLiteral issuer: String) { self.init([issuer]) }
}
