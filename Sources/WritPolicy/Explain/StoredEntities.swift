// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The entities of a version, under those that a request brings, as the literal evaluator wants them: made from the
/// tables when they are asked for.
struct StoredEntities: EntitySource {
  private let version: Version
  /// The entities that the request brings, with whether each is merged with the stored one of its UID.
  private let brought: [EntityUID: (entity: Entity, isMerged: Bool)]

  init(version: Version, overlay: EntityOverlay?) {
    self.version = version
    let mergedCount = overlay?.mergedCount ?? 0
    brought = Dictionary((overlay?.entities ?? []).enumerated().map { ($1.uid, ($1, $0 < mergedCount)) }) {
      first,
      _ in first
    }
  }

  private var tables: VersionTables { unsafe version.tables.pointee }

  /// What is stored, in the order of the numbers.
  var all: some Sequence<Entity> {
    let directory = tables.directory
    return (0..<UInt32(truncatingIfNeeded: directory.uidCount)).lazy.compactMap { stored(directory.uid($0)) }
  }

  subscript(uid: EntityUID) -> Entity? {
    guard let (entity, isMerged) = brought[uid] else { return stored(uid) }
    return isMerged ? stored(uid)?.adding(entity) ?? entity : entity
  }

  private func stored(_ uid: EntityUID) -> Entity? {
    let tables = tables
    guard let number = tables.directory.find(uid) else { return nil }
    let row = tables.entities.records[number]
    guard !row.isAbsent else { return nil }
    var attributes: [RecordValue.Attribute] = []
    var tags = RecordValue.empty
    for index in Int(row.start)..<Int(row.start + row.count) {
      let cell = tables.entities.attributes[index]
      let value = value(cell)
      if cell.name == EntityTable.Record.tags {
        if case .record(let record) = value { tags = record }
      } else {
        attributes.append(RecordValue.Attribute(name: tables.directory.strings.string(cell.name), value: value))
      }
    }
    let parents = tables.entities.parents(of: number).map { tables.directory.uid(tables.entities.parents[$0]) }
    return Entity(
      uid: uid,
      attributes: (try? RecordValue(distinct: attributes)) ?? .empty,
      tags: tags,
      parents: parents
    )
  }

  /// A cell as a value; what was stored came from values, so that nesting is within its limit.
  private func value(_ cell: Cell) -> Value {
    let tables = tables
    let heap = tables.entities.attributes
    switch cell.kind {
    case .bool: return .bool(cell.payload == 1)
    case .long: return .long(cell.signed)
    case .string: return .string(tables.directory.strings.string(cell.number))
    case .entity: return .entity(tables.directory.uid(cell.number))
    case .decimal: return .decimal(DecimalValue(scaled: cell.signed))
    case .datetime: return .datetime(DatetimeValue(milliseconds: cell.signed))
    case .duration: return .duration(DurationValue(milliseconds: cell.signed))
    case .ip: return .ip(heap.address(at: cell.start))
    case .set:
      let elements = (cell.start..<(cell.start + cell.count)).map { value(heap[$0]) }
      return .set((try? SetValue(elements)) ?? .empty)
    case .record:
      let attributes = (cell.start..<(cell.start + cell.count)).map {
        RecordValue.Attribute(name: tables.directory.strings.string(heap[$0].name), value: value(heap[$0]))
      }
      return .record((try? RecordValue(distinct: attributes)) ?? .empty)
    case .missing, .error: return .bool(false)  // Never stored.
    }
  }

  func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool {
    if groups.contains(uid) { return true }
    guard brought.isEmpty else { return isOverlaid(uid, inAnyOf: Set(groups)) }
    let tables = tables
    guard let number = tables.directory.find(uid) else { return false }
    var machine = unsafe Machine(version.tables)
    return groups.contains { group in
      tables.directory.find(group).map { machine.isEntity(number, in: $0) } ?? false
    }
  }

  /// The same over what the request brings, parent by parent.
  private func isOverlaid(_ uid: EntityUID, inAnyOf groups: Set<EntityUID>) -> Bool {
    var seen: Set<EntityUID> = [uid]
    var pending = [uid]
    while let next = pending.popLast() {
      for parent in self[next]?.parents ?? [] where seen.insert(parent).inserted {
        if groups.contains(parent) { return true }
        pending.append(parent)
      }
    }
    return false
  }
}
