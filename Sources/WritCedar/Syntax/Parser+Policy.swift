// SPDX-License-Identifier: Apache-2.0

/// Policies and templates: annotations, effect, scope, conditions.
extension Parser {
  /// Reads a whole text of policies; after an error it goes on behind the next `;`, so one pass reports them all.
  ///
  /// - Throws: a ``SyntaxError`` with everything that is wrong.
  mutating func policies() throws(SyntaxError) {
    while token.kind != .end, diagnostics.count < SyntaxError.limit {
      let start = token.start
      do {
        try policy()
      } catch {
        diagnostics.append(error)
        recover(from: start)
      }
    }
    if !diagnostics.isEmpty { throw SyntaxError(diagnostics) }
  }

  private mutating func recover(from start: UInt32) {
    if token.start == start, isAtForeignComment {
      while isAtForeignComment { skipForeignComment() }
      return
    }
    // A policy that lacks its `;` ends where the next one begins.
    if token.start > start, isAtPolicy { return forgetInvalidToken() }
    // Within the braces of a condition a `;` ends nothing, so that one mistake is not told of twice.
    var openBraces = isInCondition ? 1 + frames.count(where: \.isRecord) : 0
    isInCondition = false
    while token.kind != .end {
      switch token.kind {
      case .leftBrace: openBraces += 1
      case .rightBrace: openBraces = Swift.max(0, openBraces - 1)
      case .semicolon:
        advance()
        if openBraces == 0 || token.kind == .end || isAtPolicy { return forgetInvalidToken() }
        continue
      default:
        if openBraces == 0, token.start > start, isAtPolicy, isFirstOnItsLine { return forgetInvalidToken() }
      }
      advance()
    }
    forgetInvalidToken()
  }

  /// Whether a policy begins at the current token, as far as one token tells.
  private var isAtPolicy: Bool {
    tokenIs("permit") || tokenIs("forbid") || (token.kind == .at && isFirstOnItsLine)
  }

  private mutating func policy() throws(Diagnostic) {
    let start = token.start
    let annotations = try readAnnotations()
    let effect = try readEffect()
    try expect(.leftParenthesis, "`(` and the scope", help: { _ in Self.policyForm })
    let principal = try readScope("principal", slot: "?principal", position: "first", .principal)
    try expect(.comma, "`,` and the action", help: { _ in Self.scopeForm })
    let action = try readActionScope()
    try expect(.comma, "`,` and the resource", help: { _ in Self.scopeForm })
    let resource = try readScope("resource", slot: "?resource", position: "third", .resource)
    _ = take(.comma)
    try expect(.rightParenthesis, "`)` after the resource", help: { $0.behindResourceAdvice })
    let firstCondition = UInt32(truncatingIfNeeded: tree.conditions.count)
    while tokenIs("when") || tokenIs("unless") { try readCondition() }
    guard take(.semicolon) else { throw unfinishedPolicy() }
    tree.policies.append(
      PolicyRecord(
        effect: effect,
        start: start,
        end: previousEnd,
        annotations: annotations,
        principal: principal,
        action: action,
        resource: resource,
        conditions: firstCondition..<UInt32(truncatingIfNeeded: tree.conditions.count)
      )
    )
  }

  private mutating func readAnnotations() throws(Diagnostic) -> Range<UInt32> {
    let first = tree.annotations.count
    var names: Set<ScalarText> = []
    while token.kind == .at {
      let annotation = try annotation()
      guard names.insert(ScalarText(annotation.name)).inserted else {
        throw repeatedAnnotation(annotation.name, at: annotation.span)
      }
      tree.annotations.append(
        AnnotationRecord(
          key: tree.string(annotation.name),
          value: annotation.value.map { tree.string($0) } ?? AnnotationRecord.noValue,
          start: UInt32(truncatingIfNeeded: annotation.span.start),
          end: UInt32(truncatingIfNeeded: annotation.span.end)
        )
      )
    }
    return UInt32(truncatingIfNeeded: first)..<UInt32(truncatingIfNeeded: tree.annotations.count)
  }

  private mutating func readEffect() throws(Diagnostic) -> Effect {
    if tokenIs("permit") {
      advance()
      return .permit
    }
    if tokenIs("forbid") {
      advance()
      return .forbid
    }
    throw noEffect()
  }

  // MARK: Scope

  private mutating func expectVariable(_ name: String, position: String) throws(Diagnostic) {
    guard tokenIs(name) else {
      throw unexpected("`\(name)` as the \(position) element of the scope", help: scopeVariableAdvice(name))
    }
    advance()
    if token.kind == .colon || token.kind == .assign { throw noConstraint(of: name) }
  }

