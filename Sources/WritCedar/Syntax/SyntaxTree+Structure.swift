// SPDX-License-Identifier: Apache-2.0

extension SyntaxTree {
  /// For each node of a range the index where its operands begin, guards included; a node stands for that whole part.
  package func subtreeStarts(_ nodes: Range<Int>) -> [Int] {
    var starts: [Int] = []
    starts.reserveCapacity(nodes.count)
    var operands: [Int] = []
    for index in nodes { starts.append(subtreeStart(index, &operands)) }
    return starts
  }

  /// Returns the index at which the operands of a node begin, when called for one node after the other.
  ///
  /// - Parameter operands: where the parts begin that have no operator yet; empty at first.
  package func subtreeStart(_ index: Int, _ operands: inout [Int]) -> Int {
    let node = nodes[index]
    if node.isGuard { return index }
    let arity = arity(of: node)
    guard arity > 0 else {
      operands.append(index)
      return index
    }
    operands.removeLast(arity - 1)
    return operands[operands.count - 1]
  }

  /// The parts that `&&` joins at the top of an expression, in order; the expression itself where there is no `&&`.
  package func conjuncts(of nodes: Range<Int>) -> [Range<Int>] {
    conjuncts(of: nodes, starts: subtreeStarts(nodes))
  }

  /// The parts that `&&` joins, where the starts of all subtrees are known.
  package func conjuncts(of nodes: Range<Int>, starts: [Int]) -> [Range<Int>] {
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

  /// The text of an expression: as it stands in the source, or in Cedar's syntax where the source is JSON.
  func text(of nodes: Range<Int>, at span: SourceSpan) -> String {
    guard isJSON else { return source.text(of: span) }
    let nodes = UInt32(truncatingIfNeeded: nodes.lowerBound)..<UInt32(truncatingIfNeeded: nodes.upperBound)
    return ExpressionPrinter.text(of: nodes, in: self)
  }
}
