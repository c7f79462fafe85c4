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

  private enum Next {
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

  // MARK: Operands

  private mutating func readOperand(expressionStart: Bool) throws(Diagnostic) -> Next {
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
      throw unexpected("an expression")
    }
  }

  private mutating func readUnary(_ operation: Node.Operation) throws(Diagnostic) -> Next {
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
  private mutating func readInteger() throws(Diagnostic) -> Next {
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
  private mutating func readName() throws(Diagnostic) -> Next {
    let start = token.start
    if tokenIs("true") || tokenIs("false") {
      let truth: UInt32 = tokenIs("true") ? 1 : 0
      advance()
      append(.bool, truth, from: start)
      return .afterOperand(Operand(start: start))
    }
    let first = try identifier("an expression")
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
        throw diagnostic(
          "`\(name)` is not a variable",
          help: "the variables are principal, action, resource and context; an entity is written `\(name)::\"id\"`",
          at: span
        )
      }
      append(variable, 0, from: start)
      return .afterOperand(Operand(start: start))
    }
    guard let function = ExtensionFunction(name: name), function.isConstructor else {
      let isMethod = Method(name: name) != nil
      throw diagnostic(
        isMethod ? "`\(name)` is a method, not a function" : "there is no function `\(name)`",
        help: isMethod ? "write `value.\(name)(…)`" : "the functions are ip, decimal, datetime and duration",
        at: span
      )
    }
    try push(ExpressionFrame(kind: .call(function), start: start))
    advance()
    return token.kind == .rightParenthesis ? try close() : .operand(expressionStart: true)
  }

  private mutating func readKey() throws(Diagnostic) {
    let keyToken = token
    let key: String
    if token.kind == .string {
      key = try stringLiteral()
    } else {
      key = try identifier("an attribute name: an identifier or a string")
    }
    recordKeys.append(RecordKey(key: tree.string(key), span: keyToken.span, firstNode: tree.nodes.count))
    try expect(.colon, "`:` after the attribute name")
  }

  // MARK: After an operand

  private mutating func readAfterOperand(_ operand: Operand) throws(Diagnostic) -> Next {
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
    case .slash: throw diagnostic("Cedar has no division", at: token.span)
    case .percent: throw diagnostic("Cedar has no remainder", at: token.span)
    case .assign: throw diagnostic("`=` is not an operator", help: "equality is written `==`", at: token.span)
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

  private mutating func readMember(of operand: Operand) throws(Diagnostic) -> Next {
    advance()
    let nameToken = token
    let name = try identifier("an attribute or method name after `.`")
    guard token.kind == .leftParenthesis else {
      append(.getAttribute, tree.string(name), from: operand.start)
      return .afterOperand(operand)
    }
    guard let method = Method(name: name) else {
      let isFunction = ExtensionFunction(name: name) != nil
      throw diagnostic(
        isFunction ? "`\(name)` is a function, not a method" : "there is no method `\(name)`",
        help: isFunction ? "write `\(name)(…)`" : nil,
        at: nameToken.span
      )
    }
    try push(ExpressionFrame(kind: .method(method), start: operand.start, count: 1))
    advance()
    return token.kind == .rightParenthesis ? try close() : .operand(expressionStart: true)
  }

  private mutating func readIndex(of operand: Operand) throws(Diagnostic) -> Next {
    advance()
    guard token.kind == .string else {
      throw unexpected("a string between `[` and `]`", help: "attributes are looked up by literal names")
    }
    let name = try stringLiteral()
    try expect(.rightBracket, "`]` after the attribute name")
    append(.getAttribute, tree.string(name), from: operand.start)
    return .afterOperand(operand)
  }

  /// `has name`, `has "name"`, `has a.b.c`.
  private mutating func readHas(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    var path: [UInt32] = []
    if token.kind == .string {
      path.append(tree.string(try stringLiteral()))
    } else {
      path.append(tree.string(try identifier("an attribute name after `has`: an identifier or a string")))
      while take(.dot) {
        path.append(tree.string(try identifier("an attribute name after `.`")))
      }
    }
    append(.hasAttribute, tree.list(path), from: operand.start)
    return try afterRelation(operand)
  }

  private mutating func readLike(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    guard token.kind == .string else { throw unexpected("a pattern in quotes after `like`") }
    tree.patterns.append(try patternLiteral())
    append(.like, UInt32(truncatingIfNeeded: tree.patterns.count - 1), from: operand.start)
    return try afterRelation(operand)
  }

  /// `is Type` and `is Type in expression`.
  private mutating func readIs(_ operand: Operand) throws(Diagnostic) -> Next {
    let operand = try reduce(.relation, operand)
    advance()
    let start = token.start
    let path = try pathRest(after: identifier("an entity type after `is`"))
    if path.endsBeforeString {
      throw diagnostic(
        "expected an entity type after `is`, found an entity",
        help: "compare with `==`",
        at: SourceSpan(start, token.end)
      )
    }
    let type = tree.typeName(path.name)
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

  private func afterRelation(_ operand: Operand) throws(Diagnostic) -> Next {
    .afterOperand(Operand(start: operand.start, precedence: .relation))
  }

  // MARK: Shifting and reducing

  private mutating func shift(
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

  private mutating func reduceUnary(_ operand: inout Operand) {
    guard operand.precedence == .primary, case .unary(let operation)? = frames.last?.kind else { return }
    let frame = frames.removeLast()
    for _ in 0..<frame.count { append(operation, 0, from: frame.start) }
    operand.start = frame.start
  }

  /// Completes the waiting operators that bind at least as tightly as one that follows.
  ///
  /// - Throws: where two relations meet, for relations do not chain.
  private mutating func reduce(_ precedence: Precedence, _ operand: Operand) throws(Diagnostic) -> Operand {
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

  private func chained() -> Diagnostic {
    diagnostic(
      "expected the end of the comparison, found \(description(of: token))",
      help: "==, !=, <, <=, >, >=, in, has, like and is do not chain; use parentheses",
      at: token.span
    )
  }

  /// A bracket, comma, `then` or `else` ends what is open; anything else ends the expression.
  private mutating func closeOrFinish(_ operand: Operand) throws(Diagnostic) -> Next {
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
      guard tokenIs("then") else { throw unexpected("`then`") }
      let frame = pop()
      advance()
      try push(ExpressionFrame(kind: .ifThen, start: frame.start, index: appendGuard(.ifGuard)))
      return .operand(expressionStart: true)
    case .ifThen:
      guard tokenIs("else") else { throw unexpected("`else`", help: "an `if` always has an `else`") }
      let frame = pop()
      advance()
      try push(ExpressionFrame(kind: .ifElse, start: frame.start, index: appendGuard(.elseGuard)))
      completeGuard(frame.index)
      return .operand(expressionStart: true)
    case .parenthesis:
      guard token.kind == .rightParenthesis else { throw unexpected("an operator or `)`") }
      return try close()
    default:
      return try separator()
    }
  }

  /// A comma or the closing bracket of a set, a record or a call.
  private mutating func separator() throws(Diagnostic) -> Next {
    let closing: Token.Kind
    let isRecord: Bool
    switch frames[frames.count - 1].kind {
    case .set: (closing, isRecord) = (.rightBracket, false)
    case .record: (closing, isRecord) = (.rightBrace, true)
    default: (closing, isRecord) = (.rightParenthesis, false)
    }
    frames[frames.count - 1].count += 1
    if token.kind == closing { return try close() }
    let bracket = closing == .rightBracket ? "]" : closing == .rightBrace ? "}" : ")"
    try expect(.comma, "an operator, `,` or `\(bracket)`")
    if token.kind == closing { return try close() }
    if isRecord { try readKey() }
    return .operand(expressionStart: true)
  }

  /// The closing bracket at the current token completes the construct on top.
  private mutating func close() throws(Diagnostic) -> Next {
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
  private mutating func closeRecord(_ frame: ExpressionFrame) throws(Diagnostic) {
    let keys = Array(recordKeys[frame.index...])
    recordKeys.removeSubrange(frame.index...)
    let names = keys.map { tree.strings[Int($0.key)] }
    let order = keys.indices.sorted { names[$0].scalarOrder(comparedTo: names[$1]) < 0 }
    for (left, right) in zip(order, order.dropFirst()) where keys[left].key == keys[right].key {
      throw diagnostic(
        "the attribute \(CedarText.quoted(names[left])) occurs twice",
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

  // MARK: Nodes and frames

  private mutating func append(_ operation: Node.Operation, _ operand: UInt32, from start: UInt32) {
    tree.nodes.append(Node(operation: operation, operand: operand, start: start, end: previousEnd))
  }

  private mutating func appendCall(
    _ function: ExtensionFunction,
    arguments: Int,
    from start: UInt32
  ) throws(Diagnostic) {
    guard arguments < 1 << 24 else {
      throw diagnostic("a call with \(arguments) arguments", at: SourceSpan(start, previousEnd))
    }
    append(.call, UInt32(truncatingIfNeeded: arguments) << 8 | UInt32(function.rawValue), from: start)
  }

  private mutating func appendGuard(_ operation: Node.Operation) -> Int {
    tree.nodes.append(Node(operation: operation, operand: 0, start: previousEnd, end: previousEnd))
    return tree.nodes.count - 1
  }

  /// Lets the guard jump behind the node appended last.
  private mutating func completeGuard(_ index: Int) {
    tree.nodes[index].operand = UInt32(truncatingIfNeeded: tree.nodes.count - index)
  }

  private mutating func push(_ frame: ExpressionFrame) throws(Diagnostic) {
    nesting += 1
    guard nesting <= Nesting.limit else {
      throw diagnostic("the expression is nested deeper than \(Nesting.limit) levels", at: token.span)
    }
    frames.append(frame)
  }

  private mutating func pop() -> ExpressionFrame {
    nesting -= 1
    return frames.removeLast()
  }
}
