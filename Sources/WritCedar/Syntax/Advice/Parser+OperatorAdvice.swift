// SPDX-License-Identifier: Apache-2.0

/// Errors in conditions where an operator, or the end of what is open, is expected.
extension Parser {
  /// The run of operator characters around the current token, when it is an operator of another language.
  func foreignOperator() -> Diagnostic? {
    var start = Int(token.start)
    var end = Int(token.end)
    guard start < source.bytes.count, ForeignOperator.isPart(source.bytes[start]) else { return nil }
    while start > 0, end - start < 4, ForeignOperator.isPart(source.bytes[start - 1]) { start -= 1 }
    while end < source.bytes.count, end - start < 4, ForeignOperator.isPart(source.bytes[end]) { end += 1 }
    let run = source.text(of: SourceSpan(start, end))
    return ForeignOperator.help(for: run).map {
      diagnostic("`\(run)` is not an operator", help: $0, at: SourceSpan(start, end))
    }
  }

  /// A `/`, `%` or `=` stands where an operator is expected.
  func noOperator() -> Diagnostic {
    switch token.kind {
    case .slash:
      return diagnostic("Cedar has no division", help: "multiply the other side: `a > 2 * b`", at: token.span)
    case .percent:
      return diagnostic("Cedar has no remainder", help: "put it into the context of the request", at: token.span)
    default:
      return foreignOperator()
        ?? diagnostic("`=` is not an operator", help: "equality is written `==`", at: token.span)
    }
  }

  /// Advises what to write where an operator, or the end of what is open, is expected.
  ///
  /// - Parameter part: the part of an `if` that is open.
  func operatorAdvice(in part: IfPart? = nil) -> String? {
    if let advice = lettersInNumber() { return advice }
    switch token.kind {
    case .identifier:
      if isBehindIsNot {
        let word = text(of: token)
        return ForeignWord.operand(word)?.message == nil ? "write `!(… is \(shortened(word)))`" : Self.exists
      }
      if part == .ifThen, ["elif", "elsif", "elseif"].contains(text(of: token)) { return "write `else if`" }
      if ForeignWord.folded(text(of: token)) == "not", let advice = negationAdvice() { return advice }
      if let advice = ForeignWord.operator(text(of: token)) { return advice }
      if tokenIs("principal") || tokenIs("action") || tokenIs("resource") || tokenIs("context") { return Self.join }
    case .not:
      return negationAdvice() ?? Self.join
    case .question, .slot:
      let run = source.text(of: SourceSpan(token.start, token.start + 2))
      switch run {
      case "??": return "write `if context has name then context.name else …`"
      case "?.": return "test first whether there is one: `context has name && context.name == …`"
      default: return "write `if … then … else …`"
      }
    case .colon:
      return source.text(of: SourceSpan(token.start, token.start + 2)) == ":=" ? "equality is written `==`" : nil
    case .leftBrace where part != nil: return "write `if … then … else …`, without braces"
    case .semicolon where frames.isEmpty:
      switch following(1)[0].kind {
      case .rightBrace: return "remove the `;`: a condition is one expression"
      case .end: return "the condition is not closed: add `}` before the `;`"
      default: return "a condition is one expression; join several with `&&`, without `;`"
      }
    case .end where frames.isEmpty: return "the condition is not closed: add `}`"
    case .comma where frames.isEmpty: return Self.join
    case .comma:
      if case .parenthesis? = frames.last?.kind { return "a set is written in brackets: `[a, b]`" }
    case .string, .integer, .leftParenthesis: return Self.join
    case .rightParenthesis, .rightBracket:
      if frames.isEmpty { return "it closes nothing; remove it" }
    default: break
    }
    if part == .ifThen { return "an `if` always has an `else`, as in `if … then … else false`" }
    return unclosed()
  }

  /// Advises what to write for `not in`, `!like` and the like, where the current token is the negation.
  private func negationAdvice() -> String? {
    let next = source.text(of: following(1)[0].span)
    return ["in", "has", "like", "is"].contains(next) ? "negate the whole: `!(… \(next) …)`" : nil
  }

  /// A part of `if … then … else …`.
  enum IfPart { case ifCondition, ifThen }

  private static let exists = "test whether an attribute exists with `has`, as in `context has name`"
  private static let join = "two conditions are joined with `&&` or `||`"

  /// Whether the token before is the `not` of `is not`, which reads as a type.
  private var isBehindIsNot: Bool {
    let start = Swift.max(0, Int(previousEnd) - 12)
    let words = source.text(of: SourceSpan(start, Int(previousEnd))).split(whereSeparator: \.isWhitespace).suffix(2)
    return words.elementsEqual(["is", "not"])
  }

  /// Names the bracket that is open, where something else ends.
  private func unclosed() -> String? {
    switch token.kind {
    case .rightBrace, .rightBracket, .rightParenthesis, .semicolon, .end: break
    default: return nil
    }
    guard let frame = frames.last(where: \.nests) else { return nil }
    let place = source.location(of: Int(frame.start))
    let end =
      switch frame.kind {
      case .set: ("[", "]")
      case .record: ("{", "}")
      case .parenthesis, .call, .method: ("(", ")")
      default: ("", "")
      }
    guard !end.0.isEmpty else { return nil }
    if token.kind == .semicolon, case .record = frame.kind { return "attributes are separated by `,`" }
    if token.kind == .semicolon, case .set = frame.kind { return "elements are separated by `,`" }
    let what =
      switch frame.kind {
      case .call, .method: "the call that begins at \(place.line):\(place.column)"
      default: "the `\(end.0)` at \(place.line):\(place.column)"
      }
    return "\(what) is not closed: add `\(end.1)`"
  }

  /// Two relations meet.
  func chained() -> Diagnostic {
    // `context has first-name`
    if token.kind == .minus, token.start == previousEnd, let name = dashedName() {
      return diagnostic(
        "expected the end of the comparison, found `-`",
        help: "an attribute with `-` in its name stands in quotes: `has \(CedarText.quoted(name))`",
        at: token.span
      )
    }
    let isOrder: Bool =
      switch token.kind {
      case .less, .lessOrEqual, .greater, .greaterOrEqual: true
      default: false
      }
    return diagnostic(
      "expected the end of the comparison, found \(description(of: token))",
      help: isOrder
        ? "comparisons do not chain: write `a < b && b < c`"
        : "==, !=, <, <=, >, >=, in, has, like and is do not chain; use `&&` or parentheses",
      at: token.span
    )
  }

  /// `first-name` around the current `-`.
  private func dashedName() -> String? {
    let bytes = source.bytes
    var start = Int(token.start)
    var end = Int(token.end)
    while start > 0, token.start - UInt32(start) < 40, Identifier.isContinuation(bytes[start - 1]) { start -= 1 }
    while end < bytes.count, end - Int(token.end) < 40,
      Identifier.isContinuation(bytes[end]) || bytes[end] == UInt8(ascii: "-")
    {
      end += 1
    }
    guard start < Int(token.start), end > Int(token.end) else { return nil }
    return source.text(of: SourceSpan(start, end))
  }
}
