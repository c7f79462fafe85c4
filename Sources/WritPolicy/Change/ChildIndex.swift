// SPDX-License-Identifier: Apache-2.0

/// Who has whom for a parent: for each UID the edges that lead to it, one leading to the next.
///
/// An edge is a place in ``EntityTable/parents``, which is never used again. So edges are only added; one is alive
/// while its entity's parents are where it is.
struct ChildIndex {
  /// By UID an edge and 1, 0 for none.
  private var first = Buffer<UInt32>()
  /// By edge the next edge to the same parent and 1, 0 for none.
  private var next = Buffer<UInt32>()
  /// By edge the entity that has the parent.
  private var children = Buffer<UInt32>()

  /// The edges of all entities: linear in them.
  init(_ entities: EntityTable) {
    for uid in 0..<UInt32(truncatingIfNeeded: entities.rows.count) { add(uid, entities) }
  }

  /// Adds the edges of an entity whose parents were written last, or are all that there are.
  mutating func add(_ child: UInt32, _ entities: EntityTable) {
    first.resize(to: Swift.max(first.count, entities.rows.count), 0)
    next.resize(to: Swift.max(next.count, entities.parents.count), 0)
    children.resize(to: next.count, 0)
    for edge in entities.parents(of: child) {
      let parent = entities.parents[edge]
      next[edge] = first[parent]
      children[edge] = child
      first[parent] = UInt32(truncatingIfNeeded: edge) + 1
    }
  }

  /// Visits each entity that has a parent, once for each time it has.
  func visitChildren(of parent: UInt32, _ entities: EntityTable, _ body: (UInt32) -> Void) {
    guard Int(parent) < first.count else { return }
    var edge = first[parent]
    while edge != 0 {
      let child = children[edge - 1]
      if entities.parents(of: child).contains(Int(edge) - 1) { body(child) }
      edge = next[edge - 1]
    }
  }

  mutating func deallocate() {
    first.deallocate()
    next.deallocate()
    children.deallocate()
  }
}
