// SPDX-License-Identifier: Apache-2.0

/// Finds the types of a policy's conditions in one request environment after the other: Cedar's strict validation
/// ("Policy validation" in Cedar's documentation; the function `typeOf` of its specification).
///
/// The steps of an expression are in post-order, as ``Evaluator`` has them: each takes the types of its operands off a
/// stack and leaves its own, and guards skip what is never evaluated. After an error a type is given where there is
/// only one that was meant, so that one mistake is told once and the next one is still found.
///
/// This file walks and reports; `TypeChecker+Logic.swift` has `&&`, `||` and `if`, `TypeChecker+Operator.swift` the
/// operators, `TypeChecker+Access.swift` attributes and tags, `TypeChecker+Membership.swift` `in` and `is`,
/// `TypeChecker+Call.swift` the extension functions.
struct TypeChecker {
  /// An environment in numbers.
  struct Environment {
    let principal: TypeNumber
    let action: Int32
    let resource: TypeNumber
    let context: TypeNumber
  }

  /// The type of an operand that waits for its operator.
  struct Operand {
    var type: TypeNumber
    /// The step that left it, whose place messages show.
    var step: Int32
    /// The position at which the capabilities that it grants begin.
    var granted: Int32
    /// Whether it has an error inside.
    var hasFailed = false
  }

  /// A `&&` or `if` whose right side or branches are being checked.
  struct Frame {
    /// The number of capabilities held before it.
    var held: Int32
    /// The test of an `if`.
    var test = Operand(type: .unknown, step: 0, granted: 0)
  }

  var schema: CheckedSchema
  var policy: CheckedPolicy
  var capabilities = Capabilities()
  var environment = Environment(principal: .unknown, action: 0, resource: .unknown, context: .unknown)
  var operands: [Operand] = []
  var frames: [Frame] = []
  /// The number of capabilities held before a chain of `&&` that goes on; `nil` elsewhere.
  var chainHeld: Int?

  /// The steps with the type that each left, where it was reached; kept if asked for.
  private(set) var reached: [TypeNumber?] = []
  var keepsTypes = false

  /// The errors of the policy, each where and in which environment it was seen first.
  private(set) var problems: [(step: Int, problem: TypeProblem, environment: Environment)] = []
  private var reported: Set<Int> = []
  /// Whether an evaluation that fits the schema may still end in an error: an overflow, an entity that is not stored,
  /// the range of an extension type, or a value nested too deep.
  var mayErr = false
  /// The number of steps taken, for tests of growth.
  private(set) var stepCount = 0

  init(_ schema: CheckedSchema, _ policy: Policy) {
    self.schema = schema
    self.policy = CheckedPolicy(policy)
  }

  /// Begins with another policy.
  mutating func begin(_ policy: Policy) {
    self.policy.prepare(policy, in: &schema)
    capabilities.reset(self.policy.expressionCount)
    problems.removeAll(keepingCapacity: true)
    reported.removeAll(keepingCapacity: true)
    mayErr = false
  }

  /// The type of all conditions together in an environment: true, false or either; what fails has errors reported.
  mutating func check(in environment: Environment) -> TypeNumber {
    self.environment = environment
    if keepsTypes { reached = Array(repeating: nil, count: policy.steps.count) }
    capabilities.reset(policy.expressionCount)
    var type = TypeNumber.alwaysTrue
    // What one condition has found out holds in the next: they are joined by `&&`.
    for index in policy.conditions.indices {
      let condition = policy.conditions[index]
      var result = run(condition.steps)
      expectBool(&result, by: .and)
      let found = condition.isUnless ? negated(result.type) : result.type
      if found == .alwaysFalse { return .alwaysFalse }
      if !condition.isUnless { capabilities.hold(from: Int(result.granted)) }
      capabilities.drop(from: 0)
      if type == .alwaysTrue { type = found.isKnown ? found : .bool } else if found != .alwaysTrue { type = .bool }
    }
    return type
  }

  /// The type of the steps, which are one expression.
  private mutating func run(_ steps: Range<Int>) -> Operand {
    operands.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
    chainHeld = nil
    var next = steps.lowerBound
    while next < steps.upperBound {
      stepCount &+= 1
      next = take(policy.steps[next], at: next)
    }
    return pop()
  }

