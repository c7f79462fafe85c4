// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What must hold for a test to be true: one of these sources has the value of this hash.
///
/// A test narrows when it compares with constants. The reverse need not hold: candidates are evaluated.
struct Narrowing {
  struct Alternative: Hashable {
    let source: Source
    let value: UInt32
  }

  /// More alternatives than these are not worth an entry each.
  static let limit = 16

  let alternatives: [Alternative]
}

/// Finds what the conditions of a policy narrow.
struct NarrowingFinder {
  let tree: SyntaxTree
  private let nodes: Range<Int>
  private let starts: [Int]

  init(_ tree: SyntaxTree, _ nodes: Range<Int>) {
    self.tree = tree
    self.nodes = nodes
    starts = tree.subtreeStarts(nodes)
  }

  /// The node of the whole expression.
  var root: Int { nodes.upperBound - 1 }

  /// What the expression narrows by being true, each by itself.
  func narrowings(_ compiler: inout PolicyCompiler) -> [Narrowing] {
    guard tree.nodes[root].operation == .containsAll else {
      return narrowing(root, isTrue: true, &compiler).map { [$0] } ?? []
    }
    let (left, right) = operands(root)
    guard let slot = path(left, &compiler), case .set(let set) = constant(right) else { return [] }
    return set.elements.prefix(Narrowing.limit).compactMap {
      one(Source(kind: .element, slot: slot), compiler.cell($0))
    }
  }

  /// What the expression narrows by being false.
  func narrowingOfFalse(_ compiler: inout PolicyCompiler) -> Narrowing? {
    narrowing(root, isTrue: false, &compiler)
  }

  /// Recursion is as deep as the alternatives of `||`, of which there are at most ``Narrowing/limit``.
  private func narrowing(_ root: Int, isTrue: Bool, _ compiler: inout PolicyCompiler) -> Narrowing? {
    let operation = tree.nodes[root].operation
    if operation == .not { return narrowing(root - 1, isTrue: !isTrue, &compiler) }
    if let slot = path(root, &compiler) { return one(Source(kind: .value, slot: slot), .bool(isTrue)) }
    guard isTrue else { return nil }
    switch operation {
    case .or: return alternatives(root, &compiler)
    case .equal:
      let (left, right) = operands(root)
      if let slot = path(left, &compiler) { return value(slot, is: right, &compiler) }
      if let slot = path(right, &compiler) { return value(slot, is: left, &compiler) }
      return nil
    case .in, .isTypeIn:
      let (left, right) = operands(root)
      guard let slot = path(left, &compiler) else { return nil }
      return any(of: right, Source(kind: .ancestor, slot: slot), &compiler)
    case .contains:
      let (left, right) = operands(root)
      if let slot = path(left, &compiler) {
        guard let value = constant(right) else { return nil }
        return one(Source(kind: .element, slot: slot), compiler.cell(value))
      }
      guard let slot = path(right, &compiler) else { return nil }
      return any(of: left, Source(kind: .value, slot: slot), &compiler)
    case .containsAny:
      let (left, right) = operands(root)
      if let slot = path(left, &compiler) { return any(of: right, Source(kind: .element, slot: slot), &compiler) }
      guard let slot = path(right, &compiler) else { return nil }
      return any(of: left, Source(kind: .element, slot: slot), &compiler)
    case .call: return network(root, &compiler)
    default: return nil
    }
  }

  private func alternatives(_ root: Int, _ compiler: inout PolicyCompiler) -> Narrowing? {
    // A chain of `||` leans to the left: walked, not recursed into.
    var found: [Narrowing.Alternative] = []
    var next = root
    while tree.nodes[next].operation == .or {
      let (left, right) = operands(next)
      guard let narrowing = narrowing(right, isTrue: true, &compiler) else { return nil }
      found.append(contentsOf: narrowing.alternatives)
      guard found.count <= Narrowing.limit else { return nil }
      next = left
    }
    guard let narrowing = narrowing(next, isTrue: true, &compiler) else { return nil }
    found.append(contentsOf: narrowing.alternatives)
    return found.count <= Narrowing.limit ? Narrowing(alternatives: Array(Set(found))) : nil
  }

  // MARK: Operands

  /// The roots of an operator's two operands; a guard stands before the right one of `||` and `is in`.
  func operands(_ root: Int) -> (left: Int, right: Int) {
    let right = root - 1
    let before = starts[right - nodes.lowerBound] - 1
    return (tree.nodes[before].isGuard ? before - 1 : before, right)
  }

  /// The slot of a path of attributes from principal, action, resource or context.
  func path(_ root: Int, _ compiler: inout PolicyCompiler) -> UInt32? {
    let start = starts[root - nodes.lowerBound]
    var slot: UInt32
    switch tree.nodes[start].operation {
    case .principal: slot = Slot.principal
    case .action: slot = Slot.action
    case .resource: slot = Slot.resource
    case .context: slot = Slot.context
    default: return nil
    }
    for index in start..<root {
      let node = tree.nodes[index + 1]
      guard node.operation == .getAttribute else { return nil }
      slot = compiler.slot(slot, tree.strings[Int(node.operand)])
    }
    return slot
  }

  func constant(_ root: Int) -> Value? {
    let start = starts[root - nodes.lowerBound]
    guard tree.constantRoots(start..<(root + 1))[start] == root else { return nil }
    return tree.constant(start..<(root + 1))
  }

  // MARK: Narrowings

  private func one(_ source: Source, _ cell: Cell) -> Narrowing? {
    guard cell.kind.isScalar else { return nil }
    return Narrowing(alternatives: [Narrowing.Alternative(source: source, value: KeyHash.scalar(cell))])
  }

  private func value(_ slot: UInt32, is root: Int, _ compiler: inout PolicyCompiler) -> Narrowing? {
    guard let value = constant(root) else { return nil }
    return one(Source(kind: .value, slot: slot), compiler.cell(value))
  }

  /// The source has the value of a constant, or of one element where the constant is a set.
  private func any(of root: Int, _ source: Source, _ compiler: inout PolicyCompiler) -> Narrowing? {
    guard let value = constant(root) else { return nil }
    guard case .set(let set) = value else {
      return source.kind == .ancestor ? one(source, compiler.cell(value)) : nil
    }
    guard set.count <= Narrowing.limit else { return nil }
    var alternatives: [Narrowing.Alternative] = []
    for element in set.elements {
      guard let narrowing = one(source, compiler.cell(element)) else { return nil }
      alternatives.append(contentsOf: narrowing.alternatives)
    }
    return Narrowing(alternatives: alternatives)
  }

  /// `path.isInRange(ip("…"))`.
  private func network(_ root: Int, _ compiler: inout PolicyCompiler) -> Narrowing? {
    let node = tree.nodes[root]
    guard node.calledFunction == .isInRange, node.argumentCount == 2 else { return nil }
    let (left, right) = operands(root)
    guard let slot = path(left, &compiler), case .ip(let range) = constant(right) else { return nil }
    return Narrowing(alternatives: [
      Narrowing.Alternative(
        source: Source(kind: .network, slot: slot, form: (range.isIPv4 ? 0 : 1 << 8) | UInt32(range.prefix)),
        value: KeyHash.network(range, prefix: range.prefix)
      )
    ])
  }
}

extension KeyHash {
  /// The hash of the first bits of an address.
  static func network(_ address: IPAddressValue, prefix: UInt8) -> UInt32 {
    // Shifting by the whole width gives zero.
    let bits = address.address >> UInt128((address.isIPv4 ? 32 : 128) - prefix)
    return network(UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
  }
}
