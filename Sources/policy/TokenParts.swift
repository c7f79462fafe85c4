// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritAuthentication
internal import WritCedar

/// A signed token in compact form taken apart to be shown; nothing is verified by that.
struct TokenParts {
  let header: Part
  let payload: Part
  let signatureByteCount: Int

  /// Levels of arrays and objects that are shown as JSON; more deeply nested ones are bytes.
  private static let maximumDepth = 32

  /// What one of the first two parts holds.
  enum Part {
    case json(JSONDocument)
    /// Not JSON in UTF-8, read as strictly as tokens are; the base64url as it stood in the token.
    case bytes(String)
  }

  /// - Throws: `TokenError` with the codes `malformed` and `tooLarge`.
  init(_ token: String) throws(TokenError) {
    let limit = TokenVerifier.maximumTokenBytes
    guard token.utf8.count <= limit else {
      throw TokenError(.tooLarge, "a token has \(token.utf8.count) bytes, expected at most \(limit)")
    }
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw TokenError(.malformed, "a token has \(parts.count) parts, a signed one in compact form has three")
    }
    header = try Self.part(parts[0], "header")
    payload = try Self.part(parts[1], "payload")
    signatureByteCount = try Self.decoded(parts[2], "signature").count
  }

  private static func decoded(_ part: Substring.UTF8View, _ name: String) throws(TokenError) -> [UInt8] {
    let text = Array(part)
    guard let bytes = Base64URL.decode(text.span) else {
      throw TokenError(.malformed, "the \(name) of a token is no base64url")
    }
    return bytes
  }

  private static func part(_ part: Substring.UTF8View, _ name: String) throws(TokenError) -> Part {
    let bytes = try decoded(part, name)
    guard let document = try? JSONDocument(parsing: bytes, maximumDepth: maximumDepth) else {
      return .bytes(String(Substring(part)))
    }
    return .json(document)
  }
}

extension JSONWriter {
  /// A member that is JSON where the token has JSON; otherwise one of another name, so that text is not taken for bytes.
  mutating func member(_ name: String, _ part: TokenParts.Part) {
    switch part {
    case .json(let document):
      key(name)
      value(document.root, of: document)
    case .bytes(let text):
      key("\(name)Base64URL")
      string(text)
    }
  }
}

extension TokenParts.Part {
  /// One line for people.
  var line: String {
    switch self {
    case .json(let document):
      var json = JSONWriter()
      json.value(document.root, of: document)
      return CedarText.shown(json.text)
    case .bytes(let text): return text.isEmpty ? "empty" : "\(text) (base64url)"
    }
  }
}
