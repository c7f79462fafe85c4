// SPDX-License-Identifier: Apache-2.0

/// How one policy came to its outcome for a request, part by part.
public struct Explanation: Sendable {
  /// What became of the policy.
  public enum Outcome: String, Sendable {
    /// All parts hold.
    case satisfied
    /// A part does not hold.
    case unsatisfied
    /// A part has no value.
    case error
  }

  /// A test that the policy makes: an element of its scope, or what `&&` joins in a condition.
  public struct Part: Sendable {
    /// The text as written; in Cedar's syntax where the policy was read from JSON.
    public let text: String
    /// Where it stands.
    public let location: SourceLocation
    /// What it evaluates to; a part is evaluated even where the policy stops before it.
    public let value: Result<Value, EvaluationError>
    /// Whether the part stands in an `unless`, and so holds when it is `false`.
    public let isUnless: Bool
    /// The attributes and tags that the part looks at, as written, with what they are.
    public let operands: [(text: String, value: Value)]

    /// Whether the part speaks for the policy.
    public var holds: Bool {
      guard case .success(.bool(let truth)) = value else { return false }
      return truth != isUnless
    }
  }

  /// The policy.
  public let policy: Policy
  /// What became of it.
  public let outcome: Outcome
  /// Its parts in order: principal, action, resource, then the conditions.
  public let parts: [Part]

  /// How many parts do not hold.
  public var failures: Int { parts.count { !$0.holds } }
}

extension Authorizer {
  /// Explains the policies that could have mattered: those whose action matches and of whose principal and resource
  /// tests at most one fails, those with the fewest failing parts first.
  public func explain(_ request: Request) -> [Explanation] {
    Evaluator(request: request, entities: entities).explain(policies.policies)
  }
}

extension Evaluator {
  /// What ``Authorizer/explain(_:)`` explains, of these policies.
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
    let spans = policy.scopeSpans
    let texts = policy.tree.isJSON ? policy.scopeTexts : []
    var parts = [
      part(of: policy, spans.principal, texts.first) { () throws(EvaluationError) in
        try holds(policy.principalConstraint, for: request.principal, policy, spans.principal)
      },
      part(of: policy, spans.action, texts.dropFirst().first) { () throws(EvaluationError) in
        holds(policy.actionConstraint)
      },
      part(of: policy, spans.resource, texts.last) { () throws(EvaluationError) in
        try holds(policy.resourceConstraint, for: request.resource, policy, spans.resource)
      },
    ]
    for condition in policy.conditions {
      let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
      if condition.isUnless {
        parts.append(part(of: policy, nodes, SourceSpan(condition.start, condition.end), isUnless: true))
      } else {
        for conjunct in policy.tree.conjuncts(of: nodes) {
          parts.append(part(of: policy, conjunct, policy.tree.span(of: conjunct), isUnless: false))
        }
      }
    }
    let outcome: Explanation.Outcome
    do {
      outcome = try isSatisfied(policy) ? .satisfied : .unsatisfied
    } catch {
      outcome = .error
    }
    return Explanation(policy: policy, outcome: outcome, parts: parts)
  }

  private func part(
    of policy: Policy,
    _ span: SourceSpan,
    _ text: String?,
    _ test: () throws(EvaluationError) -> Bool
  ) -> Explanation.Part {
    let value: Result<Value, EvaluationError>
    do throws(EvaluationError) {
      value = .success(.bool(try test()))
    } catch {
      value = .failure(error)
    }
    return Explanation.Part(
      text: text ?? policy.source.text(of: span),
      location: policy.source.location(of: span.start),
      value: value,
      isUnless: false,
      operands: []
    )
  }

  private func part(
    of policy: Policy,
    _ nodes: Range<Int>,
    _ span: SourceSpan,
    isUnless: Bool
  ) -> Explanation.Part {
    let value: Result<Value, EvaluationError>
    do throws(EvaluationError) {
      let result = try evaluate(nodes, of: policy.tree)
      guard case .bool = result else {
        throw EvaluationError(
          code: .type,
          message: "expected bool, found \(result.kindName)",
          source: policy.source,
          span: span
        )
      }
      value = .success(result)
    } catch {
      value = .failure(error)
    }
    return Explanation.Part(
      text: policy.tree.text(of: nodes, at: span),
      location: policy.source.location(of: span.start),
      value: value,
      isUnless: isUnless,
      operands: operands(nodes, of: policy.tree)
    )
  }

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
}
