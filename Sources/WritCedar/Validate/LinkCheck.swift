// SPDX-License-Identifier: Apache-2.0

/// The check of a linked policy's slots; its template is validated by itself.
struct LinkCheck {
  private let policy: Policy

  init(_ policy: Policy) { self.policy = policy }

  func findings(_ schema: inout CheckedSchema) -> [ValidationFinding] {
    var findings: [ValidationFinding] = []
    for (slot, uid) in policy.slotValues.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      if let finding = finding(slot, uid, &schema) { findings.append(finding) }
    }
    let scope = ScopeCheck(policy, schema)
    if !EnvironmentWalk(policy, scope).hasApplication(&schema) {
      findings.append(
        make(
          .invalidActionApplication,
          "with these entities in its slots no action applies to such a principal and resource",
          help: ApplicationAdvice(scope, &schema).text
        )
      )
    }
    return findings
  }

  private func finding(_ slot: Slot, _ uid: EntityUID, _ schema: inout CheckedSchema) -> ValidationFinding? {
    guard schema.entityNumber(uid.type) != nil else {
      let near = schema.suggestions.type(for: uid.type, in: schema.schema)?.description
      return make(
        .unrecognizedEntityType,
        "\(slot) is \(Schema.shown(uid)), whose entity type `\(uid.type)` is not declared",
        help: near.map { "did you mean `\($0)`?" },
        found: uid.type.description,
        suggestion: near
      )
    }
    guard let problem = schema.schema.problem(withReferenceTo: uid) else { return nil }
    return make(
      uid.type.isAction ? .unrecognizedActionId : .invalidEnumEntity,
      "\(slot): \(problem)",
      found: uid.description
    )
  }

  private func make(
    _ code: ValidationFinding.Code,
    _ message: String,
    help: String? = nil,
    found: String? = nil,
    suggestion: String? = nil
  ) -> ValidationFinding {
    ValidationFinding(
      code,
      policy: policy.id,
      Diagnostic(message, help: help, source: policy.source, span: policy.span),
      found: found,
      suggestion: suggestion
    )
  }
}
