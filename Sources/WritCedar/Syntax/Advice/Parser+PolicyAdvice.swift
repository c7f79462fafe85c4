// SPDX-License-Identifier: Apache-2.0

/// Errors outside conditions: effects, annotations, scopes, and the end of a policy.
extension Parser {
  static let policyForm = "a policy is `permit(principal, action, resource);`"
  static let scopeForm = "a scope is `(principal, action, resource)`"

  // MARK: Effect and annotations

  /// No policy begins at the current token.
  func noEffect() -> Diagnostic {
    if token.kind == .semicolon {
      let isBehindAnnotation = previousEnd > 0 && source.bytes[Int(previousEnd) - 1] == UInt8(ascii: ")")
      let help = isBehindAnnotation ? "remove it; an annotation stands before its policy without `;`" : "remove it"
      return diagnostic("a `;` without a policy", help: help, at: token.span)
    }
    return unexpected("`permit` or `forbid`", help: effectAdvice())
  }

  private func effectAdvice() -> String? {
    switch token.kind {
    case .identifier: break
    case .minus where isAtDashes: return "a comment starts with `//`"
    case .slash: return "a comment starts with `//`"
    case .less: return "a comment starts with `//`"
    case .assign, .colon, .minus, .dot:
      return previousEnd == 0 ? Self.policyForm : "an annotation is written `@name(\"value\")`, the name an identifier"
    case .string: return "a comment starts with `//`; an annotation is written `@doc(\"…\")`"
    case .leftBracket:
      return "policies in JSON are one object, with the members `staticPolicies`, `templates` and `templateLinks`"
    case .rightBrace, .rightParenthesis, .rightBracket: return "it closes nothing; remove it"
    default: return Self.policyForm
    }
    let name = text(of: token)
    guard let word = ForeignWord.folded(name) else { return Self.policyForm }
    switch word {
    case "permit", "forbid": return "keywords are written in lower case: `\(word)`"
    case "allow", "grant", "accept", "allowed": return "write `permit`"
    case "deny", "reject", "block", "refuse", "disallow", "denied", "prohibit": return "write `forbid`"
    case "when", "unless", "if", "where":
      return "a policy begins with `permit` or `forbid`; its conditions stand behind the scope"
    case "entity", "action", "namespace", "type": return "a schema stands in a text of its own"
    case "package", "import", "default", "policy", "rule", "statement", "const", "let", "var", "effect", "create",
      "func", "def", "function":
      return "a text of policies holds policies only, as in `permit(principal, action, resource);`"
    case "id", "name", "doc", "description", "annotation":
      return "an annotation starts with `@`, as in `@\(name)(\"…\")`"
    default: break
    }
    return Suggestion.nearest(to: name, among: ["permit", "forbid"]).map { "did you mean `\($0)`?" } ?? Self.policyForm
  }

  /// Whether a comment in the manner of SQL begins at the current token.
  var isAtDashes: Bool {
    guard token.kind == .minus, Int(token.end) < source.bytes.count else { return false }
    return source.bytes[Int(token.end)] == UInt8(ascii: "-")
  }

  /// Advises what to write for the value of an annotation that is not a string.
  func annotationValueAdvice(_ name: String) -> String {
    switch token.kind {
    case .identifier, .integer:
      "the value stands in double quotes: `@\(shortened(name))(\(CedarText.quoted(shortened(text(of: token)))))`"
    case .rightParenthesis: "an annotation without a value has no parentheses: `@\(shortened(name))`"
    default: "the value stands in double quotes: `@\(shortened(name))(\"…\")`"
    }
  }

  // MARK: Scope

  /// Advises what to write where the name of a scope's variable is expected.
  func scopeVariableAdvice(_ variable: String) -> String? {
    if token.kind == .not || tokenIs("not") {
      return "a scope says what fits; exclude with a condition behind it: `unless { \(variable) in … }`"
    }
    if token.kind == .star || Self.anyWords.contains(source.text(of: token.span)) {
      return "for any \(variable) write `\(variable)`"
    }
    guard let entity = entityText() else { return Self.scopeForm }
    let isAction = entity.type == "Action" || entity.type.hasSuffix("::Action")
    if variable == "action", !isAction {
      return "a scope takes one principal; several are a condition: `when { principal in [ … ] }`"
    }
    if variable == "resource", isAction { return "several actions stand in brackets: `action in [ … , … ]`" }
    return "name the variable: `\(variable) == \(entity.text)`"
  }

  /// The entity literal that begins at the current token, if one does and is short.
  private func entityText() -> (type: String, text: String)? {
    guard token.kind == .identifier else { return nil }
    let tokens = following(8)
    var index = 0
    while index + 1 < tokens.count, tokens[index].kind == .doubleColon {
      let next = tokens[index + 1]
      if next.kind == .string, next.end - token.start <= 64 {
        let type = source.text(of: SourceSpan(token.start, tokens[index].start))
        return (type, source.text(of: SourceSpan(token.start, next.end)))
      }
      guard next.kind == .identifier else { return nil }
      index += 2
    }
    return nil
  }

