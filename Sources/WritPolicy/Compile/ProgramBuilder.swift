// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Translates the conditions of a policy to instructions; one builder serves one policy after the other.
///
/// The tree is in post-order already, so that a node becomes an instruction where it stands. What changes on the way:
/// constant expressions become constants, paths of attributes become slots, the parts that `&&` joins at the top of a
/// condition each end the policy when they are not true, and the commonest of these tests are one instruction.
struct ProgramBuilder {
  private(set) var instructions: [Instruction] = []
  private(set) var constants: [Cell] = []
  private(set) var deepest = 0
  /// Whether evaluation can fail, as far as the kinds of the operands tell.
  private(set) var mayErr = false

  private enum Kind {
    case bool, entity, context, entities, other
  }

  /// What is known of the operands on the stack.
  private var kinds: [Kind] = []
  /// Instructions before this index may be jumped behind, so that they stay.
  private var barrier = 0
  /// The guards of the running expression, with the nodes that they go on with.
  private var guards: [(instruction: Int, target: Int)] = []
  /// The instruction that each node of it begins with.
  private var positions: [Int] = []

  /// Forgets the policy before.
  mutating func start() {
    instructions.removeAll(keepingCapacity: true)
    constants.removeAll(keepingCapacity: true)
    kinds.removeAll(keepingCapacity: true)
    deepest = 0
    mayErr = false
    barrier = 0
  }

  /// Adds a condition.
  mutating func append(_ outline: ExpressionOutline, isUnless: Bool, _ compiler: inout PolicyCompiler) {
    var constants = outline.constants[...]
    for conjunct in outline.conjuncts {
      append(conjunct, of: outline.tree, &constants, &compiler)
      require(isUnless ? .requireFalse : .requireTrue)
    }
  }

  mutating func finish() { instructions.append(Instruction(.satisfied)) }

  // MARK: Expressions

  private mutating func append(
    _ nodes: Range<Int>,
    of tree: SyntaxTree,
    _ constants: inout ArraySlice<ExpressionOutline.Constant>,
    _ compiler: inout PolicyCompiler
  ) {
    guards.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    var index = nodes.lowerBound
    while index < nodes.upperBound {
      positions.append(instructions.count)
      if let constant = constants.first, constant.nodes.lowerBound == index {
        append(constant.cell, compiler.encoder.heap)
        constants.removeFirst()
        // Nothing jumps to where a constant's parts were.
        for _ in constant.nodes.dropFirst() { positions.append(instructions.count) }
        index = constant.nodes.upperBound
      } else {
        let node = tree.nodes[index]
        if node.isGuard {
          guards.append((instructions.count, index + Int(node.operand)))
          appendGuard(node, at: index, of: tree, &compiler)
        } else {
          append(node, of: tree, &compiler)
        }
        index += 1
      }
    }
    positions.append(instructions.count)
    for (instruction, target) in guards {
      instructions[instruction].operand = UInt32(truncatingIfNeeded: positions[target - nodes.lowerBound])
    }
  }

  private mutating func append(_ constant: Cell, _ heap: Buffer<Cell>) {
    guard constant.hasValue else {
      emit(.fail, pops: 0, .other)
      mayErr = true
      return
    }
    constants.append(constant)
    emit(.constant, UInt32(truncatingIfNeeded: constants.count - 1), pops: 0, Self.kind(of: constant, heap))
  }

  private static func kind(of constant: Cell, _ heap: Buffer<Cell>) -> Kind {
    switch constant.kind {
    case .bool: .bool
    case .entity: .entity
    case .set where (0..<constant.count).allSatisfy { heap[constant.start + $0].kind == .entity }: .entities
    default: .other
    }
  }

  private mutating func appendGuard(
    _ node: Node,
    at index: Int,
    of tree: SyntaxTree,
    _ compiler: inout PolicyCompiler
  ) {
    switch node.operation {
    case .andGuard: emitGuard(.andGuard)
    case .orGuard: emitGuard(.orGuard)
    case .ifGuard: emitGuard(.ifGuard)
    case .elseGuard:
      instructions.append(Instruction(.jump))
      kinds.removeLast()
    default:
      demand(.entity)
      let type = tree.typeName(at: tree.nodes[index + Int(node.operand) - 1].operand)
      instructions.append(Instruction(.isTypeGuard))
      instructions.append(Instruction(.typeOfGuard, compiler.number(of: type)))
    }
    barrier = instructions.count
  }

  private mutating func emitGuard(_ operation: Instruction.Operation) {
    demand(.bool)
    instructions.append(Instruction(operation))
    kinds.removeLast()
  }

