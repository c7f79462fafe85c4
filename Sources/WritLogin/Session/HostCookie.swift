// SPDX-License-Identifier: Apache-2.0

/// A cookie that only this host can set, over TLS, and no script can read (RFC 6265bis, section 4.1.3.2).
///
/// The Cookie field is read by bytes, and only the space and the horizontal tab are taken off the ends of names and
/// values. A name that another reader could take for this one (capital letters, other white space at its ends), or that
/// is there twice, refuses the request: somebody has tossed a cookie.
public struct HostCookie: Sendable {
  /// Bytes of the longest name.
  public static let maximumNameBytes = 64
  /// Bytes of the longest value, of this and of every other cookie.
  public static let maximumValueBytes = 4096
  /// Bytes of all Cookie fields of a request.
  public static let maximumBytes = 16_384
  /// Cookies of a request.
  public static let maximumCount = 200
  /// The prefix of the cookie's name.
  public static let prefix = "__Host-"

  /// With which requests from other sites a browser sends the cookie.
  public enum SameSite: String, Sendable, Hashable, CaseIterable {
    /// With links that are followed, not with what a page embeds or posts.
    case lax = "Lax"
    /// With none.
    case strict = "Strict"
  }

  /// The name, with its prefix.
  public let name: String
  /// With which requests it is sent.
  public let sameSite: SameSite
  let nameBytes: [UInt8]

  /// - Parameters:
  ///   - sameSite: the value of `SameSite`.
  ///   - name: ``prefix`` and letters, digits, `-`, `_` or `.`; at most ``maximumNameBytes``.
  /// - Throws: ``SessionError`` with the code `configuration`.
  public init(name: String = "__Host-session", sameSite: SameSite = .lax) throws(SessionError) {
    let bytes = Array(name.utf8)
    guard bytes.starts(with: Self.prefix.utf8), bytes.count > Self.prefix.utf8.count,
      bytes.count <= Self.maximumNameBytes,
      bytes.allSatisfy(Self.isNameByte)
    else {
      throw SessionError(.configuration, "the name of a cookie is not __Host- and letters, digits, \"-\", \"_\", \".\"")
    }
    self.name = name
    self.sameSite = sameSite
    nameBytes = bytes
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// The Set-Cookie field that sets the cookie.
  ///
  /// - Parameters:
  ///   - value: characters of RFC 6265, section 4.1.1, `cookie-octet`, at most ``maximumValueBytes``.
  ///   - maximumAge: seconds that a browser keeps it; until it is closed unless given.
  /// - Throws: ``SessionError`` with the code `cookie` when the value has other characters, a line feed for example.
  public func setting(_ value: String, maximumAge: Int64? = nil) throws(SessionError) -> String {
    guard value.utf8.count <= Self.maximumValueBytes, value.utf8.allSatisfy(Self.isValueByte) else {
      throw SessionError(.cookie, "the value of a cookie is too long, or has characters that values cannot have")
    }
    let age = maximumAge.map { "; Max-Age=\(max(0, $0))" } ?? ""
    return "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=\(sameSite.rawValue)\(age)"
  }

  /// The Set-Cookie field that removes the cookie.
  public var clearing: String {
    "\(name)=; Path=/; Secure; HttpOnly; SameSite=\(sameSite.rawValue); Max-Age=0"
  }

  private static func isValueByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\\"): false
    default: byte > 0x20 && byte < 0x7F
    }
  }
}
