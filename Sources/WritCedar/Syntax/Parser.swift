// SPDX-License-Identifier: Apache-2.0

/// Reads policies, templates and expressions from UTF-8 text into a ``SyntaxTree``.
///
/// This file holds the state and the small steps; `Parser+Policy.swift` reads policies, `Parser+Expression.swift` with
/// its operands, operators and brackets expressions, `Parser+String.swift` what stands in quotes. A step throws the
/// ``Diagnostic`` it stopped at; the reader of policies collects it and goes on with the next policy. `Advice/` finds
/// out, after an error only, which habit of another language led to it, and says what to write.
struct Parser {
  let source: SourceText
  private var lexer: Lexer
  var token: Token
  /// The end of the token before `token`.
  var previousEnd: UInt32 = 0
  var tree = SyntaxTreeBuilder()
  var diagnostics: [Diagnostic] = []

  /// Whether the braces of a condition are open, which recovery asks.
  var isInCondition = false

  // Scratch of the expression reader, kept to spare allocations.
  var frames: [ExpressionFrame] = []
  var recordKeys: [RecordKey] = []
  var nesting = 0

  /// - Throws: a ``SyntaxError`` when the text is too long or not UTF-8.
  init(name: String, bytes: [UInt8]) throws(SyntaxError) {
    guard bytes.count <= SourceText.maximumLength else {
      let source = SourceText(name: name, bytes: [])
      let message = "the text is \(bytes.count) bytes long, more than \(SourceText.maximumLength)"
      throw SyntaxError([Diagnostic(message, source: source, span: SourceSpan(0, 0))])
    }
    source = SourceText(name: name, bytes: bytes)
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let span = SourceSpan(error.byteOffsets.lowerBound, error.byteOffsets.upperBound)
      throw SyntaxError([Diagnostic("the text is not UTF-8", help: "save it as UTF-8", source: source, span: span)])
    }
    lexer = Lexer(bytes)
    token = lexer.next()
  }

  @inline(__always)
  mutating func advance() {
    previousEnd = token.end
    token = lexer.next()
  }

  /// The text of a token: ASCII identifiers and numbers only, so it is short.
  func text(of token: Token) -> String {
    String(decoding: source.bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  /// Whether the token is this keyword, ASCII as all keywords are.
  @inline(__always)
  func tokenIs(_ keyword: String) -> Bool {
    guard token.kind == .identifier, Int(token.end - token.start) == keyword.utf8.count else { return false }
    return source.bytes[Int(token.start)..<Int(token.end)].elementsEqual(keyword.utf8)
  }

  mutating func take(_ kind: Token.Kind) -> Bool {
    guard token.kind == kind else { return false }
    advance()
    return true
  }

  mutating func expect(
    _ kind: Token.Kind,
    _ expectation: @autoclosure () -> String,
    help: Advice? = nil
  ) throws(Diagnostic) {
    guard take(kind) else { throw unexpected(expectation(), help: help?(self)) }
  }

  /// Finds out, after an error, what to write instead.
  typealias Advice = (Parser) -> String?

  func diagnostic(_ message: String, help: String? = nil, at span: SourceSpan) -> Diagnostic {
    Diagnostic(message, help: help, source: source, span: span)
  }

  /// The current token is not what was expected.
  func unexpected(_ expectation: String, help: String? = nil) -> Diagnostic {
    if token.kind == .invalid, let failure = lexer.failure {
      return diagnostic(failure.message, help: failure.help, at: failure.span)
    }
    return diagnostic(
      "expected \(expectation), found \(description(of: token))",
      help: quotationAdvice() ?? help,
      at: token.span
    )
  }

  func description(of token: Token) -> String {
    switch token.kind {
    case .end: return "the end of the text"
    case .string: return "a string"
    default:
      let text = source.text(of: SourceSpan(token.start, Swift.min(token.end, token.start + 40)))
      return "`\(text)`\(token.end > token.start + 40 ? "…" : "")"
    }
  }

  /// Forgets an invalid token that has been reported.
  mutating func forgetInvalidToken() {
    lexer.clearFailure()
  }

  /// Whether the current token is a comment of another language.
  var isAtForeignComment: Bool {
    (token.kind == .invalid && lexer.failure?.isComment == true) || isAtDashes
  }

  /// Goes on behind a comment of another language.
  mutating func skipForeignComment() {
    if isAtDashes { lexer.skipLine() }
    forgetInvalidToken()
    advance()
  }

  /// The tokens that follow the current one, for advice.
  func following(_ count: Int) -> [Token] {
    var lexer = lexer
    return (0..<count).map { _ in lexer.next() }
  }

  /// One identifier that is not reserved.
  ///
  /// - Parameters:
  ///   - expectation: how an error calls it.
  ///   - help: what to write instead of the current token.
  mutating func identifier(_ expectation: String, help: Advice? = nil) throws(Diagnostic) -> String {
    guard token.kind == .identifier else { throw unexpected(expectation, help: help?(self)) }
    let name = text(of: token)
    if Identifier.isReserved(name) {
      let reserved = name == "__cedar" ? "names that start with `__cedar` belong to the language" : help?(self)
      throw diagnostic("`\(name)` is reserved and cannot stand here", help: reserved, at: token.span)
    }
    advance()
    return name
  }

  /// The rest of a path whose first component has been read, up to a `::` that a string follows.
  mutating func pathRest(after first: String) throws(Diagnostic) -> (name: String, endsBeforeString: Bool) {
    var name = first
    while token.kind == .doubleColon {
      advance()
      if token.kind == .string { return (name, true) }
      let type = name
      name += "::"
      name += try identifier("an identifier or an entity id in quotes after `::`", help: { $0.idAdvice(type: type) })
    }
    return (name, false)
  }

  /// An entity literal, `Type::"id"`; anything else is an error that says `expectation`.
  mutating func entityLiteral(_ expectation: String, _ role: EntityRole) throws(Diagnostic) -> UInt32 {
    guard token.kind == .identifier else { throw unexpected(expectation, help: entityAdvice(role)) }
    let start = token.start
    let path = try pathRest(after: identifier(expectation) { $0.entityAdvice(role) })
    guard path.endsBeforeString else { throw noEntity(path.name, from: start, expectation, role) }
    return try entityLiteral(type: path.name)
  }

  /// The id of an entity literal whose type has been read; the current token is the string.
  mutating func entityLiteral(type: String) throws(Diagnostic) -> UInt32 {
    let id = try stringLiteral()
    return tree.entity(EntityParts(type: tree.string(type), id: tree.string(id)))
  }

  /// An annotation, `@name` or `@name("value")`; the current token is the `@`.
  mutating func annotation() throws(Diagnostic) -> (name: String, value: String?, span: SourceSpan) {
    let start = token.start
    advance()
    guard token.kind == .identifier else {
      throw unexpected("the annotation's name after `@`", help: "an annotation is written `@id(\"name\")`")
    }
    let name = text(of: token)
    advance()
    var value: String?
    if take(.leftParenthesis) {
      guard token.kind == .string else {
        throw unexpected("the annotation's value, a string", help: annotationValueAdvice(name))
      }
      value = try stringLiteral()
      try expect(
        .rightParenthesis,
        "`)` after the annotation's value",
        help: { _ in "an annotation has one value, a string" }
      )
    }
    return (name, value, SourceSpan(start, previousEnd))
  }

  func repeatedAnnotation(_ name: String, at span: SourceSpan) -> Diagnostic {
    diagnostic("the annotation `@\(name)` occurs twice", help: "remove one of the two", at: span)
  }
}
