// SPDX-License-Identifier: Apache-2.0

/// Reads declarations in Cedar's schema syntax (RFC 24) from one text.
///
/// This file holds the loop over declarations with its recovery, namespaces and names;
/// `SchemaParser+Declaration.swift` reads entity types, actions and common types, `SchemaParser+Type.swift` types.
struct SchemaParser {
  var parser: Parser
  var syntax: SchemaSyntax
  /// The index of this text in `syntax.sources`.
  private let sourceIndex: Int
  /// The namespace that is open, empty outside.
  var namespace = ""
  private var openNamespace: Token?
  private var namespaces: [ScalarText: SourceSpan] = [:]
  /// The annotations of the declaration at hand.
  var annotationsAhead: [SchemaSyntax.Annotation] = []
  /// Braces open in the declaration at hand: they tell recovery where the declaration ends.
  var openBraces = 0

  // Scratch of the type reader, kept to spare allocations.
  var typeFrames: [TypeFrame] = []
  var openAttributes: [SchemaSyntax.Attribute] = []

  /// Reads on behind the texts that `syntax` holds already.
  init(_ parser: Parser, into syntax: consuming SchemaSyntax) {
    self.parser = parser
    sourceIndex = syntax.sources.count
    self.syntax = syntax
    self.syntax.sources.append(parser.source)
  }

  /// Reads the whole text; after an error it goes on with the next declaration, so one pass reports them all.
  mutating func read() {
    while parser.token.kind != .end, parser.diagnostics.count < SyntaxError.limit {
      if parser.token.kind == .rightBrace {
        closeNamespace()
        continue
      }
      let first = parser.token
      let isDeclaration = atDeclaration
      openBraces = 0
      do {
        try declaration()
      } catch {
        parser.diagnostics.append(error)
        recover(from: first, isDeclaration: isDeclaration)
      }
    }
    if let openNamespace, parser.token.kind == .end, parser.diagnostics.isEmpty {
      parser.diagnostics.append(
        parser.diagnostic(
          "the namespace `\(namespace)` is not closed",
          help: "add a `}` at the end",
          at: openNamespace.span
        )
      )
    }
  }

  // MARK: Recovery

  var atDeclaration: Bool {
    parser.token.kind == .at || parser.tokenIs("entity") || parser.tokenIs("action") || parser.tokenIs("type")
      || parser.tokenIs("namespace")
  }

  /// Skips what is left of a declaration: to behind its `;`, or to where another one begins.
  ///
  /// What did not even begin like one ends at a `;` only: of a policy, `action` in its scope is no declaration.
  private mutating func recover(from first: Token, isDeclaration: Bool) {
    while parser.token.kind != .end {
      switch parser.token.kind {
      case .leftBrace:
        openBraces += 1
      case .rightBrace:
        if openBraces == 0, openNamespace != nil { return parser.forgetInvalidToken() }
        openBraces = Swift.max(0, openBraces - 1)
      case .semicolon:
        parser.forgetInvalidToken()
        parser.advance()
        // A `;` in a record may stand for a `,`, or the record was never closed.
        if openBraces == 0 || atDeclaration { return }
        continue
      default:
        // A declaration that lacks its `;` ends where the next one begins.
        if openBraces == 0, isDeclaration, parser.token.start > first.start, atDeclaration {
          return parser.forgetInvalidToken()
        }
      }
      parser.advance()
    }
    parser.forgetInvalidToken()
  }

  // MARK: Namespaces and annotations

  private mutating func closeNamespace() {
    if openNamespace == nil {
      parser.diagnostics.append(
        parser.diagnostic("a `}` that closes nothing", help: "remove it", at: parser.token.span)
      )
    }
    openNamespace = nil
    namespace = ""
    parser.advance()
  }

  private mutating func declaration() throws(Diagnostic) {
    annotationsAhead = try annotations()
    if parser.tokenIs("entity") { return try entityDeclaration() }
    if parser.tokenIs("action") { return try actionDeclaration() }
    if parser.tokenIs("type") { return try commonTypeDeclaration() }
    if parser.tokenIs("namespace") { return try openNamespaceDeclaration() }
    if parser.token.kind == .semicolon {
      let isBehindBrace =
        parser.previousEnd > 0 && parser.source.bytes[Int(parser.previousEnd) - 1] == UInt8(ascii: "}")
      let help = isBehindBrace ? "remove it: a namespace has no `;` behind its `}`" : "remove it"
      throw parser.diagnostic("a `;` without a declaration", help: help, at: parser.token.span)
    }
    throw noDeclaration(in: openNamespace != nil)
  }

  /// Reads `@name` and `@name("value")`, any number of them, no name twice.
  mutating func annotations() throws(Diagnostic) -> [SchemaSyntax.Annotation] {
    guard parser.token.kind == .at else { return [] }
    var names: Set<ScalarText> = []
    var annotations: [SchemaSyntax.Annotation] = []
    while parser.token.kind == .at {
      let annotation = try parser.annotation()
      guard names.insert(ScalarText(annotation.name)).inserted else {
        throw parser.repeatedAnnotation(annotation.name, at: annotation.span)
      }
      annotations.append(SchemaSyntax.Annotation(name: annotation.name, value: annotation.value))
    }
    return annotations
  }

