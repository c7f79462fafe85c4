// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// A measure of how well the tables tell policies apart, and of their size.
public struct IndexReport: Sendable {
  /// The number of tables.
  public let tables: Int
  /// The bytes of all tables, entities and texts included.
  public let bytes: Int
  /// The bytes by what they are for.
  public let parts: [(name: String, bytes: Int)]
  /// Policies that are evaluated for every request with their action and types, where there are more than a few:
  /// neither do their scopes name an entity nor do their conditions compare with constants.
  public let unindexed: [PolicyID]
  /// The most policies that one key leads to.
  public let longestPosting: Int
}

extension PolicyEngine {
  /// A measure of how well the tables tell policies apart, and of their size.
  ///
  /// Linear in the policies.
  public var indexReport: IndexReport {
    let version = gate.version
    return withExtendedLifetime(version) { report(of: version) }
  }

  private func report(of version: Version) -> IndexReport {
    let tables = unsafe version.tables.pointee
    var unindexed: Set<UInt32> = []
    var longest = 0
    var count = 0
    var bytes = 0
    for level in 0..<tables.indexes.count {
      let index = tables.indexes[level]
      count += index.actions.tables.count
      // The first one's are among the tables' bytes.
      if level > 0 { bytes += index.byteCount }
      for row in [index.actions.any] + index.actions.actions {
        for place in row.own(.forbids).lowerBound..<row.own(.permits).upperBound {
          let table = index.actions.tables[place]
          let isTold =
            [table.principal, table.resource].contains { $0 == .own || $0 == .ancestors } || table.columnCount > 0
          for posting in index.postings(of: table) {
            let policies = index.policies(in: posting)
            longest = Swift.max(longest, policies.count)
            guard !isTold, policies.count > PolicyCompiler.enough else { continue }
            let conditional = policies.filter { $0 & PolicyIndex.unconditional == 0 }
            unindexed.formUnion(conditional.map { $0 & PolicyIndex.number })
          }
        }
      }
    }
    return IndexReport(
      tables: count,
      bytes: bytes + tables.byteCount,
      parts: [
        ("policies", bytes + tables.policies.byteCount), ("entities", tables.entities.byteCount),
        ("texts", tables.directory.byteCount),
      ],
      unindexed: unindexed.sorted().map { version.policies[Int($0)].id },
      longestPosting: longest
    )
  }

  /// What gave candidates for a request: the parts of the keys of the tables, with the number of candidates.
  package func tableUse(of request: AuthorizationRequest) -> [String: Int] { decider().tableUse(of: request) }
}

extension PolicyIndex {
  /// What stands in the places of a table.
  fileprivate func postings(of table: Table) -> [UInt32] {
    if table.list != Self.free { return [table.list] }
    return (0..<table.size).map {
      buckets[Int(table.firstBucket) + $0 / Bucket.size].posting($0 % Bucket.size)
    }
  }

  /// The policies of a posting, with their bits.
  func policies(in posting: UInt32) -> [UInt32] {
    if posting == Self.free || posting == Self.pairs { return [] }
    if posting & Self.single != 0 { return [posting] }
    var found: [UInt32] = []
    var index = posting
    while true {
      found.append(postings[index])
      if postings[index] & Self.single != 0 { return found }
      index += 1
    }
  }
}

extension Machine {
  /// Names what the keys are made of of each table that proposes a policy.
  mutating func tableUse() -> [String: Int] {
    var use: [String: Int] = [:]
    for part in TableIndex.Part.allCases {
      _ = visitCandidates(part) { machine, posting, number in
        use["\(part)", default: 0] += 1
        for name in machine.names(of: machine.level.actions.tables[number]) { use[name, default: 0] += 1 }
        if posting & PolicyIndex.unconditional != 0 { use["unconditional", default: 0] += 1 }
        if posting & PolicyIndex.single == 0 { use["list", default: 0] += 1 }
        if machine.isGroup(number, part) { use["action group", default: 0] += 1 }
        return false
      }
    }
    for (name, subject) in [("principal", principal), ("action", action), ("resource", resource)]
    where subject.ancestors.start & Ancestors.walked != 0 {
      use["walked"] = 1
      use["walked \(name)"] = 1
    }
    if count(of: action.ancestors) > level.actions.rows.count { use["group scan"] = 1 }
    return use
  }

  /// Whether a table is for a group that the action is in.
  private func isGroup(_ number: Int, _ part: TableIndex.Part) -> Bool {
    level.actions.actions.contains { $0.action != action.uid && $0.group(part).contains(number) }
  }

  private func names(of table: Table) -> [String] {
    var names = [
      "principal \(table.principal)", "resource \(table.resource)", "\(table.columnCount) columns",
      "lead \(table.lead)",
    ]
    if table.hasPairs { names.append("pairs") }
    let isLeadOwn = table.lead == .principal ? table.principal == .own : table.resource == .own
    if table.lead != .both, !isLeadOwn, probes(table) > table.size { names.append("scan") }
    let buckets = Int(table.firstBucket)..<Int(table.firstBucket + table.bucketCount)
    if buckets.contains(where: { level.buckets[$0].hasOverflow }) { names.append("overflow") }
    if table.principalType != Table.anyType { names.append("principal type") }
    if table.resourceType != Table.anyType { names.append("resource type") }
    for column in [table.firstColumn, table.secondColumn].prefix(Int(table.columnCount)) {
      names.append("column \(policies.sources[column].kind)")
    }
    return names
  }
}
