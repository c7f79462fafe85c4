// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// `--principal`, `--action` and `--resource`: an entity literal, whose quotes a shell removes unless quoted.
enum EntityArgument {
  /// Reads the literal; an error says how to write it in a shell.
  ///
  /// - Throws: a ``SyntaxError``.
  static func read(_ text: String, _ option: String, _ role: EntityRole) throws(SyntaxError) -> EntityUID {
    do throws(SyntaxError) {
      return try EntityUID(parsing: text, name: option, as: role)
    } catch {
      guard let literal = EntityAdvice.literal(for: text, role), !literal.utf8.contains(UInt8(ascii: "'")),
        let first = error.diagnostics.first
      else { throw error }
      let help = "write `\(option) '\(literal)'`: the single quotes keep the double quotes from the shell"
      throw SyntaxError([Diagnostic(first.message, help: help, source: first.source, span: first.span)])
    }
  }
}
