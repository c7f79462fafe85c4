// SPDX-License-Identifier: Apache-2.0

/// Attributes and tags, of records and of entities: stored, brought with the request, or supplied on demand.
extension Machine {
  /// An attribute of a record or an entity, be it the entity's own or supplied.
  @inline(__always)
  mutating func attribute(_ name: UInt32, of cell: Cell) -> Cell {
    let value = ownAttribute(name, of: cell)
    if value.kind == .missing, unsafe supplied != nil, cell.kind == .entity { return ask(name, of: cell.number) }
    return value
  }

  /// An attribute of a record, or one that is stored or brought of an entity.
  @inline(__always)
  mutating func ownAttribute(_ name: UInt32, of cell: Cell) -> Cell {
    switch cell.kind {
    case .entity:
      if unsafe overlay != nil, let row = overlaid(cell.number) { return attribute(name, of: row) }
      guard cell.number & Directory.local == 0 else { return .missing }
      return attribute(name, of: entities.records[cell.number])
    case .record:
      return heaps.attribute(name, in: cell.region, at: cell.start, count: cell.count)
    default:
      return .error
    }
  }

  @inline(__always)
  private func attribute(_ name: UInt32, of record: EntityTable.Record) -> Cell {
    guard !record.isAbsent else { return .missing }
    return heaps.attribute(name, in: .entities, at: Int(record.start), count: Int(record.count))
  }

  /// An attribute of an entity that the request brings: the stored one first, where the two are merged.
  @inline(__always)
  private func attribute(_ name: UInt32, of row: OverlayTables.Row) -> Cell {
    if row.isMerged {
      let stored = attribute(name, of: entities.records[row.uid])
      if stored.kind != .missing { return stored }
    }
    return broughtAttribute(name, of: row)
  }

  private func broughtAttribute(_ name: UInt32, of row: OverlayTables.Row) -> Cell {
    heaps.attribute(name, in: .overlay, at: Int(row.record.start), count: Int(row.record.count))
  }

  /// A tag of an entity, ``Cell/missing`` when it does not have it; no source has tags.
  mutating func tag(_ name: UInt32, of entity: Cell) -> Cell {
    let tags = ownAttribute(EntityTable.Record.tags, of: entity)
    let tag = tags.kind == .record ? ownAttribute(name, of: tags) : .missing
    // Of a merged entity those were the stored ones, if it has any.
    guard tag.kind == .missing, unsafe overlay != nil, let row = overlaid(entity.number), row.isMerged else {
      return tag
    }
    let brought = broughtAttribute(EntityTable.Record.tags, of: row)
    return brought.kind == .record ? ownAttribute(name, of: brought) : .missing
  }
}
