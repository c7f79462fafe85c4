// SPDX-License-Identifier: Apache-2.0

/// Numbers the expressions of a policy so that equal ones, letter for letter but for layout, have equal numbers.
///
/// A test with `has` is of use for the same expression only, and only two literals are known to be equal.
struct ExpressionNumbers {
  private struct Key: Hashable {
    let operation: Node.Operation
    let operand: Int64
    let left: Int32
    let right: Int32
  }

  private var numbers: [Key: Int32] = [:]

  /// The number of expressions.
  var count: Int { numbers.count }

  mutating func removeAll() { numbers.removeAll(keepingCapacity: true) }

  /// The number of an expression with up to two operands.
  mutating func number(
    _ operation: Node.Operation,
    _ operand: Int64 = 0,
    _ left: Int32 = -1,
    _ right: Int32 = -1
  ) -> Int32 {
    let next = Int32(truncatingIfNeeded: numbers.count)
    let key = Key(operation: operation, operand: operand, left: left, right: right)
    guard let index = numbers.index(forKey: key) else {
      numbers[key] = next
      return next
    }
    return numbers.values[index]
  }

  /// The number of an expression with any number of operands: each is joined to those before it.
  mutating func number(_ operation: Node.Operation, _ operand: Int64, _ operands: [Int32]) -> Int32 {
    var joined = number(operation, operand)
    for next in operands { joined = number(operation, operand, joined, next) }
    return joined
  }
}
