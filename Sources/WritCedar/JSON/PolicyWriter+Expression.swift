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
    /// The members of the node beside its operands.
    case rest(Node)
    /// The first `count` tests of a `has` of a path, joined by `&&`.
    case path(Int, count: Int)
    /// The operand of a `has` of a path with the first `count` attributes of the path.
    case chain(Int, count: Int)
    /// The last of the first `count` attributes of a path, under `attr`.
    case attribute(Int, count: Int)
    /// The beginning of a `has`.
    case test
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
      case .rest(let node): rest(node)
      case .path(let root, let count): path(root, count)
      case .chain(let root, let count): chain(root, count)
      case .attribute(let root, let count): json.member("attr", attributes(of: root)[count - 1])
      case .test:
        json.beginObject()
        json.key("has")
        json.beginObject()
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
    if isWrittenAsChain(root) { return path(root, tree.list(at: node.operand).count) }
    json.beginObject()
    switch node.operation {
    case .bool, .long, .string, .entity: literal(node)
    case .principal, .action, .resource, .context:
      json.member("Var", "\(node.operation)")
      json.endObject()
    case .getAttribute: open(".", ["left"], root)
    case .hasAttribute: open("has", ["left"], root)
    case .like: open("like", ["left"], root)
    case .isType, .isTypeIn: open("is", ["left", "in"], root)
    case .not, .negate, .isEmpty: open(node.operation.jsonName, ["arg"], root)
    case .conditional: open("if-then-else", ["if", "then", "else"], root)
    case .set: openArray("Set", root)
    case .call: openArray(node.calledFunction?.name ?? "", root)
    case .record: open("Record", tree.list(at: node.operand).map { tree.strings[Int($0)] }, root)
    default: open(node.operation.jsonName, ["left", "right"], root)
    }
  }

  /// An object with the operands under these names, as many of them as there are.
  private mutating func open(_ name: String, _ names: [String], _ root: Int) {
    json.key(name)
    json.beginObject()
    steps.append(.endObject)
    steps.append(.endObject)
    for (number, (name, operand)) in zip(names, operands(of: root)).enumerated().reversed() {
      if number == 0 { steps.append(.rest(tree.nodes[root])) }
      steps.append(.expression(operand))
      steps.append(.key(name))
    }
  }

  private mutating func openArray(_ name: String, _ root: Int) {
    json.key(name)
    json.beginArray()
    steps.append(.endObject)
    steps.append(.endArray)
    for operand in operands(of: root).reversed() { steps.append(.expression(operand)) }
  }

  private mutating func rest(_ node: Node) {
    switch node.operation {
    case .getAttribute: json.member("attr", tree.strings[Int(node.operand)])
    case .hasAttribute: path(node)
    case .like: pattern(tree.patterns[Int(node.operand)])
    case .isType, .isTypeIn: json.member("entity_type", tree.typeName(at: node.operand).description)
    default: break
    }
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

  // MARK: has

  /// The longest path, and the largest operand in nodes, that is written again for each test of a chain.
  private static let maximumPath = 16
  private static let maximumOperand = 64

  /// Whether a node is a `has` of a path and short enough to be written as `has a && a has b && a.b has c`.
  ///
  /// Every version of Cedar reads that. Longer ones are written as arrays, which Cedar 4.5 and later read: what is
  /// written stays linear in what was read.
  private func isWrittenAsChain(_ root: Int) -> Bool {
    guard tree.nodes[root].operation == .hasAttribute else { return false }
    let start = starts[root - nodes.lowerBound]
    guard (2...Self.maximumPath).contains(tree.list(at: tree.nodes[root].operand).count),
      root - start <= Self.maximumOperand
    else { return false }
    return !tree.nodes[start..<root].contains { $0.operation == .hasAttribute }
  }

  private mutating func path(_ root: Int, _ count: Int) {
    json.beginObject()
    json.key(count > 1 ? "&&" : "has")
    json.beginObject()
    json.key("left")
    if count > 1 {
      steps += [
        .endObject, .endObject,  // of `&&`
        .endObject, .endObject, .attribute(root, count: count), .chain(root, count: count - 1), .key("left"),
        .test, .key("right"),
        .path(root, count: count - 1),
      ]
    } else {
      steps += [.endObject, .endObject, .attribute(root, count: 1), .chain(root, count: 0)]
    }
  }

  private mutating func chain(_ root: Int, _ count: Int) {
    guard count > 0 else { return expression(operands(of: root)[0]) }
    json.beginObject()
    json.key(".")
    json.beginObject()
    json.key("left")
    steps += [.endObject, .endObject, .attribute(root, count: count), .chain(root, count: count - 1)]
  }

  private func attributes(of root: Int) -> [String] {
    tree.list(at: tree.nodes[root].operand).map { tree.strings[Int($0)] }
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
