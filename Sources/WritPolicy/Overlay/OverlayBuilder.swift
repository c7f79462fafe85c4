// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Builds overlays one after the other, in memory that it keeps.
struct OverlayBuilder {
  private var tables = OverlayTables()
  private var encoder = ValueEncoder(region: .overlay)
  private var gathered = Buffer<Ancestor>()
  private var path = Buffer<UInt32>()
  /// For each row whether its ancestors are being gathered, or have been.
  private var states = Buffer<State>()
  /// A type that is known not to be one of actions.
  private var plainType = UInt32.max

  private enum State: UInt8 {
    case new, open, done
  }

  /// - Parameters:
  ///   - mergedCount: how many of the entities, the first ones, are merged with the stored ones of their UIDs.
  ///   - isChecked: whether to refuse what must not be put in a store; otherwise ancestors are what parents lead to, in
  ///     a circle as well.
  mutating func build(
    _ entities: [Entity],
    merging mergedCount: Int,
    engine: UInt32,
    over version: UnsafePointer<VersionTables>,
    isChecked: Bool = true
  ) throws(PolicyEngineError) -> EntityOverlay {
    tables.removeAll()
    encoder.removeAll()
    try unsafe append(entities, merging: mergedCount, over: version, isChecked: isChecked)
    let stored = unsafe version.pointee.entities
    if tables.changesAncestors {
      if isChecked { try unsafe checkAcyclic(over: version, entities) }
      for row in 0..<tables.rows.count where tables.rows[row].parentCount > 0 || tables.rows[row].isMerged {
        unlist(row)
      }
    } else {
      states.removeAll()
      states.resize(to: tables.rows.count, .new)
      for row in 0..<tables.rows.count { try visit(row, stored, entities, isChecked: isChecked) }
    }
    tables.cells = encoder.heap
    return unsafe EntityOverlay(
      entities,
      merging: mergedCount,
      engine: engine,
      version.pointee.number,
      copying: &tables
    )
  }

  // MARK: Entities

  private mutating func append(
    _ entities: [Entity],
    merging mergedCount: Int,
    over version: UnsafePointer<VersionTables>,
    isChecked: Bool
  ) throws(PolicyEngineError) {
    var numbering = unsafe LocalNumbering(version.directory, using: tables.texts)
    defer { tables.texts = numbering.texts }
    // Where they lie: copies of them, their identifiers and parents would be counted, which costs more than looking up.
    let given = entities.span
    for position in given.indices {
      try unsafe append(
        given[position],
        at: position,
        among: entities,
        merging: mergedCount,
        &numbering,
        version,
        isChecked: isChecked
      )
    }
  }

  private mutating func append(
    _ entity: borrowing Entity,
    at position: Int,
    among entities: [Entity],
    merging mergedCount: Int,
    _ numbering: inout LocalNumbering,
    _ version: UnsafePointer<VersionTables>,
    isChecked: Bool
  ) throws(PolicyEngineError) {
    let firstParent = tables.parents.count
    let parents = entity.parents.span
    // What is far away in memory is asked for at once.
    let guess = numbering.guess(entity.uid)
    for index in parents.indices { tables.parents.append(numbering.guess(parents[index])) }
    let uid = numbering.number(of: entity.uid, guessed: guess)
    for index in parents.indices {
      let place = firstParent + index
      tables.parents[place] = numbering.number(of: parents[index], guessed: tables.parents[place])
    }
    let type = numbering.type(of: uid)
    if isChecked, type != plainType {
      if entity.uid.isAction {
        throw PolicyEngineError(code: .action, description: "a request cannot bring the action \(entity.uid)")
      }
      if type & Directory.local == 0 { plainType = type }
    }
    if let known = tables.row(of: uid) {
      let first = Int(tables.rows[known].entity)
      if isChecked, first < mergedCount && position >= mergedCount || !entity.hasContent(of: entities[first]) {
        throw PolicyEngineError(code: .duplicate, description: "there are two different entities \(entity.uid)")
      }
      tables.parents.resize(to: firstParent, 0)
      return
    }
    var row = OverlayTables.Row(uid: uid, type: type, entity: UInt32(truncatingIfNeeded: position))
    let (start, count) = encoder.row(entity.attributes, tags: entity.tags, &numbering)
    row.record.start = UInt32(truncatingIfNeeded: start)
    row.record.count = UInt32(truncatingIfNeeded: count)
    row.firstParent = UInt32(truncatingIfNeeded: firstParent)
    row.parentCount = UInt32(truncatingIfNeeded: parents.count)
    if uid & Directory.local == 0 {
      let stored = unsafe version.pointee.entities
      if position < mergedCount { merge(&row, stored) }
      if row.changesAncestors, stored.records[uid].isParent { tables.changesAncestors = true }
    }
    tables.append(row)
  }

  /// Lays a row over the stored entity of its UID, where there is one.
  private func merge(_ row: inout OverlayTables.Row, _ stored: EntityTable) {
    row.changesAncestors = row.parentCount > 0
    guard !stored.records[row.uid].isAbsent else { return }
    row.isMerged = true
    let own = stored.rows[row.uid]
    row.ancestors = Ancestors(start: own.ancestors, summary: own.summary)
    guard row.changesAncestors, own.ancestors != EntityTable.Row.unlisted else { return }
    // Whoever is in these groups already stays where the stored list says.
    let parents = Int(row.firstParent)..<Int(row.firstParent + row.parentCount)
    row.changesAncestors = !parents.allSatisfy {
      stored.ancestors.isListed(tables.parents[$0], at: Int(own.ancestors))
    }
  }