  /// Takes one step.
  ///
  /// - Returns: the step to go on with.
  private mutating func take(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    switch step.operation {
    case .bool: push(.singleton(step.operand != 0), at: index)
    case .long: push(.long, at: index)
    case .string: push(.string, at: index)
    case .entity:
      let isKnown = step.operand >= 0
      // That it is not declared is reported once, and not in each environment.
      push(isKnown ? schema.entityTypes[Int(step.operand)] : .unknown, at: index, hasFailed: !isKnown)
    case .principal: push(environment.principal, at: index)
    case .action: push(schema.actions[Int(environment.action)].type, at: index)
    case .resource: push(environment.resource, at: index)
    case .context: push(environment.context, at: index)

    case .andGuard: return beginAnd(step, at: index)
    case .orGuard: return beginOr(step, at: index)
    case .ifGuard: return beginBranches(step, at: index)
    case .elseGuard: return beginElse(step, at: index)
    case .isTypeInGuard: return beginIsIn(step, at: index)
    case .and: endAnd(at: index)
    case .or: endOr(at: index)
    case .conditional: endBranches(at: index)
    case .isTypeIn: endIsIn(at: index)

    case .not:
      var operand = pop()
      expectBool(&operand, by: .not)
      replace(operand, by: operand.type.isKnown ? negated(operand.type) : .bool, at: index)
    case .negate, .add, .subtract, .multiply: arithmetic(step, at: index)
    case .isEmpty:
      var operand = pop()
      expect(&operand, .set, by: .isEmpty, if: schema.types.isSet(operand.type))
      replace(operand, by: .bool, at: index)
    case .like:
      var operand = pop()
      expect(&operand, .string, by: .like, if: operand.type == .string)
      replace(operand, by: .bool, at: index)
    case .equal, .notEqual: equality(step, at: index)
    case .less, .lessOrEqual, .greater, .greaterOrEqual: comparison(step, at: index)
    case .contains: contains(at: index)
    case .containsAll, .containsAny: containsAll(step, at: index)
    case .set: set(step, at: index)
    case .record: record(step, at: index)

    case .getAttribute: getAttribute(step, at: index)
    case .hasAttribute: hasAttribute(step, at: index)
    case .hasTag: hasTag(step, at: index)
    case .getTag: getTag(step, at: index)
    case .in: membership(at: index)
    case .isType: isType(step, at: index)
    case .call: call(step, at: index)
    }
    return index + 1
  }

  // MARK: Operands

  @inline(__always)
  mutating func push(_ type: TypeNumber, at step: Int, hasFailed: Bool = false) {
    if keepsTypes { reached[step] = type }
    operands.append(
      Operand(
        type: type,
        step: Int32(truncatingIfNeeded: step),
        granted: Int32(truncatingIfNeeded: capabilities.grantedCount),
        hasFailed: hasFailed
      )
    )
  }

  /// The last operand; there is one for each that an operator takes.
  @inline(__always)
  mutating func pop() -> Operand {
    operands.popLast() ?? Operand(type: .unknown, step: 0, granted: 0, hasFailed: true)
  }

  /// Leaves a type in the place of operands, the first of which is given, and drops what they grant.
  @inline(__always)
  mutating func replace(_ first: Operand, by type: TypeNumber, at step: Int, hasFailed: Bool? = nil) {
    capabilities.drop(from: Int(first.granted))
    push(type, at: step, hasFailed: hasFailed ?? first.hasFailed)
  }

  /// Leaves an operand whose capabilities stand where they are to stand.
  @inline(__always)
  mutating func leave(_ operand: Operand, at step: Int) {
    if keepsTypes { reached[step] = operand.type }
    if operand.hasFailed || operand.type == .alwaysFalse { capabilities.drop(from: Int(operand.granted)) }
    operands.append(
      Operand(
        type: operand.type,
        step: Int32(truncatingIfNeeded: step),
        granted: operand.granted,
        hasFailed: operand.hasFailed
      )
    )
  }

  // MARK: Expecting

  /// Reports an operand that is not of a type expected; an error inside has been reported already.
  @inline(__always)
  mutating func expect(
    _ operand: inout Operand,
    _ expected: TypeProblem.Expectation,
    by operation: Node.Operation,
    if isExpected: Bool
  ) {
    if operand.type.isKnown {
      if isExpected { return }
      report(.unexpected(operand.type, expected, by: operation), at: operand.step)
    }
    operand.type = .unknown
    operand.hasFailed = true
    capabilities.drop(from: Int(operand.granted))
  }

  @inline(__always)
  mutating func expectBool(_ operand: inout Operand, by operation: Node.Operation) {
    expect(&operand, .bool, by: operation, if: operand.type.isBool)
  }

  func negated(_ type: TypeNumber) -> TypeNumber {
    type == .alwaysTrue ? .alwaysFalse : type == .alwaysFalse ? .alwaysTrue : .bool
  }

  // MARK: Reporting

  mutating func report(_ problem: TypeProblem, at step: Int32) {
    guard reported.insert(Int(step) << 4 | problem.kind).inserted else { return }
    problems.append((Int(step), problem, environment))
  }
}
