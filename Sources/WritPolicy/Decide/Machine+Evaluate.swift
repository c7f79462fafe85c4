// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What a policy comes to for a request.
enum Outcome {
  case satisfied, unsatisfied, error
}

extension Machine {
  /// Evaluates the conditions of a policy, as a posting has it, whose scope matches.
  ///
  /// The same steps as the literal evaluator's, over plain cells; which error it was is not kept, for the literal
  /// evaluator tells when somebody asks.
  @inline(__always)
  mutating func outcome(of posting: UInt32) -> Outcome {
    if !policies.removed.isEmpty, policies.removed.contains(posting & PolicyIndex.number) { return .unsatisfied }
    if posting & PolicyIndex.unconditional != 0 { return .satisfied }
    let row = policies.policies[posting & PolicyIndex.number]
    return run(row.program, constants: row.constants)
  }

  private mutating func run(_ program: UInt32, constants: UInt32) -> Outcome {
    fillSlots()
    let instructions = policies.instructions
    var next = program
    var top = -1
    while true {
      let instruction = instructions[next]
      let operand = instruction.operand
      next += 1
      switch instruction.operation {
      case .requireSlot:
        let truth = value(ofSlot: operand)
        guard truth.kind == .bool else { return .error }
        if truth.payload == 0 { return .unsatisfied }
      case .requireTest:
        let (first, second) = (operand & 0xFFFF, operand >> 16)
        let left = instruction.isLeftConstant ? policies.constants[constants + first] : value(ofSlot: first)
        let right = instruction.isRightConstant ? policies.constants[constants + second] : value(ofSlot: second)
        guard left.hasValue, right.hasValue else { return .error }
        if instruction.test == .equal {
          if !heaps.areEqual(left, right) { return .unsatisfied }
        } else {
          let truth = binary(instruction.test, left, right)
          guard truth.kind == .bool else { return .error }
          if truth.payload == 0 { return .unsatisfied }
        }
      case .requireTrue, .requireFalse:
        let truth = stack[top]
        guard truth.kind == .bool else { return .error }
        if truth.payload != (instruction.operation == .requireTrue ? 1 : 0) { return .unsatisfied }
        top -= 1
      case .satisfied: return .satisfied
      case .fail: return .error

      case .constant:
        top += 1
        stack[top] = policies.constants[constants + operand]
      case .slot:
        let cell = value(ofSlot: operand)
        guard cell.hasValue else { return .error }
        top += 1
        stack[top] = cell
      case .hasSlot:
        let cell = value(ofSlot: operand)
        if cell.kind == .error { return .error }
        top += 1
        stack[top] = .bool(cell.kind != .missing)

      case .checkBool:
        guard stack[top].kind == .bool else { return .error }
      case .andGuard:
        guard stack[top].kind == .bool else { return .error }
        if stack[top].payload == 0 { next = program + operand } else { top -= 1 }
      case .orGuard:
        guard stack[top].kind == .bool else { return .error }
        if stack[top].payload == 1 { next = program + operand } else { top -= 1 }
      case .ifGuard:
        guard stack[top].kind == .bool else { return .error }
        if stack[top].payload == 0 { next = program + operand }
        top -= 1
      case .jump: next = program + operand
      case .isTypeGuard:
        guard stack[top].kind == .entity else { return .error }
        if type(of: stack[top].number) == instructions[next].operand {
          next += 1
        } else {
          stack[top] = .bool(false)
          next = program + operand
        }
      case .typeOfGuard: break

      case .not, .negate, .isEmpty, .attribute, .has, .like, .isType:
        let result = unary(instruction, stack[top])
        if result.kind == .error { return .error }
        stack[top] = result
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .in,
        .contains, .containsAll, .containsAny, .hasTag, .getTag:
        let result = binary(instruction.operation, stack[top - 1], stack[top])
        if result.kind == .error { return .error }
        top -= 1
        stack[top] = result
      case .set, .record, .call:
        let count: Int
        switch instruction.operation {
        case .set: count = Int(operand)
        case .record: count = Int(policies.lists[operand])
        default: count = Int(operand >> 8)
        }
        top -= count - 1
        let result = construct(instruction, at: top, count: count)
        if result.kind == .error { return .error }
        stack[top] = result
      }
    }
  }

  // MARK: Operators