  private mutating func openNamespaceDeclaration() throws(Diagnostic) {
    if openNamespace != nil {
      throw parser.diagnostic(
        "a namespace stands in the namespace `\(namespace)`",
        help: "close that one, and write the whole path, `A::B`",
        at: parser.token.span
      )
    }
    let keyword = parser.token
    parser.advance()
    let start = parser.token.start
    var path = try parser.identifier("the namespace's name") {
      $0.token.kind == .string ? "the name of a namespace stands without quotes" : nil
    }
    while parser.take(.doubleColon) { path += "::" + (try parser.identifier("an identifier after `::`")) }
    let span = SourceSpan(start, parser.previousEnd)
    try parser.expect(.leftBrace, "`::` or `{` after the namespace's name") { parser in
      switch parser.token.kind {
      case .dot: "a path is written with `::`, as in `A::B`"
      default: "its declarations stand in braces: `namespace Name { … }`"
      }
    }
    openNamespace = keyword
    namespace = path
    syntax.namespaces.append(SchemaSyntax.Namespace(name: path, annotations: annotationsAhead))
    if let other = namespaces.updateValue(span, forKey: ScalarText(path)) {
      parser.diagnostics.append(
        parser.diagnostic(
          "the namespace `\(path)` occurs twice: the other is at \(parser.source.location(of: other.start))",
          help: "put all its declarations in one",
          at: span
        )
      )
    }
  }

  // MARK: Names

  func place(_ span: SourceSpan) -> SchemaSyntax.Place { SchemaSyntax.Place(source: sourceIndex, span: span) }

  /// An identifier that is not reserved, where it is written.
  ///
  /// - Parameters:
  ///   - expectation: how an error calls it.
  ///   - mayBeCedar: whether `__cedar` is allowed, which is not reserved for attributes and actions, and which starts
  ///     the paths of primitive and extension types.
  ///   - help: what to write instead of the current token.
  mutating func name(
    _ expectation: String,
    mayBeCedar: Bool = false,
    help: Advice? = nil
  ) throws(Diagnostic) -> SchemaSyntax.Name {
    let span = parser.token.span
    if mayBeCedar, parser.tokenIs("__cedar") {
      parser.advance()
      return SchemaSyntax.Name(text: "__cedar", place: place(span))
    }
    do throws(Diagnostic) {
      return SchemaSyntax.Name(text: try parser.identifier(expectation), place: place(span))
    } catch {
      throw error.advised(help?(self))
    }
  }

  /// Finds out, after an error, what to write instead.
  typealias Advice = (SchemaParser) -> String?

  mutating func expect(
    _ kind: Token.Kind,
    _ expectation: @autoclosure () -> String,
    help: Advice
  ) throws(Diagnostic) {
    guard parser.take(kind) else {
      if isAtBar { throw parser.diagnostic("`|` is not part of a schema", help: help(self), at: parser.token.span) }
      throw parser.unexpected(expectation()).advised(help(self))
    }
  }

  /// An identifier or any text in quotes, as attributes and actions are named.
  mutating func quotableName(
    _ expectation: String,
    help: Advice? = nil
  ) throws(Diagnostic) -> SchemaSyntax.Name {
    guard parser.token.kind == .string else { return try name(expectation, mayBeCedar: true, help: help) }
    let span = parser.token.span
    return SchemaSyntax.Name(text: try parser.stringLiteral(), place: place(span))
  }

  /// A path, `Clinic::Doctor`, that refers to a type.
  mutating func path(_ expectation: String, help: Advice? = nil) throws(Diagnostic) -> SchemaSyntax.Name {
    let start = parser.token.start
    var text = try name(expectation, mayBeCedar: true, help: help).text
    while parser.take(.doubleColon) {
      let component = try name("an identifier after `::`", mayBeCedar: true) {
        $0.parser.token.kind == .string
          ? "a type is expected, not an entity: write `\($0.parser.shortened(text))`" : nil
      }
      text += "::" + component.text
    }
    return SchemaSyntax.Name(text: text, place: place(SourceSpan(start, parser.previousEnd)))
  }

  /// Reads elements between commas up to `]`, which is taken too; a comma before `]` is an error.
  mutating func list<Element>(
    _ element: (inout SchemaParser) throws(Diagnostic) -> Element
  ) throws(Diagnostic) -> [Element] {
    var elements: [Element] = []
    while true {
      elements.append(try element(&self))
      if parser.take(.rightBracket) { return elements }
      try parser.expect(.comma, "`,` or `]`") { _ in "the parts of a list are separated by `,`" }
      if parser.token.kind == .rightBracket {
        throw parser.diagnostic(
          "a `,` before `]`",
          help: "lists of a schema take no trailing comma",
          at: parser.token.span
        )
      }
    }
  }
}
