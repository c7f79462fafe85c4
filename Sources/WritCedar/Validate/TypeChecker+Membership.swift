// SPDX-License-Identifier: Apache-2.0

/// `in` and `is`, which are known to be false where the schema leaves no other answer.
extension TypeChecker {
  mutating func isType(_ step: CheckedPolicy.Step, at index: Int) {
    var operand = pop()
    expect(&operand, .entity, by: .isType, if: schema.types.isEntity(operand.type))
    replace(operand, by: typeOfIs(operand, step.operand), at: index)
  }

  private func typeOfIs(_ operand: Operand, _ type: EntityTypeNumber) -> TypeNumber {
    operand.type.isKnown ? .singleton(schema.types.entityType(operand.type) == type) : .bool
  }

  /// `e is T in g`, which is `e is T && e in g`, behind `e`.
  mutating func beginIsIn(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    let end = index + Int(step.jump) - 1
    var operand = pop()
    expect(&operand, .entity, by: .isType, if: schema.types.isEntity(operand.type))
    guard typeOfIs(operand, policy.steps[end].operand) == .alwaysFalse else {
      operands.append(operand)
      return index + 1
    }
    replace(operand, by: .alwaysFalse, at: end)
    return end + 1
  }

  mutating func endIsIn(at index: Int) { membership(at: index) }

  mutating func membership(at index: Int) {
    var right = pop()
    var left = pop()
    expect(&left, .entity, by: .in, if: schema.types.isEntity(left.type))
    let isGroup =
      schema.types.isEntity(right.type)
      || schema.types.isSet(right.type) && schema.types.isEntity(schema.types.element(right.type))
    expect(&right, .entityOrEntities, by: .in, if: isGroup)
    let hasFailed = left.hasFailed || right.hasFailed
    let type = hasFailed ? .bool : typeOfIn(left, right)
    replace(left, by: type, at: index, hasFailed: hasFailed)
  }

  private mutating func typeOfIn(_ left: Operand, _ right: Operand) -> TypeNumber {
    if let action = action(policy.literal(of: policy.steps[Int(left.step)].expression)),
      let groups = literals(policy.steps[Int(right.step)].expression)
    {
      for group in groups {
        if let group = self.action(group), schema.isAction(action, in: group) { return .alwaysTrue }
      }
      return .alwaysFalse
    }
    let group = schema.types.isSet(right.type) ? schema.types.element(right.type) : right.type
    let mayBeIn = schema.mayBeIn(schema.types.entityType(left.type), schema.types.entityType(group))
    return mayBeIn ? .bool : .alwaysFalse
  }

  /// The action that an expression certainly is.
  private func action(_ literal: CheckedPolicy.Literal) -> Int32? {
    switch literal {
    case .action: environment.action
    case .entity(let action): action
    case .scalar, .none: nil
    }
  }

  /// The entities of an expression that is a literal or a set of literals.
  private func literals(_ expression: Int32) -> [CheckedPolicy.Literal]? {
    switch policy.literal(of: expression) {
    case .none: policy.literalSets[expression]
    case .scalar: nil
    case let literal: [literal]
    }
  }
}
