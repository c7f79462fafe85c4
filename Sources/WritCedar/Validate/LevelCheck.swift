// SPDX-License-Identifier: Apache-2.0

/// Level validation: the distance from the request at which policies look (RFC 76).
///
/// The level of an expression is the number of entities, one reached through the other, that were looked into to find
/// the entity it is: `principal` has 0, `principal.manager` 1. Attributes, tags, `has` and the left side of `in` look
/// into an entity, so level n admits those of which the entity has a level below n. An entity written in the policy is
/// not to be looked into, for what loads the entities of a request starts from the request.
struct LevelCheck {
  /// The level of an expression, or of its parts.
  private indirect enum Level {
    /// An entity, or a record or set found in one, at this level.
    case reached(Int)
    /// An entity written in the policy, or one of its kind among what may be reached.
    case literal
    /// A record literal, whose attributes are at levels of their own.
    case record([NameNumber: Level])

    /// The level of one or the other: the farther one.
    static func farther(_ left: Level, _ right: Level) -> Level {
      switch (left, right) {
      case (.reached(let left), .reached(let right)): .reached(Swift.max(left, right))
      case (.record(let left), .record(let right)):
        // Records of one type have the same attributes; the levels nest as deep as literals do.
        .record(left.merging(right) { Level.farther($0, $1) })
      default: .literal
      }
    }
  }

  private let limit: Int
  /// By step the level that was needed, 0 for entities written in the policy.
  private var violations: [Int: Int] = [:]
  private var scopeViolation = false

  private var levels: [Level] = []
  private var branches: [Bool] = []

  init(limit: Int) { self.limit = limit }

  // MARK: Checking

  /// Checks what was reached in the environment that the checker has just checked.
  mutating func check(_ checker: TypeChecker, _ scope: ScopeCheck) {
    if limit < 1, scope.looksIntoEntities { scopeViolation = true }
    for condition in checker.policy.conditions {
      levels.removeAll(keepingCapacity: true)
      branches.removeAll(keepingCapacity: true)
      var next = condition.steps.lowerBound
      while next < condition.steps.upperBound { next = take(next, checker) }
    }
  }

  private func isReached(_ step: Int, _ checker: TypeChecker) -> Bool {
    // A guard is reached if what stands behind it is.
    var step = step
    while step < checker.policy.steps.count, checker.policy.steps[step].isGuard { step += 1 }
    return step < checker.reached.count && checker.reached[step] != nil
  }

  /// Takes one step.
  ///
  /// - Returns: the step to go on with.
  private mutating func take(_ index: Int, _ checker: TypeChecker) -> Int {
    let step = checker.policy.steps[index]
    switch step.operation {
    case .andGuard, .orGuard, .isTypeInGuard:
      return isReached(index + 1, checker) ? index + 1 : index + Int(step.jump)
    case .ifGuard:
      _ = levels.popLast()
      branches.append(isReached(index + 1, checker))
      return branches.last == true ? index + 1 : index + Int(step.jump)
    case .elseGuard:
      if isReached(index + 1, checker) { return index + 1 }
      _ = branches.popLast()
      return index + Int(step.jump)
    case .conditional:
      if branches.popLast() == true { combine(2) { .farther($0, $1) } }
    case .principal, .action, .resource, .context: levels.append(.reached(0))
    case .entity: levels.append(.literal)
    case .bool, .long, .string: levels.append(.reached(0))
    case .getAttribute: getAttribute(step, index, checker)
    case .hasAttribute: hasAttribute(step, index, checker)
    case .in, .isTypeIn, .hasTag, .getTag:
      _ = levels.popLast()
      let level = look(into: levels.popLast() ?? .reached(0), at: index)
      levels.append(step.operation == .getTag ? level : .reached(0))
    case .record:
      let keys = checker.policy.keys[Int(step.operand)]
      let values = Array(levels.suffix(keys.count))
      levels.removeLast(values.count)
      levels.append(.record(Dictionary(zip(keys, values)) { $1 }))
    case .set: combine(Int(step.operand)) { _, _ in .reached(0) }
    case .call: combine(Int(step.operand >> 8)) { _, _ in .reached(0) }
    case .not, .negate, .isEmpty, .like, .isType: combine(1) { _, _ in .reached(0) }
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .contains,
      .containsAll, .containsAny, .and, .or:
      combine(2) { _, _ in .reached(0) }
    }
    return index + 1
  }

  /// Puts one level in the place of those of so many operands.
  private mutating func combine(_ count: Int, _ join: (Level, Level) -> Level) {
    let operands = Array(levels.suffix(count))
    levels.removeLast(operands.count)
    let first = operands.first ?? .reached(0)
    levels.append(count == 2 ? join(first, operands.last ?? first) : .reached(0))
  }

  private mutating func getAttribute(_ step: CheckedPolicy.Step, _ index: Int, _ checker: TypeChecker) {
    let base = levels.popLast() ?? .reached(0)
    let type = checker.reached[index - 1] ?? .unknown
    if checker.schema.types.isEntity(type) {
      levels.append(look(into: base, at: index))
    } else if case .record(let attributes) = base {
      levels.append(attributes[step.operand] ?? .reached(0))
    } else {
      levels.append(base)
    }
  }

  private mutating func hasAttribute(_ step: CheckedPolicy.Step, _ index: Int, _ checker: TypeChecker) {
    var level = levels.popLast() ?? .reached(0)
    var type = checker.reached[index - 1] ?? .unknown
    let types = checker.schema.types
    for part in checker.policy.paths[Int(step.operand)] {
      var record = type
      if types.isEntity(type) {
        level = look(into: level, at: index)
        record = checker.schema.attributes[Int(types.entityType(type))]
      } else if case .record(let attributes) = level {
        level = attributes[part.name] ?? .reached(0)
      }
      guard types.isRecord(record), let field = types.field(part.name, of: record) else { break }
      type = field.type
    }
    levels.append(.reached(0))
  }

  /// Looks into an entity.
  ///
  /// - Returns: the level of what is found there.
  private mutating func look(into level: Level, at step: Int) -> Level {
    guard case .reached(let level) = level else {
      violations[step] = 0
      return .reached(0)
    }
    if level >= limit { violations[step] = Swift.max(violations[step] ?? 0, level + 1) }
    return .reached(level + 1)
  }

  // MARK: Findings

  func findings(_ policy: Policy, _ checker: TypeChecker) -> [ValidationFinding] {
    var findings: [ValidationFinding] = []
    if scopeViolation { findings.append(finding(needing: 1, at: Self.scopeSpan(policy), policy)) }
    for (step, level) in violations.sorted(by: { $0.key < $1.key }) {
      let span = policy.tree.nodes[checker.policy.nodeIndex(of: step)].span
      findings.append(finding(needing: level, at: span, policy))
    }
    return findings
  }

  private static func scopeSpan(_ policy: Policy) -> SourceSpan {
    SourceSpan(policy.scopeSpans.principal.start, policy.scopeSpans.resource.end)
  }

  private func finding(needing level: Int, at span: SourceSpan, _ policy: Policy) -> ValidationFinding {
    let message =
      level == 0
      ? "an entity written in the policy is looked into, which no level allows"
      : "this looks into entities \(level) deep, and level \(limit) is asked for"
    let help =
      level == 0
      ? "what loads the entities of a request starts from its principal, action, resource and context"
      : "validate with level \(level), or keep what is asked for nearer to the request"
    return ValidationFinding(
      .entityDerefLevelViolation,
      policy: policy.id,
      Diagnostic(message, help: help, source: policy.source, span: span),
      expected: String(limit),
      found: level == 0 ? nil : String(level)
    )
  }
}
