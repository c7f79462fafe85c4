// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Finds what the conditions of a policy narrow: tests that compare what a request fixes with constants.
struct NarrowingFinder {
  var narrowings = Narrowings()
  /// What the comparisons of the running policy say of its numbers.
  var ranges: [NumberRange] = []

  /// Finds what a condition narrows.
  mutating func read(_ condition: ConditionRecord, _ outline: ExpressionOutline, _ compiler: inout PolicyCompiler) {
    for part in outline.conjuncts {
      let root = part.upperBound - 1
      if let range = range(root, isTrue: !condition.isUnless, outline, &compiler) {
        ranges.append(range)
      } else if !condition.isUnless, outline.tree.nodes[root].operation == .containsAll {
        all(root, outline, &compiler)
      } else {
        narrowings.end(isNarrowing: find(root, isTrue: !condition.isUnless, outline, &compiler))
      }
    }
  }

  /// Ends a policy, all of whose conditions were read, or which need not be narrowed.
  mutating func endPolicy() {
    for range in NumberRange.join(ranges) { narrowings.end(isNarrowing: range.narrow(&narrowings)) }
    ranges.removeAll(keepingCapacity: true)
    narrowings.endPolicy()
  }

  /// Each element that a set must have is a narrowing by itself.
  private mutating func all(_ root: Int, _ outline: ExpressionOutline, _ compiler: inout PolicyCompiler) {
    let (left, right) = outline.operands(of: root)
    guard let slot = compiler.path(left, outline), let set = outline.constant(right), set.kind == .set else { return }
    for element in compiler.elements(of: set).prefix(Narrowings.limit) {
      narrowings.end(isNarrowing: add(element, of: Source(kind: .element, slot: slot)))
    }
  }

  /// Adds the alternatives of which one must hold for an expression to be true, or false.
  ///
  /// Recursion is as deep as the alternatives of `||`, of which there are at most ``Narrowings/limit``.
  ///
  /// - Returns: whether there are such alternatives; where not, what was added means nothing.
  private mutating func find(
    _ root: Int,
    isTrue: Bool,
    _ outline: ExpressionOutline,
    _ compiler: inout PolicyCompiler
  ) -> Bool {
    let node = outline.tree.nodes[root]
    if node.operation == .not { return find(root - 1, isTrue: !isTrue, outline, &compiler) }
    if let slot = compiler.path(root, outline) { return add(.bool(isTrue), of: Source(kind: .value, slot: slot)) }
    guard isTrue else { return false }
    switch node.operation {
    case .or: return findAlternatives(root, outline, &compiler)
    case .equal:
      let (left, right) = outline.operands(of: root)
      if let slot = compiler.path(left, outline) { return add(right, outline, of: Source(kind: .value, slot: slot)) }
      guard let slot = compiler.path(right, outline) else { return false }
      return add(left, outline, of: Source(kind: .value, slot: slot))
    case .in, .isTypeIn:
      let (left, right) = outline.operands(of: root)
      guard let slot = compiler.path(left, outline) else { return false }
      let source = Source(kind: .ancestor, slot: slot)
      return outline.constant(right)?.kind == .set
        ? addAny(of: right, outline, source, &compiler) : add(right, outline, of: source)
    case .contains:
      let (left, right) = outline.operands(of: root)
      if let slot = compiler.path(left, outline) { return add(right, outline, of: Source(kind: .element, slot: slot)) }
      guard let slot = compiler.path(right, outline) else { return false }
      return addAny(of: left, outline, Source(kind: .value, slot: slot), &compiler)
    case .containsAny:
      let (left, right) = outline.operands(of: root)
      if let slot = compiler.path(left, outline) {
        return addAny(of: right, outline, Source(kind: .element, slot: slot), &compiler)
      }
      guard let slot = compiler.path(right, outline) else { return false }
      return addAny(of: left, outline, Source(kind: .element, slot: slot), &compiler)
    case .call where node.calledFunction == .isInRange && node.argumentCount == 2:
      return addNetwork(root, outline, &compiler)
    default: return false
    }
  }

  private mutating func findAlternatives(
    _ root: Int,
    _ outline: ExpressionOutline,
    _ compiler: inout PolicyCompiler
  ) -> Bool {
    // A chain of `||` leans to the left: walked, not recursed into.
    var next = root
    while outline.tree.nodes[next].operation == .or {
      let (left, right) = outline.operands(of: next)
      guard find(right, isTrue: true, outline, &compiler), narrowings.found <= Narrowings.limit else { return false }
      next = left
    }
    return find(next, isTrue: true, outline, &compiler)
  }

  // MARK: Adding

  /// The source has the value; one whose equality its bits do not tell has no hash.
  private mutating func add(_ cell: Cell, of source: Source) -> Bool {
    guard cell.kind.isScalar else { return false }
    narrowings.add(KeyHash.scalar(cell), of: source)
    return true
  }

  private mutating func add(_ root: Int, _ outline: ExpressionOutline, of source: Source) -> Bool {
    outline.constant(root).map { add($0, of: source) } ?? false
  }

  /// The source has the value of an element of a constant set.
  private mutating func addAny(
    of root: Int,
    _ outline: ExpressionOutline,
    _ source: Source,
    _ compiler: inout PolicyCompiler
  ) -> Bool {
    guard let set = outline.constant(root), set.kind == .set, set.count <= Narrowings.limit else { return false }
    for element in compiler.elements(of: set) {
      guard add(element, of: source) else { return false }
    }
    return true
  }

  /// `path.isInRange(ip("…"))`.
  private mutating func addNetwork(
    _ root: Int,
    _ outline: ExpressionOutline,
    _ compiler: inout PolicyCompiler
  ) -> Bool {
    let (left, right) = outline.operands(of: root)
    guard let slot = compiler.path(left, outline), let cell = outline.constant(right), cell.kind == .ip else {
      return false
    }
    let range = compiler.encoder.heap.address(at: cell.start)
    let form = (range.isIPv4 ? 0 : 1 << 8) | UInt32(range.prefix)
    narrowings.add(
      KeyHash.network(range, prefix: range.prefix),
      of: Source(kind: .network, slot: slot, form: form)
    )
    return true
  }
}

extension PolicyCompiler {
  /// The slot of a path of attributes from principal, action, resource or context.
  mutating func path(_ root: Int, _ outline: ExpressionOutline) -> UInt32? {
    let tree = outline.tree
    let start = outline.start(of: root)
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
      slot = self.slot(slot, tree.strings[Int(node.operand)])
    }
    return slot
  }

  fileprivate func elements(of set: Cell) -> some Sequence<Cell> {
    let heap = encoder.heap
    return (set.start..<(set.start + set.count)).lazy.map { heap[$0] }
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