  // MARK: Hierarchy

  /// Ancestors that are gathered in all lists at most, beside those of the rows' parents; the rest is walked for.
  private static let listedAncestors = 1 << 16

  /// Lists the ancestors of a row, those of its parents in the overlay first.
  private mutating func visit(
    _ root: Int,
    _ stored: EntityTable,
    _ entities: [Entity],
    isChecked: Bool
  ) throws(PolicyEngineError) {
    guard states[root] == .new else { return }
    path.removeAll()
    path.append(UInt32(truncatingIfNeeded: root))
    while path.count > 0 {
      let row = Int(path[path.count - 1])
      if states[row] == .done {
        path.resize(to: path.count - 1, 0)
        continue
      }
      states[row] = .open
      let before = path.count
      for index in tables.parents(of: row) {
        guard let parent = tables.row(of: tables.parents[index]) else { continue }
        switch states[parent] {
        case .done: break
        case .new: path.append(UInt32(truncatingIfNeeded: parent))
        case .open:
          let uid = entities[Int(tables.rows[parent].entity)].uid
          if isChecked { throw PolicyEngineError(code: .cycle, description: "\(uid) is its own ancestor") }
          unlist(row)
        }
      }
      guard path.count == before else { continue }
      path.resize(to: before - 1, 0)
      states[row] = .done
      gather(row, stored)
    }
  }

  private mutating func gather(_ row: Int, _ stored: EntityTable) {
    let own = tables.rows[row]
    guard own.parentCount > 0, own.changesAncestors, own.ancestors.start != EntityTable.Row.unlisted else { return }
    gathered.removeAll()
    if own.isMerged, !gatherList(at: own.ancestors.start, stored) { return unlist(row) }
    for index in tables.parents(of: row) {
      let parent = tables.parents[index]
      gathered.append(stored.ancestor(parent))
      let start: UInt32
      if let known = tables.row(of: parent) {
        start = tables.rows[known].ancestors.start
      } else if parent & Directory.local == 0 {
        start = stored.rows[parent].ancestors
      } else {
        continue
      }
      guard gatherList(at: start, stored) else { return unlist(row) }
    }
    list(row)
  }

  /// Gathers a list of ancestors, a stored one or one of the overlay's own.
  ///
  /// - Returns: whether there is a list, and room for it.
  private mutating func gatherList(at start: UInt32, _ stored: EntityTable) -> Bool {
    guard start != EntityTable.Row.unlisted else { return false }
    let list = start & Ancestors.overlaid == 0 ? stored.ancestors : tables.ancestors
    let first = Int(start & ~Ancestors.overlaid)
    guard first < list.count else { return true }  // A row without ancestors.
    let count = Int(list[first].uid)
    guard tables.ancestors.count + gathered.count + count <= Self.listedAncestors + 64 * tables.rows.count else {
      return false
    }
    for offset in 0..<count { gathered.append(list[first + 1 + offset]) }
    return true
  }

  /// Writes the list of a row from what was gathered.
  private mutating func list(_ row: Int) {
    let summary = gathered.sortAndUnique()
    // The list at 0 is the empty one of the rows without parents.
    if tables.ancestors.count == 0 { tables.ancestors.appendList(Buffer<Ancestor>()) }
    let start = UInt32(truncatingIfNeeded: tables.ancestors.count)
    tables.ancestors.appendList(gathered)
    tables.rows[row].ancestors = Ancestors(start: start | Ancestors.overlaid, summary: summary)
  }

  private func unlist(_ row: Int) {
    tables.rows[row].ancestors = Ancestors(start: EntityTable.Row.unlisted, summary: .max)
  }

  /// Refuses a circle that leads through the store.
  private func checkAcyclic(over version: UnsafePointer<VersionTables>, _ entities: [Entity]) throws(PolicyEngineError)
  {
    let stored = unsafe version.pointee.entities
    var isOpen: [UInt32: Bool] = [:]
    let tables = tables
    var walk = HierarchyWalk<UInt32> { uid in
      let brought = tables.row(of: uid).map { row in tables.parents(of: row).map { tables.parents[$0] } }
      if let row = tables.row(of: uid), !tables.rows[row].isMerged { return brought ?? [] }
      return (brought ?? [])
        + (uid & Directory.local == 0 ? stored.parents(of: uid).map { stored.parents[$0] } : [])
    }
    for row in 0..<tables.rows.count {
      let first = tables.rows[row].uid
      guard let repeated = walk.firstCycle(from: first, isOpen: { isOpen[$0] }, mark: { isOpen[$0] = $1 }) else {
        continue
      }
      let known = tables.row(of: repeated).map { entities[Int(tables.rows[$0].entity)].uid }
      let uid = unsafe known ?? version.pointee.directory.uid(repeated)
      throw PolicyEngineError(code: .cycle, description: "\(uid) is its own ancestor")
    }
  }

  mutating func deallocate() {
    // The cells are the encoder's.
    tables.cells = Buffer()
    tables.deallocate()
    encoder.finish()
    encoder.heap.deallocate()
    gathered.deallocate()
    path.deallocate()
    states.deallocate()
  }
}
