// SPDX-License-Identifier: Apache-2.0

/// Errors in conditions where an operand is expected: names, numbers and what cannot begin an operand.
extension Parser {
  // MARK: Operands

  /// The current token cannot begin an operand.
  func noOperand() -> Diagnostic {
    if let error = foreignOperator() { return error }
    switch token.kind {
    case .dot:
      if let error = number() { return error }
    case .plus: return unexpected("an expression", help: "a number has no `+` before it")
    case .minus where isAtDashes: return unexpected("an expression", help: "a comment starts with `//`")
    case .comma: return unexpected("an expression", help: "remove the `,`, or write what is missing")
    case .assign: return unexpected("an expression", help: "equality is written `==`")
    case .slash:
      return unexpected("an expression", help: "a pattern is a string behind `like`; a comment starts with `//`")
    case .at: return unexpected("an expression", help: "variables have no `@`")
    case .colon, .question: return unexpected("an expression", help: "write `if … then … else …`")
    default: break
    }
    if let operation = previousOperator() {
      return unexpected("an expression", help: "`\(operation)` needs an expression on its right")
    }
    switch token.kind {
    case .and, .or, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .star, .percent:
      let operation = source.text(of: token.span)
      return unexpected("an expression", help: "`\(operation)` needs an expression on its left")
    case .rightParenthesis: return unexpected("an expression", help: "the parentheses are empty")
    default: return unexpected("an expression")
    }
  }

