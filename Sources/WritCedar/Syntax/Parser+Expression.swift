// SPDX-License-Identifier: Apache-2.0

/// Expressions: an operator-precedence reader with an explicit stack that appends nodes in post-order.
///
/// It alternates between two states: an operand is due (`readOperand`), or an operand has been read and an access, an
/// operator, a separator or a closing bracket follows (`readAfterOperand`).
extension Parser {
  /// The operand read last: its text, and how tightly it holds together.
  struct Operand {
    var start: UInt32
    var precedence = Precedence.primary
  }

  enum Next {
    case operand(expressionStart: Bool)
    case afterOperand(Operand)
    case done
  }

  /// Reads one expression up to the first token that cannot belong to it.
  mutating func expression() throws(Diagnostic) {
    frames.removeAll(keepingCapacity: true)
    recordKeys.removeAll(keepingCapacity: true)
    nesting = 0
    var next = Next.operand(expressionStart: true)
    while true {
      switch next {
      case .operand(let expressionStart): next = try readOperand(expressionStart: expressionStart)
      case .afterOperand(let operand): next = try readAfterOperand(operand)
      case .done: return
      }
    }
  }

  // MARK: Nodes and frames

  mutating func append(_ operation: Node.Operation, _ operand: UInt32, from start: UInt32) {
    tree.nodes.append(Node(operation: operation, operand: operand, start: start, end: previousEnd))
  }

  mutating func appendCall(
    _ function: ExtensionFunction,
    arguments: Int,
    from start: UInt32
  ) throws(Diagnostic) {
    guard arguments < 1 << 24 else {
      throw diagnostic("a call with \(arguments) arguments", at: SourceSpan(start, previousEnd))
    }
    append(.call, UInt32(truncatingIfNeeded: arguments) << 8 | UInt32(function.rawValue), from: start)
  }

  /// A guard stands behind the operand it looks at, and at its place in the text.
  mutating func appendGuard(_ operation: Node.Operation) -> Int {
    let (start, end) = tree.nodes.last.map { ($0.start, $0.end) } ?? (previousEnd, previousEnd)
    tree.nodes.append(Node(operation: operation, operand: 0, start: start, end: end))
    return tree.nodes.count - 1
  }

  /// Lets the guard jump behind the node appended last.
  mutating func completeGuard(_ index: Int) {
    tree.nodes[index].operand = UInt32(truncatingIfNeeded: tree.nodes.count - index)
  }

  mutating func push(_ frame: ExpressionFrame) throws(Diagnostic) {
    nesting += 1
    guard nesting <= Nesting.limit else {
      throw diagnostic("the expression is nested deeper than \(Nesting.limit) levels", at: token.span)
    }
    frames.append(frame)
  }

  mutating func pop() -> ExpressionFrame {
    nesting -= 1
    return frames.removeLast()
  }
}
