// SPDX-License-Identifier: Apache-2.0

/// Looks up the entity types, actions and enumerated ids that a policy names, also where its conditions are never
/// evaluated.
struct NameCheck {
  private let policy: Policy
  private var findings: [ValidationFinding] = []

  init(_ policy: Policy) { self.policy = policy }

  /// The findings of a policy that the checker has begun with.
  consuming func findings(_ checker: inout TypeChecker) -> [ValidationFinding] {
    var schema = checker.schema
    scope(policy.principalConstraint, at: policy.scopeSpans.principal, &schema)
    scope(policy.actionConstraint, at: policy.scopeSpans.action, &schema)
    scope(policy.resourceConstraint, at: policy.scopeSpans.resource, &schema)
    let tree = policy.tree
    for condition in checker.policy.conditions {
      for index in condition.steps {
        let step = checker.policy.steps[index]
        let node = tree.nodes[index + condition.nodeOffset]
        switch step.operation {
        case .entity where step.operand < 0 || schema.isEnumerated(step.operand):
          entity(tree.entity(at: node.operand), at: node.span, &schema)
        case .isType where step.operand < 0, .isTypeIn where step.operand < 0:
          type(tree.typeName(at: node.operand), at: node.span, &schema)
        default: break
        }
      }
    }
    checker.schema.suggestions = schema.suggestions
    return findings
  }

  private mutating func scope(_ constraint: ScopeConstraint, at span: SourceSpan, _ schema: inout CheckedSchema) {
    switch constraint {
    case .any: break
    case .equal(let reference), .in(let reference): self.reference(reference, at: span, &schema)
    case .isType(let name): type(name, at: span, &schema)
    case .isTypeIn(let name, let reference):
      type(name, at: span, &schema)
      self.reference(reference, at: span, &schema)
    }
  }

  private mutating func reference(_ reference: EntityReference, at span: SourceSpan, _ schema: inout CheckedSchema) {
    if case .entity(let uid) = reference { entity(uid, at: span, &schema) }
  }

  private mutating func scope(_ constraint: ActionConstraint, at span: SourceSpan, _ schema: inout CheckedSchema) {
    switch constraint {
    case .any: break
    case .equal(let uid), .in(let uid): entity(uid, at: span, &schema)
    case .inAny(let uids): for uid in uids { entity(uid, at: span, &schema) }
    }
  }

  // MARK: Names

  private mutating func entity(_ uid: EntityUID, at span: SourceSpan, _ schema: inout CheckedSchema) {
    if uid.type.isAction { return action(uid, at: span, &schema) }
    guard let number = schema.entityNumber(uid.type) else { return type(uid.type, at: span, &schema) }
    guard schema.isEnumerated(number), let problem = schema.schema.problem(withReferenceTo: uid) else { return }
    let near = Suggestion.nearest(to: uid.id, among: schema.schema.entityTypes[uid.type]?.enumeration ?? [])
    add(
      .invalidEnumEntity,
      problem,
      at: place(of: uid.description, in: span),
      found: uid.description,
      suggestion: near.map { EntityUID(type: uid.type, id: $0).description }
    )
  }

  private mutating func type(_ name: EntityTypeName, at span: SourceSpan, _ schema: inout CheckedSchema) {
    // Of types of actions the actions are looked up.
    guard schema.entityNumber(name) == nil, !name.isAction else { return }
    let near = schema.suggestions.type(for: name, in: schema.schema)
    add(
      .unrecognizedEntityType,
      "the entity type `\(name)` is not declared",
      at: place(of: name.description, in: span),
      found: name.description,
      suggestion: near?.description
    )
  }

  private mutating func action(_ uid: EntityUID, at span: SourceSpan, _ schema: inout CheckedSchema) {
    guard schema.actionNumber(uid) == nil else { return }
    let near = schema.suggestions.action(for: uid, in: schema.schema)
    add(
      .unrecognizedActionId,
      "the action \(Schema.shown(uid)) is not declared",
      at: place(of: uid.description, in: span),
      found: uid.description,
      suggestion: near.map(Schema.shown)
    )
  }

  private mutating func add(
    _ code: ValidationFinding.Code,
    _ message: String,
    at span: SourceSpan,
    found: String,
    suggestion: String?
  ) {
    let help = suggestion.map { "did you mean `\($0)`?" }
    findings.append(
      ValidationFinding(
        code,
        policy: policy.id,
        Diagnostic(message, help: help, source: policy.source, span: span),
        found: found,
        suggestion: suggestion
      )
    )
  }

  /// The place of a name in a part of the text, the whole part where it is written otherwise.
  private func place(of name: String, in span: SourceSpan) -> SourceSpan {
    policy.source.place(of: name, in: span) ?? span
  }
}

extension SourceText {
  /// The first place of a word in a span, `nil` where it only stands within other words.
  func place(of word: String, in span: SourceSpan) -> SourceSpan? {
    let wanted = Array(word.utf8)
    let end = Swift.min(span.end, bytes.count)
    guard !wanted.isEmpty, span.start + wanted.count <= end else { return nil }
    for start in span.start...(end - wanted.count) where bytes[start] == wanted[0] {
      let behind = start + wanted.count
      guard bytes[start..<behind].elementsEqual(wanted) else { continue }
      let isWhole =
        (start == 0 || !Identifier.isContinuation(bytes[start - 1]) && bytes[start - 1] != UInt8(ascii: ":"))
        && (behind == bytes.count || !Identifier.isContinuation(bytes[behind]))
      if isWhole { return SourceSpan(start, behind) }
    }
    return nil
  }
}
