// SPDX-License-Identifier: Apache-2.0

/// Everything that validation asks of one policy or template.
struct PolicyCheck {
  let policy: Policy
  let level: Int?
  private(set) var findings: [ValidationFinding] = []
  private(set) var environmentCount = 0
  /// Whether it may err on what fits the schema.
  private(set) var mayErr = false

  init(_ policy: Policy, level: Int?) {
    self.policy = policy
    self.level = level
  }

  mutating func run(_ checker: inout TypeChecker) {
    checker.begin(policy)
    findings = NameCheck(policy).findings(&checker)
    let scope = ScopeCheck(policy, checker.schema)
    var walk = EnvironmentWalk(policy, scope)
    if !walk.hasApplication(&checker.schema) { findings.append(inapplicable(scope, &checker.schema)) }
    var levels = level.map { LevelCheck(limit: $0) }
    checker.keepsTypes = levels != nil
    var isPossible = false
    let isComplete = walk.forEach(&checker) { environment, checker in
      if checker.check(in: environment) != .alwaysFalse { isPossible = true }
      levels?.check(checker, scope)
    }
    environmentCount = walk.count
    if walk.isActionReached { findings += scopeListFindings(scope) }
    for problem in checker.problems { findings.append(finding(problem, &checker)) }
    if !isComplete { findings.append(tooManyEnvironments) }
    if findings.isEmpty, let levels { findings += levels.findings(policy, checker) }
    mayErr = checker.mayErr || !findings.isEmpty
    if !isPossible, isComplete { findings.append(impossible) }
    findings += TextCheck(policy).run()
    sort()
  }

  /// Errors, then warnings, each in the order of the text; that nothing applies to a scope comes behind what is wrong
  /// in it.
  private mutating func sort() {
    guard findings.count > 1 else { return }
    let ordered = findings.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if one.severity != other.severity { return one.severity == .error }
      return (Self.position(one), left.offset) < (Self.position(other), right.offset)
    }
    findings = ordered.map(\.element)
  }

  private static func position(_ finding: ValidationFinding) -> Int {
    let span = finding.diagnostic.span
    return finding.code == .invalidActionApplication ? span.end : span.start
  }

  // MARK: Findings

  func finding(
    _ code: ValidationFinding.Code,
    _ message: String,
    help: String? = nil,
    at span: SourceSpan,
    suggestion: String? = nil
  ) -> ValidationFinding {
    ValidationFinding(
      code,
      policy: policy.id,
      Diagnostic(message, help: help, source: policy.source, span: span),
      suggestion: suggestion
    )
  }

  private func finding(
    _ found: (step: Int, problem: TypeProblem, environment: TypeChecker.Environment),
    _ checker: inout TypeChecker
  ) -> ValidationFinding {
    let node = checker.policy.nodeIndex(of: found.step)
    let words = ProblemWords(found.problem, node: node, in: policy.tree, environment: found.environment, checker.schema)
    return ValidationFinding(
      found.problem.code,
      policy: policy.id,
      Diagnostic(words.message, help: words.help, source: policy.source, span: policy.tree.nodes[node].span),
      environment: found.environment.named(checker.schema),
      expected: words.expected,
      found: words.found,
      suggestion: words.suggestion
    )
  }

  private var scopeSpan: SourceSpan {
    let spans = policy.scopeSpans
    return SourceSpan(spans.principal.start, Swift.max(spans.resource.end, spans.principal.start + 1))
  }

  private func inapplicable(
    _ scope: ScopeCheck,
    _ schema: inout CheckedSchema
  ) -> ValidationFinding {
    let advice = ApplicationAdvice(scope, &schema)
    return finding(
      .invalidActionApplication,
      "no action applies to such a principal and resource",
      help: advice.text,
      at: scopeSpan
    )
  }

  private func scopeListFindings(_ scope: ScopeCheck) -> [ValidationFinding] {
    let span = policy.scopeSpans.action
    if scope.isEmptyList {
      return [
        finding(
          .emptySetForbidden,
          "the list of actions is empty, so no action satisfies it",
          help: "name the actions, or write `action` alone for all",
          at: span
        )
      ]
    }
    guard scope.mixesActionTypes, case .inAny(let uids) = policy.actionConstraint else { return [] }
    let types = Set(uids.map(\.type)).sorted().map(\.description)
    return [
      ValidationFinding(
        .incompatibleTypes,
        policy: policy.id,
        Diagnostic(
          "the elements of a set have one type, found \(types.joined(separator: " and "))",
          help: "write a policy for the actions of each namespace",
          source: policy.source,
          span: span
        ),
        expected: types.first,
        found: types.last
      )
    ]
  }

  private var impossible: ValidationFinding {
    finding(
      .impossiblePolicy,
      "no request can satisfy the policy",
      help: "by the schema its scope or conditions are false for all types of principals and resources",
      at: policy.span
    )
  }

  private var tooManyEnvironments: ValidationFinding {
    finding(
      .tooManyEnvironments,
      "the policy is evaluated for more than \(ValidationLimits.environments) kinds of requests, too many to check",
      help: "name the types of principal and resource in the scope, as in `principal is User`",
      at: scopeSpan
    )
  }
}
