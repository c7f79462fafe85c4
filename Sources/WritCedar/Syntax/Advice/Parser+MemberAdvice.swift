// SPDX-License-Identifier: Apache-2.0

/// Errors in conditions behind `.`, `[`, `has` and `like`, in records and in calls.
extension Parser {
  /// No attribute's or method's name stands behind the `.`.
  func noAttribute(of operand: Operand) -> Diagnostic {
    let expectation = "an attribute or method name after `.`"
    switch token.kind {
    case .identifier:
      let word = text(of: token)
      let receiver = receiver(operand)
      let isCall = following(1)[0].kind == .leftParenthesis
      let help =
        switch (word, isCall) {
        case ("in", true): "`in` is an operator: write `\(receiver) in …`"
        case ("is", true): "`is` is an operator: write `\(receiver) is …`"
        case ("has", true):
          "`has` is an operator: write `\(receiver) has name`; whether a set has an element is `.contains(…)`"
        case ("like", true): "`like` is an operator: write `\(receiver) like \"…\"`"
        default: "write `\(receiver)[\"\(word)\"]`"
        }
      return diagnostic("`\(word)` is reserved and cannot stand here", help: help, at: token.span)
    case .integer, .dot:
      // The `.` has been taken: it stands right before.
      var behind = self
      behind.token = Token(kind: .dot, start: previousEnd - 1, end: previousEnd)
      if let error = behind.number() { return error }
      return unexpected(expectation, help: "a name that begins with a digit stands in brackets: `[\"1st\"]`")
    case .string: return unexpected(expectation, help: "a name in quotes stands in brackets: `[\"name\"]`")
    case .star: return unexpected(expectation, help: "Cedar has no wildcards outside the patterns of `like`")
    default: return unexpected(expectation, help: "write the name behind the `.`, or remove the `.`")
    }
  }

  /// The text of the operand, or `value` where it is long.
  private func receiver(_ operand: Operand) -> String {
    // The name has been read, so the `.` is looked for from there.
    var end = Int(previousEnd)
    while end > Int(operand.start), source.bytes[end - 1] != UInt8(ascii: ".") { end -= 1 }
    let text = source.text(of: SourceSpan(Int(operand.start), Swift.max(Int(operand.start), end - 1)))
    let isShort = !text.isEmpty && text.utf8.count <= 40 && !text.utf8.contains(UInt8(ascii: "\n"))
    return isShort ? text : "value"
  }

  /// The content of a string that is the only argument of the call that opens at the current token.
  private func onlyArgument() -> String? {
    let tokens = following(2)
    guard tokens[0].kind == .string, tokens[1].kind == .rightParenthesis, tokens[0].end - tokens[0].start <= 42 else {
      return nil
    }
    let text = source.text(of: SourceSpan(tokens[0].start + 1, tokens[0].end - 1))
    return text.utf8.contains(UInt8(ascii: "\\")) ? nil : text
  }

  /// A method that does not exist; the current token opens its arguments.
  func noMethod(_ name: String, _ nameToken: Token, of operand: Operand) -> Diagnostic {
    let isFunction = ExtensionFunction(name: name) != nil
    return diagnostic(
      isFunction ? "`\(name)` is a function, not a method" : "there is no method `\(shortened(name))`",
      help: isFunction
        ? "write `\(name)(…)`"
        : ForeignCall.method(name, receiver: receiver(operand), argument: onlyArgument()),
      at: nameToken.span
    )
  }

  /// A function that does not exist; the current token opens its arguments.
  func noFunction(_ name: String, _ span: SourceSpan) -> Diagnostic {
    let isMethod = Method(name: name) != nil
    return diagnostic(
      isMethod ? "`\(name)` is a method, not a function" : "there is no function `\(shortened(name))`",
      help: isMethod
        ? "write `\(Method.builtinNames.prefix(4).contains(name) ? "set" : "value").\(name)(…)`"
        : ForeignCall.function(name, argument: onlyArgument()),
      at: span
    )
  }

  /// Advises what to write for too few or too many arguments of a method.
  func argumentAdvice(_ operation: Node.Operation, _ found: Int) -> String? {
    switch operation {
    case .contains where found > 1: "for several elements write `.containsAll([ … ])` or `.containsAny([ … ])`"
    case .containsAll, .containsAny: "the argument is a set: `.\(operation)([\"a\", \"b\"])`"
    case .contains: "write the element: `.contains(\"a\")`"
    case .hasTag, .getTag: "write the tag's name: `.\(operation)(\"name\")`"
    default: nil
    }
  }

  /// Advises what to write between `[` and `]` behind an operand.
  func indexAdvice() -> String? {
    switch token.kind {
    case .identifier:
      "attributes are looked up by literal names: `[\(CedarText.quoted(shortened(text(of: token))))]`"
    case .integer, .star, .rightBracket: "a set has no order and no index; test its elements with `.contains(…)`"
    default: "attributes are looked up by literal names, as in `[\"name\"]`"
    }
  }

  /// Advises what to write behind `has`.
  func hasAdvice() -> String? {
    switch token.kind {
    case .identifier: "write `has \"\(text(of: token))\"`"
    case .leftBracket, .leftParenthesis: "write the name alone: `has name`"
    case .not: "negate the whole: `!(… has name)`"
    default: "write a name, as in `context has name`"
    }
  }

  /// Advises what to write behind `like`.
  func patternAdvice() -> String? {
    switch token.kind {
    case .slash: "a pattern is a string in which `*` stands for any text; there are no regular expressions"
    case .identifier: "a pattern is a literal: `like \(CedarText.quoted(shortened(text(of: token))))`"
    default: "a pattern is a string in which `*` stands for any text: `like \"a*\"`"
    }
  }

  /// Advises what to write for the name of a record's attribute.
  func keyAdvice() -> String? {
    switch token.kind {
    case .integer, .identifier:
      "a name that is not an identifier stands in quotes: `\"\(shortened(text(of: token)))\": …`"
    case .leftBracket, .leftParenthesis: "the name of an attribute is literal, as in `{\"name\": 1}`"
    default: nil
    }
  }
}
