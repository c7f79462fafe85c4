// SPDX-License-Identifier: Apache-2.0

/// Keeps the lists of ancestors when parents change: those of the entities that changed, and of all below them.
///
/// A list is written once for all entities with the same parents, so that moving a group costs a list for each closure
/// class below it, and a row for each entity.
struct HierarchyWriter {
  /// Ancestors that are always listed, and those beyond in all lists together.
  private static let alwaysListed = 128
  private var budget = 4 << 20
  /// Whether a list was too long for what is left of it: compiling again lists it again.
  private(set) var isOutOfRoom = false

  /// Rows by their sets of parents: who had these parents when a list was written last.
  private var byParents = HashIndex()
  private var children: ChildIndex?
  /// The number of entities' ancestors listed, each as often as they were.
  private(set) var listed = 0
  private var gathered = Buffer<Ancestor>()
  private var parents = Buffer<UInt32>()
  private var others = Buffer<UInt32>()

  private enum State: UInt8 {
    case unaffected, pending, done
  }

  /// By UID, while a change is under way.
  private var states = Buffer<State>()

  /// Lists the ancestors again after entities got other parents; there is no circle.
  mutating func update(_ moved: [UInt32], _ entities: inout EntityTable) {
    if children != nil { for uid in moved { children?.add(uid, entities) } }
    // Where the ancestors of all are what they were, they are those of the descendants too. The others' descendants
    // are found through the edges, be they among those that keep their own.
    let affected = affected(by: moved.filter { !keepsAncestors($0, entities) }, entities)
    for uid in affected { visit(uid, &entities) }
    for uid in affected { states[uid] = .unaffected }
  }

  /// Whether an entity has the same ancestors by its new parents, as these are listed.
  private mutating func keepsAncestors(_ uid: UInt32, _ entities: EntityTable) -> Bool {
    let row = entities.rows[uid]
    guard row.ancestors != EntityTable.Row.unlisted else { return false }
    entities.gatherParents(of: uid, into: &parents)
    guard gather(entities) else { return false }
    _ = gathered.sortAndUnique()
    let list = Int(row.ancestors)
    return gathered.count == Int(entities.ancestors[list].uid)
      && (0..<gathered.count).allSatisfy { gathered[$0].uid == entities.ancestors[list + 1 + $0].uid }
  }

  /// The entities that changed and all that have them for ancestors.
  private mutating func affected(by changed: [UInt32], _ entities: EntityTable) -> [UInt32] {
    states.extend(to: entities.rows.count, .unaffected)
    var affected: [UInt32] = []
    let states = states
    func add(_ uid: UInt32) {
      guard states[uid] == .unaffected else { return }
      states[uid] = .pending
      affected.append(uid)
    }
    for uid in changed { add(uid) }
    guard changed.contains(where: { entities.records[$0].isParent }) else { return affected }
    let index = children ?? ChildIndex(entities)
    children = index
    var next = 0
    while next < affected.count {
      index.visitChildren(of: affected[next], entities, add)
      next += 1
    }
    return affected
  }

  /// Lists the ancestors of an entity, those of its parents first.
  private mutating func visit(_ root: UInt32, _ entities: inout EntityTable) {
    guard states[root] == .pending else { return }
    var path = [root]
    while let uid = path.last {
      let before = path.count
      if states[uid] == .pending {
        for index in entities.parents(of: uid) where states[entities.parents[index]] == .pending {
          path.append(entities.parents[index])
        }
      }
      guard path.count == before else { continue }
      path.removeLast()
      guard states[uid] == .pending else { continue }
      list(uid, &entities)
      states[uid] = .done
    }
  }

  // MARK: Lists

  /// Writes the list of an entity, or finds the one of another with the same parents.
  private mutating func list(_ uid: UInt32, _ entities: inout EntityTable) {
    listed += 1
    var row = EntityTable.Row(type: entities.rows[uid].type)
    defer { entities.rows.update(row, at: uid) }
    guard entities.records[uid].parentCount > 0 else { return }
    entities.gatherParents(of: uid, into: &parents)
    let hash = parents.hash
    let (states, parents) = (states, parents)
    var others = others
    var isNoted = false
    let known = byParents.find(hash) { other in
      isNoted = isNoted || other == uid
      guard other != uid, states[other] != .pending else { return false }
      entities.gatherParents(of: other, into: &others)
      return others.isEqual(to: parents)
    }
    self.others = others
    if let known {
      row.ancestors = entities.rows[known].ancestors
      row.summary = entities.rows[known].summary
      return
    }
    if !isNoted { byParents.insert(uid, hash: hash) }
    row.ancestors = EntityTable.Row.unlisted
    row.summary = .max
    guard gather(entities) else {
      isOutOfRoom = isOutOfRoom || gathered.count > budget
      return
    }
    let summary = gathered.sortAndUnique()
    let isFree = gathered.count <= Swift.max(Self.alwaysListed, 4 * parents.count)
    guard isFree || gathered.count <= budget, entities.ancestors.count + gathered.count < Int(Ancestors.overlaid) - 4
    else {
      isOutOfRoom = true
      return
    }
    if !isFree { budget -= gathered.count }
    row.ancestors = UInt32(truncatingIfNeeded: entities.ancestors.count)
    row.summary = summary
    entities.ancestors.appendList(gathered)
  }

  /// Gathers the parents and their ancestors.
  ///
  /// - Returns: whether all of them are listed.
  private mutating func gather(_ entities: EntityTable) -> Bool {
    gathered.removeAll()
    for index in 0..<parents.count {
      gathered.append(entities.ancestor(parents[index]))
      let list = entities.rows[parents[index]].ancestors
      guard list != EntityTable.Row.unlisted else { return false }
      let count = entities.ancestors[list].uid
      guard gathered.count + Int(count) <= budget + Self.alwaysListed else { return false }
      for offset in 0..<count { gathered.append(entities.ancestors[list + 1 + offset]) }
    }
    return true
  }

  mutating func deallocate() {
    byParents.deallocate()
    children?.deallocate()
    gathered.deallocate()
    parents.deallocate()
    others.deallocate()
    states.deallocate()
  }
}

extension EntityTable {
  /// The set of an entity's parents, in order.
  fileprivate func gatherParents(of uid: UInt32, into set: inout Buffer<UInt32>) {
    set.removeAll()
    for index in parents(of: uid) { set.append(parents[index]) }
    set.sortAndUnique(inPlace: true)
  }
}
