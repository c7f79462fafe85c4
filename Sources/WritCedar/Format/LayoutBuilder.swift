// SPDX-License-Identifier: Apache-2.0

/// Makes the document of a text from its tokens, its comments and their shapes.
struct LayoutBuilder {
  private enum Separator {
    case none, space, line, softLine
    /// A line break; with `true` an empty line, too.
    case hardLine(Bool)
  }

  private let source: CommentedTokens
  private let shapes: TokenShapes
  /// Whether policies are separated by empty lines even where none is written.
  private let separatesStatements: Bool
  private var document = LayoutDocument()
  private var depth = 0

  init(_ source: CommentedTokens, _ shapes: TokenShapes, separatesStatements: Bool) {
    self.source = source
    self.shapes = shapes
    self.separatesStatements = separatesStatements
  }

  consuming func build() -> LayoutDocument {
    for index in source.tokens.indices { append(index) }
    return document
  }

  private mutating func append(_ index: Int) {
    let token = source.tokens[index]
    let isBehindComment = appendComments(before: index)
    var separator = separator(before: index)
    if isBehindComment { separator = .hardLine(source.followsEmptyLine(index)) }
    if token.kind == .end { return }
    let indentation = ExpressionShaper.indent
    switch shapes.roles[index] {
    case .closing(let shape):
      if shape == .list || shape == .braces { document.append(.indent(-indentation)) }
      append(separator)
      document.append(.text(token.span))
      if shape != .tight { document.append(.end) }
      depth -= 1
    case .opening(let shape, let mustBreak):
      append(separator)
      beginGroups(index)
      if shape == .parenthesis {
        document.append(.text(token.span))
        document.append(.beginAligned)
      } else {
        open(index, shape, mustBreak: mustBreak)
      }
      depth += 1
    case .attachedOpening(let shape):
      append(separator)
      beginGroups(index)
      open(index, shape, mustBreak: false)
      depth += 1
    default:
      append(separator)
      beginGroups(index)
      document.append(.text(token.span))
    }
    for _ in 0..<shapes.groupEnds[index] { document.append(.end) }
    if shapes.beginsBranch[index] { document.append(.begin(indent: indentation, mustBreak: false)) }
  }

  private mutating func beginGroups(_ index: Int) {
    for indent in shapes.groupsBefore[index] { document.append(.begin(indent: indent, mustBreak: false)) }
  }

  private mutating func open(_ index: Int, _ shape: BracketShape, mustBreak: Bool) {
    if shape != .tight { document.append(.begin(indent: 0, mustBreak: mustBreak)) }
    document.append(.text(source.tokens[index].span))
    if shape == .list || shape == .braces { document.append(.indent(ExpressionShaper.indent)) }
  }

  private mutating func append(_ separator: Separator) {
    switch separator {
    case .none: break
    case .space: document.append(.space)
    case .line: document.append(.line)
    case .softLine: document.append(.softLine)
    case .hardLine(let isEmptyLine): document.append(.hardLine(isEmptyLine))
    }
  }

  // MARK: Comments

  /// Appends the comments before a token.
  ///
  /// - Returns: whether there are any, so that the token must begin a line.
  private mutating func appendComments(before index: Int) -> Bool {
    let comments = source.comments(before: index)
    for comment in comments {
      if comment.isTrailing {
        document.append(.space)
      } else {
        document.append(.hardLine(comment.followsEmptyLine))
      }
      document.append(.text(comment.span))
      // The group in which a comment stands cannot be one line.
      document.append(.hardLine(false))
    }
    return !comments.isEmpty
  }

  // MARK: Separators

  private func separator(before index: Int) -> Separator {
    guard index > 0 else { return .none }
    let kind = source.kind(index)
    let previous = source.kind(index - 1)
    switch shapes.roles[index] {
    case .closing(let shape):
      if case .opening = shapes.roles[index - 1] { return .none }
      if case .attachedOpening = shapes.roles[index - 1] { return .none }
      switch shape {
      case .parenthesis, .tight: return .none
      case .list: return .softLine
      case .braces: return .line
      }
    case .attachedOpening: return .none
    case .lineStart: return statementSeparator(index)
    case .branch: return .line
    default: break
    }
    if let separator = separatorBehind(index - 1, before: kind) { return separator }
    switch kind {
    case .comma, .semicolon, .dot, .doubleColon, .colon, .question: return .none
    case .leftBrace:
      // The braces of a condition move to the next line where it breaks.
      if case .lineStart = shapes.roles[index - 1], !shapes.groupsBefore[index - 1].isEmpty { return .line }
      return .space
    default: break
    }
    switch previous {
    case .dot, .doubleColon, .at: return .none
    case .semicolon: return statementSeparator(index)
    default: return .space
    }
  }

  private func separatorBehind(_ index: Int, before kind: Token.Kind) -> Separator? {
    switch shapes.roles[index] {
    case .unary: return Separator.none
    case .binary: return .line
    case .looseComma: return .space
    case .branch: return shapes.beginsBranch[index] ? .line : .space
    case .opening(.parenthesis, _), .opening(.tight, _), .attachedOpening(.tight): return Separator.none
    case .opening(.list, _), .attachedOpening: return .softLine
    case .opening(.braces, _): return .line
    default: return source.kind(index) == .comma ? .line : nil
    }
  }

  /// Between statements, annotations and conditions.
  private func statementSeparator(_ index: Int) -> Separator {
    guard
      source.kind(index - 1) == .semicolon
        || (depth == 0 && source.kind(index - 1) == .rightBrace && !separatesStatements)
    else { return .hardLine(false) }
    return .hardLine(separatesStatements || source.followsEmptyLine(index))
  }
}
