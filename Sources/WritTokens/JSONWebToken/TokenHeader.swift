// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Header parameters that an issuer adds to those it writes itself (RFC 7515, section 4.1).
///
///     try issuer.issue(claims, subject: "alice", audience: "api", header: ["x5t#S256": .string(thumbprint)])
///
/// Verifiers, this library's included, do not trust them: they are for readers that look for them.
public struct TokenHeader: Sendable {
  /// The value of a parameter.
  public enum Value: Sendable, Hashable {
    /// A text.
    case string(String)
    /// An integer.
    case integer(Int64)
    /// A truth value.
    case boolean(Bool)
    /// An array of texts, `x5c` for example.
    case strings([String])
  }

  private var members: [(name: String, value: Value)] = []

  /// Parameters that are the issuer's to write, or that change how a token is read.
  private static let reserved = [
    "alg", "typ", "kid", "crit", "b64", "zip", "enc", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
  ]

  /// Whether there are none.
  public var isEmpty: Bool { members.isEmpty }

  /// Adds a parameter.
  public mutating func append(_ name: String, _ value: Value) { members.append((name, value)) }

  /// Refuses parameters that are the issuer's to write, and names that occur twice.
  func check() throws(TokenError) {
    for (position, member) in members.enumerated() {
      guard !Self.reserved.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) else {
        throw TokenError(
          .header,
          "the header parameter \"\(printable(member.name))\" is written by the issuer; remove it"
        )
      }
      guard !members[..<position].contains(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) else {
        throw TokenError(.header, "the header parameter \"\(printable(member.name))\" is written twice")
      }
    }
  }

  func write(to writer: inout JSONWriter) {
    for (name, value) in members {
      writer.key(name)
      switch value {
      case .string(let text): writer.string(text)
      case .integer(let number): writer.integer(number)
      case .boolean(let flag): writer.boolean(flag)
      case .strings(let texts):
        writer.beginArray()
        for text in texts { writer.string(text) }
        writer.endArray()
      }
    }
  }
}

extension TokenHeader: ExpressibleByDictionaryLiteral {
  /// These parameters, in this order.
  public init(dictionaryLiteral members: (String, Value)...) {
    self.members = members.map { (name: $0.0, value: $0.1) }
  }
}
