// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Makes a version from the one before it at the cost of what changes: for one thread at a time.
///
/// What versions read stays as it is, but for indexes of texts, which are written to one word at a time. Texts,
/// attributes and conditions are appended behind the counts of those before, rows of entities lie in pages that are
/// copied, and the policies that were added have indexes of their own.
final class VersionWriter: @unchecked Sendable {
  // Sendable: used by the one who made it, then by whoever holds the lock of changes.
  /// The last version.
  private(set) var version: Version
  private var memory: VersionMemory
  private var policies: PolicyList
  private var levels: PolicyLevels
  private var hierarchy = HierarchyWriter()
  /// Policies by their ids.
  private var numbers = HashIndex()
  /// The number of policies removed, and how many entities put in.
  private var removals = 0
  private var upserts = 0
  /// The bytes of the tables as they were compiled.
  private let compiledBytes: Int
  private let limits: ChangeLimits

  /// Linear in the policies, whose ids it notes.
  init(_ version: Version, _ limits: ChangeLimits) {
    self.version = version
    self.limits = limits
    memory = version.memory
    policies = version.policies
    levels = unsafe PolicyLevels(version.tables.pointee, limits)
    compiledBytes = unsafe version.tables.pointee.byteCount
    numbers.reserve(policies.count)
    for number in 0..<policies.count { note(number) }
  }

  private func note(_ number: Int) {
    let id = policies[number].id
    let new = UInt32(truncatingIfNeeded: number)
    if let old = numbers.find(id.hashValue, where: { policies[Int($0)].id == id }) {
      numbers.replace(old, by: new, hash: id.hashValue)
    } else {
      numbers.insert(new, hash: id.hashValue)
    }
  }

  private var tables: VersionTables {
    _read { yield levels.compiler.tables }
    _modify { yield &levels.compiler.tables }
  }

  // MARK: Changing

  /// Makes the version after a change.
  ///
  /// - Throws: ``PolicyEngineError``; then nothing has changed.
  func apply(_ change: PolicyEngine.Change) throws(PolicyEngineError) -> Version {
    try stage(change)
    return publish(number: version.number + 1)
  }

  /// Takes in a change without making a version yet.
  func stage(_ change: PolicyEngine.Change) throws(PolicyEngineError) {
    // What was taken in before stays, whatever becomes of this.
    memory.adopt(&tables)
    let removed = try numbers(ofRemoved: change)
    try checkAdded(change)
    try stageEntities(change)
    stageRemoval(of: removed)
    levels.add(change.addedPolicies)
    for policy in change.addedPolicies {
      policies.append(policy)
      note(policies.count - 1)
    }
  }

  /// Takes in changes that another writer has made, with the numbers that it gave.
  func follow(_ changes: [PolicyEngine.Change], to last: Version) throws(PolicyEngineError) {
    tables.directory.takeNumbers(of: unsafe last.tables.pointee.directory)
    tables.addRows()
    try stage(PolicyEngine.Change(joining: changes))
  }

  /// The version of what was taken in.
  func publish(number: UInt64) -> Version {
    levels.writeIndexes(&memory)
    memory.adopt(&tables)
    version = Version(engine: version.engine, policies: policies, tables, memory, number: number)
    return version
  }

  // MARK: Policies

  /// The policy of an id, `nil` when there is none.
  func policy(_ id: PolicyID) -> Policy? { number(of: id).map { policies[Int($0)] } }

  private func number(of id: PolicyID) -> UInt32? {
    numbers.find(id.hashValue) { policies[Int($0)].id == id && !tables.policies.removed.contains($0) }
  }

  private func numbers(ofRemoved change: PolicyEngine.Change) throws(PolicyEngineError) -> Set<UInt32> {
    var removed: Set<UInt32> = []
    for id in change.removedPolicies {
      guard let number = number(of: id) else {
        throw PolicyEngineError(code: .unknownPolicy, description: "there is no policy \(id)")
      }
      removed.insert(number)
    }
    return removed
  }

  private func checkAdded(_ change: PolicyEngine.Change) throws(PolicyEngineError) {
    let removed = Set(change.removedPolicies)
    var added: Set<PolicyID> = []
    for policy in change.addedPolicies {
      let isTaken = number(of: policy.id) != nil && !removed.contains(policy.id)
      guard !isTaken, added.insert(policy.id).inserted else {
        throw PolicyEngineError(code: .duplicatePolicy, description: "there are two policies \(policy.id)")
      }
    }
    guard policies.count + added.count < Int(PolicyIndex.number) else {
      throw PolicyEngineError(code: .tooLarge, description: "there are too many policies")
    }
  }

  private func stageRemoval(of removed: Set<UInt32>) {
    guard !removed.isEmpty else { return }
    tables.policies.removed = tables.policies.removed.inserting(removed, count: policies.count)
    removals += removed.count
  }

  // MARK: Entities

