// SPDX-License-Identifier: Apache-2.0

/// Ends of constructs: commas, closing brackets, `then` and `else`.
extension Parser {
  /// A bracket, comma, `then` or `else` ends what is open; anything else ends the expression.
  mutating func closeOrFinish(_ operand: Operand) throws(Diagnostic) -> Next {
    if operand.precedence == .relation, token.kind == .dot || token.kind == .leftBracket { throw chained() }
    _ = try reduce(.or, Operand(start: operand.start))
    // An `if` reaches as far as it can.
    while case .ifElse? = frames.last?.kind {
      let frame = pop()
      append(.conditional, 0, from: frame.start)
      completeGuard(frame.index)
      _ = try reduce(.or, Operand(start: frame.start))
    }
    guard let kind = frames.last?.kind else { return .done }
    switch kind {
    case .ifCondition:
      guard tokenIs("then") else { throw unexpected("`then`", help: operatorAdvice(in: .ifCondition)) }
      let frame = pop()
      advance()
      try push(ExpressionFrame(kind: .ifThen, start: frame.start, index: appendGuard(.ifGuard)))
      return .operand(expressionStart: true)
    case .ifThen:
      guard tokenIs("else") else { throw unexpected("`else`", help: operatorAdvice(in: .ifThen)) }
      let frame = pop()
      advance()
      try push(ExpressionFrame(kind: .ifElse, start: frame.start, index: appendGuard(.elseGuard)))
      completeGuard(frame.index)
      return .operand(expressionStart: true)
    case .parenthesis:
      guard token.kind == .rightParenthesis else { throw unexpected("an operator or `)`", help: operatorAdvice()) }
      return try close()
    default:
      return try separator()
    }
  }

  /// A comma or the closing bracket of a set, a record or a call.
  mutating func separator() throws(Diagnostic) -> Next {
    let closing: Token.Kind
    let isRecord: Bool
    switch frames[frames.count - 1].kind {
    case .set: (closing, isRecord) = (.rightBracket, false)
    case .record: (closing, isRecord) = (.rightBrace, true)
    default: (closing, isRecord) = (.rightParenthesis, false)
    }
    frames[frames.count - 1].count += 1
    if token.kind == closing { return try close() }
    guard take(.comma) else {
      let bracket = closing == .rightBracket ? "]" : closing == .rightBrace ? "}" : ")"
      throw unexpected("an operator, `,` or `\(bracket)`", help: operatorAdvice())
    }
    if token.kind == closing { return try close() }
    if isRecord { try readKey() }
    return .operand(expressionStart: true)
  }

  /// The closing bracket at the current token completes the construct on top.
  mutating func close() throws(Diagnostic) -> Next {
    let frame = pop()
    advance()
    switch frame.kind {
    case .set:
      append(.set, UInt32(truncatingIfNeeded: frame.count), from: frame.start)
    case .record:
      try closeRecord(frame)
    case .call(let function):
      try appendCall(function, arguments: frame.count, from: frame.start)
    case .method(.extension(let function)):
      try appendCall(function, arguments: frame.count, from: frame.start)
    case .method(.builtin(let operation)):
      let expected = operation == .isEmpty ? 0 : 1
      guard frame.count - 1 == expected else {
        throw diagnostic(
          "`\(operation)` takes \(expected == 0 ? "no argument" : "one argument"), found \(frame.count - 1)",
          help: argumentAdvice(operation, frame.count - 1),
          at: SourceSpan(frame.start, previousEnd)
        )
      }
      append(operation, 0, from: frame.start)
    default:
      break  // A parenthesis leaves no trace but the span.
    }
    return .afterOperand(Operand(start: frame.start))
  }

  /// Attributes are evaluated in the order of their names, so their nodes are put in that order.
  mutating func closeRecord(_ frame: ExpressionFrame) throws(Diagnostic) {
    let keys = Array(recordKeys[frame.index...])
    recordKeys.removeSubrange(frame.index...)
    let names = keys.map { tree.strings[Int($0.key)] }
    let order = keys.indices.sorted { names[$0].scalarOrder(comparedTo: names[$1]) < 0 }
    for (left, right) in zip(order, order.dropFirst()) where names[left].hasSameScalars(as: names[right]) {
      throw diagnostic(
        "the attribute \(CedarText.quoted(names[left])) occurs twice",
        help: "remove one of the two",
        at: keys[Swift.max(left, right)].span
      )
    }
    if let first = keys.first?.firstNode, !order.elementsEqual(keys.indices) {
      let end = tree.nodes.count
      var sorted: [Node] = []
      sorted.reserveCapacity(end - first)
      for index in order {
        let stop = index + 1 < keys.count ? keys[index + 1].firstNode : end
        sorted.append(contentsOf: tree.nodes[keys[index].firstNode..<stop])
      }
      tree.nodes.replaceSubrange(first..<end, with: sorted)
    }
    append(.record, tree.list(order.map { keys[$0].key }), from: frame.start)
  }
}
