// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// What a verifier looks at in the header of a signed token (RFC 7515, section 4.1).
///
/// Keys that a header brings (`jwk`, `jku`, `x5c`, `x5u`) are never used, and not looked at; of a DPoP proof alone
/// ``DPoPVerifier`` takes the `jwk`. `crit` always refuses: it may only
/// name extensions, and none is understood.
struct JOSEHeader: Sendable {
  let algorithm: JSONWebAlgorithm
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
    guard document.member("alg", of: document.root) != nil else {
      throw TokenError(.algorithm, "a token names no algorithm")
    }
    guard let name = try Self.string("alg", document), let algorithm = JSONWebAlgorithm(named: name),
      algorithm.isSignature
    else {
      throw TokenError(.algorithm, "the algorithm of a token is none that signs")
    }
    self.algorithm = algorithm
    keyIdentifier = try Self.string("kid", document)
    type = try Self.string("typ", document)
    _ = try Self.string("cty", document)
  }

  /// The JSON object of a header in base64url, of a signed token or an encrypted one.
  static func document(_ text: Span<UInt8>) throws(TokenError) -> JSONDocument {
    guard let bytes = Base64URL.decode(text) else {
      throw TokenError(.malformed, "the header of a token is no base64url")
    }
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.malformed, "the header of a token is no JSON: \(error.message), at byte \(error.offset)")
    }
    guard document.kind(of: document.root) == .object else {
      throw TokenError(.malformed, "the header of a token is no object")
    }
    return document
  }

  /// A parameter that is a string where it is there.
  static func string(_ name: String, _ document: JSONDocument) throws(TokenError) -> String? {
    guard let index = document.member(name, of: document.root) else { return nil }
    guard let string = document.string(at: index) else {
      throw TokenError(.header, "the header parameter \"\(name)\" is no string")
    }
    return string
  }

  /// The header that an issuer writes.
  static func text(algorithm: JSONWebAlgorithm, type: String?, keyIdentifier: String?) -> String {
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
    writer.endObject()
    let bytes = writer.bytes
    return Base64URL.encode(bytes.span)
  }
}