  private mutating func readScope(
    _ variable: String,
    slot: String,
    position: String,
    _ role: EntityRole
  ) throws(Diagnostic) -> ScopeRecord {
    var scope = ScopeRecord()
    scope.start = token.start
    try expectVariable(variable, position: position)
    if take(.equal) {
      scope.form = .equal
      scope.entity = try entityOrSlot(slot, role)
      if tokenIs("is") {
        throw diagnostic("`==` and `is` do not combine", help: "the entity says its type already", at: token.span)
      }
    } else if tokenIs("in") {
      advance()
      scope.form = .in
      scope.entity = try entityOrSlot(slot, role)
    } else if tokenIs("is") {
      advance()
      scope.form = .isType
      let start = token.start
      let path = try pathRest(after: identifier("an entity type after `is`") { $0.typeAdvice(variable) })
      if path.endsBeforeString { throw entityForType(from: start, variable) }
      scope.type = tree.string(path.name)
      if tokenIs("in") {
        advance()
        scope.form = .isTypeIn
        scope.entity = try entityOrSlot(slot, role)
      }
    }
    scope.end = previousEnd
    guard token.kind == .comma || token.kind == .rightParenthesis else {
      throw scopeNotEnded(variable, scope.form == .any ? "`==`, `in`, `is` or the end of `\(variable)`" : nil)
    }
    return scope
  }

  private mutating func entityOrSlot(_ slot: String, _ role: EntityRole) throws(Diagnostic) -> UInt32 {
    switch token.kind {
    case .slot:
      let name = text(of: token)
      guard name == slot else {
        throw diagnostic("`\(name)` cannot stand here", help: "the slot of this place is `\(slot)`", at: token.span)
      }
      advance()
      return ScopeRecord.slot
    case .leftBracket:
      throw diagnostic("a list of entities cannot stand here", help: listAdvice(role), at: token.span)
    default:
      return try parenthesizedEntity("\(role.expectation), or `\(slot)`", role)
    }
  }

  /// The reference takes `(User::"alice")` for `User::"alice"`.
  private mutating func parenthesizedEntity(_ expectation: String, _ role: EntityRole) throws(Diagnostic) -> UInt32 {
    var open = 0
    while token.kind == .leftParenthesis, open < Nesting.limit {
      open += 1
      advance()
    }
    let entity = try entityLiteral(expectation, role)
    for _ in 0..<open { try expect(.rightParenthesis, "`)`") }
    return entity
  }

  private mutating func readActionScope() throws(Diagnostic) -> ActionScopeRecord {
    var scope = ActionScopeRecord()
    scope.start = token.start
    try expectVariable("action", position: "second")
    if take(.equal) {
      scope.form = .equal
      scope.operand = try actionLiteral()
    } else if tokenIs("in") {
      advance()
      if token.kind == .leftBracket {
        scope.form = .inList
        scope.operand = try actionList()
      } else {
        scope.form = .in
        scope.operand = try actionLiteral()
      }
    } else if tokenIs("is") {
      throw diagnostic("`is` does not constrain an action", help: "write `==` or `in`", at: token.span)
    }
    scope.end = previousEnd
    guard token.kind == .comma || token.kind == .rightParenthesis else {
      throw scopeNotEnded("action", scope.form == .any ? "`==`, `in` or the end of `action`" : nil)
    }
    return scope
  }

  private mutating func actionList() throws(Diagnostic) -> UInt32 {
    advance()
    var actions: [UInt32] = []
    while token.kind != .rightBracket {
      actions.append(try actionLiteral())
      guard take(.comma) else { break }
    }
    try expect(.rightBracket, "`,` or `]`", help: { _ in "actions in brackets are separated by `,`" })
    return tree.list(actions)
  }

  private mutating func actionLiteral() throws(Diagnostic) -> UInt32 {
    let start = token.start
    if token.kind == .slot {
      throw diagnostic("an action cannot be a slot", help: "slots are ?principal and ?resource", at: token.span)
    }
    let entity = try parenthesizedEntity(EntityRole.action.expectation, .action)
    let type = EntityTypeName(checked: tree.strings[Int(tree.entityParts[Int(entity)].type)])
    guard type.isAction else {
      throw diagnostic(
        "expected an action, found an entity of type `\(type)`",
        help: "the last component of an action's type is `Action`, as in `Action::\"view\"`",
        at: SourceSpan(start, previousEnd)
      )
    }
    return entity
  }

  // MARK: Conditions

  private mutating func readCondition() throws(Diagnostic) {
    let isUnless = tokenIs("unless")
    let keyword = token
    advance()
    let name = isUnless ? "unless" : "when"
    try expect(.leftBrace, "`{` after `\(name)`", help: { _ in "a condition stands in braces: `\(name) { … }`" })
    let start = token.start
    if token.kind == .rightBrace {
      throw diagnostic(
        "the `\(name)` clause is empty",
        help: "remove it, or write `true`",
        at: SourceSpan(keyword.start, token.end)
      )
    }
    let first = UInt32(truncatingIfNeeded: tree.nodes.count)
    isInCondition = true
    try expression()
    let end = previousEnd
    try expect(.rightBrace, "an operator or `}`", help: { $0.operatorAdvice() })
    isInCondition = false
    let nodes = first..<UInt32(truncatingIfNeeded: tree.nodes.count)
    tree.conditions.append(ConditionRecord(isUnless: isUnless, nodes: nodes, start: start, end: end))
  }
}
