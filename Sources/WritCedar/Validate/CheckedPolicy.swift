// SPDX-License-Identifier: Apache-2.0

/// The conditions of a policy with every name resolved, so that checking them in an environment compares numbers only.
///
/// One value is used for all policies, one after the other, and keeps its storage.
struct CheckedPolicy {
  /// A node as the checker needs it.
  struct Step {
    let operation: Node.Operation
    /// By operation: the truth, the number of a name, of an entity type or of a list below, the function, the count.
    var operand: Int32 = 0
    /// The distance that a guard jumps, counted in steps.
    var jump: Int32 = 0
    /// The number of the expression, equal for equal ones.
    var expression: Int32 = 0
    /// The number of the expression `e.a` or `e.getTag(k)`, for steps that ask for it or whether it exists.
    var access: Int32 = -1

    var isGuard: Bool { operation.rawValue >= Node.Operation.andGuard.rawValue }
  }

  /// A `when` or `unless`.
  struct Condition {
    let isUnless: Bool
    let steps: Range<Int>
    /// The distance of the nodes of the tree from the steps made of them.
    let nodeOffset: Int
  }

  /// One name of `has a.b.c`: the attribute, and the number of the expression that reads it.
  struct PathStep {
    let name: NameNumber
    let access: Int32
  }

  /// The knowledge of an expression that its text alone gives.
  enum Literal: Equatable {
    case none
    /// A literal that is not an entity.
    case scalar
    /// An entity, with the number of the action where it is one.
    case entity(action: Int32?)
    /// The variable `action`.
    case action
  }

  private(set) var policy: Policy
  /// The steps of all conditions in order.
  private(set) var steps: [Step] = []
  private(set) var conditions: [Condition] = []
  private(set) var paths: [[PathStep]] = []
  private(set) var keys: [[NameNumber]] = []
  /// By the number of an expression.
  private(set) var literals: [Literal] = []
  /// The entities of sets that hold nothing but entity literals and `action`, by the number of the expression.
  private(set) var literalSets: [Int32: [Literal]] = [:]
  /// The messages of extension constructors that refuse their literals, by step.
  private(set) var refusedLiterals: [Int: String] = [:]
  /// The variables that conditions mention.
  private(set) var variables = Variables()

  struct Variables: OptionSet {
    let rawValue: UInt8
    static let principal = Variables(rawValue: 1)
    static let action = Variables(rawValue: 2)
    static let resource = Variables(rawValue: 4)
    static let context = Variables(rawValue: 8)
  }

  private var numbers = ExpressionNumbers()
  /// The numbers of the operands that wait for their operator.
  private var operands: [Int32] = []

  init(_ policy: Policy) { self.policy = policy }

  /// The number of different expressions.
  var expressionCount: Int { numbers.count }

