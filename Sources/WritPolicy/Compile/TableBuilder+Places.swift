// SPDX-License-Identifier: Apache-2.0

/// From entries, each with its key, to tables.
extension PolicyCompiler {
  /// - Parameter entries: in order.
  mutating func write(_ entries: [TableEntry]) -> PolicyIndex {
    index = PolicyIndex()
    var groups: [(key: TableKey, entries: ArraySlice<TableEntry>)] = []
    var start = 0
    for end in 1...Swift.max(1, entries.count) where start < entries.count {
      if end < entries.count, entries[end].table == entries[start].table { continue }
      groups.append((tableKeys[entries[start].table], entries[start..<end]))
      start = end
    }
    groups.sort { $0.key < $1.key }
    var tables = Buffer<Table>()
    var rows: [TableIndex.Row] = []
    var places: [(key: TableKey, table: Int)] = []
    for (key, entries) in groups {
      if let last = places.last, last.key.action != key.action {
        rows.append(Self.row(places, end: tables.count))
        places.removeAll()
      }
      places.append((key, tables.count))
      tables.append(table(key, entries))
    }
    if !places.isEmpty { rows.append(Self.row(places, end: tables.count)) }
    let any = rows.last?.action == TableKey.anyAction ? rows.removeLast() : TableIndex.Row()
    index.actions = TableIndex(tables: tables, any: any, rows: rows)
    return index
  }

  /// Where the tables of one action begin; they are in order.
  private static func row(_ places: [(key: TableKey, table: Int)], end: Int) -> TableIndex.Row {
    func start(_ part: TableIndex.Part, isGroup: Bool) -> UInt32 {
      let first = places.first { place in
        (place.key.part.rawValue, place.key.isGroup ? 1 : 0) >= (part.rawValue, isGroup ? 1 : 0)
      }
      return UInt32(truncatingIfNeeded: first?.table ?? end)
    }
    return TableIndex.Row(
      action: places[0].key.action,
      starts: (
        start(.forbids, isGroup: false), start(.forbids, isGroup: true), start(.permits, isGroup: false),
        start(.permits, isGroup: true), start(.erring, isGroup: false), start(.erring, isGroup: true),
        UInt32(truncatingIfNeeded: end)
      )
    )
  }

  private mutating func table(_ key: TableKey, _ entries: ArraySlice<TableEntry>) -> Table {
    let columns = [key.firstColumn, key.secondColumn].filter { $0 != TableKey.noColumn }
    var table = Table(
      principalType: key.principalType,
      resourceType: key.resourceType,
      principal: key.principal,
      resource: key.resource,
      columnCount: UInt8(columns.count)
    )
    if let first = columns.first { table.firstColumn = first }
    if let second = columns.dropFirst().first { table.secondColumn = second }
    for entry in entries {
      table.principalSummary |= key.principal == .any ? .max : EntityTable.summary(of: entry.principal)
      table.resourceSummary |= key.resource == .any ? .max : EntityTable.summary(of: entry.resource)
    }
    if key.principal == .any, key.resource == .any, columns.isEmpty {
      table.list = posting(entries.map(\.policy))
    } else {
      table.lead = Self.lead(of: entries, key)
      place(Array(entries), in: &table)
    }
    return table
  }

  /// Both sides where each has one key; the one that is looked for once, or else that tells more policies apart.
  private static func lead(of entries: ArraySlice<TableEntry>, _ key: TableKey) -> Table.Lead {
    switch (key.principal, key.resource) {
    case (.ancestors, .ancestors):
      return Set(entries.map(\.principal)).count > Set(entries.map(\.resource)).count ? .principal : .resource
    case (.ancestors, .own): return .resource
    case (.own, .ancestors): return .principal
    case (.ancestors, _): return .principal
    case (_, .ancestors): return .resource
    case (_, _): return .both
    }
  }

  /// Keys of a lead from which on each has a place of its own: those of two buckets.
  private static let manyPairs = 9

  /// Where a key stands.
  private struct PlaceKey: Hashable {
    let key: UInt64
    let columns: UInt32
  }

