// SPDX-License-Identifier: Apache-2.0

/// A URI that an authenticator scans to import a key: `otpauth`, by the Key URI format of Google Authenticator.
///
///     let uri = try OneTimePasswordURI(key, issuer: "Example", account: "alice@example.com")
///     uri.secretText()  //
///     otpauth://totp/Example:alice%40example.com?secret=…&issuer=Example&algorithm=SHA1&digits=6&period=30
///
/// What is written reads back the same.
public struct OneTimePasswordURI: Sendable, CustomStringConvertible {
  /// Bytes of the longest URI that is read; what is written is never longer.
  public static let maximumBytes = 2048
  /// Bytes of the longest issuer, and of the longest account.
  public static let maximumNameBytes = 128

  /// The secret and the rules of its codes.
  public let key: OneTimePasswordKey
  /// Whom the account is with.
  public let issuer: String?
  /// The name of the account.
  public let account: String
  /// The counter of the first code; 0 for keys of a time step.
  public let counter: UInt64

  /// - Parameters:
  ///   - key: the secret and the rules of its codes.
  ///   - issuer: 1 to ``maximumNameBytes`` bytes, without colons, line breaks and control characters, and without
  ///     spaces at the ends.
  ///   - account: the same.
  ///   - counter: of the first code; 0 for keys of a time step.
  /// - Throws: `OneTimePasswordError` with the codes `malformed` when a name is none, `tooLarge` when it is too long,
  ///   `configuration` when a counter is given for a key that has none.
  public init(
    _ key: OneTimePasswordKey,
    issuer: String?,
    account: String,
    counter: UInt64 = 0
  ) throws(OneTimePasswordError) {
    guard counter == 0 || key.movingFactor == .counter else {
      throw OneTimePasswordError(.configuration, "a counter was given for a one-time password of a time step")
    }
    if let issuer { try Self.check(issuer, "issuer") }
    try Self.check(account, "account")
    self.key = key
    self.issuer = issuer
    self.account = account
    self.counter = counter
  }

  /// The rules; neither the secret nor the names.
  public var description: String { "otpauth URI of a \(key)" }

  /// The URI itself, with the secret in it.
  public func secretText() -> String {
    var text = "otpauth://"
    switch key.movingFactor {
    case .time: text += "totp/"
    case .counter: text += "hotp/"
    }
    if let issuer { text += PercentEncoding.encode(issuer) + ":" }
    text += PercentEncoding.encode(account) + "?secret=" + key.secret.secretBase32()
    if let issuer { text += "&issuer=" + PercentEncoding.encode(issuer) }
    text += "&algorithm=\(key.algorithm.rawValue)&digits=\(key.digits)"
    switch key.movingFactor {
    case .time(let period): text += "&period=\(period)"
    case .counter: text += "&counter=\(counter)"
    }
    return text
  }

  /// Names that authenticators show, and that a label can hold.
  static func check(_ name: String, _ parameter: StaticString) throws(OneTimePasswordError) {
    guard name.utf8.count <= maximumNameBytes else {
      let count = "\(name.utf8.count) bytes, expected at most \(maximumNameBytes)"
      throw OneTimePasswordError(.tooLarge, "the \(parameter) of a one-time password has \(count)")
    }
    let space = UInt8(ascii: " ")
    guard let first = name.utf8.first, let last = name.utf8.last, first != space, last != space else {
      throw OneTimePasswordError(
        .malformed,
        "the \(parameter) of a one-time password is empty, or has space at its ends"
      )
    }
    guard name.unicodeScalars.allSatisfy(isNameScalar) else {
      let reason = "a colon, a line break, a control character or a mark that turns the direction of text"
      throw OneTimePasswordError(.malformed, "the \(parameter) of a one-time password holds \(reason)")
    }
  }

  /// Whether a label can hold a scalar.
  static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ":", "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": false
    case "\u{2028}", "\u{2029}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": false
    default: true
    }
  }
}
