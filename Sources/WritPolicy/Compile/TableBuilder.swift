// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension PolicyCompiler {
  /// Policies found by one key at most, unless their conditions do not tell them apart: so few are evaluated as fast as
  /// narrowed.
  static let enough = 4

  /// The policies, by number, that share their key with too many others.
  ///
  /// - Parameter entries: by the policies' scopes, in order.
  func crowded(_ entries: [TableEntry], policyCount: Int) -> [Bool] {
    var isCrowded = Array(repeating: false, count: policyCount)
    for run in Self.runs(of: entries) where isNarrowed(entries[run]) {
      for entry in entries[run] { isCrowded[Int(entry.policy)] = true }
    }
    return isCrowded
  }

  /// Whether the policies of a key are told apart by the tests in their conditions.
  ///
  /// Not those that may err, for a test that fails says nothing about the tests before it; a strict engine must know
  /// which forbids err.
  private func isNarrowed(_ entries: ArraySlice<TableEntry>) -> Bool {
    guard entries.count > Self.enough else { return false }
    return switch tableKeys[entries[entries.startIndex].table].part {
    case .forbids: !tables.isStrict
    case .permits: true
    case .erring: false
    }
  }

  /// The ranges of entries that share a key, in order.
  static func runs(of entries: [TableEntry]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for index in entries.indices.dropFirst() where !entries[index].hasKey(of: entries[start]) {
      runs.append(start..<index)
      start = index
    }
    if start < entries.count { runs.append(start..<entries.count) }
    return runs
  }

  // MARK: Narrowing

  /// Adds columns to the entries, which are in order, until few share a key, or nothing tells them apart.
  mutating func narrow(_ entries: inout [TableEntry], by narrowings: Narrowings) {
    for column in 1...2 {
      var narrowed: [TableEntry] = []
      narrowed.reserveCapacity(entries.count)
      for run in Self.runs(of: entries) {
        if isNarrowed(entries[run]), column == 1 || entries[run.lowerBound].narrowing != TableEntry.noNarrowing {
          narrow(entries[run], by: narrowings, into: &narrowed)
        } else {
          narrowed.append(contentsOf: entries[run])
        }
      }
      entries = narrowed
      entries.sort(by: <)
    }
  }

  /// Adds to each entry of a key a column for the narrowing that leaves the fewest candidates.
  private mutating func narrow(
    _ entries: ArraySlice<TableEntry>,
    by narrowings: Narrowings,
    into out: inout [TableEntry]
  ) {
    var counts: [Narrowings.Alternative: Int] = [:]
    for entry in entries {
      for narrowing in narrowings.narrowings(of: entry.policy) where entry.canAdd(narrowing, of: narrowings) {
        for alternative in narrowings.alternatives(of: narrowing) { counts[alternative, default: 0] += 1 }
      }
    }
    for entry in entries {
      var best: (narrowing: Int, cost: Int)?
      for narrowing in narrowings.narrowings(of: entry.policy) where entry.canAdd(narrowing, of: narrowings) {
        let cost = narrowings.alternatives(of: narrowing).reduce(0) { $0 + counts[$1, default: 0] }
        if cost < best?.cost ?? .max { best = (narrowing, cost) }
      }
      guard let best, best.cost * 4 <= entries.count * 3 else {
        out.append(entry)
        continue
      }
      for alternative in narrowings.alternatives(of: best.narrowing) {
        var entry = entry
        entry.narrowing = UInt32(truncatingIfNeeded: best.narrowing)
        add(alternative.value, of: number(of: narrowings.sources[Int(alternative.source)]), to: &entry)
        out.append(entry)
      }
    }
  }

  private mutating func add(_ value: UInt32, of source: UInt32, to entry: inout TableEntry) {
    let isFirst = tableKeys[entry.table].firstColumn == TableKey.noColumn
    entry.columns = isFirst ? value : KeyHash.pair(entry.columns, value)
    entry.table = tableKeys.number(of: entry.table, adding: source)
  }
}

extension TableEntry {
  /// Whether a narrowing can be the entry's next column: it is not its first, and both together have no more
  /// alternatives than one may have.
  fileprivate func canAdd(_ other: Int, of narrowings: Narrowings) -> Bool {
    guard narrowing != Self.noNarrowing else { return true }
    let first = Int(narrowing)
    let alternatives = narrowings.alternatives(of: first).count * narrowings.alternatives(of: other).count
    return other != first && alternatives <= Narrowings.limit
  }
}
