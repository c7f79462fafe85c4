// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The policies that were added since the whole set was compiled, in a few indexes.
///
/// What is added gets an index of its own. While the index before has fewer than ``ChangeLimits/growth`` times as many
/// policies, the two become one, so that the indexes grow from the last to the first (a log-structured merge), and
/// adding many one by one costs a few times what adding them together does. In the background the last indexes are
/// merged further, so that requests look into few.
struct PolicyLevels {
  private let limits: ChangeLimits
  /// What compiles them; its tables are those of the last change.
  var compiler: PolicyCompiler
  private var finder: NarrowingFinder
  private let first: UInt32
  /// By policy, in order: where in tables it is found by its scopes.
  private var entries: [TableEntry] = []
  /// The policies of each index behind the first one, the oldest first.
  private(set) var ranges: [Range<UInt32>] = []
  /// The first of these whose index is still to be written.
  private var unwritten: Int?
  /// The number of policies written into indexes by changes, each as often as it was.
  private(set) var written = 0

  /// How many indexes there may be.
  private static let limit = PolicyIndexes.limit - 1

  init(_ tables: VersionTables, _ limits: ChangeLimits) {
    self.limits = limits
    compiler = PolicyCompiler(adding: tables)
    first = UInt32(truncatingIfNeeded: tables.policies.policies.count)
    finder = NarrowingFinder(narrowings: Narrowings(first: first))
    compiler.tables.indexes.anchors = AnchorFilter(policies: limits.addable(to: Int(first)))
  }

  /// The number of policies, removed ones included.
  var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Compiles policies into the tables; their index is still to be written.
  mutating func add(_ policies: [Policy]) {
    guard !policies.isEmpty else { return }
    let start = UInt32(truncatingIfNeeded: compiler.tables.policies.policies.count)
    var added: [TableEntry] = []
    compiler.add(policies, &finder, to: &added)
    for entry in added { compiler.tables.indexes.anchors.insert(entry, compiler.tableKeys[entry.table]) }
    entries.append(contentsOf: added.sorted { $0.policy < $1.policy })
    ranges.append(start..<(start + UInt32(truncatingIfNeeded: policies.count)))
    mergeLast(adding: policies.count)
    unwritten = Swift.min(unwritten ?? .max, ranges.count)
  }

  /// Joins the last ranges while they are of like size.
  private mutating func mergeLast(adding added: Int) {
    while let last = ranges.last, ranges.count > 1 {
      let before = ranges[ranges.count - 2]
      guard ranges.count > Self.limit || shouldMerge(before.count, last.count, added) else { return }
      ranges.removeLast(2)
      ranges.append(before.lowerBound..<last.upperBound)
    }
  }

  private func shouldMerge(_ before: Int, _ last: Int, _ added: Int) -> Bool {
    guard before / ChangeLimits.growth < last else { return false }
    // Where the background does not keep up, changes merge large indexes too rather than run out of levels.
    return before + last - added <= limits.merged || ranges.count >= Self.limit - 1
  }

  /// Writes the indexes of what was added since the last time.
  mutating func writeIndexes(_ memory: inout VersionMemory) {
    guard let first = unwritten else { return }
    for level in first...ranges.count { write(level, &memory) }
    setCount(&memory)
  }

  private mutating func setCount(_ memory: inout VersionMemory) {
    compiler.tables.indexes.count = ranges.count + 1
    memory.removeIndexes(from: ranges.count + 1)
    unwritten = nil
  }

  /// Writes the index of a level.
  private mutating func write(_ level: Int, _ memory: inout VersionMemory) {
    written += ranges[level - 1].count
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

  // MARK: Merging in the background

  /// An index of the policies of several.
  struct Merge {
    let range: Range<UInt32>
    let index: PolicyIndex

    /// Frees the index, when it is not installed.
    func deallocate() {
      var index = index
      index.deallocate()
    }
  }

  /// The number of indexes that may stay.
  private var allowed: Int { limits.atRest + ((ranges.first?.count ?? 0) > limits.merged ? 1 : 0) }

  /// Whether there are more indexes than should stay.
  var needsMerge: Bool { ranges.count > allowed }

  /// Writes an index of the last ranges, as many as leave it much smaller than the one before; while others go on
  /// adding to what this is a copy of.
  func merge() -> Merge {
    var compiler = compiler
    var start = ranges.count - 1
    var merged = ranges[start].count
    while start > 0, start >= allowed || ranges[start - 1].count / ChangeLimits.growth < merged {
      start -= 1
      merged += ranges[start].count
    }
    let range = ranges[start].lowerBound..<ranges[ranges.count - 1].upperBound
    return Merge(range: range, index: index(of: range, by: &compiler))
  }

  /// Puts a merged index in the place of those that it was made of, and writes one of what came in the meantime.
  ///
  /// - Returns: whether it has its place still: changes may have merged further back.
  mutating func install(_ merge: Merge, _ memory: inout VersionMemory) -> Bool {
    let end = UInt32(truncatingIfNeeded: compiler.tables.policies.policies.count)
    guard let place = ranges.firstIndex(where: { $0.lowerBound == merge.range.lowerBound }),
      place + (merge.range.upperBound < end ? 2 : 1) <= Self.limit
    else { return false }
    ranges.removeSubrange(place...)
    ranges.append(merge.range)
    var index = merge.index
    memory.adopt(&index, level: ranges.count)
    compiler.tables.indexes[ranges.count] = index
    if merge.range.upperBound < end {
      ranges.append(merge.range.upperBound..<end)
      write(ranges.count, &memory)
    }
    setCount(&memory)
    return true
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
