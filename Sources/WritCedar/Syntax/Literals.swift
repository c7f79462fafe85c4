// SPDX-License-Identifier: Apache-2.0

extension EntityUID {
  /// Reads an entity literal, `User::"alice"`; white space, comments and escapes are those of policies.
  ///
  /// - Throws: a ``SyntaxError``.
  public init(parsing text: String, name: String = "entity") throws(SyntaxError) {
    try self.init(parsing: text, name: name, as: .any)
  }

  /// Reads an entity literal that stands for a part of a request.
  ///
  /// - Parameters:
  ///   - text: the literal.
  ///   - name: what errors call the text.
  ///   - role: the part of the request, for advice.
  /// - Throws: a ``SyntaxError``.
  package init(parsing text: String, name: String, as role: EntityRole) throws(SyntaxError) {
    var parser = try Parser(name: name, bytes: Array(text.utf8))
    do throws(Diagnostic) {
      let entity = try parser.entityLiteral(role.expectation, role)
      guard parser.token.kind == .end else { throw parser.unexpected("the end of the entity") }
      self = SyntaxTree(parser.tree, source: parser.source).entity(at: entity)
    } catch {
      throw SyntaxError([EntityAdvice.advised(error, on: text, role)])
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
      guard parser.token.kind == .end else {
        throw parser.unexpected("an operator or the end of the expression", help: parser.operatorAdvice())
      }
    } catch {
      throw SyntaxError([error])
    }
    tree = SyntaxTree(parser.tree, source: parser.source)
  }
}
