// SPDX-License-Identifier: Apache-2.0

/// A step of a policy's conditions, for the ``Machine``: an operand pushed, an operator over the operands on top of the
/// stack, a guard that may skip, or a test that ends the policy.
///
/// Constants are numbered within a policy, so that policies that differ in constants only share their instructions.
struct Instruction: BitwiseCopyable {
  enum Operation: UInt8 {
    // Operands. `operand`: a constant of the policy, or a slot.
    case constant, slot
    /// `slot has name`; operand: the slot of the attribute.
    case hasSlot

    // One operand.
    case not, negate, isEmpty
    case attribute  // operand: the number of the name
    case has  // operand: lists, a count and the numbers of the names
    case like  // operand: patterns
    case isType  // operand: the number of the type

    // Two operands.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case add, subtract, multiply
    case `in`, contains, containsAll, containsAny, hasTag, getTag

    // The operand on top must be a truth.
    case checkBool
    // Any number of operands.
    case set  // operand: their count
    case record  // operand: lists, a count and the numbers of the names
    case call  // operand: the function in the low 8 bits, the count of arguments above

    // Guards; operand: the instruction to go on with, counted from the program's first.
    case andGuard, orGuard, ifGuard, jump, isTypeGuard
    /// Behind a type guard; operand: the number of the type.
    case typeOfGuard

    // Ends.
    /// Ends the policy as unsatisfied unless the operand is true, or for the second false.
    case requireTrue, requireFalse
    /// Ends the policy as satisfied.
    case satisfied
    /// Ends the policy as erring: what a constant expression does that has no value.
    case fail

    // The commonest conditions in one step.
    /// A slot must be true.
    case requireSlot
    /// ``test`` of two operands must be true; operand: the left one in the lower half, the right one in the upper.
    case requireTest
  }

  let operation: Operation
  /// The operator of ``Operation/requireTest``, and whether its operands are constants, not slots.
  var test = Operation.fail
  var isLeftConstant = false
  var isRightConstant = false
  var operand: UInt32

  /// Everything there is to an instruction.
  var bits: UInt64 {
    let flags: UInt64 = (isLeftConstant ? 1 : 0) | (isRightConstant ? 2 : 0)
    return UInt64(operation.rawValue) | UInt64(test.rawValue) << 8 | flags << 16 | UInt64(operand) << 32
  }

  init(_ operation: Operation, _ operand: UInt32 = 0) {
    self.operation = operation
    self.operand = operand
  }
}

/// A place whose value a request fixes: principal, action, resource, context, or an attribute of another slot.
///
/// A request looks each up at most once, whichever policies ask.
struct Slot: BitwiseCopyable, Hashable {
  static let principal: UInt32 = 0
  static let action: UInt32 = 1
  static let resource: UInt32 = 2
  static let context: UInt32 = 3
  /// The first slot of an attribute.
  static let firstAttribute: UInt32 = 4

  let base: UInt32
  /// The number of the attribute's name.
  let name: UInt32
}
