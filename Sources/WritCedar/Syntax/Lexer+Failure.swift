// SPDX-License-Identifier: Apache-2.0

/// Texts that are no token, most of them habits of other languages: found out here, apart from the tokens.
extension Lexer {
  /// The bytes up to which a text in foreign quotation marks is followed.
  private static let longestQuotation = 80

  /// `&`, `|` and longer runs of them than the operators have.
  mutating func foreignOperator(from start: Int) -> Token {
    let character = bytes[start]
    var first = start
    while first > 0, start - first < 3, bytes[first - 1] == character { first -= 1 }
    while position < bytes.count, position - start < 3, bytes[position] == character { position += 1 }
    let text = String(decoding: bytes[first..<position], as: UTF8.self)
    let operation = String(repeating: Character(Unicode.Scalar(character)), count: 2)
    return invalid("`\(text)` is not an operator", help: "write `\(operation)`", from: first)
  }

  /// A comment in `/* … */`, of which the whole is one invalid token.
  mutating func comment(from start: Int) -> Token {
    position += 1
    if position < searchedForCommentEnd {
      var end = position
      while end < bytes.count, byte(at: end) != UInt8(ascii: "*") || byte(at: end + 1) != UInt8(ascii: "/") { end += 1 }
      if end < bytes.count { position = end + 2 } else { searchedForCommentEnd = position }
    }
    return invalid(
      "`/*` does not start a comment",
      help: "a comment starts with `//`, on each of its lines",
      from: start,
      to: start + 2,
      isComment: true
    )
  }

  /// A scalar that begins no token; of a text in foreign quotation marks the whole is one invalid token.
  mutating func unexpectedScalar(from start: Int) -> Token {
    position = end(ofScalarAt: start)
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let scalar = text.unicodeScalars.first else { return invalid("a character is missing", from: start) }
    if ForeignScalar.isQuote(scalar) { return quotation(scalar, from: start) }
    if scalar == "\u{FEFF}" {
      return invalid(
        "the text starts with a byte order mark, or holds one",
        help: "save it as UTF-8 without BOM",
        from: start
      )
    }
    return invalid(
      "`\(text)` (\(Self.code(of: scalar))) is not part of the language outside a string",
      help: ForeignScalar.help(for: scalar),
      from: start
    )
  }

  private mutating func quotation(_ quote: Unicode.Scalar, from start: Int) -> Token {
    let inner = position
    var closing = position
    while closing < bytes.count, closing - start < Self.longestQuotation, bytes[closing] != 0x0A {
      let next = end(ofScalarAt: closing)
      let scalar = String(decoding: bytes[closing..<next], as: UTF8.self).unicodeScalars.first
      // An ASCII quotation mark ends at its like, and the others at any of the others.
      guard let scalar, scalar == quote || (!quote.isASCII && !scalar.isASCII && ForeignScalar.isQuote(scalar)) else {
        closing = next
        continue
      }
      position = next
      break
    }
    var help = "strings stand in double quotes"
    if position > inner {
      let content = String(decoding: bytes[inner..<closing], as: UTF8.self)
      help += ": \(content.utf8.contains(UInt8(ascii: "\\")) ? "\"…\"" : CedarText.quoted(content))"
    }
    let shown = quote.isASCII ? "`\(quote)`" : "`\(quote)` (\(Self.code(of: quote)))"
    return invalid("\(shown) does not start a string", help: help, from: start)
  }

  private func end(ofScalarAt index: Int) -> Int {
    var end = index + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private static func code(of scalar: Unicode.Scalar) -> String {
    "U+" + String(scalar.value, radix: 16, uppercase: true)
  }

  mutating func invalid(
    _ message: String,
    help: String? = nil,
    from start: Int,
    to end: Int? = nil,
    isComment: Bool = false
  ) -> Token {
    if failure == nil {
      failure = Failure(message: message, help: help, span: SourceSpan(start, end ?? position), isComment: isComment)
    }
    return token(.invalid, from: start)
  }
}
