// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Machine {
  /// Visits the policies of a table that are under what the request has for its key.
  ///
  /// - Parameter columns: the hash of the attributes to look for.
  @inline(__always)
  mutating func visitKeys(
    _ number: Int,
    _ columns: UInt32,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let table = level.actions.tables[number]
    switch table.lead {
    case .both:
      let scope = key(name(principal, table.principal), name(resource, table.resource))
      return visitPlaces(number, scope, columns, visit)
    case .principal:
      guard table.principal == .ancestors else {
        return visitPlaces(number, key(principal.uid, Bucket.noUID), columns, visit)
      }
    case .resource:
      guard table.resource == .ancestors else {
        return visitPlaces(number, key(Bucket.noUID, resource.uid), columns, visit)
      }
    }
    return visitAncestors(number, columns, visit)
  }

  @inline(__always)
  private func key(_ principal: UInt32, _ resource: UInt32) -> UInt64 { UInt64(principal) << 32 | UInt64(resource) }

  /// Visits the policies that name the leading side or one of its ancestors.
  private mutating func visitAncestors(
    _ number: Int,
    _ columns: UInt32,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let table = level.actions.tables[number]
    let isPrincipal = table.lead == .principal
    let (lead, other) = isPrincipal ? (principal, resource) : (resource, principal)
    let count = count(of: lead.ancestors)
    // The filter goes through a few as fast as one looks at a bucket.
    if count > UInt64.bitWidth || table.hasPairs, probes(table) > table.size { return scan(number, visit) }
    let type = (isPrincipal ? table.resource : table.principal) == .ofType ? other.type : 0
    let salt = LeadFilter.salt(type, columns)
    if table.leadTypes & EntityTable.summary(of: lead.type) != 0,
      table.filter.mayContain(lead.uid, salt, level.filters)
    {
      let key = isPrincipal ? key(lead.uid, Bucket.noUID) : key(Bucket.noUID, lead.uid)
      if visitPlaces(number, key, columns, visit) { return true }
    }
    let mark = table.filter.mark(of: salt)
    var start = 0
    while start < count {
      let some = start..<Swift.min(start + UInt64.bitWidth, count)
      var found =
        unsafe level.hasMarks
        ? LeadFilter.marked(span(some, of: lead.ancestors), mark)
        : table.filter.leads(span(some, of: lead.ancestors), salt, level.filters)
      while found != 0 {
        let uid = ancestor(start + found.trailingZeroBitCount, in: lead.ancestors)
        found &= found - 1
        guard table.filter.mayContain(uid, salt, level.filters) else { continue }
        let key = isPrincipal ? key(uid, Bucket.noUID) : key(Bucket.noUID, uid)
        if visitPlaces(number, key, columns, visit) { return true }
      }
      start += UInt64.bitWidth
    }
    return false
  }

  /// How many keys are looked for, for one hash of columns.
  @inline(__always)
  func probes(_ table: Table) -> Int {
    guard table.lead != .both else { return 1 }
    let leads = table.lead == .principal ? probes(principal, table.principal) : probes(resource, table.resource)
    guard table.hasPairs else { return leads }
    return leads * (table.lead == .principal ? probes(resource, table.resource) : probes(principal, table.principal))
  }

  @inline(__always)
  private func probes(_ side: Subject, _ scope: Table.Scope) -> Int {
    scope == .ancestors ? count(of: side.ancestors) + 1 : 1
  }

  /// Visits the policies of one key, as far as the sides that lead go.
  @inline(__always)
  private mutating func visitPlaces(
    _ number: Int,
    _ key: UInt64,
    _ columns: UInt32,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let table = level.actions.tables[number]
    var index = PolicyIndex.bucket(key, columns, table.bucketCount)
    for _ in 0..<table.bucketCount {
      let bucket = level.buckets[table.firstBucket + index]
      var places = bucket.places(key, columns: columns)
      while places != 0 {
        let place = places.trailingZeroBitCount
        places &= places - 1
        let posting = bucket.posting(place)
        switch table.lead {
        case .both: break
        case .principal:
          if posting == PolicyIndex.pairs {
            if visitPairs(number, key, columns, visit) { return true }
            continue
          }
          guard isNamed(resource, bucket.resources[place], table.resource) else { continue }
        case .resource:
          if posting == PolicyIndex.pairs {
            if visitPairs(number, key, columns, visit) { return true }
            continue
          }
          guard isNamed(principal, bucket.principals[place], table.principal) else { continue }
        }
        if visitPosting(posting, number, visit) { return true }
      }
      if !bucket.hasOverflow { return false }
      index = index + 1 == table.bucketCount ? 0 : index + 1
    }
    return false
  }

  /// Visits the policies of a lead that has so many that each pair has a place of its own.
  private mutating func visitPairs(
    _ number: Int,
    _ lead: UInt64,
    _ columns: UInt32,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let table = level.actions.tables[number]
    let isPrincipal = table.lead == .principal
    let other = isPrincipal ? resource : principal
    let scope = isPrincipal ? table.resource : table.principal
    for index in 0...(scope == .ancestors ? count(of: other.ancestors) : 0) {
      let uid = UInt64(index == 0 ? name(other, scope) : ancestor(index - 1, in: other.ancestors))
      let pair = isPrincipal ? lead & ~UInt64(UInt32.max) | uid : lead & UInt64(UInt32.max) | uid << 32
      let posting = posting(pair, columns, in: table)
      if posting != PolicyIndex.free, visitPosting(posting, number, visit) { return true }
    }
    return false
  }

  /// The posting of a pair, ``PolicyIndex/free`` when the table does not have it.
  private mutating func posting(_ pair: UInt64, _ columns: UInt32, in table: Table) -> UInt32 {
    var index = PolicyIndex.bucket(pair, columns, table.bucketCount)
    for _ in 0..<table.bucketCount {
      let bucket = level.buckets[table.firstBucket + index]
      let places = bucket.places(pair, columns: columns)
      if places != 0 { return bucket.posting(places.trailingZeroBitCount) }
      if !bucket.hasOverflow { break }
      index = index + 1 == table.bucketCount ? 0 : index + 1
    }
    return PolicyIndex.free
  }
}
