// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension VersionTables {
  /// Takes in all entities of a store.
  mutating func compile(_ store: EntityStore, until stop: StopFlag = StopFlag()) {
    directory.reserve(store.count)
    var encoder = ValueEncoder(region: .entities)
    for (step, entity) in store.enumerated() {
      if stop.isSet(at: step) { break }
      let number = directory.insert(entity.uid)
      let (start, count) = encoder.row(entity.attributes, tags: entity.tags, &directory)
      var record = EntityTable.Record(
        start: UInt32(truncatingIfNeeded: start),
        count: UInt32(truncatingIfNeeded: count)
      )
      record.firstParent = UInt32(truncatingIfNeeded: entities.parents.count)
      record.parentCount = UInt32(truncatingIfNeeded: entity.parents.count)
      for parent in entity.parents { entities.parents.append(directory.insert(parent)) }
      addRows()
      record.isParent = entities.records[number].isParent
      entities.records[number] = record
      for index in entities.parents(of: number) { entities.markParent(entities.parents[index]) }
    }
    encoder.finish()
    entities.attributes = encoder.heap
    addRows()
    var hierarchy = HierarchyCompiler(entities)
    entities = hierarchy.compile(until: stop)
  }

  /// Compiles policies over the entities that are here already.
  ///
  /// - Throws: ``PolicyEngineError/Code/tooLarge``; then nothing is left of these.
  mutating func compile(_ policies: [Policy], until stop: StopFlag = StopFlag()) throws(PolicyEngineError) {
    var compiler = PolicyCompiler(self)
    self = compiler.compile(policies, until: stop)
    guard let excess else { return }
    deallocate()
    throw PolicyEngineError(code: .tooLarge, description: excess)
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

extension EntityTable {
  /// Notes that a UID is a parent.
  fileprivate func markParent(_ uid: UInt32) {
    guard !records[uid].isParent else { return }
    var record = records[uid]
    record.isParent = true
    records[uid] = record
  }
}
