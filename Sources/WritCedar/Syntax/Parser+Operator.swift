// SPDX-License-Identifier: Apache-2.0

/// Behind an operand: accesses, operators with their precedence, and relations, which do not chain.
extension Parser {
  mutating func readAfterOperand(_ operand: Operand) throws(Diagnostic) -> Next {
    switch token.kind {
    case .dot where operand.precedence == .primary:
      return try readMember(of: operand)
    case .leftBracket where operand.precedence == .primary:
      return try readIndex(of: operand)
    default:
      break
    }
    var operand = operand
    reduceUnary(&operand)
    switch token.kind {
    case .or: return try shift(.or, .or, guarded: .orGuard, operand)
    case .and: return try shift(.and, .and, guarded: .andGuard, operand)
    case .equal: return try shift(.equal, .relation, operand)
    case .notEqual: return try shift(.notEqual, .relation, operand)
    case .less: return try shift(.less, .relation, operand)
    case .lessOrEqual: return try shift(.lessOrEqual, .relation, operand)
    case .greater: return try shift(.greater, .relation, operand)
    case .greaterOrEqual: return try shift(.greaterOrEqual, .relation, operand)
    case .plus: return try shift(.add, .sum, operand)
    case .minus: return try shift(.subtract, .sum, operand)
    case .star: return try shift(.multiply, .product, operand)
    case .slash, .percent, .assign: throw noOperator()
    case .identifier:
      if tokenIs("in") { return try shift(.in, .relation, operand) }
      if tokenIs("has") { return try readHas(operand) }
      if tokenIs("like") { return try readLike(operand) }
      if tokenIs("is") { return try readIs(operand) }
      return try closeOrFinish(operand)
    default:
      return try closeOrFinish(operand)
    }
  }

  mutating func readMember(of operand: Operand) throws(Diagnostic) -> Next {
    advance()
    let nameToken = token
    if token.kind != .identifier || Identifier.isReserved(text(of: token)) { throw noAttribute(of: operand) }
    let name = try identifier("an attribute or method name after `.`")
    guard token.kind == .leftParenthesis else {
      append(.getAttribute, tree.string(name), from: operand.start)
      return .afterOperand(operand)
    }
    guard let method = Method(name: name) else { throw noMethod(name, nameToken, of: operand) }
    try push(ExpressionFrame(kind: .method(method), start: operand.start, count: 1))
    advance()
    return token.kind == .rightParenthesis ? try close() : .operand(expressionStart: true)
  }

  mutating func readIndex(of operand: Operand) throws(Diagnostic) -> Next {
    advance()
    guard token.kind == .string else {
      throw unexpected("a string between `[` and `]`", help: indexAdvice())
    }
    let name = try stringLiteral()
    try expect(
      .rightBracket,
      "`]` after the attribute name",
      help: { _ in "an attribute is looked up by one literal name" }
    )
    append(.getAttribute, tree.string(name), from: operand.start)
    return .afterOperand(operand)
  }

  /// `has name`, `has "name"`, `has a.b.c`.
  mutating func readHas(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    var path: [UInt32] = []
    if token.kind == .string {
      path.append(tree.string(try stringLiteral()))
    } else {
      let expectation = "an attribute name after `has`: an identifier or a string"
      path.append(tree.string(try identifier(expectation) { $0.hasAdvice() }))
      while take(.dot) {
        path.append(tree.string(try identifier("an attribute name after `.`") { $0.hasAdvice() }))
      }
    }
    append(.hasAttribute, tree.list(path), from: operand.start)
    return try afterRelation(operand)
  }

  mutating func readLike(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    guard token.kind == .string else { throw unexpected("a pattern in quotes after `like`", help: patternAdvice()) }
    tree.patterns.append(try patternLiteral())
    append(.like, UInt32(truncatingIfNeeded: tree.patterns.count - 1), from: operand.start)
    return try afterRelation(operand)
  }

  /// `is Type` and `is Type in expression`.
  mutating func readIs(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    let start = token.start
    let path = try pathRest(after: identifier("an entity type after `is`") { $0.typeAdvice(nil) })
    if path.endsBeforeString { throw entityForType(from: start, nil) }
    let type = tree.string(path.name)
    guard tokenIs("in") else {
      append(.isType, type, from: operand.start)
      return try afterRelation(operand)
    }
    advance()
    var frame = ExpressionFrame(kind: .binary(.isTypeIn, .relation), start: operand.start)
    frame.index = appendGuard(.isTypeInGuard)
    frame.operand = type
    frames.append(frame)
    return .operand(expressionStart: false)
  }

  func afterRelation(_ operand: Operand) throws(Diagnostic) -> Next {
    .afterOperand(Operand(start: operand.start, precedence: .relation))
  }

  // MARK: Shifting and reducing

  mutating func shift(
    _ operation: Node.Operation,
    _ precedence: Precedence,
    guarded: Node.Operation? = nil,
    _ operand: Operand
  ) throws(Diagnostic) -> Next {
    let operand = try reduce(precedence, operand)
    var frame = ExpressionFrame(kind: .binary(operation, precedence), start: operand.start)
    if let guarded { frame.index = appendGuard(guarded) }
    frames.append(frame)
    advance()
    return .operand(expressionStart: false)
  }

  mutating func reduceUnary(_ operand: inout Operand) {
    guard operand.precedence == .primary, case .unary(let operation)? = frames.last?.kind else { return }
    let frame = frames.removeLast()
    for _ in 0..<frame.count { append(operation, 0, from: frame.start) }
    operand.start = frame.start
  }

  /// Completes the waiting operators that bind at least as tightly as one that follows.
  ///
  /// - Throws: where two relations meet, for relations do not chain.
  mutating func reduce(_ precedence: Precedence, _ operand: Operand) throws(Diagnostic) -> Operand {
    var operand = operand
    if operand.precedence < .primary, operand.precedence <= precedence { throw chained() }
    while case .binary(let operation, let waiting)? = frames.last?.kind, waiting >= precedence {
      if waiting == .relation, precedence == .relation { throw chained() }
      let frame = frames.removeLast()
      append(operation, frame.operand, from: frame.start)
      switch operation {
      case .and, .or, .isTypeIn: completeGuard(frame.index)
      default: break
      }
      operand = Operand(start: frame.start)
    }
    return operand
  }
}
