// SPDX-License-Identifier: Apache-2.0

/// The headers that tell the origin of a request; all values of each field, as a field that occurs twice is not
/// trusted.
public struct RequestOrigin: Sendable {
  /// The method, as it stands in the request.
  public var method: String
  /// The values of Sec-Fetch-Site.
  public var fetchSite: [String]
  /// The values of Origin.
  public var origin: [String]
  /// The tokens of the form, or of a custom field (`X-CSRF-Token`); never of the query, which is logged.
  public var tokens: [String]
  /// The values of whatever could make the server take another method: `X-HTTP-Method-Override`, `_method` of a form.
  public var methodOverrides: [String]
  /// The values of Upgrade, or the `:protocol` of an extended CONNECT (RFC 8441): with any, the request is a handshake,
  /// of a WebSocket usually.
  public var upgrade: [String]

  /// Collects the headers of a request.
  public init(
    method: String,
    fetchSite: [String],
    origin: [String],
    tokens: [String],
    methodOverrides: [String] = [],
    upgrade: [String]
  ) {
    self.method = method
    self.fetchSite = fetchSite
    self.origin = origin
    self.tokens = tokens
    self.methodOverrides = methodOverrides
    self.upgrade = upgrade
  }

  /// Whether the request asks for another protocol on its connection (RFC 6455, section 4.1; RFC 8441, section 4).
  var isHandshake: Bool {
    !upgrade.isEmpty && methodOverrides.isEmpty && ["GET", "CONNECT"].contains { method.utf8.elementsEqual($0.utf8) }
  }

  /// Whether the method is one that changes nothing (RFC 9110, section 9.2.1), and the server cannot be led to take
  /// another.
  var isSafe: Bool {
    methodOverrides.isEmpty && upgrade.isEmpty
      && ["GET", "HEAD", "OPTIONS"].contains { method.utf8.elementsEqual($0.utf8) }
  }

  /// Whether the browser says that a page of one of these origins sent it.
  ///
  /// A page with `Referrer-Policy: no-referrer` sends the Origin `null` (Fetch, "append a request `Origin` header");
  /// whether it is the application's own then Sec-Fetch-Site tells, which no page can set.
  ///
  /// - Parameter origins: in UTF-8.
  func isOwn(_ origins: [[UInt8]]) -> Bool {
    guard fetchSite.count <= 1, origin.count <= 1 else { return false }
    if let site = fetchSite.first, !site.utf8.elementsEqual("same-origin".utf8) { return false }
    guard let origin = origin.first else { return !fetchSite.isEmpty }
    if origin.utf8.elementsEqual("null".utf8) { return !fetchSite.isEmpty }
    return origins.contains { origin.utf8.elementsEqual($0) }
  }

  /// Whether a handshake comes from a page of one of these origins: every browser says the Origin then (RFC 6455,
  /// section 4.1).
  ///
  /// - Parameter origins: in UTF-8.
  func isOwnHandshake(_ origins: [[UInt8]]) -> Bool {
    guard let origin = origin.first, origins.contains(where: { origin.utf8.elementsEqual($0) }) else { return false }
    return isOwn(origins)
  }

  /// Origins in UTF-8.
  static func checked(_ origins: [String]) throws(SessionError) -> [[UInt8]] {
    guard !origins.isEmpty, origins.allSatisfy(isOrigin) else {
      throw SessionError(
        .configuration,
        "an origin must be https:// and a host in lower case, and at least one is needed"
      )
    }
    return origins.map { Array($0.utf8) }
  }

  /// Scheme and authority; without TLS only where nothing leaves the machine.
  private static func isOrigin(_ text: String) -> Bool {
    let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"]
    let isLocal = local.contains { name in
      text.utf8.elementsEqual(name.utf8) || text.utf8.starts(with: "\(name):".utf8)
    }
    guard isLocal || text.utf8.starts(with: "https://".utf8) else { return false }
    let authority = text.utf8.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
    return !authority.isEmpty
      && authority.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
          UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
          true
        default: false
        }
      }
  }
}
