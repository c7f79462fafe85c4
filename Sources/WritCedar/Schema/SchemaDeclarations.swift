// SPDX-License-Identifier: Apache-2.0

/// The declarations of a schema as they are written, in Cedar's syntax or in JSON, for writing them in the other.
///
///     let declarations = try SchemaDeclarations(parsing: [source])    // JSON where the first byte is `{`
///     let json = declarations.json                                    // common types, annotations and all
///     let text = try declarations.cedarText()
///
/// Names are not looked up; ``Schema/init(_:)`` does that.
public struct SchemaDeclarations: Sendable {
  package let syntax: SchemaSyntax

  /// Reads one schema from several texts, each in Cedar's schema syntax (RFC 24) or, where its first byte that is not
  /// white space is `{`, in Cedar's JSON.
  ///
  /// - Throws: a ``SyntaxError`` with everything wrong with the texts; of a text in JSON it tells the first thing.
  public init(parsing sources: [SourceInput]) throws(SyntaxError) {
    var syntax = SchemaSyntax()
    var diagnostics: [Diagnostic] = []
    for source in sources {
      if source.isJSON {
        do throws(JSONFailure) {
          var reader = try SchemaReader(source, into: syntax)
          try reader.read()
          syntax = reader.syntax
        } catch {
          diagnostics.append(error.inputError(name: source.name, bytes: source.bytes).diagnostic)
        }
        continue
      }
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
    self.syntax = syntax
  }

  /// The declarations of the schema without any.
  package init() { syntax = SchemaSyntax() }

  /// The declarations in Cedar's JSON, in UTF-8.
  public var json: [UInt8] {
    var writer = SchemaWriter(syntax)
    return writer.json()
  }

  /// The declarations in Cedar's schema syntax.
  ///
  /// - Throws: a ``SyntaxError`` for what only JSON can say: a name that refers to an entity type beside a common type
  ///   of that name, and the attributes of an entity type that are a common type of another namespace.
  public func cedarText() throws(SyntaxError) -> String {
    var printer = SchemaPrinter(syntax)
    return try printer.text()
  }
}
