// SPDX-License-Identifier: Apache-2.0

/// Finds the shapes of declarations of a schema: annotations, records, lists of names, namespaces.
///
/// A record stays on one line, or on several, as it is written, as long as it fits.
enum SchemaShaper {
  static func shapes(_ source: CommentedTokens) -> TokenShapes {
    var shapes = TokenShapes(count: source.tokens.count)
    var brackets: [BracketShape] = []
    var isInNamespace = false
    var isAtDeclaration = true
    for (index, token) in source.tokens.enumerated() {
      switch token.kind {
      case .leftBrace:
        if brackets.isEmpty, isAtDeclaration == false, declaresNamespace(index, source) {
          // The braces of a namespace are lines of their own and no group.
          shapes.roles[index] = .opening(.braces, mustBreak: true)
          brackets.append(.braces)
          isInNamespace = true
          isAtDeclaration = true
          continue
        }
        let isWrittenOut = source.beginsLine(index + 1) && source.kind(index + 1) != .rightBrace
        shapes.roles[index] = .opening(.braces, mustBreak: isWrittenOut)
        brackets.append(.braces)
      case .leftBracket:
        shapes.roles[index] = .opening(.list, mustBreak: false)
        brackets.append(.list)
      case .leftParenthesis, .less:
        shapes.roles[index] = .attachedOpening(.tight)
        brackets.append(.tight)
      case .rightBrace, .rightBracket, .rightParenthesis, .greater:
        guard let shape = brackets.popLast() else { continue }
        shapes.roles[index] = .closing(shape)
        if brackets.isEmpty, isInNamespace {
          isInNamespace = false
          isAtDeclaration = true
        }
      case .semicolon:
        isAtDeclaration = true
        continue
      case .comma:
        if brackets.count == (isInNamespace ? 1 : 0) { shapes.roles[index] = .looseComma }
      case .at:
        if isAtDeclaration || source.beginsLine(index) { shapes.roles[index] = .lineStart }
        continue
      case .identifier where source.kind(index - 1) == .at: continue
      case .identifier:
        if isAtDeclaration, brackets.count == (isInNamespace ? 1 : 0) {
          shapes.roles[index] = .lineStart
          isAtDeclaration = false
        } else if brackets.last == .braces, source.beginsLine(index), isBehindAnnotation(index, source) {
          shapes.roles[index] = .lineStart
        }
      default: break
      }
    }
    return shapes
  }

  private static func isBehindAnnotation(_ index: Int, _ source: CommentedTokens) -> Bool {
    source.kind(index - 1) == .rightParenthesis
      || (source.kind(index - 1) == .identifier && source.kind(index - 2) == .at)
  }

  private static func declaresNamespace(_ opening: Int, _ source: CommentedTokens) -> Bool {
    var index = opening - 1
    while source.kind(index) == .identifier || source.kind(index) == .doubleColon {
      if source.tokenIs(index, "namespace"), source.kind(index - 1) != .doubleColon, opening - index > 1 {
        return source.kind(index - 1) != .identifier || source.kind(index - 2) == .at
      }
      index -= 1
    }
    return false
  }
}
