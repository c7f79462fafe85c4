// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension VersionTables {
  /// Takes in all entities of a store.
  mutating func compile(_ store: EntityStore) {
    directory.reserve(store.count)
    var encoder = ValueEncoder(region: .entities)
    var edges = ParentLists()
    for entity in store {
      let number = directory.insert(entity.uid)
      addRows()
      let (start, count) = encoder.row(entity.attributes, tags: entity.tags, &directory)
      entities.records[number] = EntityTable.Record(
        start: UInt32(truncatingIfNeeded: start),
        count: UInt32(truncatingIfNeeded: count)
      )
      edges.add(entity.parents.map { directory.insert($0) }, of: number)
    }
    encoder.finish()
    entities.attributes = encoder.heap
    addRows()
    edges.finish(&entities)
    entities.markParents()
    var hierarchy = HierarchyCompiler(entities)
    entities = hierarchy.compile()
  }

  /// Gives each UID of the directory a row; new ones are absent entities.
  mutating func addRows() {
    while entities.rows.count < directory.uidCount {
      let uid = UInt32(truncatingIfNeeded: entities.rows.count)
      entities.rows.append(EntityTable.Row(type: directory.type(of: uid)))
      entities.records.append(EntityTable.Record())
    }
  }
}

/// The parents of entities in the order of their numbers.
private struct ParentLists {
  private var starts = Buffer<UInt32>()
  private var counts = Buffer<UInt32>()
  private var items = Buffer<UInt32>()

  mutating func add(_ parents: [UInt32], of number: UInt32) {
    starts.resize(to: Swift.max(starts.count, Int(number) + 1), 0)
    counts.resize(to: starts.count, 0)
    starts[number] = UInt32(truncatingIfNeeded: items.count)
    counts[number] = UInt32(truncatingIfNeeded: parents.count)
    items.append(contentsOf: parents)
  }

  mutating func finish(_ entities: inout EntityTable) {
    entities.parents.reserve(items.count)
    entities.parentStarts.reserve(entities.rows.count + 1)
    for row in 0..<entities.rows.count {
      entities.parentStarts.append(UInt32(truncatingIfNeeded: entities.parents.count))
      guard row < starts.count else { continue }
      for index in Int(starts[row])..<Int(starts[row] + counts[row]) { entities.parents.append(items[index]) }
    }
    entities.parentStarts.append(UInt32(truncatingIfNeeded: entities.parents.count))
    starts.deallocate()
    counts.deallocate()
    items.deallocate()
  }
}
