// SPDX-License-Identifier: Apache-2.0

/// The records of one part of a ``MemoryRecordStore``, and the chains that lead from owners to them.
///
/// A hash table that is probed slot after slot, by their tags. Among a million records what costs is to fetch memory: a
/// record of usual length lies in its slot, so that one place is fetched, one page translated.
///
/// Keys are hashes already, yet who chooses what is hashed may look for some that agree in a few bits: the place comes
/// from a product with a secret seed.
struct MemoryRecords: ~Copyable, Sendable {
  private static var none: UInt32 { .max }

  private var slots = RecordSlots(count: SlotTags.groupCount)
  private var tags = SlotTags(count: SlotTags.groupCount)
  private let seeds: (UInt64, UInt64)
  private var count = 0
  /// Slots that are not vacant: a search goes on behind them.
  private var usedCount = 0
  /// The first slot of each chain of owners; a power of two.
  private var owners = [UInt32](repeating: none, count: 8)
  /// Counts what is written, so that no version comes twice.
  private var lastVersion: UInt64 = 0
  /// No record expires before this second.
  private var firstExpiry = Int64.max

  init(seeds: (UInt64, UInt64)) {
    self.seeds = seeds
  }

  /// A hash of an owner, seeded for each process.
  static func hash(_ owner: Span<UInt8>) -> UInt32 {
    var hasher = Hasher()
    unsafe owner.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  // MARK: One record

  /// Returns the index at which the search for an identifier begins, and the tag that it looks for.
  @inline(__always)
  private func home(_ id: RecordID) -> (index: Int, tag: UInt8) {
    let product = (id.first ^ seeds.0).multipliedFullWidth(by: id.second ^ seeds.1)
    let hash = product.high ^ product.low
    // INVARIANT: less than the count of slots.
    return (Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(slots.count)).high), SlotTags.taken(hash))
  }

  /// The slot of a key.
  @inline(__always)
  func find(_ key: RecordKey) -> UInt32? {
    var (index, tag) = home(key.id)
    // Three of four are at home. A processor guesses that, and fetches the slot while it waits for the tag.
    if tags[index] == tag, slots[index].holds(key) { return UInt32(truncatingIfNeeded: index) }
    // INVARIANT: there are vacant slots.
    while true {
      let group = tags.group(index)
      var matches = SlotTags.matches(group, tag)
      while matches != 0 {
        let found = tags.place(index, plus: matches.trailingZeroBitCount / 8)
        if slots[found].holds(key) { return UInt32(truncatingIfNeeded: found) }
        matches &= matches &- 1
      }
      if SlotTags.matches(group, SlotTags.vacant) != 0 { return nil }
      index = tags.place(index, plus: SlotTags.groupCount)
    }
  }

  /// Takes the first free slot from the identifier's home position on.
  private mutating func take(_ id: RecordID) -> Int {
    var (index, tag) = home(id)
    // INVARIANT: there are vacant slots.
    var free = SlotTags.free(tags.group(index))
    while free == 0 {
      index = tags.place(index, plus: SlotTags.groupCount)
      free = SlotTags.free(tags.group(index))
    }
    index = tags.place(index, plus: free.trailingZeroBitCount / 8)
    if tags[index] == SlotTags.vacant { usedCount += 1 }
    tags[index] = tag
    return index
  }

  @inline(__always)
  func isExpired(_ entry: UInt32, at now: Int64) -> Bool { now >= slots[Int(entry)].expires }

  func version(_ entry: UInt32) -> RecordVersion { RecordVersion(slots[Int(entry)].version) }

  func id(_ entry: UInt32) -> RecordID { slots[Int(entry)].id }

  /// The bounded part of the store that a record belongs to.
  func part(_ entry: UInt32) -> RecordPart? {
    let index = Int(entry)
    return RecordPart(RecordKind(slots[index].kind), hasOwner: slots[index].ownerCount > 0)
  }

  @inline(__always)
  func content(_ entry: UInt32) -> RecordContent { slots.content(Int(entry)) }

  func record(_ entry: UInt32) -> Record {
    let index = Int(entry)
    let key = RecordKey(RecordKind(slots[index].kind), slots[index].id)
    return Record(key: key, version: version(entry), content: content(entry))
  }

  mutating func insert(_ content: RecordContent, as key: RecordKey) -> RecordVersion {
    // INVARIANT: the cap of a store is below 2^27, so slots have numbers of 32 bits.
    if (usedCount + 1) * 5 > slots.count * 3 { rebuild() }
    lastVersion += 1
    let index = take(key.id)
    slots[index].id = key.id
    slots[index].kind = key.kind.number
    count += 1
    write(content, index)
    return RecordVersion(lastVersion)
  }

  mutating func replace(_ entry: UInt32, with content: RecordContent) -> RecordVersion {
    lastVersion += 1
    unlink(entry)
    write(content, Int(entry))
    return RecordVersion(lastVersion)
  }

  private mutating func write(_ content: RecordContent, _ index: Int) {
    slots.setContent(content, index)
    slots[index].version = lastVersion
    slots[index].ownerHash = Self.hash(content.owner.span)
    link(UInt32(truncatingIfNeeded: index))
    firstExpiry = min(firstExpiry, content.expires)
  }

  mutating func remove(_ entry: UInt32) {
    unlink(entry)
    let index = Int(entry)
    slots.removeContent(index)
    count -= 1
    // Where the search ends anyway, nothing has to be passed.
    if tags[tags.place(index, plus: 1)] == SlotTags.vacant {
      tags[index] = SlotTags.vacant
      usedCount -= 1
    } else {
      tags[index] = SlotTags.left
    }
  }

  /// Removes records that have expired, if there may be any.
  ///
  /// - Returns: the part that each of them belonged to.
  mutating func removeExpired(limit: Int, at now: Int64) -> [RecordPart?] {
    guard firstExpiry <= now else { return [] }
    var removed: [RecordPart?] = []
    var first = Int64.max
    for index in 0..<slots.count where tags.isTaken(index) {
      let expires = slots[index].expires
      if expires <= now, removed.count < limit {
        let entry = UInt32(truncatingIfNeeded: index)
        removed.append(part(entry))
        remove(entry)
      } else {
        first = min(first, expires)
      }
    }
    firstExpiry = first
    return removed
  }

  /// Moves all into nine slots for every four records, or a few more.
  private mutating func rebuild() {
    var old = RecordSlots(count: max(SlotTags.groupCount, (count + 1) * 9 / 4))
    swap(&slots, &old)
    let oldTags = tags
    tags = SlotTags(count: slots.count)
    usedCount = 0
    owners = [UInt32](repeating: Self.none, count: 1 << (Int.bitWidth - slots.count.leadingZeroBitCount - 1))
    for oldIndex in 0..<old.count where oldTags.isTaken(oldIndex) {
      let index = take(old[oldIndex].id)
      swap(&slots[index], &old[oldIndex])
      link(UInt32(truncatingIfNeeded: index))
    }
  }

  // MARK: Kinds

  /// Records of a kind that have not expired, in the order of their identifiers.
  ///
  /// - Parameters:
  ///   - id: the last one of the page before.
  ///   - limit: as many at most.
  func page(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) -> [Record] {
    var found: [(id: RecordID, entry: UInt32)] = []
    for index in 0..<slots.count where tags.isTaken(index) && slots[index].kind == kind.number {
      guard slots[index].expires > now else { continue }
      if let id, id >= slots[index].id { continue }
      found.append((slots[index].id, UInt32(truncatingIfNeeded: index)))
      // No more than two pages are kept at once.
      if found.count >= 2 * limit {
        found.sort { $0.id < $1.id }
        found.removeLast(found.count - limit)
      }
    }
    found.sort { $0.id < $1.id }
    var records: [Record] = []
    for (_, entry) in found.prefix(limit) { records.append(record(entry)) }
    return records
  }

  // MARK: Owners

  /// The slots of an owner and kind.
  func entries(of owner: [UInt8], _ hash: UInt32, _ kind: RecordKind) -> [UInt32] {
    var found: [UInt32] = []
    var entry = owners[place(hash)]
    while entry != Self.none {
      let index = Int(entry)
      if slots[index].ownerHash == hash, slots[index].kind == kind.number,
        slots.content(index).owner.elementsEqual(owner)
      {
        found.append(entry)
      }
      entry = slots[index].nextOfOwner
    }
    return found
  }

  private func place(_ hash: UInt32) -> Int { Int(hash) & (owners.count - 1) }

  /// Puts a slot in front of the chain of its owner; records without an owner are in no chain.
  private mutating func link(_ entry: UInt32) {
    let index = Int(entry)
    slots[index].nextOfOwner = Self.none
    slots[index].previousOfOwner = Self.none
    guard slots[index].ownerCount > 0 else { return }
    let place = place(slots[index].ownerHash)
    let next = owners[place]
    slots[index].nextOfOwner = next
    if next != Self.none { slots[Int(next)].previousOfOwner = entry }
    owners[place] = entry
  }

  private mutating func unlink(_ entry: UInt32) {
    let index = Int(entry)
    guard slots[index].ownerCount > 0 else { return }
    let (next, previous) = (slots[index].nextOfOwner, slots[index].previousOfOwner)
    if next != Self.none { slots[Int(next)].previousOfOwner = previous }
    if previous != Self.none {
      slots[Int(previous)].nextOfOwner = next
    } else {
      owners[place(slots[index].ownerHash)] = next
    }
  }
}
