// SPDX-License-Identifier: Apache-2.0

/// Warns of names and strings in a policy that can pass for others: of several scripts, with characters that change the
/// direction of text, or with characters that identifiers should not have.
struct TextCheck {
  private let policy: Policy
  private var findings: [ValidationFinding] = []

  init(_ policy: Policy) { self.policy = policy }

  consuming func run() -> [ValidationFinding] {
    let spans = policy.scopeSpans
    scope(policy.principalConstraint, at: spans.principal)
    switch policy.actionConstraint {
    case .any: break
    case .equal(let uid), .in(let uid): name(uid.id, at: spans.action)
    case .inAny(let uids): for uid in uids { name(uid.id, at: spans.action) }
    }
    scope(policy.resourceConstraint, at: spans.resource)
    let tree = policy.tree
    for condition in policy.conditions {
      for index in condition.nodes { node(tree.nodes[Int(index)], of: tree) }
    }
    return findings
  }

  private mutating func scope(_ constraint: ScopeConstraint, at span: SourceSpan) {
    switch constraint {
    case .equal(.entity(let uid)), .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)): name(uid.id, at: span)
    default: break
    }
  }

  private mutating func node(_ node: Node, of tree: SyntaxTree) {
    switch node.operation {
    case .string: string(tree.strings[Int(node.operand)], at: node.span)
    case .like: string(tree.patterns[Int(node.operand)].description, at: node.span)
    // Types and functions are of ASCII letters.
    case .entity: name(tree.entity(at: node.operand).id, at: node.span)
    case .getAttribute: name(tree.strings[Int(node.operand)], at: node.span)
    case .hasAttribute, .record:
      for item in tree.list(at: node.operand) { name(tree.strings[Int(item)], at: node.span) }
    default: break
    }
  }

  // MARK: Texts

  private mutating func string(_ text: String, at span: SourceSpan) {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return }
    if let control = text.unicodeScalars.first(where: ScriptCheck.controlsDirection) {
      add(.bidiCharsInString, "the string changes the direction of text", control, at: span)
    } else if !ScriptCheck.isSingleScript(text) {
      add(.mixedScriptString, "the string \(Schema.shown(text)) has letters of several scripts", nil, at: span)
    }
  }

  private mutating func name(_ text: String, at span: SourceSpan) {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return }
    let shown = Schema.shown(text)
    if let control = text.unicodeScalars.first(where: ScriptCheck.controlsDirection) {
      add(.bidiCharsInIdentifier, "the name \(shown) changes the direction of text", control, at: span)
    } else if let odd = text.unicodeScalars.first(where: { !ScriptCheck.isAllowedInIdentifiers($0) }) {
      add(.confusableIdentifier, "the name \(shown) has a character that names should not have", odd, at: span)
    } else if !ScriptCheck.isSingleScript(text) {
      add(.mixedScriptIdentifier, "the name \(shown) has letters of several scripts", nil, at: span)
    }
  }

  private mutating func add(
    _ code: ValidationFinding.Code,
    _ message: String,
    _ scalar: Unicode.Scalar?,
    at span: SourceSpan
  ) {
    let number = scalar.map { String($0.value, radix: 16, uppercase: true) }
    let padded = number.map { String(repeating: "0", count: Swift.max(0, 4 - $0.utf8.count)) + $0 }
    let help = scalar == nil ? "letters that look alike make two names of what looks like one" : nil
    findings.append(
      ValidationFinding(
        code,
        policy: policy.id,
        Diagnostic(
          padded.map { "\(message): U+\($0)" } ?? message,
          help: help,
          source: policy.source,
          span: span
        ),
        found: padded.map { "U+\($0)" }
      )
    )
  }
}
