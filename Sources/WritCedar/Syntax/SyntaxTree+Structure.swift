// SPDX-License-Identifier: Apache-2.0

extension SyntaxTree {
  /// For each node of a range the index where its operands begin, guards included; a node stands for that whole part.
  package func subtreeStarts(_ nodes: Range<Int>) -> [Int] {
    var starts: [Int] = []
    starts.reserveCapacity(nodes.count)
    var operands: [Int] = []
    for index in nodes {
      let node = self.nodes[index]
      let arity = self.arity(of: node)
      let start = arity == 0 ? index : operands[operands.count - arity]
      operands.removeLast(arity)
      if !node.isGuard { operands.append(start) }
      starts.append(start)
    }
    return starts
  }

  /// The parts that `&&` joins at the top of an expression, in order; the expression itself where there is no `&&`.
  package func conjuncts(of nodes: Range<Int>) -> [Range<Int>] {
    let starts = subtreeStarts(nodes)
    var parts: [Range<Int>] = []
    var pending = [nodes]
    while let part = pending.popLast() {
      let root = part.upperBound - 1
      guard self.nodes[root].operation == .and else {
        parts.append(part)
        continue
      }
      let right = starts[root - 1 - nodes.lowerBound]..<root
      // The guard stands between the operands.
      pending.append(part.lowerBound..<(right.lowerBound - 1))
      pending.append(right)
    }
    return parts.reversed()
  }

  /// The place of an expression in the text.
  package func span(of nodes: Range<Int>) -> SourceSpan { self.nodes[nodes.upperBound - 1].span }
}
