// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// A token in compact form taken apart to be shown; nothing is verified by that.
struct TokenParts {
  let header: Part
  /// The header of the signed token that was encrypted.
  let innerHeader: Part?
  let payload: Part
  let signatureByteCount: Int

  /// Levels of arrays and objects that are shown as JSON; more deeply nested ones are bytes.
  private static let maximumDepth = 32

  /// The content of one of the first two parts.
  enum Part {
    case json(JSONDocument)
    /// Not JSON in UTF-8, read as strictly as tokens are; the base64url as it stood in the token.
    case bytes(String)
  }

  /// - Throws: `TokenError` with the codes `malformed` and `tooLarge`.
  init(_ token: String) throws(TokenError) {
    try Self.checkSize(token)
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw TokenError(.malformed, "the token has \(parts.count) parts, and a signed token in compact form has three")
    }
    header = try Self.part(parts[0], "header")
    innerHeader = nil
    payload = try Self.part(parts[1], "payload")
    signatureByteCount = try Self.decoded(parts[2], "signature").count
  }

  /// An encrypted token, with what it holds.
  init(_ token: String, decrypted content: [UInt8]) throws(TokenError) {
    header = try EncryptedTokenParts(token).header
    innerHeader = nil
    payload = Self.part(content) ?? .bytes(Base64URL.encode(content.span))
    signatureByteCount = 0
  }

  /// An encrypted token, with the signed one that it holds.
  init(_ token: String, nesting signed: TokenParts) throws(TokenError) {
    header = try EncryptedTokenParts(token).header
    innerHeader = signed.header
    payload = signed.payload
    signatureByteCount = signed.signatureByteCount
  }

  fileprivate static func checkSize(_ token: String) throws(TokenError) {
    let limit = TokenVerifier.maximumTokenBytes
    guard token.utf8.count <= limit else {
      throw TokenError(.tooLarge, "a token has \(token.utf8.count) bytes, expected at most \(limit)")
    }
  }

  fileprivate static func decoded(_ part: Substring.UTF8View, _ name: String) throws(TokenError) -> [UInt8] {
    let text = Array(part)
    guard let bytes = Base64URL.decode(text.span) else {
      let token = Substring(part).base.utf8
      throw .notBase64URL("token's \(name)", text.span, at: token.distance(from: token.startIndex, to: part.startIndex))
    }
    return bytes
  }

  fileprivate static func part(_ part: Substring.UTF8View, _ name: String) throws(TokenError) -> Part {
    self.part(try decoded(part, name)) ?? .bytes(String(Substring(part)))
  }

  private static func part(_ bytes: [UInt8]) -> Part? {
    (try? JSONDocument(parsing: bytes, maximumDepth: maximumDepth)).map { .json($0) }
  }
}

/// An encrypted token in compact form taken apart to be shown: only its header can be read by everyone.
struct EncryptedTokenParts {
  let header: TokenParts.Part
  /// The parts after the header, by name, and how many bytes they have.
  let byteCounts: [(name: String, count: Int)]

  /// - Throws: `TokenError` with the codes `malformed` and `tooLarge`.
  init(_ token: String) throws(TokenError) {
    try TokenParts.checkSize(token)
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 5 else {
      throw TokenError(.malformed, "a token has \(parts.count) parts, an encrypted one in compact form has five")
    }
    header = try TokenParts.part(parts[0], "header")
    var counts: [(name: String, count: Int)] = []
    for (part, name) in zip(parts[1...], ["encryptedKey", "vector", "ciphertext", "tag"]) {
      counts.append((name, try TokenParts.decoded(part, name).count))
    }
    byteCounts = counts
  }
}

extension JSONWriter {
  /// A member that is JSON where the token has JSON; otherwise one of another name, so that text is not taken for
  /// bytes.
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
