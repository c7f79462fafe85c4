// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What compiling asks of an expression before it translates it: where the operands of each node begin, what `&&` joins
/// at the top, and which parts are constant.
///
/// One outline serves one condition after the other, so that its memory is asked for once.
struct ExpressionOutline {
  /// A part that no request changes, and that is not in a larger such part.
  struct Constant {
    let nodes: Range<Int>
    /// ``Cell/error`` where the part has no value.
    var cell = Cell.error
  }

  private(set) var tree: SyntaxTree
  /// The parts of the condition that must each hold, each by itself.
  private(set) var conjuncts: [Range<Int>] = []
  /// In the order of the text.
  private(set) var constants: [Constant] = []
  private var first = 0
  private var starts: [Int] = []
  private var operands: [Int] = []

  init(_ tree: SyntaxTree) { self.tree = tree }

  /// Reads a condition in place of the one before.
  mutating func read(_ condition: ConditionRecord, of tree: SyntaxTree, _ compiler: inout PolicyCompiler) {
    self.tree = tree
    let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
    first = nodes.lowerBound
    starts.removeAll(keepingCapacity: true)
    operands.removeAll(keepingCapacity: true)
    constants.removeAll(keepingCapacity: true)
    var lastVariable = first - 1
    for index in nodes {
      let start = tree.subtreeStart(index, &operands)
      starts.append(start)
      if tree.nodes[index].operation.isConstant, lastVariable < start {
        while let inner = constants.last, inner.nodes.lowerBound >= start { constants.removeLast() }
        constants.append(Constant(nodes: start..<(index + 1)))
      } else {
        lastVariable = index
      }
    }
    for index in constants.indices {
      constants[index].cell = compiler.constant(constants[index].nodes, of: tree)
    }
    conjuncts = condition.isUnless ? [nodes] : tree.conjuncts(of: nodes, starts: starts)
  }

  /// Where the part begins whose last node this is.
  func start(of root: Int) -> Int { starts[root - first] }

  /// The constant whose last node this is, `nil` where the part has no value or is not constant.
  func constant(_ root: Int) -> Cell? {
    // Few, and mostly one.
    for constant in constants where constant.nodes.upperBound == root + 1 {
      return constant.cell.hasValue ? constant.cell : nil
    }
    return nil
  }

  /// The roots of an operator's two operands; a guard stands before the right one of `||` and `is in`.
  func operands(of root: Int) -> (left: Int, right: Int) {
    let before = start(of: root - 1) - 1
    return (tree.nodes[before].isGuard ? before - 1 : before, root - 1)
  }
}

extension Node.Operation {
  /// Whether its value follows from those of its operands, and it can be written where a constant is.
  fileprivate var isConstant: Bool {
    switch self {
    case .bool, .long, .string, .entity, .set, .record, .call, .negate: true
    default: false
    }
  }
}

extension PolicyCompiler {
  /// For constants the request does not matter.
  private static let request: AuthorizationRequest = {
    let nobody = EntityUID(type: EntityTypeName(checked: "Nobody"), id: "")
    return AuthorizationRequest(principal: nobody, action: nobody, resource: nobody)
  }()

  /// The value of a constant part, ``Cell/error`` where it has none.
  fileprivate mutating func constant(_ nodes: Range<Int>, of tree: SyntaxTree) -> Cell {
    if let literal = literal(nodes.upperBound - 1, of: tree) { return literal }
    if let set = set(nodes, of: tree) { return set }
    let value = try? Evaluator(request: Self.request, entities: EntityStore()).evaluate(nodes, of: tree)
    return value.map { cell($0) } ?? .error
  }

  private mutating func literal(_ index: Int, of tree: SyntaxTree) -> Cell? {
    let node = tree.nodes[index]
    switch node.operation {
    case .bool: return .bool(node.operand != 0)
    case .long: return .long(tree.longs[Int(node.operand)])
    case .string: return .string(number(ofName: tree.strings[Int(node.operand)]))
    case .entity: return .entity(number(of: tree.entity(at: node.operand)))
    default: return nil
    }
  }

  /// A set of literals.
  private mutating func set(_ nodes: Range<Int>, of tree: SyntaxTree) -> Cell? {
    let root = tree.nodes[nodes.upperBound - 1]
    guard root.operation == .set, Int(root.operand) == nodes.count - 1 else { return nil }
    var elements: [Cell] = []
    for index in nodes.dropLast() {
      guard let element = literal(index, of: tree) else { return nil }
      elements.append(element)
    }
    return encoder.set(ofScalars: elements)
  }
}
