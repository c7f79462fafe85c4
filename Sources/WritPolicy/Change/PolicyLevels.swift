// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The policies that were added since the whole set was compiled, in at most two indexes.
///
/// The last one takes what is added, and is written anew each time. When it is full, both are merged into the first, aside;
/// what has come meanwhile is then all that the last one has.
struct PolicyLevels {
  private let limits: ChangeLimits
  /// What compiles them; its tables are those of the last change.
  var compiler: PolicyCompiler
  private var finder: NarrowingFinder
  private let first: UInt32
  /// By policy, in order: where in tables it is found by its scopes.
  private var entries: [TableEntry] = []
  /// The policies of each index behind the first one.
  private(set) var ranges: [Range<UInt32>] = []
  /// The first of these whose index is still to be written.
  private var unwritten: Int?

  init(_ tables: VersionTables, _ limits: ChangeLimits) {
    self.limits = limits
    compiler = PolicyCompiler(adding: tables)
    first = UInt32(truncatingIfNeeded: tables.policies.policies.count)
    finder = NarrowingFinder(narrowings: Narrowings(first: first))
    compiler.tables.indexes.anchors = AnchorFilter(policies: limits.addable(to: Int(first)))
  }

  /// How many policies there are, removed ones included.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Compiles policies into the tables; their index is still to be written.
  mutating func add(_ policies: [Policy]) {
    guard !policies.isEmpty else { return }
    let start = UInt32(truncatingIfNeeded: compiler.tables.policies.policies.count)
    var added: [TableEntry] = []
    compiler.add(policies, &finder, to: &added)
    for entry in added { compiler.tables.indexes.anchors.insert(entry, compiler.tableKeys[entry.table]) }
    entries.append(contentsOf: added.sorted { $0.policy < $1.policy })
    var range = start..<(start + UInt32(truncatingIfNeeded: policies.count))
    if let last = ranges.last, ranges.count == 2 || last.count + range.count <= limits.last {
      ranges.removeLast()
      range = last.lowerBound..<range.upperBound
    }
    ranges.append(range)
    unwritten = Swift.min(unwritten ?? .max, ranges.count)
  }

  /// Writes the indexes of what was added since the last time.
  mutating func writeIndexes(_ memory: inout VersionMemory) {
    guard let first = unwritten else { return }
    for level in first...ranges.count { write(level, &memory) }
    compiler.tables.indexes.count = ranges.count + 1
    unwritten = nil
  }

  /// Writes the index of a level anew.
  private mutating func write(_ level: Int, _ memory: inout VersionMemory) {
    var index = index(of: ranges[level - 1], by: &compiler)
    memory.adopt(&index, level: level)
    compiler.tables.indexes[level] = index
  }

  private func index(of range: Range<UInt32>, by compiler: inout PolicyCompiler) -> PolicyIndex {
    let removed = compiler.tables.policies.removed
    let start = entries.partition { $0.policy >= range.lowerBound }
    let end = entries.partition { $0.policy >= range.upperBound }
    var some = entries[start..<end].filter { !removed.contains($0.policy) }
    some.sort(by: <)
    compiler.narrow(&some, by: finder.narrowings)
    return compiler.write(some)
  }

  // MARK: Merging aside

  /// An index of all policies that there were.
  struct Merge {
    let range: Range<UInt32>
    let index: PolicyIndex

    /// Frees the index, when it is not installed.
    func deallocate() {
      var index = index
      index.deallocate()
    }
  }

  /// Whether the last index is full.
  var needsMerge: Bool { ranges.count == 2 && ranges[1].count > limits.last }

  /// Writes an index of all policies; while others go on adding to what this is a copy of.
  func merge() -> Merge {
    var compiler = compiler
    let range = ranges[0].lowerBound..<ranges[ranges.count - 1].upperBound
    return Merge(range: range, index: index(of: range, by: &compiler))
  }

  /// Puts a merged index in the place of the first, and leaves the rest to the last.
  mutating func install(_ merge: Merge, _ memory: inout VersionMemory) {
    let end = UInt32(truncatingIfNeeded: compiler.tables.policies.policies.count)
    ranges = [merge.range]
    var index = merge.index
    memory.adopt(&index, level: 1)
    compiler.tables.indexes[1] = index
    if merge.range.upperBound < end {
      ranges.append(merge.range.upperBound..<end)
      write(2, &memory)
    }
    compiler.tables.indexes.count = ranges.count + 1
    unwritten = nil
  }

  mutating func deallocate() { compiler.deallocatePrograms() }
}

extension [TableEntry] {
  /// The place of the first entry from which on something holds.
  fileprivate func partition(by isBehind: (TableEntry) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
