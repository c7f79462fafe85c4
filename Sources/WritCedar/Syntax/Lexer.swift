// SPDX-License-Identifier: Apache-2.0

/// Cuts source bytes into tokens, one at a time, never looking back; `Lexer+Failure.swift` says what is no token.
///
/// The bytes must be UTF-8 (``SourceText`` readers check that once, before) and at most
/// ``SourceText/maximumLength`` long.
package struct Lexer {
  let bytes: [UInt8]
  var position = 0
  /// The first text that is no token, until someone reports it.
  package var failure: Failure?
  /// The place from which a search for `*/` has found none, so that it is searched for once, however many `/*` there
  /// are.
  var searchedForCommentEnd = Int.max

  /// A text that is no token.
  package struct Failure: Sendable {
    package let message: String
    package let help: String?
    package let span: SourceSpan
    /// Whether the text is a comment of another language, so that reading may go on behind it.
    package var isComment = false
  }

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package mutating func clearFailure() {
    failure = nil
  }

  /// Goes on behind the line, which is not part of the language.
  package mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
  }

  @inline(__always)
  func byte(at index: Int) -> UInt8 {
    index < bytes.count ? bytes[index] : 0
  }

  func token(_ kind: Token.Kind, from start: Int) -> Token {
    Token(kind: kind, start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: position))
  }

  package mutating func next() -> Token {
    skipWhiteSpaceAndComments()
    let start = position
    guard start < bytes.count else { return token(.end, from: start) }
    let first = bytes[start]
    position += 1
    if Identifier.isStart(first) {
      while position < bytes.count, Identifier.isContinuation(bytes[position]) { position += 1 }
      return token(.identifier, from: start)
    }
    if Identifier.isDigit(first) {
      while position < bytes.count, Identifier.isDigit(bytes[position]) { position += 1 }
      return token(.integer, from: start)
    }
    switch first {
    case UInt8(ascii: "\""): return string(from: start)
    case UInt8(ascii: "("): return token(.leftParenthesis, from: start)
    case UInt8(ascii: ")"): return token(.rightParenthesis, from: start)
    case UInt8(ascii: "["): return token(.leftBracket, from: start)
    case UInt8(ascii: "]"): return token(.rightBracket, from: start)
    case UInt8(ascii: "{"): return token(.leftBrace, from: start)
    case UInt8(ascii: "}"): return token(.rightBrace, from: start)
    case UInt8(ascii: ","): return token(.comma, from: start)
    case UInt8(ascii: ";"): return token(.semicolon, from: start)
    case UInt8(ascii: "."): return token(.dot, from: start)
    case UInt8(ascii: "@"): return token(.at, from: start)
    case UInt8(ascii: "-"): return token(.minus, from: start)
    case UInt8(ascii: "+"): return token(.plus, from: start)
    case UInt8(ascii: "*"): return token(.star, from: start)
    case UInt8(ascii: "/"):
      return byte(at: position) == UInt8(ascii: "*") ? comment(from: start) : token(.slash, from: start)
    case UInt8(ascii: "%"): return token(.percent, from: start)
    case UInt8(ascii: ":"): return twoBytes(UInt8(ascii: ":"), .doubleColon, otherwise: .colon, from: start)
    case UInt8(ascii: "="): return twoBytes(UInt8(ascii: "="), .equal, otherwise: .assign, from: start)
    case UInt8(ascii: "!"): return twoBytes(UInt8(ascii: "="), .notEqual, otherwise: .not, from: start)
    case UInt8(ascii: "<"): return twoBytes(UInt8(ascii: "="), .lessOrEqual, otherwise: .less, from: start)
    case UInt8(ascii: ">"): return twoBytes(UInt8(ascii: "="), .greaterOrEqual, otherwise: .greater, from: start)
    case UInt8(ascii: "?"):
      guard Identifier.isStart(byte(at: position)) else { return token(.question, from: start) }
      while position < bytes.count, Identifier.isContinuation(bytes[position]) { position += 1 }
      return token(.slot, from: start)
    case UInt8(ascii: "&"):
      if byte(at: position) == UInt8(ascii: "&") {
        return twoBytes(UInt8(ascii: "&"), .and, otherwise: .and, from: start)
      }
      return foreignOperator(from: start)
    case UInt8(ascii: "|"):
      if byte(at: position) == UInt8(ascii: "|") {
        return twoBytes(UInt8(ascii: "|"), .or, otherwise: .or, from: start)
      }
      return foreignOperator(from: start)
    case UInt8(ascii: "#"):
      skipLine()
      return invalid(
        "`#` does not start a comment",
        help: "a comment starts with `//`",
        from: start,
        to: start + 1,
        isComment: true
      )
    default:
      return unexpectedScalar(from: start)
    }
  }

  private mutating func twoBytes(
    _ second: UInt8,
    _ kind: Token.Kind,
    otherwise single: Token.Kind,
    from start: Int
  ) -> Token {
    guard byte(at: position) == second else { return token(single, from: start) }
    position += 1
    return token(kind, from: start)
  }

  private mutating func string(from start: Int) -> Token {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return token(.string, from: start)
      case UInt8(ascii: "\\"):
        position += 2
      case UInt8(ascii: "\r"):
        let carriageReturn = position
        position += 1
        return invalid("a carriage return stands in a string", help: "write `\\r`", from: carriageReturn)
      default:
        position += 1
      }
    }
    position = bytes.count
    return invalid("the string is not closed", help: "add a closing `\"`", from: start, to: start + 1)
  }

  private mutating func skipWhiteSpaceAndComments() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x09...0x0D, 0x20:
        position += 1
      case UInt8(ascii: "/") where byte(at: position + 1) == UInt8(ascii: "/"):
        position += 2
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
      case 0x80...:
        let length = Self.whiteSpaceLength(byte(at: position), byte(at: position + 1), byte(at: position + 2))
        if length == 0 { return }
        position += length
      default:
        return
      }
    }
  }

  /// The bytes of a non-ASCII scalar with the property White_Space, 0 for any other scalar.
  private static func whiteSpaceLength(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
    switch (first, second, third) {
    case (0xC2, 0x85, _), (0xC2, 0xA0, _): 2  // NEL, no-break space
    case (0xE1, 0x9A, 0x80): 3  // U+1680
    case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF): 3
    case (0xE2, 0x81, 0x9F): 3  // U+205F
    case (0xE3, 0x80, 0x80): 3  // U+3000
    default: 0
    }
  }
}
