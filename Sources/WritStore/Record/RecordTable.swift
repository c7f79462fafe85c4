// SPDX-License-Identifier: Apache-2.0

/// A hash table of records or buckets: entries that never move within it, found by chains.
///
/// Keys are hashes already, yet who chooses what is hashed may look for some that agree in a few bits: the place comes
/// from a product with a secret seed.
struct RecordTable<Value: Sendable>: Sendable {
  struct Entry: Sendable {
    var id: RecordID
    var kind: RecordKind
    /// The next one of the chain, or of the free entries.
    fileprivate var next: UInt32
    /// Absent in free entries.
    var value: Value?
  }

  /// No entry.
  static var none: UInt32 { .max }

  private(set) var entries: [Entry] = []
  /// The first entry of each chain; a power of two, twice to four times as many as entries.
  private var chains = [UInt32](repeating: none, count: 8)
  private var free = none
  private(set) var count = 0
  private let seeds: (UInt64, UInt64)

  init(seeds: (UInt64, UInt64)) {
    self.seeds = seeds
  }

  /// A value by its entry.
  subscript(entry: UInt32) -> Entry {
    @inline(__always) get { entries[Int(entry)] }
    @inline(__always) _modify { yield &entries[Int(entry)] }
  }

  @inline(__always)
  private func chain(_ id: RecordID) -> Int {
    let product = (id.first ^ seeds.0).multipliedFullWidth(by: id.second ^ seeds.1)
    return Int(truncatingIfNeeded: (product.high ^ product.low) & UInt64(chains.count - 1))
  }

  /// The entry of a key.
  @inline(__always)
  func find(_ key: RecordKey) -> UInt32? {
    var entry = chains[chain(key.id)]
    while entry != Self.none {
      let found = entries[Int(entry)].id == key.id && entries[Int(entry)].kind == key.kind
      if found { return entry }
      entry = entries[Int(entry)].next
    }
    return nil
  }

  /// Adds a key that is not there.
  mutating func insert(_ key: RecordKey, _ value: Value) -> UInt32 {
    if count >= chains.count / 2 { grow() }
    let place = chain(key.id)
    let entry: UInt32
    let new = Entry(id: key.id, kind: key.kind, next: chains[place], value: value)
    if free != Self.none {
      entry = free
      free = self[entry].next
      self[entry] = new
    } else {
      // INVARIANT: the caps of stores are below 2^32.
      entry = UInt32(truncatingIfNeeded: entries.count)
      entries.append(new)
    }
    chains[place] = entry
    count += 1
    return entry
  }

  /// Removes an entry that is in use.
  mutating func remove(_ entry: UInt32) {
    let place = chain(self[entry].id)
    let next = self[entry].next
    if chains[place] == entry {
      chains[place] = next
    } else {
      var before = chains[place]
      while before != Self.none {
        let following = self[before].next
        if following == entry {
          self[before].next = next
          break
        }
        before = following
      }
    }
    self[entry].value = nil
    self[entry].next = free
    free = entry
    count -= 1
  }

  /// Entries of the longest chain, for tests.
  var longestChain: Int {
    chains.reduce(0) { longest, first in
      var (length, entry) = (0, first)
      while entry != Self.none {
        length += 1
        entry = self[entry].next
      }
      return max(longest, length)
    }
  }

  private mutating func grow() {
    chains = [UInt32](repeating: Self.none, count: chains.count * 2)
    for index in entries.indices where entries[index].value != nil {
      let place = chain(entries[index].id)
      entries[index].next = chains[place]
      chains[place] = UInt32(truncatingIfNeeded: index)
    }
  }
}
