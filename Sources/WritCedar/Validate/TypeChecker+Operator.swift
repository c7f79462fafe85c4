// SPDX-License-Identifier: Apache-2.0

/// Operators on numbers, comparisons, sets and records.
extension TypeChecker {
  mutating func arithmetic(_ step: CheckedPolicy.Step, at index: Int) {
    mayErr = true
    var right = pop()
    if step.operation == .negate {
      expect(&right, .long, by: .negate, if: right.type == .long)
      return replace(right, by: .long, at: index)
    }
    var left = pop()
    expect(&left, .long, by: step.operation, if: left.type == .long)
    expect(&right, .long, by: step.operation, if: right.type == .long)
    replace(left, by: .long, at: index, hasFailed: left.hasFailed || right.hasFailed)
  }

  /// Values of one type are compared; of two literals it is known whether they are equal, and different types of
  /// entities never are.
  mutating func equality(_ step: CheckedPolicy.Step, at index: Int) {
    let right = pop()
    let left = pop()
    var hasFailed = left.hasFailed || right.hasFailed
    var type = TypeNumber.bool
    if schema.types.isEntity(left.type), schema.types.isEntity(right.type), left.type != right.type {
      type = .alwaysFalse
    } else if let known = literalEquality(left, right) {
      type = .singleton(known)
    } else if left.type.isKnown, right.type.isKnown, !schema.types.areCompatible(left.type, right.type) {
      report(.incompatible(left.type, right.type, .equality), at: Int32(truncatingIfNeeded: index))
      hasFailed = true
    }
    replace(left, by: step.operation == .equal ? type : negated(type), at: index, hasFailed: hasFailed)
  }

  /// Whether two literals are equal, the variable `action` counting as the action it is; `nil` for other expressions.
  private func literalEquality(_ left: Operand, _ right: Operand) -> Bool? {
    let expressions = (
      policy.steps[Int(left.step)].expression, policy.steps[Int(right.step)].expression
    )
    switch (policy.literal(of: expressions.0), policy.literal(of: expressions.1)) {
    case (.none, _), (_, .none): return nil
    case (.action, .action): return true
    case (.action, .entity(let action)), (.entity(let action), .action): return action == environment.action
    default: return expressions.0 == expressions.1
    }
  }

  /// `<` and its like take two longs, two datetimes or two durations.
  mutating func comparison(_ step: CheckedPolicy.Step, at index: Int) {
    let right = pop()
    let left = pop()
    var hasFailed = left.hasFailed || right.hasFailed
    if left.type.isKnown, right.type.isKnown, left.type != right.type || !left.type.isOrdered {
      hasFailed = true
      func unexpected(_ operand: Operand, _ expected: TypeProblem.Expectation) -> TypeProblem {
        .unexpected(operand.type, expected, by: step.operation)
      }
      if left.type == .long || right.type != .long && left.type.isOrdered {
        report(unexpected(right, .type(left.type)), at: right.step)
      } else if right.type.isOrdered {
        report(unexpected(left, .type(right.type)), at: left.step)
      } else {
        report(unexpected(left, .comparable), at: left.step)
        report(unexpected(right, .comparable), at: right.step)
      }
    } else if !left.type.isKnown || !right.type.isKnown {
      hasFailed = true
    }
    replace(left, by: .bool, at: index, hasFailed: hasFailed)
  }

  // MARK: Sets and records

  mutating func contains(at index: Int) {
    let right = pop()
    var left = pop()
    expect(&left, .set, by: .contains, if: schema.types.isSet(left.type))
    var hasFailed = left.hasFailed || right.hasFailed
    if left.type.isKnown, right.type.isKnown {
      let element = schema.types.element(left.type)
      if !schema.types.areCompatible(element, right.type) {
        report(.incompatible(element, right.type, .contains), at: Int32(truncatingIfNeeded: index))
        hasFailed = true
      }
    }
    replace(left, by: .bool, at: index, hasFailed: hasFailed)
  }

  mutating func containsAll(_ step: CheckedPolicy.Step, at index: Int) {
    var right = pop()
    var left = pop()
    expect(&left, .set, by: step.operation, if: schema.types.isSet(left.type))
    expect(&right, .set, by: step.operation, if: schema.types.isSet(right.type))
    var hasFailed = left.hasFailed || right.hasFailed
    if left.type.isKnown, right.type.isKnown, !schema.types.areCompatible(left.type, right.type) {
      report(.incompatible(left.type, right.type, .containsAll), at: Int32(truncatingIfNeeded: index))
      hasFailed = true
    }
    replace(left, by: .bool, at: index, hasFailed: hasFailed)
  }

  /// A set literal's elements have one type, so there must be some.
  mutating func set(_ step: CheckedPolicy.Step, at index: Int) {
    let count = Int(step.operand)
    guard count > 0 else {
      report(.emptySet, at: Int32(truncatingIfNeeded: index))
      return push(.unknown, at: index, hasFailed: true)
    }
    let elements = Array(operands.suffix(count))
    operands.removeLast(elements.count)
    guard let first = elements.first else { return push(.unknown, at: index, hasFailed: true) }
    var element = first.type
    for operand in elements.dropFirst() {
      // The next one that does not go with those before it is told, and no other.
      element = common(element, operand.type, .set, at: index)
      if !element.isKnown { break }
    }
    let hasFailed = !element.isKnown || elements.contains { $0.hasFailed }
    let type = element.isKnown ? schema.types.set(of: element) : .unknown
    noteDepth(type)
    replace(first, by: type, at: index, hasFailed: hasFailed)
  }

  mutating func record(_ step: CheckedPolicy.Step, at index: Int) {
    let keys = policy.keys[Int(step.operand)]
    let values = Array(operands.suffix(keys.count))
    operands.removeLast(values.count)
    let hasFailed = values.contains { $0.hasFailed }
    var type = TypeNumber.unknown
    if values.allSatisfy({ $0.type.isKnown }) {
      type = schema.types.record(
        zip(keys, values).map { TypeTable.Field(name: $0, type: $1.type, isRequired: true) }
      )
    }
    noteDepth(type)
    guard let first = values.first else { return push(type, at: index) }
    replace(first, by: type, at: index, hasFailed: hasFailed)
  }

  private mutating func noteDepth(_ type: TypeNumber) {
    if schema.types.depth(type) > Nesting.limit { mayErr = true }
  }
}
