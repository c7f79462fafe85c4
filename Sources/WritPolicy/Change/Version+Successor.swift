// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Version {
  /// A new version with other policies, and other entities when there are any.
  ///
  /// It begins with a copy of this one's directory, so that each UID keeps its number. Linear in both, and in what is
  /// compiled.
  ///
  /// - Returns: `nil` when the work was stopped.
  /// - Throws: ``PolicyEngineError/Code/tooLarge``.
  func successor(
    policies: [Policy],
    entities: EntityStore? = nil,
    until stop: StopFlag = StopFlag()
  ) throws(PolicyEngineError) -> Version? {
    var new = VersionTables()
    new.number = number + 1
    new.isStrict = isStrict
    new.directory = unsafe tables.pointee.directory.snapshot()
    if let entities {
      new.compile(entities, until: stop)
    } else {
      new.entities = unsafe tables.pointee.entities.compacted(until: stop)
      if !stop.isSet {
        var hierarchy = HierarchyCompiler(new.entities)
        new.entities = hierarchy.compile(until: stop)
      }
    }
    if !stop.isSet { try new.compile(policies, until: stop) }
    guard !stop.isSet else {
      new.deallocate()
      return nil
    }
    return Version(engine: engine, policies: policies, compiled: new)
  }

  /// The same policies and entities in tables that are compiled again; `nil` when the work was stopped.
  func recompiled(until stop: StopFlag) throws(PolicyEngineError) -> Version? {
    try successor(policies: livePolicies, until: stop)
  }
}

extension EntityTable {
  /// The same entities in memory of their own, without what changes have left behind; their ancestors are still to be
  /// listed.
  func compacted(until stop: StopFlag) -> EntityTable {
    var new = EntityTable()
    new.attributes.reserve(attributes.count)
    new.parents.reserve(parents.count)
    for number in 0..<rows.count {
      if stop.isSet(at: number) { break }
      let uid = UInt32(truncatingIfNeeded: number)
      var record = records[uid]
      new.rows.append(Row(type: rows[uid].type))
      if !record.isAbsent {
        let cells = new.copyCells(Int(record.start)..<Int(record.start + record.count), of: self)
        record.start = UInt32(truncatingIfNeeded: cells)
      }
      record.firstParent = UInt32(truncatingIfNeeded: new.parents.count)
      for index in parents(of: uid) { new.parents.append(parents[index]) }
      new.records.append(record)
    }
    return new
  }

  /// Copies cells and what they refer to, and says where they are.
  ///
  /// Recursion is as deep as the values, which ``Nesting/limit`` bounds.
  private mutating func copyCells(_ range: Range<Int>, of other: EntityTable) -> Int {
    let start = attributes.count
    for index in range { attributes.append(other.attributes[index]) }
    for offset in 0..<range.count {
      let cell = attributes[start + offset]
      guard !cell.kind.isScalar else { continue }
      let inner = copyCells(cell.start..<(cell.start + cell.count), of: other)
      attributes[start + offset] = cell.moved(to: inner)
    }
    return start
  }
}

extension Cell {
  /// The same set, record or address, lying somewhere else.
  fileprivate func moved(to start: Int) -> Cell {
    var cell = self
    cell.payload = payload & ~UInt64(UInt32.max) | UInt64(UInt32(truncatingIfNeeded: start))
    return cell
  }
}
