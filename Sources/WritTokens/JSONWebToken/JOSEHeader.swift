// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The header parameters of a signed token that a verifier uses (RFC 7515, section 4.1).
///
/// Keys that a header brings (`jwk`, `jku`, `x5c`, `x5u`) are never used, and not looked at; of a DPoP proof alone
/// ``DPoPVerifier`` takes the `jwk`. `crit` always refuses: it may only
/// name extensions, and none is understood.
struct JOSEHeader: Sendable {
  let algorithm: SignatureAlgorithm
  let keyIdentifier: String?
  let type: String?

  /// Reads the text of a header in base64url.
  init(_ text: Span<UInt8>) throws(TokenError) {
    try self.init(Self.document(text))
  }

  /// Reads what `document(_:)` has found.
  init(_ document: JSONDocument) throws(TokenError) {
    for name in ["crit", "b64", "zip", "enc"] where document.member(name, of: document.root) != nil {
      throw TokenError(.header, "the header parameter \"\(name)\" is not allowed in a signed token")
    }
    guard let name = try Self.string("alg", document) else {
      throw TokenError(.algorithm, "the token names no algorithm (\"alg\")")
    }
    guard let algorithm = SignatureAlgorithm(named: name) else {
      throw TokenError(.algorithm, "the token's algorithm \"\(printable(name))\" is not a signature algorithm")
    }
    self.algorithm = algorithm
    keyIdentifier = try Self.optionalString("kid", document)
    type = try Self.optionalString("typ", document)
    _ = try Self.optionalString("cty", document)
  }

  /// The JSON object of a header in base64url, of a signed token or an encrypted one.
  static func document(_ text: Span<UInt8>) throws(TokenError) -> JSONDocument {
    guard let bytes = Base64URL.decode(text) else {
      throw .notBase64URL("token's header", text)
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.malformed, "the token's header is not valid JSON at byte \(error.offset): \(error.message)")
    }
    guard document.kind(of: document.root) == .object else {
      throw TokenError(.malformed, "the token's header is not a JSON object")
    }
    return document
  }

  /// A parameter that may be `null` where an issuer has no value for it; that counts as missing.
  static func optionalString(_ name: String, _ document: JSONDocument) throws(TokenError) -> String? {
    if let index = document.member(name, of: document.root), document.kind(of: index) == .null { return nil }
    return try string(name, document)
  }

  /// A parameter that is a string where it is there.
  static func string(_ name: String, _ document: JSONDocument) throws(TokenError) -> String? {
    guard let index = document.member(name, of: document.root) else { return nil }
    guard let string = document.string(at: index) else {
      throw TokenError(.header, "the header parameter \"\(name)\" is not a string")
    }
    return string
  }

  /// The header that an issuer writes.
  static func text(
    algorithm: JSONWebAlgorithm,
    type: String?,
    keyIdentifier: String?,
    others: TokenHeader = [:]
  ) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("alg")
    writer.string(algorithm.rawValue)
    if let type {
      writer.key("typ")
      writer.string(type)
    }
    if let keyIdentifier {
      writer.key("kid")
      writer.string(keyIdentifier)
    }
    others.write(to: &writer)
    writer.endObject()
    let bytes = writer.bytes
    return Base64URL.encode(bytes.span)
  }
}
