// SPDX-License-Identifier: Apache-2.0

extension EntityUID {
  /// Reads an entity literal, `User::"alice"`; white space, comments and escapes are those of policies.
  ///
  /// - Throws: a ``SyntaxError``.
  public init(parsing text: String, name: String = "entity") throws(SyntaxError) {
    var parser = try Parser(name: name, bytes: Array(text.utf8))
    do throws(Diagnostic) {
      let entity = try parser.entityLiteral("an entity, as in `User::\"alice\"`")
      guard parser.token.kind == .end else { throw parser.unexpected("the end of the entity") }
      self = SyntaxTree(parser.tree, source: parser.source).entity(at: entity)
    } catch {
      throw SyntaxError([error])
    }
  }
}

/// One Cedar expression that stands by itself.
public struct Expression: Sendable {
  package let tree: SyntaxTree

  /// Reads an expression.
  ///
  /// - Throws: a ``SyntaxError``.
  public init(parsing text: String, name: String = "expression") throws(SyntaxError) {
    try self.init(parsing: SourceInput(name: name, text: text))
  }

  /// Reads an expression.
  ///
  /// - Throws: a ``SyntaxError``.
  public init(parsing source: SourceInput) throws(SyntaxError) {
    var parser = try Parser(name: source.name, bytes: source.bytes)
    do throws(Diagnostic) {
      try parser.expression()
      guard parser.token.kind == .end else { throw parser.unexpected("an operator or the end of the expression") }
    } catch {
      throw SyntaxError([error])
    }
    tree = SyntaxTree(parser.tree, source: parser.source)
  }
}
