// SPDX-License-Identifier: Apache-2.0

extension Schema {
  /// Reads a schema in Cedar's schema syntax (RFC 24), or in Cedar's JSON where the first byte is `{`.
  ///
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the text, or, when the text can be read, everything
  ///   wrong with its names.
  public init(parsing text: String, name: String = "schema") throws(SyntaxError) {
    try self.init(parsing: [SourceInput(name: name, text: text)])
  }

  /// Reads one schema from several texts, each in Cedar's schema syntax or in Cedar's JSON.
  ///
  /// A namespace may occur in several texts, once in each; its declarations must differ.
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the texts, or, when they can be read, everything
  ///   wrong with their names.
  public init(parsing sources: [SourceInput]) throws(SyntaxError) {
    try self.init(SchemaDeclarations(parsing: sources))
  }

  /// The schema of these declarations.
  ///
  /// - Throws: a ``SyntaxError`` that tells everything wrong with their names.
  public init(_ declarations: SchemaDeclarations) throws(SyntaxError) {
    var resolver = SchemaResolver(declarations.syntax)
    self = try resolver.resolve()
    self.declarations = declarations
  }
}
