// SPDX-License-Identifier: Apache-2.0

/// Finds the shapes of policies: annotations, the scope, conditions.
enum PolicyShaper {
  static func shapes(_ source: CommentedTokens) -> TokenShapes {
    var shaper = ExpressionShaper(source, TokenShapes(count: source.tokens.count))
    var isInCondition = false
    var isInAnnotation = false
    for (index, token) in source.tokens.enumerated() {
      guard shaper.isOutside else {
        let isCloser = token.kind == .rightBrace
        shaper.token(index)
        if isCloser, shaper.isOutside, isInCondition {
          shaper.end(behind: index)
          isInCondition = false
        }
        continue
      }
      switch token.kind {
      case .at:
        shaper.shapes.roles[index] = .lineStart
        isInAnnotation = true
      case .leftParenthesis:
        if isInAnnotation {
          shaper.open(index, .tight, isAttached: true)
        } else {
          shaper.open(index, .list, isAttached: false, mustBreak: constrainsAction(index, source))
        }
      case .leftBrace: shaper.open(index, .braces, isAttached: false)
      case .identifier where source.kind(index - 1) == .at: break
      case .identifier where source.tokenIs(index, "when") || source.tokenIs(index, "unless"):
        shaper.shapes.roles[index] = .lineStart
        shaper.begin(0, at: index)
        isInCondition = true
      case .identifier:
        shaper.shapes.roles[index] = .lineStart
        isInAnnotation = false
      default: break
      }
    }
    return shaper.shapes
  }

  /// Whether the scope that begins here says something of the action: it takes three lines then.
  private static func constrainsAction(_ opening: Int, _ source: CommentedTokens) -> Bool {
    var index = opening + 1
    while source.kind(index) != .comma, source.kind(index) != .end { index += 1 }
    return source.tokenIs(index + 1, "action") && source.kind(index + 2) != .comma
  }
}
