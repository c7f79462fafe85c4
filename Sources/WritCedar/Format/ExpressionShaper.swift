// SPDX-License-Identifier: Apache-2.0

/// Finds the shapes of expressions: brackets, operators by their precedence, and `if`.
///
/// The text has been parsed without an error; on any other the layout is only less pleasant.
struct ExpressionShaper {
  private enum Frame {
    /// An open bracket, and where the operand begins that it belongs to.
    case bracket(opening: Int, BracketShape, operandStart: Int)
    /// Operators of one precedence, and where their group begins.
    case chain(precedence: Int, start: Int)
    /// An open `if`.
    case conditional(isBehindElse: Bool)
    /// The group behind a `then` or `else`.
    case branch
  }

  static let indent = 4

  let source: CommentedTokens
  var shapes: TokenShapes
  private var frames: [Frame] = []
  /// The place where the current operand begins, its signs included.
  private var operandStart: Int?
  private var expectsOperand = true

  init(_ source: CommentedTokens, _ shapes: consuming TokenShapes) {
    self.source = source
    self.shapes = shapes
  }

  /// Whether no bracket is open.
  var isOutside: Bool { frames.isEmpty }

  // MARK: Groups

  mutating func begin(_ indent: Int, at index: Int) { shapes.groupsBefore[index].insert(indent, at: 0) }

  mutating func end(behind index: Int) {
    if index >= 0 { shapes.groupEnds[index] += 1 }
  }

  /// Ends the groups of the innermost bracket's content before the token.
  private mutating func endContent(before index: Int) {
    while let frame = frames.last {
      if case .bracket = frame { return }
      frames.removeLast()
      end(behind: index - 1)
    }
  }

  // MARK: Brackets

  /// Opens a bracket.
  mutating func open(_ index: Int, _ shape: BracketShape, isAttached: Bool, mustBreak: Bool = false) {
    shapes.roles[index] = isAttached ? .attachedOpening(shape) : .opening(shape, mustBreak: mustBreak)
    frames.append(.bracket(opening: index, shape, operandStart: operandStart ?? index))
    operandStart = nil
    expectsOperand = true
  }

  mutating func close(_ index: Int) {
    endContent(before: index)
    guard case .bracket(_, let shape, let start)? = frames.popLast() else { return }
    shapes.roles[index] = .closing(shape)
    operandStart = start
    expectsOperand = false
  }

  // MARK: Tokens

  mutating func token(_ index: Int) {
    switch source.kind(index) {
    case .leftParenthesis: open(index, expectsOperand ? .parenthesis : .list, isAttached: !expectsOperand)
    case .leftBracket: open(index, expectsOperand ? .list : .tight, isAttached: !expectsOperand)
    case .leftBrace: open(index, .braces, isAttached: false)
    case .rightParenthesis, .rightBracket, .rightBrace: close(index)
    case .comma:
      endContent(before: index)
      if frames.isEmpty { shapes.roles[index] = .looseComma }
      restart()
    case .colon: restart()
    case .not: sign(index)
    case .minus where expectsOperand: sign(index)
    case .or: binary(index, precedence: 1)
    case .and: binary(index, precedence: 2)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: binary(index, precedence: 3)
    case .plus, .minus: binary(index, precedence: 4)
    case .star: binary(index, precedence: 5)
    case .identifier where source.kind(index - 1) != .dot: word(index)
    default: operand(index)
    }
  }

  private mutating func restart() {
    operandStart = nil
    expectsOperand = true
  }

  private mutating func sign(_ index: Int) {
    shapes.roles[index] = .unary
    operandStart = operandStart ?? index
  }

  private mutating func operand(_ index: Int) {
    operandStart = operandStart ?? index
    expectsOperand = false
  }

  private mutating func word(_ index: Int) {
    if source.tokenIs(index, "then") || source.tokenIs(index, "else") { return branch(index) }
    if expectsOperand {
      guard source.tokenIs(index, "if") else { return operand(index) }
      begin(0, at: index)
      frames.append(.conditional(isBehindElse: false))
      return restart()
    }
    if source.tokenIs(index, "in") { return binary(index, precedence: 3) }
    if source.tokenIs(index, "has") || source.tokenIs(index, "like") || source.tokenIs(index, "is") {
      binary(index, precedence: 3)
      // What follows is short, and no line breaks before it.
      shapes.roles[index] = .plain
      return
    }
    operand(index)
  }

  private mutating func binary(_ index: Int, precedence: Int) {
    shapes.roles[index] = .binary
    var start = operandStart ?? index
    restart()
    while case .chain(let other, let first)? = frames.last, other >= precedence {
      if other == precedence { return }
      frames.removeLast()
      end(behind: index - 1)
      start = first
    }
    begin(precedence >= 3 ? Self.indent : 0, at: start)
    frames.append(.chain(precedence: precedence, start: start))
  }

  /// Ends what is open up to the `if` that a `then` or `else` belongs to, and begins the part behind it.
  private mutating func branch(_ index: Int) {
    let isElse = source.tokenIs(index, "else")
    unwinding: while let frame = frames.last {
      switch frame {
      case .chain, .branch: break
      // An `if` that has its `else` ends before the next one.
      case .conditional(let isBehindElse): if !isBehindElse { break unwinding }
      case .bracket: break unwinding
      }
      frames.removeLast()
      end(behind: index - 1)
    }
    if isElse, case .conditional? = frames.last { frames[frames.count - 1] = .conditional(isBehindElse: true) }
    shapes.roles[index] = .branch
    restart()
    guard !isElse || !source.tokenIs(index + 1, "if") else { return }
    shapes.beginsBranch[index] = true
    frames.append(.branch)
  }
}
