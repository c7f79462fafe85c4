// SPDX-License-Identifier: Apache-2.0

/// The ancestors of entities that have too many to be listed, gathered when a request asks for them.
///
/// A walk visits each ancestor once; closures that are listed are copied and not walked.
struct WalkedAncestors {
  private struct Entry: BitwiseCopyable {
    let uid: UInt32
    let ancestors: Ancestors
  }

  private var entries = Buffer<Entry>()
  private(set) var list = Buffer<Ancestor>()
  private var gathered = Buffer<UInt32>()
  private var pending = Buffer<UInt32>()
  /// The rows that the walk has seen, by their numbers.
  private var seen = NumberSet()

  /// The ancestors of an entity.
  ///
  /// - Parameter overlay: the entities that the request brings.
  mutating func ancestors(
    of uid: UInt32,
    _ entities: EntityTable,
    _ overlay: UnsafePointer<OverlayTables>?
  ) -> Ancestors {
    for index in 0..<entries.count where entries[index].uid == uid { return entries[index].ancestors }
    unsafe walk(uid, entities, overlay)
    let start = list.count
    list.appendList(gathered)
    let ancestors = Ancestors(
      start: UInt32(truncatingIfNeeded: start) | Ancestors.walked,
      summary: .max
    )
    entries.append(Entry(uid: uid, ancestors: ancestors))
    return ancestors
  }

  private mutating func walk(_ uid: UInt32, _ entities: EntityTable, _ overlay: UnsafePointer<OverlayTables>?) {
    let trustsLists = unsafe overlay?.pointee.changesAncestors != true
    gathered.removeAll()
    seen.removeAll()
    pending.append(uid)
    while pending.count > 0 {
      let next = pending[pending.count - 1]
      pending.resize(to: pending.count - 1, 0)
      if let row = unsafe overlay?.pointee.row(of: next) {
        for index in unsafe overlay?.pointee.parents(of: row) ?? 0..<0 {
          unsafe gather(overlay?.pointee.parents[index] ?? next)
        }
        // What is stored counts too, unless the request's entity stands in its place.
        guard unsafe overlay?.pointee.rows[row].isMerged == true else { continue }
      }
      guard next & Directory.local == 0 else { continue }
      let list = entities.rows[next].ancestors
      if trustsLists, list != EntityTable.Row.unlisted {
        for offset in 0..<entities.ancestors[list].uid { gathered.append(entities.ancestors[list + 1 + offset].uid) }
        continue
      }
      for index in entities.parents(of: next) { gather(entities.parents[index]) }
    }
    gathered.sortAndUnique(inPlace: true)
  }

  private mutating func gather(_ parent: UInt32) {
    gathered.append(parent)
    if seen.insert(parent) { pending.append(parent) }
  }

  @inline(__always)
  mutating func removeAll() {
    guard entries.count > 0 else { return }
    entries.removeAll()
    list.removeAll()
  }

  mutating func deallocate() {
    entries.deallocate()
    list.deallocate()
    gathered.deallocate()
    pending.deallocate()
    seen.deallocate()
  }
}

/// A set of numbers that keeps its memory.
private struct NumberSet {
  /// Each number plus one; 0 is free.
  private var slots = Buffer<UInt32>()
  private var count = 0

  /// - Returns: whether the number is new.
  mutating func insert(_ number: UInt32) -> Bool {
    if (count + 1) * 2 > slots.count { grow() }
    guard place(number) else { return false }
    count += 1
    return true
  }

  private func place(_ number: UInt32) -> Bool {
    let mask = slots.count - 1
    var position = Int(number &* 0x9E37_79B1) & mask
    while slots[position] != 0 {
      if slots[position] == number + 1 { return false }
      position = (position + 1) & mask
    }
    slots[position] = number + 1
    return true
  }

  private mutating func grow() {
    var old = slots
    slots = Buffer(repeating: 0, count: Swift.max(64, old.count * 2))
    for index in 0..<old.count where old[index] != 0 { _ = place(old[index] - 1) }
    old.deallocate()
  }

  mutating func removeAll() {
    guard count > 0 else { return }
    for index in 0..<slots.count { slots[index] = 0 }
    count = 0
  }

  mutating func deallocate() { slots.deallocate() }
}
