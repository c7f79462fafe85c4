// SPDX-License-Identifier: Apache-2.0

extension OneTimePasswordURI {
  /// Reads a URI.
  ///
  /// Where the label and a parameter both name an issuer, they must be the same bytes. Parameters of other names are
  /// passed over; one of ours that occurs twice, or that is for the other kind of key, is refused. Without them, the
  /// algorithm is SHA-1, the digits are 6 and the period is 30 s; a counter must be there.
  ///
  /// - Parameters:
  ///   - text: at most ``maximumBytes``, visible ASCII alone.
  ///   - minimum: the shortest secret that is taken.
  /// - Throws: `OneTimePasswordError` with the codes `malformed`, `tooLarge`, `weak` and `configuration`.
  public init(parsing text: String, minimum: OneTimeSecret.Minimum = .rfc4226) throws(OneTimePasswordError) {
    guard text.utf8.count <= Self.maximumBytes else {
      throw OneTimePasswordError(
        .tooLarge,
        "an otpauth URI has \(text.utf8.count) bytes, expected at most \(Self.maximumBytes)"
      )
    }
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
      throw OneTimePasswordError(.malformed, "an otpauth URI holds something else than visible ASCII, or a fragment")
    }
    let isCounting = bytes.starts(with: "otpauth://hotp/".utf8)
    guard isCounting || bytes.starts(with: "otpauth://totp/".utf8) else {
      throw OneTimePasswordError(.malformed, "an otpauth URI begins with otpauth://totp/ or otpauth://hotp/")
    }
    let rest = bytes.dropFirst("otpauth://totp/".utf8.count)
    guard let question = rest.firstIndex(of: UInt8(ascii: "?")) else {
      throw OneTimePasswordError(.malformed, "an otpauth URI has no parameters")
    }
    let label = try Label(rest[..<question])
    let parameters = try Parameters(rest[(question + 1)...])
    if let issuer = label.issuer, let stated = parameters.issuer, !issuer.utf8.elementsEqual(stated.utf8) {
      throw OneTimePasswordError(.malformed, "the label of an otpauth URI and its parameter name different issuers")
    }
    try self.init(
      try parameters.key(isCounting: isCounting, minimum),
      issuer: label.issuer ?? parameters.issuer,
      account: label.account,
      counter: try parameters.startingCounter(isCounting: isCounting)
    )
  }
}

/// `issuer:account` or `account`; the colon may be encoded, and spaces may follow it.
private struct Label {
  let issuer: String?
  let account: String

  init(_ bytes: ArraySlice<UInt8>) throws(OneTimePasswordError) {
    let text = try PercentEncoding.decode(bytes, "label")
    guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
      issuer = nil
      account = text
      return
    }
    issuer = String(decoding: text.utf8[..<colon], as: UTF8.self)
    let rest = text.utf8[text.utf8.index(after: colon)...].drop { $0 == UInt8(ascii: " ") }
    account = String(decoding: rest, as: UTF8.self)
  }
}

/// The parameters that Writ knows, decoded.
private struct Parameters {
  private var values: [String: String] = [:]
  private static let names = ["secret", "issuer", "algorithm", "digits", "period", "counter"]

  init(_ query: ArraySlice<UInt8>) throws(OneTimePasswordError) {
    for part in query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
      let name = part.prefix { $0 != UInt8(ascii: "=") }
      guard let known = Self.names.first(where: { $0.utf8.elementsEqual(name) }) else { continue }
      guard values[known] == nil else {
        throw OneTimePasswordError(.malformed, "the parameter \"\(known)\" of an otpauth URI occurs twice")
      }
      values[known] = try PercentEncoding.decode(part.dropFirst(name.count + 1), "parameter \"\(known)\"")
    }
  }

  var issuer: String? { values["issuer"] }

  func key(
    isCounting: Bool,
    _ minimum: OneTimeSecret.Minimum
  ) throws(OneTimePasswordError) -> OneTimePasswordKey {
    guard let secret = values["secret"] else {
      throw OneTimePasswordError(.malformed, "an otpauth URI has no parameter \"secret\"")
    }
    let name = values["algorithm"] ?? OneTimePasswordAlgorithm.sha1.rawValue
    guard let algorithm = OneTimePasswordAlgorithm.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) })
    else {
      throw OneTimePasswordError(
        .malformed,
        "the parameter \"algorithm\" of an otpauth URI is not SHA1, SHA256 or SHA512"
      )
    }
    guard !isCounting || values["period"] == nil else {
      throw OneTimePasswordError(.malformed, "an otpauth URI of type hotp has a parameter \"period\"")
    }
    let period = try number("period", default: 30)
    let digits = try number("digits", default: 6)
    return try OneTimePasswordKey(
      OneTimeSecret(base32: secret, minimum: minimum),
      movingFactor: isCounting ? .counter : .time(period: Int64(clamping: period)),
      algorithm: algorithm,
      digits: Int(clamping: digits)
    )
  }

  func startingCounter(isCounting: Bool) throws(OneTimePasswordError) -> UInt64 {
    guard isCounting == (values["counter"] != nil) else {
      throw OneTimePasswordError(
        .malformed,
        "an otpauth URI has a parameter \"counter\" when, and only when, it is of type hotp"
      )
    }
    return try number("counter", default: 0)
  }

  /// Decimal digits without a sign and without zeros before them.
  private func number(_ name: String, default standard: UInt64) throws(OneTimePasswordError) -> UInt64 {
    guard let text = values[name]?.utf8 else { return standard }
    let isPlain = text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isPlain, text.count == 1 || text.first != UInt8(ascii: "0"), let number = UInt64(String(text)) else {
      throw OneTimePasswordError(.malformed, "the parameter \"\(name)\" of an otpauth URI is not a number")
    }
    return number
  }
}
