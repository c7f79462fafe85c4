// SPDX-License-Identifier: Apache-2.0

/// The parser at an operand: literals, names, calls, opening brackets, unary operators.
extension Parser {
  mutating func readOperand(expressionStart: Bool) throws(Diagnostic) -> Next {
    let start = token.start
    switch token.kind {
    case .identifier:
      if tokenIs("if") {
        guard expressionStart else {
          throw diagnostic(
            "`if` cannot be an operand",
            help: "put the whole `if … then … else …` in parentheses",
            at: token.span
          )
        }
        try push(ExpressionFrame(kind: .ifCondition, start: start))
        advance()
        return .operand(expressionStart: true)
      }
      return try readName()
    case .integer:
      return try readInteger()
    case .string:
      let string = try stringLiteral()
      append(.string, tree.string(string), from: start)
      return .afterOperand(Operand(start: start))
    case .not:
      return try readUnary(.not)
    case .minus:
      return try readUnary(.negate)
    case .leftParenthesis:
      try push(ExpressionFrame(kind: .parenthesis, start: start))
      advance()
      return .operand(expressionStart: true)
    case .leftBracket:
      try push(ExpressionFrame(kind: .set, start: start))
      advance()
      return token.kind == .rightBracket ? try close() : .operand(expressionStart: true)
    case .leftBrace:
      try push(ExpressionFrame(kind: .record, start: start, index: recordKeys.count))
      advance()
      if token.kind == .rightBrace { return try close() }
      try readKey()
      return .operand(expressionStart: true)
    case .slot:
      let name = text(of: token)
      let isKnown = name == "?principal" || name == "?resource"
      throw diagnostic(
        isKnown ? "the slot `\(name)` cannot stand in an expression" : "`\(name)` is not a slot",
        help: "slots stand in the scope of a template: `principal == ?principal`",
        at: token.span
      )
    default:
      throw noOperand()
    }
  }

  mutating func readUnary(_ operation: Node.Operation) throws(Diagnostic) -> Next {
    let kind = token.kind
    var frame = ExpressionFrame(kind: .unary(operation), start: token.start)
    while token.kind == kind {
      frame.count += 1
      guard frame.count <= 4 else {
        throw diagnostic(
          "more than four `\(kind == .not ? "!" : "-")` in a row",
          help: "use parentheses",
          at: SourceSpan(frame.start, token.end)
        )
      }
      advance()
    }
    if token.kind == .not || token.kind == .minus {
      throw diagnostic("`!` and `-` do not mix", help: "use parentheses", at: token.span)
    }
    frames.append(frame)
    return .operand(expressionStart: false)
  }

  /// An integer; a `-` before it belongs to it, so that the smallest `long` can be written.
  mutating func readInteger() throws(Diagnostic) -> Next {
    var start = token.start
    let literal = token
    var magnitude: UInt64 = 0
    var fits = true
    for byte in source.bytes[Int(literal.start)..<Int(literal.end)] {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      magnitude = sum
      fits = fits && !overflow && !carry
    }
    advance()
    var value = Int64(exactly: magnitude)
    if case .unary(.negate)? = frames.last?.kind, token.kind != .dot, token.kind != .leftBracket {
      if magnitude <= Int64.max.magnitude + 1 { value = Int64(truncatingIfNeeded: 0 &- magnitude) }
      frames[frames.count - 1].count -= 1
      if frames[frames.count - 1].count == 0 { start = frames.removeLast().start }
    }
    guard fits, let value else {
      throw diagnostic(
        "the integer does not fit in 64 bits",
        help: "a long goes from -9223372036854775808 to 9223372036854775807",
        at: literal.span
      )
    }
    tree.longs.append(value)
    append(.long, UInt32(truncatingIfNeeded: tree.longs.count - 1), from: start)
    return .afterOperand(Operand(start: start))
  }

  /// A variable, `true`, `false`, an entity literal or a function call.
  mutating func readName() throws(Diagnostic) -> Next {
    let start = token.start
    if tokenIs("true") || tokenIs("false") {
      let truth: UInt32 = tokenIs("true") ? 1 : 0
      advance()
      append(.bool, truth, from: start)
      return .afterOperand(Operand(start: start))
    }
    let first = try identifier("an expression") { $0.reservedOperandAdvice() }
    let path = try pathRest(after: first)
    if path.endsBeforeString {
      let entity = try entityLiteral(type: path.name)
      append(.entity, entity, from: start)
      return .afterOperand(Operand(start: start))
    }
    let name = path.name
    let span = SourceSpan(start, previousEnd)
    let variable: Node.Operation? =
      switch name {
      case "principal": .principal
      case "action": .action
      case "resource": .resource
      case "context": .context
      default: nil
      }
    guard token.kind == .leftParenthesis else {
      guard let variable else {
        throw noVariable(name, span)
      }
      append(variable, 0, from: start)
      return .afterOperand(Operand(start: start))
    }
    guard let function = ExtensionFunction(name: name), function.isConstructor else {
      throw noFunction(name, span)
    }
    try push(ExpressionFrame(kind: .call(function), start: start))
    advance()
    return token.kind == .rightParenthesis ? try close() : .operand(expressionStart: true)
  }

  mutating func readKey() throws(Diagnostic) {
    let keyToken = token
    let key: String
    if token.kind == .string {
      key = try stringLiteral()
    } else {
      key = try identifier("an attribute name: an identifier or a string", help: { $0.keyAdvice() })
    }
    recordKeys.append(RecordKey(key: tree.string(key), span: keyToken.span, firstNode: tree.nodes.count))
    try expect(.colon, "`:` after the attribute name", help: { _ in "an attribute is written `name: value`" })
  }
}
