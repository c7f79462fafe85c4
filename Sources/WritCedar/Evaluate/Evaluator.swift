// SPDX-License-Identifier: Apache-2.0

/// The literal evaluator: what the language's specification says, step by step, and the oracle for anything faster.
///
/// An expression is in post-order (``SyntaxTree``): each node pops its operands off a stack of values and pushes its
/// own. So all operands are evaluated, left to right, before any is looked at, except where a guard skips the rest.
package struct Evaluator<Entities: EntitySource> {
  package let request: AuthorizationRequest
  let entities: Entities

  package init(request: AuthorizationRequest, entities: Entities) {
    self.request = request
    self.entities = entities
  }

  typealias Failure = EvaluationFailure

  /// The value of the nodes, which are one expression.
  package func evaluate(_ nodes: Range<Int>, of tree: SyntaxTree) throws(EvaluationError) -> Value {
    var stack = OperandStack()
    var next = nodes.lowerBound
    while next < nodes.upperBound {
      let node = tree.nodes[next]
      do {
        next += try step(node, at: next, of: tree, &stack)
      } catch {
        throw EvaluationError(code: error.code, message: error.message, source: tree.source, span: node.span)
      }
    }
    return stack.pop()
  }

  /// The value of the nodes, which are one expression, with the value of each part of it that is evaluated on the way.
  ///
  /// - Parameter observe: takes the index of a node and the value of the part of which it is the operator or the
  /// operand.
  package func evaluate(
    _ nodes: Range<Int>,
    of tree: SyntaxTree,
    observe: (Int, Value) -> Void
  ) throws(EvaluationError) -> Value {
    var stack = OperandStack()
    var next = nodes.lowerBound
    while next < nodes.upperBound {
      let node = tree.nodes[next]
      do {
        let distance = try step(node, at: next, of: tree, &stack)
        if !node.isGuard {
          observe(next, stack.last)
        } else if node.operation == .isTypeInGuard, distance > 1 {
          observe(next + distance - 1, stack.last)
        }
        next += distance
      } catch {
        throw EvaluationError(code: error.code, message: error.message, source: tree.source, span: node.span)
      }
    }
    return stack.pop()
  }

  /// Evaluates one node.
  ///
  /// - Returns: the distance to the node to go on with.
  private func step(
    _ node: Node,
    at index: Int,
    of tree: SyntaxTree,
    _ stack: inout OperandStack
  ) throws(Failure) -> Int {
    switch node.operation {
    case .bool: stack.push(.bool(node.operand != 0))
    case .long: stack.push(.long(tree.longs[Int(node.operand)]))
    case .string: stack.push(.string(tree.strings[Int(node.operand)]))
    case .entity: stack.push(.entity(tree.entity(at: node.operand)))
    case .principal: stack.push(.entity(request.principal))
    case .action: stack.push(.entity(request.action))
    case .resource: stack.push(.entity(request.resource))
    case .context: stack.push(.record(request.context))

    // `&&` and `||` look at the left operand first; the right one is evaluated only where it matters.
    case .andGuard:
      if try !stack.last.asBool() { return Int(node.operand) }
      stack.drop()
    case .orGuard:
      if try stack.last.asBool() { return Int(node.operand) }
      stack.drop()
    case .and, .or:
      _ = try stack.last.asBool()
    case .ifGuard:
      if try !stack.pop().asBool() { return Int(node.operand) }
    case .elseGuard:
      return Int(node.operand)
    case .conditional:
      break  // The branch taken has left its value.
    case .isTypeInGuard:
      let type = tree.typeName(at: tree.nodes[index + Int(node.operand) - 1].operand)
      if try stack.last.asEntity().type != type {
        stack.drop()
        stack.push(false)
        return Int(node.operand)
      }

    case .set:
      stack.push(
        .set(
          try limited { () throws(NestingLimitExceeded) in
            try SetValue(stack.pop(count: Int(node.operand)))
          }
        )
      )
    case .record:
      let keys = tree.list(at: node.operand)
      let values = stack.pop(count: keys.count)
      let attributes = zip(keys, values).map { RecordValue.Attribute(name: tree.strings[Int($0)], value: $1) }
      stack.push(.record(try limited { () throws(NestingLimitExceeded) in try RecordValue(distinct: attributes) }))
    case .call:
      let arguments = stack.pop(count: node.argumentCount)
      guard let function = node.calledFunction else { throw Failure(.extension, "unknown extension function") }
      stack.push(try function.call(arguments))

    case .not, .negate, .isEmpty, .getAttribute, .hasAttribute, .like, .isType:
      stack.push(try unary(node, of: tree, stack.pop()))
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .in, .isTypeIn,
      .contains, .containsAll, .containsAny, .hasTag, .getTag:
      let right = stack.pop()
      stack.push(try binary(node.operation, stack.pop(), right))
    }
    return 1
  }

  private func limited<Result>(_ make: () throws(NestingLimitExceeded) -> Result) throws(Failure) -> Result {
    do {
      return try make()
    } catch {
      throw Failure(.recursionLimit, "a value \(error)")
    }
  }

  // MARK: Operators

  private func unary(_ node: Node, of tree: SyntaxTree, _ operand: Value) throws(Failure) -> Value {
    switch node.operation {
    case .not:
      return .bool(try !operand.asBool())
    case .negate:
      let (negated, overflow) = (0 as Int64).subtractingReportingOverflow(try operand.asLong())
      if overflow { throw Failure(.overflow, "the negation leaves 64 bits") }
      return .long(negated)
    case .isEmpty:
      return .bool(try operand.asSet().isEmpty)
    case .like:
      return .bool(tree.patterns[Int(node.operand)].matches(try operand.asString()))
    case .isType:
      return .bool(try operand.asEntity().type == tree.typeName(at: node.operand))
    case .getAttribute:
      return try attribute(tree.strings[Int(node.operand)], of: operand)
    default:
      return .bool(try hasAttributes(tree.list(at: node.operand).map { tree.strings[Int($0)] }, operand))
    }
  }

  private func attribute(_ name: String, of value: Value) throws(Failure) -> Value {
    switch value {
    case .record(let record):
      guard let attribute = record[name] else {
        throw Failure(.attributeMissing, "the record has no attribute \(CedarText.quoted(name))")
      }
      return attribute
    case .entity(let uid):
      if let attribute = entities.attribute(name, of: uid) { return attribute }
      guard entities[uid] != nil else { throw Failure(.entityMissing, "there is no entity \(uid)") }
      throw Failure(.attributeMissing, "\(uid) has no attribute \(CedarText.quoted(name))")
    default:
      throw Failure(.type, "expected a record or an entity, found \(value.kindName)")
    }
  }

  /// `has a.b.c` is `has a && .a has b && .a.b has c`.
  private func hasAttributes(_ path: [String], _ value: Value) throws(Failure) -> Bool {
    var value = value
    for name in path {
      let found: Value?
      switch value {
      case .record(let record): found = record[name]
      case .entity(let uid): found = entities.attribute(name, of: uid)
      default: throw Failure(.type, "expected a record or an entity, found \(value.kindName)")
      }
      guard let found else { return false }
      value = found
    }
    return true
  }

  private func binary(_ operation: Node.Operation, _ left: Value, _ right: Value) throws(Failure) -> Value {
    switch operation {
    case .equal: return .bool(left == right)
    case .notEqual: return .bool(left != right)
    // `a > b` is `!(a <= b)` and `a >= b` is `!(a < b)`.
    case .less: return .bool(try isLess(left, right))
    case .lessOrEqual: return .bool(try isLessOrEqual(left, right))
    case .greater: return .bool(try !isLessOrEqual(left, right))
    case .greaterOrEqual: return .bool(try !isLess(left, right))
    case .add: return try arithmetic(left, right, "sum") { $0.addingReportingOverflow($1) }
    case .subtract: return try arithmetic(left, right, "difference") { $0.subtractingReportingOverflow($1) }
    case .multiply: return try arithmetic(left, right, "product") { $0.multipliedReportingOverflow(by: $1) }
    case .in, .isTypeIn: return .bool(try isIn(left, right))
    case .contains: return .bool(try left.asSet().contains(right))
    case .containsAll: return .bool(try left.asSet().isSuperset(of: right.asSet()))
    case .containsAny: return .bool(try !left.asSet().isDisjoint(with: right.asSet()))
    case .hasTag:
      let uid = try left.asEntity()
      let tag = try right.asString()
      return .bool(entities[uid]?.tags[tag] != nil)
    default:
      return try tag(right, of: left)
    }
  }

  private func tag(_ name: Value, of value: Value) throws(Failure) -> Value {
    let uid = try value.asEntity()
    let name = try name.asString()
    guard let entity = entities[uid] else { throw Failure(.entityMissing, "there is no entity \(uid)") }
    guard let tag = entity.tags[name] else { throw Failure(.tagMissing, "\(uid) has no tag \(CedarText.quoted(name))") }
    return tag
  }

  private func arithmetic(
    _ left: Value,
    _ right: Value,
    _ name: String,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(Failure) -> Value {
    let (result, overflow) = operation(try left.asLong(), try right.asLong())
    if overflow { throw Failure(.overflow, "the \(name) leaves 64 bits") }
    return .long(result)
  }

  /// `<` is defined on longs, datetimes and durations, both of one kind.
  private func isLess(_ left: Value, _ right: Value) throws(Failure) -> Bool {
    switch (left, right) {
    case (.long(let left), .long(let right)): return left < right
    case (.datetime(let left), .datetime(let right)): return left < right
    case (.duration(let left), .duration(let right)): return left < right
    default: throw incomparable(left, right)
    }
  }

  private func isLessOrEqual(_ left: Value, _ right: Value) throws(Failure) -> Bool {
    switch (left, right) {
    case (.long(let left), .long(let right)): return left <= right
    case (.datetime(let left), .datetime(let right)): return left <= right
    case (.duration(let left), .duration(let right)): return left <= right
    default: throw incomparable(left, right)
    }
  }

  private func incomparable(_ left: Value, _ right: Value) -> Failure {
    Failure(.type, "expected two longs, datetimes or durations, found \(left.kindName) and \(right.kindName)")
  }

  /// `in` an entity, or in a set whose elements must all be entities, even behind one that matches.
  private func isIn(_ left: Value, _ right: Value) throws(Failure) -> Bool {
    let uid = try left.asEntity()
    switch right {
    case .entity(let group):
      return entities.isEntity(uid, inAnyOf: [group])
    case .set(let set):
      var groups: [EntityUID] = []
      for element in set { groups.append(try element.asEntity()) }
      return entities.isEntity(uid, inAnyOf: groups)
    default:
      throw Failure(.type, "expected an entity or a set of entities, found \(right.kindName)")
    }
  }
}

/// An error at a node, before the node's place is added.
struct EvaluationFailure: Error {
  let code: EvaluationError.Code
  let message: String

  init(_ code: EvaluationError.Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// The values of operands that wait for their operator.
private struct OperandStack {
  private var values: [Value] = []

  /// Never empty where it is asked for: each node's operands precede it.
  var last: Value { values.last ?? false }

  mutating func push(_ value: Value) { values.append(value) }
  mutating func pop() -> Value { values.popLast() ?? false }
  mutating func drop() { _ = values.popLast() }

  mutating func pop(count: Int) -> [Value] {
    let popped = Array(values.suffix(count))
    values.removeLast(popped.count)
    return popped
  }
}

extension Value {
  func asBool() throws(EvaluationFailure) -> Bool {
    guard case .bool(let bool) = self else { throw mismatch("bool") }
    return bool
  }

  func asLong() throws(EvaluationFailure) -> Int64 {
    guard case .long(let long) = self else { throw mismatch("long") }
    return long
  }

  func asString() throws(EvaluationFailure) -> String {
    guard case .string(let string) = self else { throw mismatch("string") }
    return string
  }

  func asEntity() throws(EvaluationFailure) -> EntityUID {
    guard case .entity(let uid) = self else { throw mismatch("an entity") }
    return uid
  }

  func asSet() throws(EvaluationFailure) -> SetValue {
    guard case .set(let set) = self else { throw mismatch("set") }
    return set
  }

  func mismatch(_ expected: String) -> EvaluationFailure {
    EvaluationFailure(.type, "expected \(expected), found \(kindName)")
  }
}
