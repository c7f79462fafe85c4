// SPDX-License-Identifier: Apache-2.0

extension PolicySet {
  /// Validates policies and templates against a schema: Cedar's strict validation.
  ///
  /// Each is checked in every request environment of the schema that its scope admits. If it is valid, then on requests
  /// and entities that fit the schema its evaluation ends in no error but an overflow, a look at an entity that is not
  /// stored, or a value outside an extension type. Linked policies are valid if their templates are and what fills
  /// their slots fits.
  ///
  /// - Parameters:
  ///   - schema: the entity types, actions and contexts there are.
  ///   - level: the number of entities, one reached through the other, that a policy may look into, counted from the
  ///     principal, action, resource or context (RFC 76); `nil` for any number.
  /// - Complexity: the length of each policy times the environments it can tell apart, which are at most
  ///   ``ValidationLimits/environments``.
  public func validate(against schema: Schema, level: Int? = nil) -> ValidationReport {
    SchemaValidator(schema).validate(members, level: level)
  }
}

/// Validates policies one after the other, with one numbering of the schema for all.
struct Validator {
  private let schema: CheckedSchema
  private let level: Int?
  private var findings: [ValidationFinding] = []
  private var environmentCount = 0

  init(_ schema: CheckedSchema, level: Int?) {
    self.schema = schema
    self.level = level
  }

  mutating func validate(_ policies: [Policy]) -> ValidationReport {
    guard let first = policies.first else { return ValidationReport(findings: [], policyCount: 0) }
    let templates = Set(policies.lazy.filter(\.isTemplate).map(\.id))
    var checker = TypeChecker(schema, first)
    var infallible: Set<PolicyID> = []
    for policy in policies {
      // A link errs where its template does; templates stand before their links.
      if let template = policy.template, templates.contains(template) {
        findings += LinkCheck(policy).findings(&checker.schema)
        if infallible.contains(template) { infallible.insert(policy.id) }
        continue
      }
      var check = PolicyCheck(policy, level: level)
      check.run(&checker)
      findings += check.findings
      environmentCount += check.environmentCount
      if !check.mayErr { infallible.insert(policy.id) }
    }
    return ValidationReport(
      findings: findings,
      infallible: infallible.subtracting(templates),
      policyCount: policies.count,
      environmentCount: environmentCount,
      stepCount: checker.stepCount
    )
  }
}
