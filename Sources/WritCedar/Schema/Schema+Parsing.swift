// SPDX-License-Identifier: Apache-2.0

extension Schema {
  /// Reads a schema in Cedar's schema syntax (RFC 24).
  ///
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the text, or, when the text can be read, everything
  ///   wrong with its names.
  public init(parsing text: String, name: String = "schema") throws(SyntaxError) {
    try self.init(parsing: [SourceInput(name: name, text: text)])
  }

  /// Reads one schema from several texts.
  ///
  /// A namespace may occur in several texts, once in each; its declarations must differ.
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the texts, or, when they can be read, everything
  ///   wrong with their names.
  public init(parsing sources: [SourceInput]) throws(SyntaxError) {
    var syntax = SchemaSyntax()
    var diagnostics: [Diagnostic] = []
    for source in sources {
      let text: Parser
      do {
        text = try Parser(name: source.name, bytes: source.bytes)
      } catch {
        diagnostics.append(contentsOf: error.diagnostics)
        continue
      }
      var parser = SchemaParser(text, into: consume syntax)
      parser.read()
      diagnostics.append(contentsOf: parser.parser.diagnostics)
      syntax = parser.syntax
    }
    if !diagnostics.isEmpty { throw SyntaxError(Array(diagnostics.prefix(SyntaxError.limit))) }
    var resolver = SchemaResolver(syntax)
    self = try resolver.resolve()
  }
}
