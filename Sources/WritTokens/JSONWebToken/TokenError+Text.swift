// SPDX-License-Identifier: Apache-2.0

extension TokenError {
  /// The error for a part of a token that is not base64url, with the place and, for the usual mistakes, the remedy.
  ///
  /// - Parameters:
  ///   - part: the name of the part, such as "the token's header".
  ///   - text: the text of the part.
  ///   - start: the place of the part in the token.
  package static func notBase64URL(_ part: String, _ text: Span<UInt8>, at start: Int = 0) -> TokenError {
    let wrong = text.indices.first { !isBase64URL(text[$0]) }
    let place = "the \(part) is not valid base64url at byte \(start + (wrong ?? text.count))"
    guard let wrong else { return TokenError(.malformed, "\(place): it is cut off, or its last character is wrong") }
    return TokenError(.malformed, place + remedy(for: text[wrong], after: text.extracting(0..<wrong), at: start))
  }

  /// Advice on a byte that no token contains.
  private static func remedy(for byte: UInt8, after text: Span<UInt8>, at start: Int) -> String {
    switch byte {
    case UInt8(ascii: " ") where start == 0 && isScheme(text):
      "; remove the `\(isEqual(text, "dpop") ? "DPoP" : "Bearer") ` prefix: the token starts after it"
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
      "; remove a `Bearer ` prefix or line breaks"
    case UInt8(ascii: "\""), UInt8(ascii: "'"): "; remove the quotation marks around the token"
    case UInt8(ascii: "="): "; remove the padding (`=`)"
    case UInt8(ascii: "+"), UInt8(ascii: "/"): "; base64url has `-` and `_` in place of `+` and `/`"
    case UInt8(ascii: ":") where start == 0: "; remove the name of the header field in front of the token"
    default: ""
    }
  }

  /// Whether a text is a scheme of the field `Authorization`.
  private static func isScheme(_ text: Span<UInt8>) -> Bool { isEqual(text, "bearer") || isEqual(text, "dpop") }

  /// Compares without regard to case.
  private static func isEqual(_ text: Span<UInt8>, _ name: StaticString) -> Bool {
    let name = "\(name)".utf8
    return text.count == name.count && zip(text.indices, name).allSatisfy { text[$0] | 0x20 == $1 }
  }

  private static func isBase64URL(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
