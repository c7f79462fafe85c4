// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension PolicyCompiler {
  /// Policies found by one key at most, unless their conditions do not tell them apart: so few are evaluated as fast as
  /// narrowed.
  static let enough = 4

  /// Builds the tables from the scopes of policies.
  ///
  /// Keys that many policies share are narrowed by the tests in the policies' conditions; not those of policies that may
  /// err, for a test that fails says nothing about the tests before it.
  mutating func index(_ scopes: [TableEntry], _ policies: [Policy]) -> TableIndex {
    var entries = scopes
    entries.sort(by: <)
    var narrowed: [TableEntry] = []
    narrowed.reserveCapacity(entries.count)
    for run in Self.runs(of: entries) {
      if run.count <= Self.enough || !isNarrowed(entries[run.lowerBound].table.part) {
        narrowed.append(contentsOf: entries[run])
      } else {
        narrow(Array(entries[run]), of: policies, into: &narrowed)
      }
    }
    narrowed.sort(by: <)
    return write(narrowed)
  }

  /// A strict engine must know which forbids err.
  private func isNarrowed(_ part: TableIndex.Part) -> Bool {
    switch part {
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

  private mutating func narrow(_ entries: [TableEntry], of policies: [Policy], into out: inout [TableEntry]) {
    let candidates = entries.map { (entry: $0, narrowings: narrowings(of: policies[Int($0.policy)])) }
    for group in narrow(candidates) {
      if group.count <= Self.enough || group[0].entry.table.firstColumn == TableEntry.TableKey.noColumn {
        out.append(contentsOf: group.map(\.entry))
      } else {
        for group in narrow(group) { out.append(contentsOf: group.map(\.entry)) }
      }
    }
  }

  private typealias Candidate = (entry: TableEntry, narrowings: [Narrowing])

  /// Adds to each entry a column for the narrowing that leaves the fewest candidates.
  ///
  /// - Returns: the entries by key, those first that nothing narrows.
  private mutating func narrow(_ candidates: [Candidate]) -> [[Candidate]] {
    var counts: [Narrowing.Alternative: Int] = [:]
    for alternative in candidates.lazy.flatMap(\.narrowings).flatMap(\.alternatives) {
      counts[alternative, default: 0] += 1
    }
    var rest: [Candidate] = []
    var groups: [Narrowing.Alternative: [Candidate]] = [:]
    for candidate in candidates {
      let costs = candidate.narrowings.map { $0.alternatives.reduce(0) { $0 + counts[$1, default: 0] } }
      guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }), costs[best] * 4 <= candidates.count * 3 else {
        rest.append(candidate)
        continue
      }
      var others = candidate.narrowings
      let narrowing = others.remove(at: best)
      // So that both columns together have no more alternatives than one may have.
      others.removeAll { $0.alternatives.count * narrowing.alternatives.count > Narrowing.limit }
      for alternative in narrowing.alternatives {
        var entry = candidate.entry
        add(alternative, to: &entry)
        groups[alternative, default: []].append((entry, others))
      }
    }
    return (rest.isEmpty ? [] : [rest]) + groups.values
  }

  private mutating func add(_ alternative: Narrowing.Alternative, to entry: inout TableEntry) {
    let source = number(of: alternative.source)
    if entry.table.firstColumn == TableEntry.TableKey.noColumn {
      entry.table.firstColumn = source
      entry.columns = alternative.value
    } else {
      entry.table.secondColumn = source
      entry.columns = KeyHash.pair(entry.columns, alternative.value)
    }
  }

  private mutating func narrowings(of policy: Policy) -> [Narrowing] {
    var narrowings: [Narrowing] = []
    var ranges: [NumberRange] = []
    for condition in policy.conditions {
      let nodes = Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound)
      for part in condition.isUnless ? [nodes] : policy.tree.conjuncts(of: nodes) {
        let finder = NarrowingFinder(policy.tree, part)
        if let range = finder.range(isTrue: !condition.isUnless, &self) {
          ranges.append(range)
        } else if condition.isUnless {
          if let narrowing = finder.narrowingOfFalse(&self) { narrowings.append(narrowing) }
        } else {
          narrowings.append(contentsOf: finder.narrowings(&self))
        }
      }
    }
    return narrowings + NumberRange.join(ranges).compactMap(\.narrowing)
  }
}
