// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The header and the issuer that a token states, not verified: enough to choose a verifier, and nothing else.
///
///     let peeked = try UnverifiedToken(peekingAt: text)
///     guard let verifier = peeked.choose(from: [(ours, ourVerifier), (theirs, theirVerifier)]) else { return refuse()
///     } let token = try verifier.verify(text, as: Role.self)
///
/// Anyone can write a token that states the same. So no text of it can be taken out: texts are compared with those that
/// the program knows, and shown in logs.
public struct UnverifiedToken: Sendable {
  /// A text of a token that is not verified: it can be compared and shown, and not used otherwise.
  public struct Text: Sendable, CustomStringConvertible {
    private let text: String

    init(_ text: String) {
      self.text = text
    }

    /// Whether this is a text that the program knows, byte for byte.
    public func isEqual(to known: String) -> Bool { text.utf8.elementsEqual(known.utf8) }

    /// At most 64 bytes of the text for logs, with `?` for all but printable ASCII.
    public var description: String { printable(text) }
  }

  /// `alg` of the header.
  public let algorithm: Text?
  /// `kid` of the header.
  public let keyIdentifier: Text?
  /// `typ` of the header.
  public let type: Text?
  /// `iss`; `nil` also where the token is encrypted.
  public let issuer: Text?
  /// Whether the token is encrypted (five parts), so that its claims cannot be read without a key.
  public let isEncrypted: Bool

  /// Reads the header and the issuer of a token; nothing is verified by that.
  ///
  /// Members that are missing or are not strings are `nil`.
  ///
  /// - Parameter token: at most ``TokenVerifier/maximumTokenBytes``, without `Bearer ` in front.
  /// - Throws: `TokenError` with the codes `malformed` and `tooLarge`.
  public init(peekingAt token: String) throws(TokenError) {
    let bytes = token.utf8.span
    try CompactToken.checkSize(bytes.count)
    var dots: [Int] = []
    for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
      dots.append(index)
      guard dots.count <= 4 else { break }
    }
    guard dots.count == 2 || dots.count == 4 else {
      throw TokenError(.malformed, "the token does not have three parts, nor five as an encrypted one has")
    }
    let header = try JOSEHeader.document(bytes.extracting(0..<dots[0]))
    algorithm = Self.text("alg", header)
    keyIdentifier = Self.text("kid", header)
    type = Self.text("typ", header)
    isEncrypted = dots.count == 4
    guard !isEncrypted else {
      issuer = nil
      return
    }
    let payload = bytes.extracting(dots[0] + 1..<dots[1])
    guard let claims = Base64URL.decode(payload) else {
      throw .notBase64URL("token's payload", payload, at: dots[0] + 1)
    }
    do throws(JSONError) {
      let document = try JSONDocument(parsing: claims, maximumDepth: CompactToken.maximumDepth)
      issuer = Self.text("iss", document)
    } catch {
      throw TokenError(.malformed, "the token's claims are not valid JSON at byte \(error.offset): \(error.message)")
    }
  }

  /// The value whose issuer is the one that the token states, byte for byte; `nil` when there is none.
  ///
  /// - Parameter known: the issuers that the program knows, with a verifier for each.
  public func choose<Value>(from known: [(issuer: String, value: Value)]) -> Value? {
    guard let issuer else { return nil }
    return known.first { issuer.isEqual(to: $0.issuer) }?.value
  }

  private static func text(_ name: String, _ document: JSONDocument) -> Text? {
    guard document.kind(of: document.root) == .object, let index = document.member(name, of: document.root) else {
      return nil
    }
    return document.string(at: index).map { Text($0) }
  }
}