  private func stageEntities(_ change: PolicyEngine.Change) throws(PolicyEngineError) {
    guard !change.replacedEntities.isEmpty || !change.removedEntities.isEmpty else { return }
    var upserted: Set<EntityUID> = []
    for entity in change.replacedEntities where !upserted.insert(entity.uid).inserted {
      throw PolicyEngineError(code: .duplicate, description: "there are two entities \(entity.uid)")
    }
    var tables = tables
    var changes = 0
    /// The entities whose parents are others now.
    var moved: [UInt32] = []
    for uid in Set(change.removedEntities).subtracting(upserted) {
      // A UID without a number is absent already.
      guard let number = tables.directory.find(uid) else { continue }
      if tables.entities.records[number].parentCount > 0 { moved.append(number) }
      tables.entities.remove(number)
      changes += 1
    }
    var encoder = ValueEncoder(region: .entities, adding: tables.entities.attributes)
    for entity in change.replacedEntities {
      let (number, isMoved) = tables.put(entity, &encoder)
      if isMoved { moved.append(number) }
      changes += 1
    }
    encoder.finish()
    tables.entities.attributes = encoder.heap
    tables.addRows()
    do throws(PolicyEngineError) {
      if let number = tables.entities.cycle(from: moved) {
        let uid = tables.directory.uid(number)
        throw PolicyEngineError(code: .cycle, description: "\(uid) would be its own ancestor")
      }
      if let excess = tables.excess { throw PolicyEngineError(code: .tooLarge, description: excess) }
    } catch {
      tables.entities.deallocate()
      // The texts keep their numbers, for the index of texts has them.
      self.tables.directory = tables.directory
      self.tables.addRows()
      throw error
    }
    hierarchy.update(moved, &tables.entities)
    self.tables = tables
    upserts += changes
  }

  // MARK: Background work

  /// Whether so much has changed that the tables should be compiled again.
  var needsCompilation: Bool {
    let (policies, entities) = (policies.count, tables.entities.rows.count)
    return levels.count > limits.addable(to: policies)
      || removals > Swift.max(limits.removed, policies / 4) || upserts > Swift.max(limits.upserted, entities / 4)
      || tables.byteCount > 2 * compiledBytes + limits.bytes || hierarchy.isOutOfRoom
  }

  /// Whether there are more indexes of added policies than should stay.
  var needsMerge: Bool { levels.needsMerge }

  /// What can be merged in the background, if anything.
  var mergeable: PolicyLevels? { levels.needsMerge ? levels : nil }

  /// Puts a merged index in its place; `nil` when it has none any more.
  func install(_ merge: PolicyLevels.Merge) -> Version? {
    levels.install(merge, &memory) ? publish(number: version.number + 1) : nil
  }

  /// Writes the indexes of what has been taken in, before others wait for it.
  func settle() { levels.writeIndexes(&memory) }

  /// What has been done since the tables were compiled.
  var work: PolicyEngine.ChangeWork {
    var work = PolicyEngine.ChangeWork()
    work.indexedPolicies = levels.written
    work.listedEntities = hierarchy.listed
    return work
  }

  deinit {
    // What has not been published.
    tables.deallocate()
    levels.deallocate()
    hierarchy.deallocate()
    numbers.deallocate()
  }
}

extension VersionTables {
  /// Writes an entity behind what others see.
  ///
  /// - Returns: its number, and whether it has other parents than before; the same ones stay where they are.
  fileprivate mutating func put(_ entity: Entity, _ encoder: inout ValueEncoder) -> (number: UInt32, isMoved: Bool) {
    let number = directory.insert(entity.uid)
    let (start, count) = encoder.row(entity.attributes, tags: entity.tags, &directory)
    let firstParent = entities.parents.count
    for parent in entity.parents { entities.parents.append(directory.insert(parent)) }
    addRows()
    var parents = firstParent..<entities.parents.count
    let known = entities.parents(of: number)
    let isMoved = !entities.isSame(known, parents)
    if !isMoved {
      entities.parents.resize(to: firstParent, 0)
      parents = known
    }
    entities.put(
      EntityTable.Record(start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count)),
      parents: parents,
      at: number
    )
    return (number, isMoved)
  }
}

extension EntityTable {
  /// Whether two lists of parents are the same set.
  fileprivate func isSame(_ known: Range<Int>, _ others: Range<Int>) -> Bool {
    if known.count == others.count, zip(known, others).allSatisfy({ parents[$0] == parents[$1] }) { return true }
    return Set(known.map { parents[$0] }) == Set(others.map { parents[$0] })
  }

  fileprivate mutating func put(_ record: Record, parents: Range<Int>, at uid: UInt32) {
    var record = record
    record.firstParent = UInt32(truncatingIfNeeded: parents.lowerBound)
    record.parentCount = UInt32(truncatingIfNeeded: parents.count)
    record.isParent = records[uid].isParent
    records.update(record, at: uid)
    for index in parents where !records[self.parents[index]].isParent {
      var parent = records[self.parents[index]]
      parent.isParent = true
      records.update(parent, at: self.parents[index])
    }
  }

  fileprivate mutating func remove(_ uid: UInt32) {
    var record = Record()
    record.isParent = records[uid].isParent
    records.update(record, at: uid)
  }

  /// Who would be their own ancestor, among the ancestors of these.
  fileprivate func cycle(from changed: some Sequence<UInt32>) -> UInt32? {
    var isOpen: [UInt32: Bool] = [:]
    var walk = HierarchyWalk<UInt32> { uid in parents(of: uid).map { parents[$0] } }
    for uid in changed where records[uid].isParent && records[uid].parentCount > 0 {
      if let repeated = walk.firstCycle(from: uid, isOpen: { isOpen[$0] }, mark: { isOpen[$0] = $1 }) {
        return repeated
      }
    }
    return nil
  }
}