  /// A `:` or `=` stands behind a variable of the scope.
  func noConstraint(of variable: String) -> Diagnostic {
    guard token.kind == .colon else {
      return diagnostic("`=` is not an operator", help: "equality is written `==`", at: token.span)
    }
    let isAction = variable == "action"
    return diagnostic(
      isAction ? "`:` does not constrain an action" : "`:` does not constrain a type",
      help: isAction ? "write `action == Action::\"view\"`" : "write `\(variable) is Type`",
      at: token.span
    )
  }

  /// Behind a variable of the scope with its constraint, neither `,` nor `)` stands.
  ///
  /// - Parameter operators: what else could have followed.
  func scopeNotEnded(_ variable: String, _ operators: String?) -> Diagnostic {
    let next = variable == "principal" ? "action" : "resource"
    if variable != "resource", tokenIs(next) {
      return unexpected("`,` between `\(variable)` and `\(next)`", help: Self.scopeForm)
    }
    if variable == "resource" {
      switch token.kind {
      case .semicolon, .end, .leftBrace, .at: return unexpected("`)` after the resource", help: Self.scopeForm)
      case .identifier where tokenIs("when") || tokenIs("unless"):
        return unexpected("`)` after the resource", help: Self.scopeForm)
      default: break
      }
    }
    return unexpected(operators ?? "the end of the `\(variable)` constraint", help: scopeConditionAdvice(variable))
  }

  private func scopeConditionAdvice(_ variable: String) -> String {
    switch token.kind {
    case .and, .or: return Self.oneConstraint
    case .notEqual: return "exclude with a condition behind the scope: `unless { \(variable) == … }`"
    case .not: return "exclude with a condition behind the scope: `unless { \(variable) in … }`"
    case .dot: return "attributes are tested behind the scope: `when { \(variable).name == … }`"
    case .identifier:
      switch ForeignWord.folded(text(of: token)) {
      case "and", "or": return Self.oneConstraint
      case "not": return "exclude with a condition behind the scope: `unless { \(variable) in … }`"
      case "when", "unless", "if", "where": return "close the scope first: `(principal, action, resource) when { … }`"
      case "has": return "attributes are tested behind the scope: `when { \(variable) has … }`"
      case "eq", "equals": return "equality is written `==`"
      default: break
      }
    default: break
    }
    return "conditions stand behind the scope: `(principal, action, resource) when { … }`"
  }

  private static let oneConstraint = "each variable takes one constraint; others are a condition: `when { … }`"

  /// Advice on what to write behind the scope's third variable.
  var behindResourceAdvice: String {
    tokenIs("context")
      ? "the context has no place in the scope; test it behind it: `when { context.name == … }`"
      : Self.scopeForm
  }

  // MARK: End

  /// Behind the scope or a clause, neither another clause nor the `;` stands.
  ///
  /// A policy without `;` is told of where the `;` is missing, not where the next policy begins.
  func unfinishedPolicy() -> Diagnostic {
    let isNext = tokenIs("permit") || tokenIs("forbid") || (token.kind == .at && isFirstOnItsLine)
    if token.kind == .end || isNext {
      return diagnostic(
        "the policy does not end with `;`",
        help: "add `;` here",
        at: SourceSpan(previousEnd, previousEnd)
      )
    }
    return unexpected("`when`, `unless` or `;`", help: clauseAdvice())
  }

  /// Whether a line ends between the token before and the current one.
  var isFirstOnItsLine: Bool {
    source.bytes[Int(previousEnd)..<Int(token.start)].contains(UInt8(ascii: "\n"))
  }

  private func clauseAdvice() -> String? {
    switch token.kind {
    case .leftBrace: return "`when` is missing: `when { … }`"
    case .at: return "an annotation stands before `permit` or `forbid`"
    case .and, .or: return Self.joinClauses
    case .rightBrace, .rightParenthesis: return "it closes nothing; remove it"
    case .comma, .dot, .colon: return "a policy ends with `;`"
    case .identifier: break
    default: return "a condition is written `when { … }`"
    }
    switch ForeignWord.folded(text(of: token)) {
    case "when", "unless": return "keywords are written in lower case"
    case "where", "if", "with", "given", "provided", "while", "only", "condition", "conditions", "for":
      return "a condition is written `when { … }`"
    case "except", "but", "excluding", "ifnot", "without": return "an exception is written `unless { … }`"
    case "and", "or": return Self.joinClauses
    case "else", "otherwise", "then": return "a policy has no `else`; write a second policy"
    case "advice", "obligation":
      return "Cedar has no advice; say it in an annotation before the policy, `@advice(\"…\")`"
    default: return "a condition is written `when { … }`, and the policy ends with `;`"
    }
  }

  private static let joinClauses =
    "all clauses must hold, one behind the other: `when { … } when { … }`; within one, join with `&&` or `||`"
}
