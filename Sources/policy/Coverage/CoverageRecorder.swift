// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// Counts how often the policies of a set, their conditions and the operands of these hold and do not hold.
struct CoverageRecorder {
  /// Something that holds or does not.
  struct Part {
    enum Kind: String {
      case policy, condition, operand
    }

    let kind: Kind
    let span: SourceSpan
    var held = 0
    var didNotHold = 0
    var erred = 0
    /// Whether it holds for every request, so that no test can see otherwise.
    var alwaysHolds = false

    /// The number of outcomes that tests should see: that the part holds, and that it does not.
    var goals: Int { alwaysHolds ? 1 : 2 }
    /// The number of outcomes that the tests have seen.
    var reached: Int { (held > 0 ? 1 : 0) + (didNotHold > 0 && !alwaysHolds ? 1 : 0) }
  }

  /// A policy, or a template through its links.
  struct Unit {
    let id: PolicyID
    let source: SourceText
    /// The policy itself, then each condition with its operands behind it.
    var parts: [Part]
  }

  private struct Place: Hashable {
    let tree: ObjectIdentifier
    let start: Int
  }

  private(set) var units: [Unit] = []
  private let policies: [Policy]
  private var unitOfPlace: [Place: Int] = [:]
  /// For each unit the part of each node that is a part's root.
  private var partOfNode: [[Int: Int]] = []

  /// Templates without links are left out: they decide nothing.
  init(_ policies: PolicySet) {
    self.policies = Array(policies.policies)
    for policy in self.policies {
      let place = Self.place(of: policy)
      guard unitOfPlace[place] == nil else { continue }
      unitOfPlace[place] = units.count
      let (parts, nodes) = Self.parts(of: policy)
      units.append(Unit(id: policy.template ?? policy.id, source: policy.source, parts: parts))
      partOfNode.append(nodes)
    }
  }

  private static func place(of policy: Policy) -> Place {
    Place(tree: ObjectIdentifier(policy.tree), start: policy.span.start)
  }

  private static func parts(of policy: Policy) -> ([Part], [Int: Int]) {
    let isOpen =
      policy.principalConstraint == .any && policy.actionConstraint == .any && policy.resourceConstraint == .any
    var parts = [Part(kind: .policy, span: policy.span, alwaysHolds: isOpen && policy.conditions.isEmpty)]
    var partOfNode: [Int: Int] = [:]
    for condition in policy.conditions {
      parts.append(Part(kind: .condition, span: SourceSpan(condition.start, condition.end)))
      let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
      let operands = operands(of: nodes, policy.tree)
      guard operands.count > 1 else { continue }
      for operand in operands {
        partOfNode[operand] = parts.count
        parts.append(Part(kind: .operand, span: policy.tree.nodes[operand].span))
      }
    }
    return (parts, partOfNode)
  }

  /// The parts of an expression that `&&`, `||`, `!` and `if` join, as the indices of their last nodes in order;
  /// literals left out.
  private static func operands(of nodes: Range<Int>, _ tree: SyntaxTree) -> [Int] {
    let starts = tree.subtreeStarts(nodes)
    func start(_ index: Int) -> Int { starts[index - nodes.lowerBound] }
    var found: [Int] = []
    var pending = [nodes.upperBound - 1]
    while let index = pending.popLast() {
      switch tree.nodes[index].operation {
      case .and, .or:
        // A guard stands before the right operand.
        pending.append(start(index - 1) - 2)
        pending.append(index - 1)
      case .conditional:
        let otherwise = index - 1
        let then = start(otherwise) - 2
        pending += [start(then) - 2, then, otherwise]
      case .not: pending.append(index - 1)
      case .bool: break
      default: found.append(index)
      }
    }
    return found.sorted()
  }

  /// Counts what a request sees, in the order in which the policies are decided by.
  mutating func record(_ request: AuthorizationRequest, _ entities: EntityStore) {
    let evaluator = Evaluator(request: request, entities: entities)
    for policy in policies {
      guard let unit = unitOfPlace[Self.place(of: policy)] else { continue }
      switch outcome(of: policy, unit, evaluator) {
      case true?: units[unit].parts[0].held += 1
      case false?: units[unit].parts[0].didNotHold += 1
      case nil: units[unit].parts[0].erred += 1
      }
    }
  }

  /// Whether a policy is satisfied, `nil` when it errs.
  private mutating func outcome(of policy: Policy, _ unit: Int, _ evaluator: Evaluator<EntityStore>) -> Bool? {
    let spans = policy.scopeSpans
    let request = evaluator.request
    guard
      (try? evaluator.holds(policy.principalConstraint, for: request.principal, policy, spans.principal)) == true,
      evaluator.holds(policy.actionConstraint),
      (try? evaluator.holds(policy.resourceConstraint, for: request.resource, policy, spans.resource)) == true
    else { return false }
    var conditions = units[unit].parts.indices.filter { units[unit].parts[$0].kind == .condition }[...]
    for condition in policy.conditions {
      guard let part = conditions.popFirst() else { return nil }
      let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
      var seen: [(part: Int, truth: Bool)] = []
      let partOfNode = partOfNode[unit]
      let value = try? evaluator.evaluate(nodes, of: policy.tree) { index, value in
        if let part = partOfNode[index], case .bool(let truth) = value { seen.append((part, truth)) }
      }
      for (part, truth) in seen {
        if truth { units[unit].parts[part].held += 1 } else { units[unit].parts[part].didNotHold += 1 }
      }
      guard case .bool(let truth)? = value else {
        units[unit].parts[part].erred += 1
        return nil
      }
      if truth == condition.isUnless {
        units[unit].parts[part].didNotHold += 1
        return false
      }
      units[unit].parts[part].held += 1
    }
    return true
  }
}
