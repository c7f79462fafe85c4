// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Machine {
  /// Visits the policies that the tables cannot rule out, possibly more than once.
  ///
  /// - Parameter visit: a policy as a posting has it, and the number of its table; whether to stop.
  /// - Returns: whether the visitor stopped.
  @inline(__always)
  mutating func visitCandidates(
    _ part: TableIndex.Part,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    if visitLevel(part, actionRow, visit) { return true }
    return levelCount > 1 && (part != .forbids || hasAddedForbids) && mayHaveAdded() && visitUpperLevels(part, visit)
  }

  /// Visits the policies that were added since the whole set was compiled.
  // Apart, so that the common path keeps its registers.
  @inline(never)
  private mutating func visitUpperLevels(
    _ part: TableIndex.Part,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    defer { select(level: 0) }
    for number in 1..<levelCount {
      select(level: number)
      if visitLevel(part, level.actions.row(of: action.uid), visit) { return true }
    }
    return false
  }

  @inline(__always)
  private mutating func visitLevel(
    _ part: TableIndex.Part,
    _ actionRow: Int?,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    guard level.actions.has(part) else { return false }
    if visitTables(level.actions.any.own(part), visit) { return true }
    if let actionRow, visitTables(level.actions.rows[actionRow].own(part), visit) { return true }
    return action.ancestors.summary != 0 && visitGroups(part, visit)
  }

  /// Visits the tables of the groups that the action is in.
  private mutating func visitGroups(
    _ part: TableIndex.Part,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let groups = count(of: action.ancestors)
    if groups > level.actions.rows.count {
      for place in 0..<level.actions.rows.count {
        let row = level.actions.rows[place]
        guard row.action != TableIndex.Row.free, contains(action.ancestors, row.action) else { continue }
        if visitTables(row.group(part), visit) { return true }
      }
      return false
    }
    for place in 0..<groups {
      guard let row = level.actions.row(of: ancestor(place, in: action.ancestors)) else { continue }
      if visitTables(level.actions.rows[row].group(part), visit) { return true }
    }
    return false
  }

  @inline(__always)
  private mutating func visitTables(_ places: Range<Int>, _ visit: (inout Machine, UInt32, Int) -> Bool) -> Bool {
    for number in places {
      let list = level.actions.tables[number].list
      if list != PolicyIndex.free {
        if visitPosting(list, number, visit) { return true }
        continue
      }
      guard mayMeet(number) else { continue }
      let hasColumns = level.actions.tables[number].columnCount > 0
      if hasColumns ? visitColumns(number, visit) : visitKeys(number, KeyHash.none, visit) { return true }
    }
    return false
  }

  /// Whether the table may have a policy for principal and resource: the tests joined to one that a processor guesses.
  @inline(__always)
  private func mayMeet(_ number: Int) -> Bool {
    let table = level.actions.tables[number]
    let principals = table.principalSummary & summary(principal, table.principal)
    let resources = table.resourceSummary & summary(resource, table.resource)
    let principalType = table.principalType == Table.anyType ? 0 : table.principalType ^ principal.type
    let resourceType = table.resourceType == Table.anyType ? 0 : table.resourceType ^ resource.type
    return (principals == 0 ? 1 : 0) | (resources == 0 ? 1 : 0) | principalType | resourceType == 0
  }

  @inline(__always)
  private func summary(_ subject: Subject, _ scope: Table.Scope) -> UInt64 {
    EntityTable.summary(of: name(subject, scope)) | (scope == .ancestors ? subject.ancestors.summary : 0)
  }

  /// What a scope that names an entity, or its type, calls it; 0 where scopes name nothing.
  @inline(__always)
  func name(_ subject: Subject, _ scope: Table.Scope) -> UInt32 {
    switch scope {
    case .any: 0
    case .ofType: subject.type
    case .own, .ancestors: subject.uid
    }
  }

  /// Visits all policies of a table whose scopes are met, whatever its columns.
  ///
  /// For requests that have more to look up than the table has places, so that no set and no list of ancestors makes a
  /// decision slower than the table is long.
  mutating func scan(_ number: Int, _ visit: (inout Machine, UInt32, Int) -> Bool) -> Bool {
    let table = level.actions.tables[number]
    for index in 0..<table.bucketCount {
      let bucket = level.buckets[table.firstBucket + index]
      for place in 0..<Bucket.size {
        let posting = bucket.posting(place)
        guard posting != PolicyIndex.free, posting != PolicyIndex.pairs,
          isNamed(principal, bucket.principals[place], table.principal),
          isNamed(resource, bucket.resources[place], table.resource)
        else { continue }
        if visitPosting(posting, number, visit) { return true }
      }
    }
    return false
  }

  /// Whether a scope that names the UID, or type, is met.
  @inline(__always)
  func isNamed(_ subject: Subject, _ named: UInt32, _ scope: Table.Scope) -> Bool {
    named == name(subject, scope) || (scope == .ancestors && contains(subject.ancestors, named))
  }

  @inline(__always)
  mutating func visitPosting(
    _ posting: UInt32,
    _ number: Int,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    if posting & PolicyIndex.single != 0 { return visit(&self, posting, number) }
    var index = posting
    while true {
      let policy = level.postings[index]
      if visit(&self, policy, number) { return true }
      if policy & PolicyIndex.single != 0 { return false }
      index += 1
    }
  }
}