  private mutating func unary(_ instruction: Instruction, _ operand: Cell) -> Cell {
    switch instruction.operation {
    case .not: return operand.kind == .bool ? .bool(operand.payload == 0) : .error
    case .negate:
      let (negated, overflow) = (0 as Int64).subtractingReportingOverflow(operand.signed)
      return operand.kind == .long && !overflow ? .long(negated) : .error
    case .isEmpty: return operand.kind == .set ? .bool(operand.count == 0) : .error
    case .isType:
      return operand.kind == .entity ? .bool(type(of: operand.number) == instruction.operand) : .error
    case .attribute:
      let value = attribute(instruction.operand, of: operand)
      return value.kind == .missing ? .error : value
    case .has: return hasAttributes(instruction.operand, operand)
    default: return operand.kind == .string ? .bool(matches(instruction.operand, operand.number)) : .error
    }
  }

  /// `has a.b.c` is `has a && .a has b && .a.b has c`.
  private mutating func hasAttributes(_ list: UInt32, _ operand: Cell) -> Cell {
    var value = operand
    for index in 0..<policies.lists[list] {
      value = attribute(policies.lists[list + 1 + index], of: value)
      if value.kind == .error { return .error }
      if value.kind == .missing { return .bool(false) }
    }
    return .bool(true)
  }

  private mutating func matches(_ pattern: UInt32, _ string: UInt32) -> Bool {
    let text = text(string)
    return policies.patterns.matches(pattern, text.bytes, text.range)
  }

  private mutating func binary(_ operation: Instruction.Operation, _ left: Cell, _ right: Cell) -> Cell {
    switch operation {
    case .equal: return .bool(heaps.areEqual(left, right))
    case .notEqual: return .bool(!heaps.areEqual(left, right))
    case .less: return compare(left, right) { $0 < $1 }
    case .lessOrEqual: return compare(left, right) { $0 <= $1 }
    case .greater: return compare(left, right) { $0 > $1 }
    case .greaterOrEqual: return compare(left, right) { $0 >= $1 }
    case .add: return arithmetic(left, right) { $0.addingReportingOverflow($1) }
    case .subtract: return arithmetic(left, right) { $0.subtractingReportingOverflow($1) }
    case .multiply: return arithmetic(left, right) { $0.multipliedReportingOverflow(by: $1) }
    case .in: return isIn(left, right)
    case .contains: return left.kind == .set ? .bool(heaps.contains(left, right)) : .error
    case .containsAll:
      return left.kind == .set && right.kind == .set ? .bool(heaps.isSuperset(left, of: right)) : .error
    case .containsAny:
      return left.kind == .set && right.kind == .set ? .bool(!heaps.isDisjoint(left, right)) : .error
    default:
      guard left.kind == .entity, right.kind == .string else { return .error }
      let tag = tag(right.number, of: left)
      if operation == .hasTag { return .bool(tag.kind != .missing) }
      return tag.kind == .missing ? .error : tag
    }
  }

  /// `<` is defined on longs, datetimes and durations, both of one kind.
  @inline(__always)
  private func compare(_ left: Cell, _ right: Cell, _ holds: (Int64, Int64) -> Bool) -> Cell {
    guard left.kind == right.kind else { return .error }
    switch left.kind {
    case .long, .datetime, .duration: return .bool(holds(left.signed, right.signed))
    default: return .error
    }
  }

  @inline(__always)
  private func arithmetic(
    _ left: Cell,
    _ right: Cell,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) -> Cell {
    guard left.kind == .long, right.kind == .long else { return .error }
    let (result, overflow) = operation(left.signed, right.signed)
    return overflow ? .error : .long(result)
  }

  /// `in` an entity, or in a set whose elements must all be entities, even behind one that matches.
  private mutating func isIn(_ left: Cell, _ right: Cell) -> Cell {
    guard left.kind == .entity else { return .error }
    if right.kind == .entity { return .bool(isEntity(left.number, in: right.number)) }
    guard right.kind == .set else { return .error }
    let heap = heaps[right.region]
    var isIn = false
    let ancestors = ancestors(of: left.number)
    for index in right.start..<(right.start + right.count) {
      let group = heap[index]
      guard group.kind == .entity else { return .error }
      if group.number == left.number || contains(ancestors, group.number) { isIn = true }
    }
    return .bool(isIn)
  }
}