  /// The operator that the token before is, if it is one.
  private func previousOperator() -> String? {
    let end = Int(previousEnd)
    var start = end
    while start > 0, end - start < 4, ForeignOperator.isPart(source.bytes[start - 1]) { start -= 1 }
    if start == end {
      while start > 0, end - start < 5, Identifier.isContinuation(source.bytes[start - 1]) { start -= 1 }
    }
    let text = source.text(of: SourceSpan(start, end))
    return ["&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "!", "in", "then", "else"].contains(text)
      ? text : nil
  }

  /// Advises what to write instead of a reserved word where an operand is expected.
  func reservedOperandAdvice() -> String? {
    switch text(of: token) {
    case "has": "`has` stands behind what it asks: `context has name`"
    case "in": "`in` stands between two operands: `principal in Group::\"staff\"`"
    case "is": "`is` stands behind what it asks: `principal is User`"
    case "like": "`like` stands behind what it compares: `context.name like \"a*\"`"
    case "then", "else": "`\(text(of: token))` belongs to `if … then … else …`"
    default: nil
    }
  }

  /// A name that is not a variable stands as an operand.
  func noVariable(_ path: String, _ span: SourceSpan) -> Diagnostic {
    let name = shortened(path)
    if isBehindDashes(span.start) {
      return diagnostic("`\(name)` is not a variable", help: "a comment starts with `//`", at: span)
    }
    if let attribute = dashedAttribute(endingWith: name, span) {
      return diagnostic(
        "`\(name)` is not a variable",
        help: "an attribute with `-` in its name is written `[\(CedarText.quoted(attribute))]`",
        at: span
      )
    }
    if let (message, help) = ForeignWord.operand(path) {
      return diagnostic(message ?? "`\(name)` is not a variable", help: help, at: span)
    }
    return diagnostic("`\(name)` is not a variable", help: nameAdvice(path, span), at: span)
  }

  private func nameAdvice(_ path: String, _ span: SourceSpan) -> String? {
    let variables = ["principal", "action", "resource", "context"]
    let start = UInt32(truncatingIfNeeded: span.start)
    if let first = variables.first(where: { path.utf8.starts(with: "\($0)::".utf8) }) {
      return "an attribute stands behind `.`: `\(first).\(shortened(String(path.dropFirst(first.count + 2))))`"
    }
    let role = comparedRole()
    if let role, EntityAdvice.isType(path), let advice = pathAdvice(path, from: start, role) { return advice }
    if !path.utf8.contains(UInt8(ascii: ":")), let near = Suggestion.nearest(to: path, among: variables) {
      return "did you mean `\(near)`?"
    }
    if let role, let advice = pathAdvice(path, from: start, role) { return advice }
    if path.utf8.contains(UInt8(ascii: ":")) || EntityAdvice.isType(path) {
      return pathAdvice(path, from: start, .any)
    }
    return """
      the variables are principal, action, resource and context; a string stands in double quotes, and an entity is \
      written `Type::"id"`
      """
  }

  /// The variable that the operand is compared with: `action` in `action == view` and `action in [view, edit]`.
  private func comparedRole() -> EntityRole? {
    for frame in frames.reversed().prefix(2) {
      guard case .binary(let operation, _) = frame.kind else { continue }
      switch operation {
      case .equal, .notEqual, .in: break
      default: return nil
      }
      for role in [EntityRole.principal, .action, .resource] {
        guard let name = role.variable else { continue }
        let end = Int(frame.start) + name.utf8.count
        guard end < source.bytes.count, source.text(of: SourceSpan(Int(frame.start), end)) == name else { continue }
        let next = source.bytes[end]
        if !Identifier.isContinuation(next), next != UInt8(ascii: "."), next != UInt8(ascii: "[") { return role }
      }
      return nil
    }
    return nil
  }

  /// Whether `--` and white space stand before this place: a comment in the manner of SQL, read as two signs.
  private func isBehindDashes(_ start: Int) -> Bool {
    var index = start
    while index > 0, source.bytes[index - 1] == UInt8(ascii: " ") { index -= 1 }
    return index < start && index > 1 && source.bytes[index - 1] == UInt8(ascii: "-")
      && source.bytes[index - 2] == UInt8(ascii: "-")
  }

  /// The name `first-name` of which only the end was read as a variable of its own.
  private func dashedAttribute(endingWith name: String, _ span: SourceSpan) -> String? {
    var index = span.start
    while index > 1, span.start - index < 64, source.bytes[index - 1] == UInt8(ascii: "-"),
      Identifier.isContinuation(source.bytes[index - 2])
    {
      index -= 1
      while index > 0, span.start - index < 64, Identifier.isContinuation(source.bytes[index - 1]) { index -= 1 }
    }
    guard index < span.start, index > 0, source.bytes[index - 1] == UInt8(ascii: ".") else { return nil }
    return source.text(of: SourceSpan(index, span.start)) + name
  }

  // MARK: Numbers

  /// A number with a point or letters, where the current token is the point behind its digits or before them.
  func number() -> Diagnostic? {
    let bytes = source.bytes
    let dot = Int(token.start)
    guard dot + 1 < bytes.count else { return nil }
    var start = dot
    var end = dot + 1
    while start > 0, dot - start < 40, Identifier.isDigit(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: ".") {
      start -= 1
    }
    while end < bytes.count, end - dot < 40, Identifier.isDigit(bytes[end]) || bytes[end] == UInt8(ascii: ".") {
      end += 1
    }
    let text = source.text(of: SourceSpan(start, end))
    guard text.utf8.contains(where: Identifier.isDigit),
      start == 0 || !(Identifier.isContinuation(bytes[start - 1]) || [0x29, 0x5D].contains(bytes[start - 1]))
    else { return nil }
    let span = SourceSpan(start, end)
    if text.contains("..") {
      return diagnostic("Cedar has no ranges", help: ForeignOperator.help(for: ".."), at: span)
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 4 {
      return diagnostic("`\(text)` is not a number", help: "an IP address is written `ip(\"\(text)\")`", at: span)
    }
    guard parts.count == 2, Identifier.isDigit(bytes[dot + 1]) else { return nil }
    return diagnostic(
      "`\(text)` is not an integer",
      help: "write `decimal(\"\(parts[0].isEmpty ? "0" : "")\(text)\")`; decimals are compared with `.lessThan(…)`",
      at: span
    )
  }

  /// `0x10`, `1e3` or `1_000`, where the current token is the identifier behind the digits.
  func lettersInNumber() -> String? {
    guard token.kind == .identifier, token.start == previousEnd, previousEnd > 0,
      Identifier.isDigit(source.bytes[Int(previousEnd) - 1])
    else { return nil }
    return "an integer is written with the digits 0 to 9 only"
  }
}