  private mutating func append(_ node: Node, of tree: SyntaxTree, _ compiler: inout PolicyCompiler) {
    switch node.operation {
    case .principal: emit(.slot, Slot.principal, pops: 0, .entity)
    case .action: emit(.slot, Slot.action, pops: 0, .entity)
    case .resource: emit(.slot, Slot.resource, pops: 0, .entity)
    case .context: emit(.slot, Slot.context, pops: 0, .context)
    case .not:
      demand(.bool)
      emit(.not, pops: 1, .bool)
    case .isEmpty: emitPartial(.isEmpty, pops: 1, .bool)
    case .negate: emitPartial(.negate, pops: 1, .other)
    case .like: emitPartial(.like, compiler.pattern(tree.patterns[Int(node.operand)]), pops: 1, .bool)
    case .isType:
      demand(.entity)
      emit(.isType, compiler.number(of: tree.typeName(at: node.operand)), pops: 1, .bool)
    case .getAttribute: attribute(tree.strings[Int(node.operand)], &compiler)
    case .hasAttribute: has(tree.list(at: node.operand).map { tree.strings[Int($0)] }, &compiler)
    case .equal: emit(.equal, pops: 2, .bool)
    case .notEqual: emit(.notEqual, pops: 2, .bool)
    case .less: emitPartial(.less, pops: 2, .bool)
    case .lessOrEqual: emitPartial(.lessOrEqual, pops: 2, .bool)
    case .greater: emitPartial(.greater, pops: 2, .bool)
    case .greaterOrEqual: emitPartial(.greaterOrEqual, pops: 2, .bool)
    case .add: emitPartial(.add, pops: 2, .other)
    case .subtract: emitPartial(.subtract, pops: 2, .other)
    case .multiply: emitPartial(.multiply, pops: 2, .other)
    case .in: membership()
    case .isTypeIn:
      membership()
      barrier = instructions.count
    case .contains: emitPartial(.contains, pops: 2, .bool)
    case .containsAll: emitPartial(.containsAll, pops: 2, .bool)
    case .containsAny: emitPartial(.containsAny, pops: 2, .bool)
    case .hasTag: emitPartial(.hasTag, pops: 2, .bool)
    case .getTag: emitPartial(.getTag, pops: 2, .other)
    case .and, .or:
      demand(.bool)
      emit(.checkBool, pops: 1, .bool)
      barrier = instructions.count
    case .conditional:
      // Each branch has left its value; only the second is known here.
      kinds[kinds.count - 1] = .other
      barrier = instructions.count
    case .set: emitPartial(.set, node.operand, pops: Int(node.operand), .other)
    case .record:
      let names = tree.list(at: node.operand).map { compiler.number(ofName: tree.strings[Int($0)]) }
      emitPartial(.record, compiler.list(names), pops: names.count, .other)
    case .call: emitPartial(.call, node.operand, pops: node.argumentCount, .other)
    default: break  // Constants and guards do not come here.
    }
  }

  private mutating func attribute(_ name: String, _ compiler: inout PolicyCompiler) {
    mayErr = true
    if let base = popSlot() {
      emit(.slot, compiler.slot(base, name), pops: 0, .other)
    } else {
      emit(.attribute, compiler.number(ofName: name), pops: 1, .other)
    }
  }

  private mutating func has(_ path: [String], _ compiler: inout PolicyCompiler) {
    let isTotal = path.count == 1 && (kinds.last == .entity || kinds.last == .context)
    if path.count == 1, let base = popSlot() {
      emit(.hasSlot, compiler.slot(base, path[0]), pops: 0, .bool)
    } else {
      let names = path.map { compiler.number(ofName: $0) }
      emit(.has, compiler.list(names), pops: 1, .bool)
    }
    if !isTotal { mayErr = true }
  }

  private mutating func membership() {
    let right = kinds.last
    if right != .entity, right != .entities { mayErr = true }
    if kinds.dropLast().last != .entity { mayErr = true }
    emit(.in, pops: 2, .bool)
  }

  // MARK: Emitting

  /// The operand on top, when it is a slot that nothing but the next instruction needs.
  private mutating func popSlot() -> UInt32? {
    guard instructions.count > barrier, let last = instructions.last, last.operation == .slot else { return nil }
    instructions.removeLast()
    kinds.removeLast()
    return last.operand
  }

  /// Notes that the policy may err unless the operand on top is of this kind.
  private mutating func demand(_ kind: Kind) {
    if kinds.last != kind { mayErr = true }
  }

  /// Emits an operation that fails on some operands.
  private mutating func emitPartial(
    _ operation: Instruction.Operation,
    _ operand: UInt32 = 0,
    pops: Int,
    _ result: Kind
  ) {
    mayErr = true
    emit(operation, operand, pops: pops, result)
  }

  private mutating func emit(
    _ operation: Instruction.Operation,
    _ operand: UInt32 = 0,
    pops: Int,
    _ result: Kind
  ) {
    instructions.append(Instruction(operation, operand))
    kinds.removeLast(pops)
    kinds.append(result)
    deepest = Swift.max(deepest, kinds.count)
  }

  /// Ends a conjunct.
  private mutating func require(_ operation: Instruction.Operation) {
    demand(.bool)
    kinds.removeLast()
    if operation == .requireFalse || !fuseTest() { instructions.append(Instruction(operation)) }
    barrier = instructions.count
  }

  /// A slot that must be true, and an operator over slots and constants, in one instruction.
  private mutating func fuseTest() -> Bool {
    guard let last = instructions.last, instructions.count > barrier else { return false }
    if last.operation == .slot {
      instructions[instructions.count - 1] = Instruction(.requireSlot, last.operand)
      return true
    }
    guard instructions.count >= barrier + 3, last.operation.hasTwoOperands else { return false }
    let (left, right) = (instructions[instructions.count - 3], instructions[instructions.count - 2])
    for operand in [left, right] {
      guard operand.operation == .slot || operand.operation == .constant, operand.operand < 1 << 16 else {
        return false
      }
    }
    var fused = Instruction(.requireTest, left.operand | right.operand << 16)
    fused.test = last.operation
    fused.isLeftConstant = left.operation == .constant
    fused.isRightConstant = right.operation == .constant
    instructions.removeLast(3)
    instructions.append(fused)
    return true
  }
}

extension Instruction.Operation {
  /// Whether it is an operator over the two operands on top of the stack.
  fileprivate var hasTwoOperands: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .in,
      .contains, .containsAll, .containsAny, .hasTag, .getTag:
      true
    default: false
    }
  }
}
