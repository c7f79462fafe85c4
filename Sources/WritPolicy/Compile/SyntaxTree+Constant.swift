// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension SyntaxTree {
  /// The largest constant parts of an expression: the index of each part's first node with that of its last.
  func constantRoots(_ nodes: Range<Int>) -> [Int: Int] {
    let starts = subtreeStarts(nodes)
    var isConstant: [Bool] = []
    isConstant.reserveCapacity(nodes.count)
    for index in nodes {
      switch self.nodes[index].operation {
      case .bool, .long, .string, .entity: isConstant.append(true)
      case .set, .record, .call, .negate:
        // Operands without guards lie side by side, each in front of the next one's first node.
        let start = starts[index - nodes.lowerBound]
        isConstant.append((start..<index).allSatisfy { isConstant[$0 - nodes.lowerBound] })
      default: isConstant.append(false)
      }
    }
    var roots: [Int: Int] = [:]
    var index = nodes.upperBound - 1
    while index >= nodes.lowerBound {
      if isConstant[index - nodes.lowerBound] {
        let start = starts[index - nodes.lowerBound]
        roots[start] = index
        index = start
      }
      index -= 1
    }
    return roots
  }

  /// The value of a constant expression, `nil` when it has none.
  func constant(_ nodes: Range<Int>) -> Value? {
    let nobody = EntityUID(type: EntityTypeName(checked: "Nobody"), id: "")
    let request = Request(principal: nobody, action: nobody, resource: nobody)
    return try? Evaluator(request: request, entities: EntityStore()).evaluate(nodes, of: self)
  }
}