  /// The node of the tree that a step was made of.
  ///
  /// Conditions are in order.
  func nodeIndex(of step: Int) -> Int {
    var low = 0
    var high = conditions.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if conditions[middle].steps.lowerBound <= step { low = middle } else { high = middle - 1 }
    }
    return conditions.indices.contains(low) ? step + conditions[low].nodeOffset : 0
  }

  // MARK: Preparing

  /// Prepares another policy in the same storage.
  mutating func prepare(_ policy: Policy, in schema: inout CheckedSchema) {
    self.policy = policy
    steps.removeAll(keepingCapacity: true)
    conditions.removeAll(keepingCapacity: true)
    paths.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    literals.removeAll(keepingCapacity: true)
    literalSets.removeAll(keepingCapacity: true)
    refusedLiterals.removeAll(keepingCapacity: true)
    numbers.removeAll()
    variables = []
    for condition in policy.conditions {
      let first = steps.count
      for index in condition.nodes { append(Int(index), of: policy.tree, in: &schema) }
      operands.removeAll(keepingCapacity: true)
      let offset = Int(condition.nodes.lowerBound) - first
      conditions.append(
        Condition(isUnless: condition.isUnless, steps: first..<steps.count, nodeOffset: offset)
      )
    }
  }

  private mutating func append(_ index: Int, of tree: SyntaxTree, in schema: inout CheckedSchema) {
    let node = tree.nodes[index]
    var step = Step(operation: node.operation)
    if node.isGuard {
      step.jump = Int32(truncatingIfNeeded: node.operand)
      steps.append(step)
      return
    }
    let arity = tree.arity(of: node)
    let base = operands.count - arity
    let left = arity > 0 ? operands[base] : -1
    let right = arity > 1 ? operands[base + 1] : -1
    // A copy: the stack keeps its storage for itself.
    func arguments() -> [Int32] { Array(operands[base...]) }
    switch node.operation {
    case .bool:
      step.operand = Int32(truncatingIfNeeded: node.operand)
      step.expression = literal(.scalar, numbers.number(.bool, Int64(node.operand)))
    case .long:
      step.expression = literal(.scalar, numbers.number(.long, tree.longs[Int(node.operand)]))
    case .string:
      let name = schema.types.name(tree.strings[Int(node.operand)])
      step.expression = literal(.scalar, numbers.number(.string, Int64(name)))
    case .entity:
      let uid = tree.entity(at: node.operand)
      let type = schema.types.name(uid.type.description)
      let id = schema.types.name(uid.id)
      let action = uid.type.isAction ? schema.actionNumber(uid) : nil
      let isKnown = uid.type.isAction ? action != nil : true
      step.operand = isKnown ? schema.entityNumber(uid.type) ?? -1 : -1
      step.expression = literal(.entity(action: action), numbers.number(.entity, Int64(type), id))
    case .principal: step.expression = variable(.principal, node)
    case .action: step.expression = literal(.action, variable(.action, node))
    case .resource: step.expression = variable(.resource, node)
    case .context: step.expression = variable(.context, node)
    case .getAttribute:
      step.operand = schema.types.name(tree.strings[Int(node.operand)])
      step.expression = numbers.number(.getAttribute, Int64(step.operand), left)
      step.access = step.expression
    case .hasAttribute:
      let names = tree.list(at: node.operand).map { schema.types.name(tree.strings[Int($0)]) }
      step.operand = Int32(truncatingIfNeeded: paths.count)
      step.expression = path(names, of: left)
    case .isType, .isTypeIn:
      step.operand = schema.entityNumber(tree.typeName(at: node.operand)) ?? -1
      let name = schema.types.name(tree.strings[Int(node.operand)])
      step.expression = numbers.number(node.operation, Int64(name), left, right)
    case .like:
      let pattern = schema.types.name(tree.patterns[Int(node.operand)].description)
      step.expression = numbers.number(.like, Int64(pattern), left)
    case .hasTag, .getTag:
      step.access = numbers.number(.getTag, 0, left, right)
      step.expression = numbers.number(node.operation, 0, left, right)
    case .set:
      step.operand = Int32(truncatingIfNeeded: node.operand)
      step.expression = numbers.number(.set, Int64(arity), arguments())
      noteLiterals(arguments(), of: step.expression)
    case .record:
      let names = tree.list(at: node.operand).map { schema.types.name(tree.strings[Int($0)]) }
      step.operand = Int32(truncatingIfNeeded: keys.count)
      step.expression = record(names, arguments())
    case .call:
      step.operand = Int32(truncatingIfNeeded: node.operand)
      step.expression = numbers.number(.call, Int64(node.operand), arguments())
      checkLiteral(of: index, in: tree)
    default:
      step.expression =
        arity == 3 ? numbers.number(node.operation, 3, arguments()) : numbers.number(node.operation, 0, left, right)
    }
    operands.removeLast(arity)
    operands.append(step.expression)
    steps.append(step)
  }

  private mutating func literal(_ literal: Literal, _ number: Int32) -> Int32 {
    while literals.count <= Int(number) { literals.append(.none) }
    literals[Int(number)] = literal
    return number
  }

  private mutating func variable(_ variable: Variables, _ node: Node) -> Int32 {
    variables.insert(variable)
    return numbers.number(node.operation)
  }

  func literal(of expression: Int32) -> Literal {
    literals.indices.contains(Int(expression)) ? literals[Int(expression)] : .none
  }

  /// `has a.b.c` asks of `e.a`, then of `e.a.b`, then of `e.a.b.c`.
  private mutating func path(_ names: [NameNumber], of base: Int32) -> Int32 {
    var expression = base
    var joined = base
    var path: [PathStep] = []
    for name in names {
      joined = numbers.number(.hasAttribute, Int64(name), joined)
      expression = numbers.number(.getAttribute, Int64(name), expression)
      path.append(PathStep(name: name, access: expression))
    }
    paths.append(path)
    return joined
  }

  private mutating func record(_ names: [NameNumber], _ values: [Int32]) -> Int32 {
    keys.append(names)
    var joined = numbers.number(.record, Int64(names.count))
    for (name, value) in zip(names, values) { joined = numbers.number(.record, Int64(name), joined, value) }
    return joined
  }

  private mutating func noteLiterals(_ elements: [Int32], of expression: Int32) {
    var found: [Literal] = []
    for element in elements {
      switch literal(of: element) {
      case .entity(let action): found.append(.entity(action: action))
      case .action: found.append(.action)
      case .scalar, .none: return
      }
    }
    literalSets[expression] = found
  }

  /// Tries the constructor of an extension type on the one literal it is given, which stands directly before the call.
  private mutating func checkLiteral(of call: Int, in tree: SyntaxTree) {
    let node = tree.nodes[call]
    guard let function = node.calledFunction, function.isConstructor, node.argumentCount == 1,
      let argument = steps.last, argument.operation == .string
    else { return }
    do throws(EvaluationFailure) {
      _ = try function.call([.string(tree.strings[Int(tree.nodes[call - 1].operand)])])
    } catch {
      refusedLiterals[steps.count] = error.message
    }
  }
}
