// SPDX-License-Identifier: Apache-2.0

/// `&&`, `||` and `if`: what is never evaluated is not checked, and what `has` found out on the left holds on the
/// right.
extension TypeChecker {
  // MARK: &&

  /// Left of the right operand of `&&`: skips it where the left one is always false.
  mutating func beginAnd(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    let held = chainHeld ?? capabilities.heldCount
    chainHeld = nil
    var left = pop()
    expectBool(&left, by: .and)
    if left.type == .alwaysFalse {
      capabilities.rollBack(to: held)
      leave(left, at: index + Int(step.jump) - 1)
      return index + Int(step.jump)
    }
    // Of a chain `a && b && c` what `a` grants is held already.
    capabilities.hold(from: Int(left.granted) + capabilities.heldCount - held)
    frames.append(Frame(held: Int32(truncatingIfNeeded: held)))
    operands.append(left)
    return index + 1
  }

  mutating func endAnd(at index: Int) {
    let held = Int(frames.popLast()?.held ?? 0)
    var right = pop()
    expectBool(&right, by: .and)
    var result = pop()
    result.hasFailed = result.hasFailed || right.hasFailed
    if result.type.isKnown, right.type.isKnown {
      result.type =
        right.type == .alwaysTrue
        ? result.type : right.type == .alwaysFalse || result.type == .alwaysTrue ? right.type : .bool
    } else {
      result.type = .bool
    }
    // The union of what both grant stands there already.
    leave(result, at: index)
    if !result.hasFailed, result.type != .alwaysFalse, isBeforeAnd(index) {
      chainHeld = held
    } else {
      capabilities.rollBack(to: held)
    }
  }

  /// Whether the step is the left operand of a `&&`.
  private func isBeforeAnd(_ index: Int) -> Bool {
    index + 1 < policy.steps.count && policy.steps[index + 1].operation == .andGuard
  }

  // MARK: ||

  mutating func beginOr(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    var left = pop()
    expectBool(&left, by: .or)
    guard left.type == .alwaysTrue else {
      operands.append(left)
      return index + 1
    }
    leave(left, at: index + Int(step.jump) - 1)
    return index + Int(step.jump)
  }

  /// Either may have been true, so only what both grant is granted, unless one is known.
  mutating func endOr(at index: Int) {
    var right = pop()
    expectBool(&right, by: .or)
    var result = pop()
    result.hasFailed = result.hasFailed || right.hasFailed
    if result.type.isKnown, right.type.isKnown {
      if right.type == .alwaysTrue {
        capabilities.dropFirst(from: Int(result.granted), second: Int(right.granted))
        result.type = .alwaysTrue
      } else if right.type == .alwaysFalse {
        capabilities.drop(from: Int(right.granted))
      } else if result.type == .alwaysFalse {
        capabilities.dropFirst(from: Int(result.granted), second: Int(right.granted))
        result.type = right.type
      } else {
        capabilities.intersect(from: Int(result.granted), second: Int(right.granted))
        result.type = .bool
      }
    } else {
      result.type = .bool
    }
    leave(result, at: index)
  }

  // MARK: if

  /// Behind the test of an `if`: goes on with the branch that it leaves.
  mutating func beginBranches(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    var test = pop()
    expectBool(&test, by: .conditional)
    frames.append(Frame(held: Int32(truncatingIfNeeded: capabilities.heldCount), test: test))
    if test.type == .alwaysFalse {
      capabilities.drop(from: Int(test.granted))
      return index + Int(step.jump)
    }
    capabilities.hold(from: Int(test.granted))
    return index + 1
  }

  /// Between the branches.
  mutating func beginElse(_ step: CheckedPolicy.Step, at index: Int) -> Int {
    guard let frame = frames.last else { return index + 1 }
    capabilities.rollBack(to: Int(frame.held))
    guard frame.test.type == .alwaysTrue else { return index + 1 }
    frames.removeLast()
    var result = pop()
    result.hasFailed = result.hasFailed || frame.test.hasFailed
    result.granted = frame.test.granted
    leave(result, at: index + Int(step.jump) - 1)
    return index + Int(step.jump)
  }

  mutating func endBranches(at index: Int) {
    guard let frame = frames.popLast() else { return }
    var otherwise = pop()
    if frame.test.type == .alwaysFalse {
      otherwise.hasFailed = otherwise.hasFailed || frame.test.hasFailed
      return leave(otherwise, at: index)
    }
    var result = pop()
    result.hasFailed = result.hasFailed || otherwise.hasFailed || frame.test.hasFailed
    // With what the test grants.
    result.granted = frame.test.granted
    capabilities.intersect(from: Int(result.granted), second: Int(otherwise.granted))
    result.type = common(result.type, otherwise.type, .branches, at: index)
    result.hasFailed = result.hasFailed || !result.type.isKnown
    leave(result, at: index)
  }

  /// The type of what has one of two types; unknown, and reported, where there is none.
  mutating func common(
    _ left: TypeNumber,
    _ right: TypeNumber,
    _ meeting: TypeProblem.Meeting,
    at step: Int
  ) -> TypeNumber {
    guard left.isKnown, right.isKnown else { return .unknown }
    if left == right { return left }
    if let type = schema.types.leastUpperBound(left, right) { return type }
    report(.incompatible(left, right, meeting), at: Int32(truncatingIfNeeded: step))
    return .unknown
  }
}
