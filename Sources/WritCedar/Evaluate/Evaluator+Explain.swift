// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Explains these policies, as ``Authorizer/explain(_:)`` does.
  package func explain(_ policies: some Sequence<Policy>) -> [Explanation] {
    var explanations: [Explanation] = []
    for policy in policies where holds(policy.actionConstraint) {
      let explanation = explain(policy)
      let scope = [explanation.parts[0], explanation.parts[2]]
      if scope.count(where: { !$0.holds }) <= 1 { explanations.append(explanation) }
    }
    return explanations.enumerated()
      .sorted { ($0.element.failures, $0.offset) < ($1.element.failures, $1.offset) }
      .map(\.element)
  }

  private func explain(_ policy: Policy) -> Explanation {
    let outcome: Explanation.Outcome
    do {
      outcome = try isSatisfied(policy) ? .satisfied : .unsatisfied
    } catch {
      outcome = .error
    }
    var parts: [Explanation.Part] = []
    // Deciding stops at the first part that does not hold.
    var isReached = true
    for test in scopeTests(of: policy) + conditionTests(of: policy) {
      parts.append(part(test, of: policy, isReached: isReached))
      isReached = isReached && test.holds
    }
    return Explanation(policy: policy, outcome: outcome, parts: parts)
  }

  // MARK: Parts

  /// A part with its own value.
  private struct Test {
    let text: String
    let start: Int
    var isUnless = false
    /// The nodes of an expression; without them the test is one of the scope.
    var nodes: Range<Int>?
    let result: Result<Value, EvaluationError>
    /// The entity that a test of the scope looks for in a group.
    var member: (text: String, entity: EntityUID)?

    var holds: Bool {
      guard case .success(.bool(let truth)) = result else { return false }
      return truth != isUnless
    }
  }

  private func part(_ test: Test, of policy: Policy, isReached: Bool) -> Explanation.Part {
    var value: Result<Value, EvaluationError>? = test.result
    if !isReached, case .failure = test.result { value = nil }
    var memberships: [Explanation.Membership] = []
    if !test.holds {
      if let member = test.member { memberships = [membership(of: member.entity, member.text)] }
      if let nodes = test.nodes { memberships = self.memberships(nodes, of: policy.tree) }
    }
    return Explanation.Part(
      text: test.text,
      location: policy.source.location(of: test.start),
      value: value,
      isUnless: test.isUnless,
      operands: test.nodes.map { operands($0, of: policy.tree) } ?? [],
      memberships: memberships
    )
  }

  private func scopeTests(of policy: Policy) -> [Test] {
    let spans = policy.scopeSpans
    let texts = policy.tree.isJSON ? policy.scopeTexts : []
    func test(
      _ number: Int,
      _ span: SourceSpan,
      _ member: (String, EntityUID)?,
      _ holds: () throws(EvaluationError) -> Bool
    ) -> Test {
      let text = texts.indices.contains(number) ? texts[number] : policy.source.text(of: span)
      let result = Result { () throws(EvaluationError) in Value.bool(try holds()) }
      return Test(text: text, start: span.start, result: result, member: member)
    }
    let action: (String, EntityUID)? =
      switch policy.actionConstraint {
      case .any, .equal: nil
      case .in, .inAny: ("action", request.action)
      }
    return [
      test(0, spans.principal, member(policy.principalConstraint, "principal", request.principal)) {
        () throws(EvaluationError) in
        try holds(policy.principalConstraint, for: request.principal, policy, spans.principal)
      },
      test(1, spans.action, action) { () throws(EvaluationError) in holds(policy.actionConstraint) },
      test(2, spans.resource, member(policy.resourceConstraint, "resource", request.resource)) {
        () throws(EvaluationError) in
        try holds(policy.resourceConstraint, for: request.resource, policy, spans.resource)
      },
    ]
  }

  private func member(_ constraint: ScopeConstraint, _ text: String, _ uid: EntityUID) -> (String, EntityUID)? {
    switch constraint {
    case .any, .equal, .isType: nil
    case .in, .isTypeIn: (text, uid)
    }
  }

  private func conditionTests(of policy: Policy) -> [Test] {
    policy.conditions.flatMap { condition in
      let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
      if condition.isUnless {
        return [test(nodes, SourceSpan(condition.start, condition.end), of: policy, isUnless: true)]
      }
      return policy.tree.conjuncts(of: nodes).map { test($0, policy.tree.span(of: $0), of: policy, isUnless: false) }
    }
  }

  private func test(_ nodes: Range<Int>, _ span: SourceSpan, of policy: Policy, isUnless: Bool) -> Test {
    let result = Result { () throws(EvaluationError) in
      let value = try evaluate(nodes, of: policy.tree)
      if case .bool = value { return value }
      let message = "expected bool, found \(value.kindName)"
      throw EvaluationError(code: .type, message: message, source: policy.source, span: span)
    }
    let text = policy.tree.text(of: nodes, at: span)
    return Test(text: text, start: span.start, isUnless: isUnless, nodes: nodes, result: result)
  }

  // MARK: What a part looks at

  /// The longest chains of attributes and tags in an expression that have a value, each text once.
  private func operands(_ nodes: Range<Int>, of tree: SyntaxTree) -> [(text: String, value: Value)] {
    let starts = tree.subtreeStarts(nodes)
    var found: [(text: String, value: Value)] = []
    var texts: Set<ScalarText> = []
    for index in nodes {
      let operation = tree.nodes[index].operation
      guard operation == .getAttribute || operation == .getTag else { continue }
      // A longer chain goes on with the node behind.
      if index + 1 < nodes.upperBound, tree.nodes[index + 1].operation == .getAttribute { continue }
      let chain = starts[index - nodes.lowerBound]..<(index + 1)
      let text = tree.text(of: chain, at: tree.span(of: chain))
      guard texts.insert(ScalarText(text)).inserted, let value = try? evaluate(chain, of: tree) else { continue }
      found.append((text, value))
    }
    return found
  }

  /// The entities on the left of each `in` of an expression, each text once.
  private func memberships(_ nodes: Range<Int>, of tree: SyntaxTree) -> [Explanation.Membership] {
    let starts = tree.subtreeStarts(nodes)
    var found: [Explanation.Membership] = []
    var texts: Set<ScalarText> = []
    for index in nodes {
      let operation = tree.nodes[index].operation
      guard operation == .in || operation == .isTypeIn else { continue }
      // Before the right side, and the guard that `is … in` has there.
      let right = starts[index - 1 - nodes.lowerBound]
      let end = operation == .in ? right : right - 1
      let left = starts[index - nodes.lowerBound]..<end
      let text = tree.text(of: left, at: tree.span(of: left))
      guard texts.insert(ScalarText(text)).inserted, case .entity(let uid)? = try? evaluate(left, of: tree) else {
        continue
      }
      found.append(membership(of: uid, text))
    }
    return found
  }

  private func membership(of uid: EntityUID, _ text: String) -> Explanation.Membership {
    let groups = entities.ancestorsByDistance(of: uid)
    return Explanation.Membership(text: text, entity: uid, isStored: entities[uid] != nil, groups: groups)
  }
}
