// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Expressions: a list of steps to take, the next one last, instead of calls within calls.
///
/// An operator puts its operands on the list, with the guards between them and its own node behind, so that nodes are
/// appended in post-order.
extension PolicyReader {
  enum Step {
    case expression(JSONDocument.Index, Place)
    /// The content of `Value`.
    case value(JSONDocument.Index, Place)
    case node(Node)
    case openGuard(Node.Operation)
    /// The guard of `else`, which ends that of `then`.
    case elseGuard
    /// Lets the guard opened last jump behind the node appended last.
    case closeGuard
  }

  /// The place of an expression in the text that it would be.
  ///
  /// Nesting is counted there, so that JSON is refused where the text would be, and a chain such as
  /// `a && b && …`, which is nested in JSON, may be as long as there.
  struct Place {
    /// The brackets around the expression.
    let level: Int
    /// Below this it stands in parentheses.
    let needs: Precedence
  }

  mutating func expression(_ index: JSONDocument.Index) throws(JSONFailure) {
    steps.removeAll(keepingCapacity: true)
    guards.removeAll(keepingCapacity: true)
    steps.append(.expression(index, Place(level: 0, needs: .conditional)))
    while let step = steps.popLast() {
      switch step {
      case .expression(let index, let place): try readExpression(index, at: place)
      case .value(let index, let place): try readValue(index, at: place)
      case .node(let node): tree.nodes.append(node)
      case .openGuard(let operation): openGuard(operation)
      case .elseGuard:
        let condition = guards.popLast()
        openGuard(.elseGuard)
        closeGuard(condition)
      case .closeGuard: closeGuard(guards.popLast())
      }
    }
  }

  private mutating func openGuard(_ operation: Node.Operation) {
    let (start, end) = tree.nodes.last.map { ($0.start, $0.end) } ?? (0, 0)
    guards.append(tree.nodes.count)
    tree.nodes.append(Node(operation: operation, operand: 0, start: start, end: end))
  }

  private mutating func closeGuard(_ index: Int?) {
    guard let index else { return }
    tree.nodes[index].operand = UInt32(truncatingIfNeeded: tree.nodes.count - index)
  }

  // MARK: Nesting

  /// The number of brackets around an expression, its own parentheses included.
  func level(
    of precedence: Precedence,
    at place: Place,
    _ index: JSONDocument.Index
  ) throws(JSONFailure) -> Int {
    guard precedence < place.needs else { return place.level }
    return try inside(place.level, index).level
  }

  /// A place in brackets of their own: an argument, an element, a part of an `if`.
  func inside(_ level: Int, _ index: JSONDocument.Index) throws(JSONFailure) -> Place {
    guard level < Nesting.limit else {
      throw failure(.policy, "the expression is nested deeper than \(Nesting.limit) levels", at: index)
    }
    return Place(level: level + 1, needs: .conditional)
  }

  /// A node at the place of an operator's name, or of a value.
  func node(_ operation: Node.Operation, _ operand: UInt32 = 0, at index: JSONDocument.Index) -> Node {
    let start = start(of: index)
    // A container is shown by its bracket.
    let end = document.kind(of: index) == .string ? end(of: index) : start + 1
    return Node(operation: operation, operand: operand, start: start, end: end)
  }

  func callNode(
    _ function: ExtensionFunction,
    arguments: Int,
    at index: JSONDocument.Index
  ) throws(JSONFailure) -> Node {
    guard arguments < 1 << 24 else { throw failure(.policy, "a call with \(arguments) arguments", at: index) }
    guard arguments > 0 || function.isConstructor else {
      throw failure(.policy, "`\(function.name)` is a method and takes the value it is called on", at: index)
    }
    return node(.call, UInt32(truncatingIfNeeded: arguments) << 8 | UInt32(function.rawValue), at: index)
  }

  /// The places of a call's arguments: the first one of a method stands before the name.
  func argumentPlaces(
    _ function: ExtensionFunction,
    level: Int,
    _ index: JSONDocument.Index
  ) throws(JSONFailure) -> (first: Place, others: Place) {
    let others = try inside(level, index)
    return (function.isConstructor ? others : Place(level: level, needs: .primary), others)
  }
}
