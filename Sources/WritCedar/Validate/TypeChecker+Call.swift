// SPDX-License-Identifier: Apache-2.0

/// Extension functions: constructors take literals that they accept, so that valid policies never fail there.
extension TypeChecker {
  mutating func call(_ step: CheckedPolicy.Step, at index: Int) {
    guard let function = ExtensionFunction(rawValue: UInt8(truncatingIfNeeded: step.operand)) else {
      return push(.unknown, at: index, hasFailed: true)
    }
    let place = Int32(truncatingIfNeeded: index)
    let count = Int(step.operand >> 8)
    var hasFailed = false
    if function.signature.mayOverflow { mayErr = true }
    if !function.accepts(count) {
      report(.argumentCount(function, count), at: place)
      hasFailed = true
    }
    if let refusal = policy.refusedLiterals[index] {
      report(.refusedLiteral(function, refusal), at: place)
      hasFailed = true
    }
    if function.isConstructor, !operands.suffix(count).allSatisfy({ isLiteral($0) }) {
      report(.nonLiteral(function), at: place)
      hasFailed = true
    }
    let isWellFormed = !hasFailed
    let arguments = Array(operands.suffix(count))
    operands.removeLast(arguments.count)
    if let first = arguments.first { capabilities.drop(from: Int(first.granted)) }
    for (position, argument) in arguments.enumerated() {
      hasFailed = hasFailed || argument.hasFailed
      // A call that is wrong as a whole says nothing of the types of its arguments.
      guard isWellFormed else { continue }
      var argument = argument
      let expected = Self.parameter(function, position)
      expect(&argument, .type(expected), by: .call, if: argument.type == expected)
      hasFailed = hasFailed || argument.hasFailed
    }
    push(Self.result(function), at: index, hasFailed: hasFailed)
  }

  private func isLiteral(_ operand: Operand) -> Bool {
    switch policy.literal(of: policy.steps[Int(operand.step)].expression) {
    case .scalar, .entity: true
    case .action, .none: false
    }
  }

  static func parameter(_ function: ExtensionFunction, _ position: Int) -> TypeNumber {
    number(function.parameter(position) ?? .string)
  }

  static func result(_ function: ExtensionFunction) -> TypeNumber { number(function.signature.result) }

  private static func number(_ type: ExtensionType) -> TypeNumber {
    switch type {
    case .string: .string
    case .ip: .ip
    case .decimal: .decimal
    case .datetime: .datetime
    case .duration: .duration
    case .bool: .bool
    case .long: .long
    }
  }
}
