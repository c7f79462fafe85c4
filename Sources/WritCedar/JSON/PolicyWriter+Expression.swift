// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

extension JSONWriter {
  /// Writes an expression in Cedar's JSON.
  ///
  /// JSON names the operator before its operands and the nodes are in post-order, so it goes from the last node
  /// backwards, with a list of steps to take, the next one last, instead of calls within calls.
  mutating func expression(_ nodes: Range<UInt32>, of tree: SyntaxTree) {
    var writer = ExpressionWriter(json: self, tree: tree, nodes: Int(nodes.lowerBound)..<Int(nodes.upperBound))
    writer.write()
    self = writer.json
  }
}

private struct ExpressionWriter {
  private enum Step {
    /// The expression whose last node this is.
    case expression(Int)
    case key(String)
    case endObject
    case endArray
  }

  var json: JSONWriter
  private let tree: SyntaxTree
  private let nodes: Range<Int>
  private let starts: [Int]
  private var steps: [Step] = []

  init(json: JSONWriter, tree: SyntaxTree, nodes: Range<Int>) {
    self.json = json
    self.tree = tree
    self.nodes = nodes
    starts = tree.subtreeStarts(nodes)
  }

  mutating func write() {
    steps.append(.expression(nodes.upperBound - 1))
    while let step = steps.popLast() {
      switch step {
      case .expression(let root): expression(root)
      case .key(let name): json.key(name)
      case .endObject: json.endObject()
      case .endArray: json.endArray()
      }
    }
  }

  /// The last nodes of a node's operands, from left to right.
  private func operands(of root: Int) -> [Int] {
    let count = tree.arity(of: tree.nodes[root])
    var operands: [Int] = []
    operands.reserveCapacity(count)
    var next = root - 1
    for _ in 0..<count {
      // Between operands there may be a guard; before the first one it would be another node's.
      if !operands.isEmpty, tree.nodes[next].isGuard { next -= 1 }
      operands.append(next)
      next = starts[next - nodes.lowerBound] - 1
    }
    return operands.reversed()
  }

  private mutating func expression(_ root: Int) {
    let node = tree.nodes[root]
    json.beginObject()
    switch node.operation {
    case .bool, .long, .string, .entity: literal(node)
    case .principal, .action, .resource, .context:
      json.member("Var", "\(node.operation)")
      json.endObject()
    case .getAttribute:
      json.key(".")
      open(["left"], root) { $0.json.member("attr", $0.tree.strings[Int(node.operand)]) }
    case .hasAttribute:
      json.key("has")
      open(["left"], root) { $0.path(node) }
    case .like:
      json.key("like")
      open(["left"], root) { $0.pattern($0.tree.patterns[Int(node.operand)]) }
    case .isType, .isTypeIn:
      json.key("is")
      open(["left", "in"], root) { $0.json.member("entity_type", $0.tree.typeName(at: node.operand).description) }
    case .not, .negate, .isEmpty:
      json.key(node.operation.jsonName)
      open(["arg"], root)
    case .conditional:
      json.key("if-then-else")
      open(["if", "then", "else"], root)
    case .set:
      json.key("Set")
      openArray(root)
    case .call:
      json.key(node.calledFunction?.name ?? "")
      openArray(root)
    case .record:
      json.key("Record")
      open(tree.list(at: node.operand).map { tree.strings[Int($0)] }, root)
    default:
      json.key(node.operation.jsonName)
      open(["left", "right"], root)
    }
  }

  /// An object with the operands under these names, as many of them as there are, and first what else there is.
  private mutating func open(_ names: [String], _ root: Int, others: (inout Self) -> Void = { _ in }) {
    json.beginObject()
    others(&self)
    steps.append(.endObject)
    steps.append(.endObject)
    for (name, operand) in zip(names, operands(of: root)).reversed() {
      steps.append(.expression(operand))
      steps.append(.key(name))
    }
  }

  private mutating func openArray(_ root: Int) {
    json.beginArray()
    steps.append(.endObject)
    steps.append(.endArray)
    for operand in operands(of: root).reversed() { steps.append(.expression(operand)) }
  }

  private mutating func literal(_ node: Node) {
    json.key("Value")
    switch node.operation {
    case .bool: json.boolean(node.operand != 0)
    case .long: json.integer(tree.longs[Int(node.operand)])
    case .string: json.string(tree.strings[Int(node.operand)])
    default: json.value(.entity(tree.entity(at: node.operand)))
    }
    json.endObject()
  }

  /// One name as a string, which every version of Cedar reads.
  private mutating func path(_ node: Node) {
    json.key("attr")
    let path = tree.list(at: node.operand)
    if path.count > 1 { json.beginArray() }
    for name in path { json.string(tree.strings[Int(name)]) }
    if path.count > 1 { json.endArray() }
  }

  private mutating func pattern(_ pattern: Pattern) {
    json.key("pattern")
    json.beginArray()
    for (number, part) in pattern.parts.enumerated() {
      if number > 0 { json.string("Wildcard") }
      guard !part.isEmpty else { continue }
      json.beginObject()
      json.member("Literal", String(decoding: part, as: UTF8.self))
      json.endObject()
    }
    json.endArray()
  }
}
