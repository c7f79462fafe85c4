// SPDX-License-Identifier: Apache-2.0

/// Cuts a text of policies into pieces of whole lines, each with one policy or several, so that an editor reads again
/// only what changes.
package enum PolicyPieces {
  /// The ends of the pieces, the last of which is the end of the text; none for the empty text.
  ///
  /// A piece ends with the line of a `;` that ends a policy, if no policy begins behind it on that line. A string
  /// that is never closed ends where a line begins like a policy, so that it does not swallow the rest.
  package static func ends(of bytes: [UInt8]) -> [Int] {
    var ends: [Int] = []
    var lexer = Lexer(bytes)
    var boundary: Int?
    while true {
      let token = lexer.next()
      if let end = boundary, Int(token.start) >= end, end < bytes.count { ends.append(end) }
      if token.kind == .end { break }
      boundary = token.kind == .semicolon ? endOfLine(Int(token.end), bytes) : nil
      if token.kind == .invalid, Int(token.end) == bytes.count, let start = policyLine(after: Int(token.start), bytes) {
        ends.append(start)
        lexer = Lexer(bytes)
        lexer.position = start
      }
    }
    if !bytes.isEmpty { ends.append(bytes.count) }
    return ends
  }

  /// Whether the text ends behind a `;`, comments and white space left out, or holds nothing else.
  package static func isComplete(_ bytes: [UInt8]) -> Bool {
    var lexer = Lexer(bytes)
    var last = Token.Kind.semicolon
    while true {
      let token = lexer.next()
      if token.kind == .end { return last == .semicolon }
      last = token.kind
    }
  }

  private static func endOfLine(_ start: Int, _ bytes: [UInt8]) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
    if index + 1 < bytes.count, bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return index + 2 }
    return Swift.min(index + 1, bytes.count)
  }

  private static func policyLine(after start: Int, _ bytes: [UInt8]) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == 0x0A {
        let line = bytes[(index + 1)...]
        if ["permit", "forbid", "@"].contains(where: { line.starts(with: $0.utf8) }) { return index + 1 }
      }
      index += 1
    }
    return nil
  }
}

/// The name, entity literal or attribute at a place of a text, for an editor.
package enum SourceSymbol {
  /// A path, as in `Clinic::Doctor`.
  case type(String)
  case entity(EntityUID)
  /// A name behind `.` or `has`, or the key of a record.
  case attribute(String)
  /// The value of an annotation `@id`, with the place of the string.
  case id(String, SourceSpan)

  /// The symbol at an offset of a text, which need not be valid, and its place.
  package static func find(at offset: Int, in bytes: [UInt8]) -> (symbol: SourceSymbol, span: SourceSpan)? {
    var lexer = Lexer(bytes)
    var tokens: [Token] = []
    var index: Int?
    while true {
      let token = lexer.next()
      if token.kind == .end { break }
      // At the border of two tokens the one with a name is meant.
      if Int(token.start) <= offset, offset <= Int(token.end), token.kind == .identifier || token.kind == .string {
        index = tokens.count
      }
      tokens.append(token)
      if Int(token.start) > offset + 4096 { break }
    }
    guard let index else { return nil }
    func kind(_ index: Int) -> Token.Kind { tokens.indices.contains(index) ? tokens[index].kind : .end }
    func text(_ index: Int) -> String {
      String(decoding: bytes[Int(tokens[index].start)..<Int(tokens[index].end)], as: UTF8.self)
    }
    if kind(index) == .string, kind(index - 1) == .leftParenthesis, kind(index - 2) == .identifier,
      text(index - 2) == "id",
      kind(index - 3) == .at
    {
      return (.id(unquoted(text(index)), tokens[index].span), tokens[index].span)
    }
    var first = index
    while kind(first - 1) == .doubleColon, kind(first - 2) == .identifier { first -= 2 }
    var last = index
    while kind(last + 1) == .doubleColon, kind(last + 2) == .identifier || kind(last + 2) == .string,
      kind(last) == .identifier
    {
      last += 2
    }
    let span = SourceSpan(tokens[first].start, tokens[last].end)
    let path = (first...last).filter { $0.isMultiple(of: 2) == first.isMultiple(of: 2) }
    if kind(last) == .string, last > first {
      let type = path.dropLast().map(text).joined(separator: "::")
      guard let name = EntityTypeName(type) else { return nil }
      return (.entity(EntityUID(type: name, id: unquoted(text(last)))), span)
    }
    if first == last, kind(index) == .identifier || kind(index) == .string {
      let isBehindHas = index > 0 && kind(index - 1) == .identifier && text(index - 1) == "has"
      if kind(index - 1) == .dot || kind(index - 1) == .leftBracket || isBehindHas || kind(index + 1) == .colon
        || (kind(index + 1) == .question && kind(index + 2) == .colon)
      {
        return (.attribute(kind(index) == .string ? unquoted(text(index)) : text(index)), span)
      }
    }
    guard kind(last) == .identifier else { return nil }
    return (.type(path.map(text).joined(separator: "::")), span)
  }

  private static func unquoted(_ literal: String) -> String {
    (try? CedarText.unquoted(literal)) ?? ""
  }
}

extension CedarText {
  /// The text that a string literal stands for.
  package static func unquoted(_ literal: String) throws(SyntaxError) -> String {
    var parser = try Parser(name: "", bytes: Array(literal.utf8))
    do throws(Diagnostic) {
      return try parser.stringLiteral()
    } catch {
      throw SyntaxError([error])
    }
  }
}
