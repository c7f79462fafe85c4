// SPDX-License-Identifier: Apache-2.0

extension JSONDocument {
  /// Elements of an array or members of an object, 0 for scalars.
  ///
  /// - Complexity: O(1)
  package func count(of index: Index) -> Int {
    let node = tape.nodes.node(index.position)
    return node.kind.isContainer ? Int(truncatingIfNeeded: node.length) : 0
  }

  /// The elements of an array in order; none for other values.
  package func elements(of index: Index) -> ElementSequence {
    let count = kind(of: index) == .array ? count(of: index) : 0
    return ElementSequence(nodes: tape.nodes, position: index.position &+ 1, remaining: count)
  }

  /// The members of an object in order; none for other values.
  package func members(of index: Index) -> MemberSequence {
    let count = kind(of: index) == .object ? count(of: index) : 0
    return MemberSequence(nodes: tape.nodes, position: index.position &+ 1, remaining: count)
  }

  /// The value of a member, its name compared by bytes.
  ///
  /// - Complexity: O(`count(of: index)`)
  package func member(_ name: String, of index: Index) -> Index? {
    guard kind(of: index) == .object else { return nil }
    let bytes = name.utf8.span
    var key = index.position &+ 1
    for _ in 0..<count(of: index) {
      if string(at: Index(position: key), equals: bytes) { return Index(position: key &+ 1) }
      key = tape.nodes.sibling(of: key &+ 1)
    }
    return nil
  }

  /// The value of a member, looked for from another member of the object on, and then from the first.
  ///
  /// - Complexity: O(members between the two); all members in their order take O(`count(of: index)`)
  package func member(_ name: String, of index: Index, from value: Index) -> Index? {
    guard kind(of: index) == .object else { return nil }
    let bytes = name.utf8.span
    let first = index.position &+ 1
    let end = tape.nodes.sibling(of: index.position)
    // Before a value stands its name.
    var key = value.position &- 1
    for _ in 0..<count(of: index) {
      if key < first || key >= end { key = first }
      if string(at: Index(position: key), equals: bytes) { return Index(position: key &+ 1) }
      key = tape.nodes.sibling(of: key &+ 1)
    }
    return nil
  }

  package struct ElementSequence: Sequence, IteratorProtocol, Sendable {
    fileprivate let nodes: [Tape.Node]
    fileprivate var position: UInt32
    fileprivate var remaining: Int

    package var underestimatedCount: Int { remaining }

    package mutating func next() -> Index? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let element = position
      position = nodes.sibling(of: element)
      return Index(position: element)
    }
  }

  package struct MemberSequence: Sequence, IteratorProtocol, Sendable {
    fileprivate let nodes: [Tape.Node]
    fileprivate var position: UInt32
    fileprivate var remaining: Int

    package var underestimatedCount: Int { remaining }

    package mutating func next() -> (key: Index, value: Index)? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let key = position
      position = nodes.sibling(of: key &+ 1)
      return (Index(position: key), Index(position: key &+ 1))
    }
  }
}
