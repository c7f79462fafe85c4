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
    // A policy that lacks its `;` ends where the next one begins.
    if token.start > start, tokenIs("permit") || tokenIs("forbid") || token.kind == .at { return }
    while token.kind != .end, token.kind != .semicolon { advance() }
    if token.kind == .semicolon { advance() }
    forgetInvalidToken()
  }

  private mutating func policy() throws(Diagnostic) {
    let start = token.start
    let annotations = try readAnnotations()
    let effect = try readEffect()
    try expect(.leftParenthesis, "`(` and the scope")
    let principal = try readScope("principal", slot: "?principal", position: "first")
    try expect(.comma, "`,` and the action", help: "a scope is `(principal, action, resource)`")
    let action = try readActionScope()
    try expect(.comma, "`,` and the resource", help: "a scope is `(principal, action, resource)`")
    let resource = try readScope("resource", slot: "?resource", position: "third")
    _ = take(.comma)
    try expect(.rightParenthesis, "`)` after the resource", help: "a scope is `(principal, action, resource)`")
    let firstCondition = UInt32(truncatingIfNeeded: tree.conditions.count)
    while tokenIs("when") || tokenIs("unless") { try readCondition() }
    try expect(.semicolon, "`when`, `unless` or `;`")
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
    if token.kind == .semicolon {
      throw diagnostic("a `;` without a policy", help: "remove it", at: token.span)
    }
    throw unexpected("`permit` or `forbid`")
  }

  // MARK: Scope

  private mutating func expectVariable(_ name: String, position: String) throws(Diagnostic) {
    guard tokenIs(name) else {
      throw unexpected(
        "`\(name)` as the \(position) element of the scope",
        help: "a scope is `(principal, action, resource)`"
      )
    }
    advance()
    if token.kind == .colon {
      throw diagnostic("`:` does not constrain a type", help: "write `\(name) is Type`", at: token.span)
    }
    if token.kind == .assign {
      throw diagnostic("`=` is not an operator", help: "equality is written `==`", at: token.span)
    }
  }

  private mutating func readScope(
    _ variable: String,
    slot: String,
    position: String
  ) throws(Diagnostic) -> ScopeRecord {
    var scope = ScopeRecord()
    scope.start = token.start
    try expectVariable(variable, position: position)
    if take(.equal) {
      scope.form = .equal
      scope.entity = try entityOrSlot(slot)
      if tokenIs("is") {
        throw diagnostic("`==` and `is` do not combine", help: "the entity says its type already", at: token.span)
      }
    } else if tokenIs("in") {
      advance()
      scope.form = .in
      scope.entity = try entityOrSlot(slot)
    } else if tokenIs("is") {
      advance()
      scope.form = .isType
      let start = token.start
      let path = try pathRest(after: identifier("an entity type after `is`"))
      if path.endsBeforeString {
        throw diagnostic(
          "expected an entity type after `is`, found an entity",
          help: "write `\(variable) == …`",
          at: SourceSpan(start, token.end)
        )
      }
      scope.type = tree.string(path.name)
      if tokenIs("in") {
        advance()
        scope.form = .isTypeIn
        scope.entity = try entityOrSlot(slot)
      }
    }
    scope.end = previousEnd
    guard token.kind == .comma || token.kind == .rightParenthesis else {
      throw unexpected(
        scope.form == .any ? "`==`, `in`, `is` or the end of `\(variable)`" : "the end of the `\(variable)` constraint",
        help: "conditions stand in `when { … }`"
      )
    }
    return scope
  }

  private mutating func entityOrSlot(_ slot: String) throws(Diagnostic) -> UInt32 {
    switch token.kind {
    case .slot:
      let name = text(of: token)
      guard name == slot else {
        throw diagnostic("`\(name)` cannot stand here", help: "the slot of this place is `\(slot)`", at: token.span)
      }
      advance()
      return ScopeRecord.slot
    case .leftBracket:
      throw diagnostic("a list of entities cannot stand here", help: "write one policy for each", at: token.span)
    default:
      return try parenthesizedEntity("an entity, as in `User::\"alice\"`, or `\(slot)`")
    }
  }

  /// The reference takes `(User::"alice")` for `User::"alice"`.
  private mutating func parenthesizedEntity(_ expectation: String) throws(Diagnostic) -> UInt32 {
    var open = 0
    while token.kind == .leftParenthesis, open < Nesting.limit {
      open += 1
      advance()
    }
    let entity = try entityLiteral(expectation)
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
      throw unexpected(
        scope.form == .any ? "`==`, `in` or the end of `action`" : "the end of the `action` constraint",
        help: "conditions stand in `when { … }`"
      )
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
    try expect(.rightBracket, "`,` or `]`")
    return tree.list(actions)
  }

  private mutating func actionLiteral() throws(Diagnostic) -> UInt32 {
    let start = token.start
    if token.kind == .slot {
      throw diagnostic("an action cannot be a slot", help: "slots are ?principal and ?resource", at: token.span)
    }
    let entity = try parenthesizedEntity("an action, as in `Action::\"view\"`")
    let type = EntityTypeName(checked: tree.strings[Int(tree.entityParts[Int(entity)].type)])
    guard type.isAction else {
      throw diagnostic(
        "expected an action, found an entity of type `\(type)`",
        help: "the last component of an action's type is `Action`",
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
    try expect(.leftBrace, "`{` after `\(isUnless ? "unless" : "when")`")
    let start = token.start
    if token.kind == .rightBrace {
      throw diagnostic(
        "the `\(isUnless ? "unless" : "when")` clause is empty",
        help: "remove it, or write `true`",
        at: SourceSpan(keyword.start, token.end)
      )
    }
    let first = UInt32(truncatingIfNeeded: tree.nodes.count)
    try expression()
    let end = previousEnd
    try expect(.rightBrace, "an operator or `}`")
    let nodes = first..<UInt32(truncatingIfNeeded: tree.nodes.count)
    tree.conditions.append(ConditionRecord(isUnless: isUnless, nodes: nodes, start: start, end: end))
  }
}