  /// Gives each key of the entries, which are in order, a place.
  private mutating func place(_ entries: [TableEntry], in table: inout Table) {
    let runs = Self.runs(of: entries)
    let keys = runs.map { run in
      PlaceKey(key: table.leadKey(of: entries[run.lowerBound].scope), columns: entries[run.lowerBound].columns)
    }
    var crowded: Set<PlaceKey> = []
    if table.lead != .both, table.principal != .any, table.resource != .any {
      var counts: [PlaceKey: Int] = [:]
      for key in keys { counts[key, default: 0] += 1 }
      crowded = Set(counts.filter { $0.value >= Self.manyPairs }.map(\.key))
    }
    table.hasPairs = !crowded.isEmpty
    // Three fifths full, so that one key in twenty is not in its bucket.
    let count = runs.count + crowded.count
    table.bucketCount = count <= Bucket.size ? 1 : UInt32(truncatingIfNeeded: count * 5 / (3 * Bucket.size) + 1)
    let first = index.buckets.count
    table.firstBucket = UInt32(truncatingIfNeeded: first)
    index.buckets.resize(to: first + Int(table.bucketCount), Bucket())
    fillFilter(of: &table, runs.map { entries[$0.lowerBound] })
    for lead in crowded {
      index.place(PolicyIndex.pairs, of: lead.key, lead.columns, at: lead.key, in: table)
    }
    for (run, key) in zip(runs, keys) {
      let scope = entries[run.lowerBound].scope
      let posting = posting(entries[run].map(\.policy))
      index.place(posting, of: scope, key.columns, at: crowded.contains(key) ? scope : key.key, in: table)
    }
  }

  private mutating func fillFilter(of table: inout Table, _ entries: [TableEntry]) {
    let isPrincipal = table.lead == .principal
    guard table.lead != .both, (isPrincipal ? table.principal : table.resource) == .ancestors else { return }
    table.filter = LeadFilter(leads: entries.count, appendingTo: &index.filters)
    for entry in entries {
      let (lead, other) = isPrincipal ? (entry.principal, entry.resource) : (entry.resource, entry.principal)
      let type = (isPrincipal ? table.resource : table.principal) == .ofType ? other : 0
      table.leadTypes |= EntityTable.summary(of: tables.directory.type(of: lead))
      let salt = LeadFilter.salt(type, entry.columns)
      table.filter.insert(lead, salt, index.filters)
      mark(lead, table.filter.mark(of: salt))
    }
  }

  private mutating func posting(_ policies: [UInt32]) -> UInt32 {
    let numbers = policies.map { policy in
      let isUnconditional = tables.policies.policies[policy].program == PolicyRow.unconditional
      return policy | (isUnconditional ? PolicyIndex.unconditional : 0)
    }
    if numbers.count == 1 { return numbers[0] | PolicyIndex.single }
    let start = UInt32(truncatingIfNeeded: index.postings.count)
    index.postings.append(contentsOf: numbers.dropLast())
    index.postings.append(numbers[numbers.count - 1] | PolicyIndex.single)
    return start
  }
}

extension Table {
  /// What the place of a scope follows from.
  @inline(__always)
  func leadKey(of scope: UInt64) -> UInt64 {
    switch lead {
    case .both: scope
    case .principal: scope | UInt64(Bucket.noUID)
    case .resource: scope | UInt64(Bucket.noUID) << 32
    }
  }
}

extension PolicyIndex {
  /// Where in a table a key is looked for first.
  @inline(__always)
  static func bucket(_ key: UInt64, _ columns: UInt32, _ count: UInt32) -> UInt32 {
    let mixed = (key ^ UInt64(columns) &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    // The hash's share of the whole is the bucket's share of the buckets, so that its upper bits decide: those that
    // all bits of the key reach.
    let hash = (mixed.high ^ mixed.low) >> 32
    return UInt32(truncatingIfNeeded: (hash * UInt64(count)) >> 32)
  }

  /// Takes the first free place for a key.
  func place(_ posting: UInt32, of scope: UInt64, _ columns: UInt32, at key: UInt64, in table: Table) {
    var bucket = Self.bucket(key, columns, table.bucketCount)
    while true {
      var filled = buckets[table.firstBucket + bucket]
      if let place = (0..<Bucket.size).first(where: { filled.posting($0) == Self.free }) {
        filled.principals[place] = UInt32(scope >> 32)
        filled.resources[place] = UInt32(truncatingIfNeeded: scope)
        filled.columns[place] = columns
        filled.postings[place] = posting
        buckets[table.firstBucket + bucket] = filled
        return
      }
      filled.postings[3] |= Self.overflow
      buckets[table.firstBucket + bucket] = filled
      bucket = bucket + 1 == table.bucketCount ? 0 : bucket + 1
    }
  }
}
