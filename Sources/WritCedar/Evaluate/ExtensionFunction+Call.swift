// SPDX-License-Identifier: Apache-2.0

extension ExtensionFunction {
  /// The value of a call: arguments are counted, then looked at from left to right.
  func call(_ arguments: [Value]) throws(EvaluationFailure) -> Value {
    guard accepts(arguments.count) else {
      // The receiver of a method is not counted among its arguments.
      let receiver = isConstructor ? 0 : 1
      let number = arity - receiver == 1 ? "one argument" : "no argument"
      let expected = isVariadic ? "at least \(number)" : number
      throw EvaluationFailure(.arity, "`\(name)` takes \(expected), found \(Swift.max(0, arguments.count - receiver))")
    }
    if isConstructor {
      let text = try arguments[0].asString()
      do throws(ExtensionFailure) {
        if let value = try construct(text) { return Value(value) }
      } catch {
        throw EvaluationFailure(.extension, error.description)
      }
    }
    // All arguments are looked at before the first is used, so that the answer does not depend on their order.
    var operands: [ExtensionValue] = []
    for (position, argument) in arguments.enumerated() {
      operands.append(try argument.extensionValue(of: parameter(position) ?? .string))
    }
    return isVariadic ? .bool(try isTrueOfAny(operands)) : Value(try value(of: operands[0], operands.dropFirst().first))
  }

  /// Whether a variadic method, which answers a Boolean, is true of one of its arguments.
  private func isTrueOfAny(_ operands: [ExtensionValue]) throws(EvaluationFailure) -> Bool {
    for argument in operands.dropFirst() {
      if case .bool(true) = try value(of: operands[0], argument) { return true }
    }
    return false
  }

  private func value(of first: ExtensionValue, _ second: ExtensionValue?) throws(EvaluationFailure) -> ExtensionValue {
    guard let value = evaluate(first, second) else {
      let operand = second.map { " and \(Value($0))" } ?? ""
      throw EvaluationFailure(.extension, "\(name): the result for \(Value(first))\(operand) does not fit in 64 bits")
    }
    return value
  }
}
