// SPDX-License-Identifier: Apache-2.0

/// The records of one part of a ``MemoryRecordStore``, and the chains that lead from owners to them.
struct MemoryRecords: Sendable {
  private struct Stored: Sendable {
    var content: RecordContent
    var ownerHash: UInt32
    // The chain of records whose owners have hashes of one place.
    var nextOfOwner: UInt32
    var previousOfOwner: UInt32
    var version: UInt64
  }

  private typealias Table = RecordTable<Stored>

  private var table: Table
  /// The first entry of each chain of owners; a power of two.
  private var owners = [UInt32](repeating: Table.none, count: 8)
  /// Counts what is written, so that no version comes twice.
  private var lastVersion: UInt64 = 0
  /// No record expires before this second.
  private var firstExpiry = Int64.max

  init(seeds: (UInt64, UInt64)) {
    table = Table(seeds: seeds)
  }

  /// A hash of an owner, seeded for each process.
  static func hash(_ owner: Span<UInt8>) -> UInt32 {
    var hasher = Hasher()
    unsafe owner.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }

  // MARK: One record

  @inline(__always)
  func find(_ key: RecordKey) -> UInt32? { table.find(key) }

  @inline(__always)
  func isExpired(_ entry: UInt32, at now: Int64) -> Bool {
    table[entry].value.map { $0.content.isExpired(at: now) } ?? true
  }

  func version(_ entry: UInt32) -> RecordVersion? {
    table[entry].value.map { RecordVersion($0.version) }
  }

  @inline(__always)
  func record(_ entry: UInt32) -> Record? {
    let found = table[entry]
    return found.value.map { stored in
      let key = RecordKey(found.kind, found.id)
      return Record(key: key, version: RecordVersion(stored.version), content: stored.content)
    }
  }

  mutating func insert(_ content: RecordContent, as key: RecordKey) -> RecordVersion {
    lastVersion += 1
    let stored = Stored(
      content: content,
      ownerHash: Self.hash(content.owner.span),
      nextOfOwner: Table.none,
      previousOfOwner: Table.none,
      version: lastVersion
    )
    let entry = table.insert(key, stored)
    firstExpiry = min(firstExpiry, content.expires)
    if table.count > owners.count { growOwners() } else { link(entry) }
    return RecordVersion(lastVersion)
  }

  mutating func replace(_ entry: UInt32, with content: RecordContent) -> RecordVersion {
    lastVersion += 1
    unlink(entry)
    table[entry].value?.content = content
    table[entry].value?.ownerHash = Self.hash(content.owner.span)
    table[entry].value?.version = lastVersion
    link(entry)
    firstExpiry = min(firstExpiry, content.expires)
    return RecordVersion(lastVersion)
  }

  mutating func remove(_ entry: UInt32) {
    unlink(entry)
    table.remove(entry)
  }

  /// Removes records that have expired, if there may be any.
  mutating func removeExpired(limit: Int, at now: Int64) -> Int {
    guard firstExpiry <= now else { return 0 }
    var removed = 0
    var first = Int64.max
    for index in table.entries.indices {
      guard let expires = table.entries[index].value?.content.expires else { continue }
      if expires <= now, removed < limit {
        remove(UInt32(truncatingIfNeeded: index))
        removed += 1
      } else {
        first = min(first, expires)
      }
    }
    firstExpiry = first
    return removed
  }

  // MARK: Owners

  /// The entries of an owner and kind.
  func entries(of owner: [UInt8], _ hash: UInt32, _ kind: RecordKind) -> [UInt32] {
    var found: [UInt32] = []
    var entry = owners[place(hash)]
    while entry != Table.none, let stored = table[entry].value {
      if stored.ownerHash == hash, table[entry].kind == kind, stored.content.owner.elementsEqual(owner) {
        found.append(entry)
      }
      entry = stored.nextOfOwner
    }
    return found
  }

  private func place(_ hash: UInt32) -> Int { Int(hash) & (owners.count - 1) }

  /// Puts an entry in front of the chain of its owner; what is nobody's is in none.
  private mutating func link(_ entry: UInt32) {
    guard let stored = table[entry].value, !stored.content.owner.isEmpty else { return }
    let place = place(stored.ownerHash)
    let next = owners[place]
    table[entry].value?.nextOfOwner = next
    table[entry].value?.previousOfOwner = Table.none
    if next != Table.none { table[next].value?.previousOfOwner = entry }
    owners[place] = entry
  }

  private mutating func unlink(_ entry: UInt32) {
    guard let stored = table[entry].value, !stored.content.owner.isEmpty else { return }
    let (next, previous) = (stored.nextOfOwner, stored.previousOfOwner)
    if next != Table.none { table[next].value?.previousOfOwner = previous }
    if previous != Table.none {
      table[previous].value?.nextOfOwner = next
    } else {
      owners[place(stored.ownerHash)] = next
    }
  }

  private mutating func growOwners() {
    owners = [UInt32](repeating: Table.none, count: owners.count * 2)
    for index in table.entries.indices { link(UInt32(truncatingIfNeeded: index)) }
  }
}
