// SPDX-License-Identifier: Apache-2.0

/// Computes the sets of ancestors, one for all entities that share it.
///
/// Linear in entities, parents and the sizes of the distinct sets. A set is listed when it is small (``freeCount``), no
/// more than four times the entity's parents, or when the budget of 32 MB and 64 bytes an entity and parent has room;
/// otherwise deciding walks to the ancestors. So a chain of 100,000 takes megabytes and not 20 GB.
struct HierarchyCompiler {
  /// An ancestor in a list, with its mark.
  private static let ancestorBytes = 8
  /// Ancestors that are always listed: at most 1 KB an entity.
  private static let freeCount = 128
  /// More candidates than these are not even gathered.
  private static let gatherLimit = 1 << 20

  private var entities: EntityTable
  private var budget: Int
  /// A set of ancestors that all entities with these ancestors share.
  private struct Closure: BitwiseCopyable {
    /// As ``EntityTable/Row`` has them.
    let ancestors: UInt32
    let summary: UInt64

    static var unlisted: Closure { Closure(ancestors: EntityTable.Row.unlisted, summary: .max) }
  }

  /// The closure 0 is empty.
  private var closures = Buffer<Closure>()
  /// Closures by content, and rows by the parents that lead to them.
  private var byContent = HashIndex()
  private var byParents = HashIndex()
  private var gathered = Buffer<UInt32>()
  /// A closure number plus 1 for each row that has been visited.
  private var state = Buffer<UInt32>()

  init(_ entities: EntityTable) {
    self.entities = entities
    budget = ((32 << 20) + 64 * (entities.rows.count + entities.parents.count)) / Self.ancestorBytes
    state = Buffer(repeating: 0, count: entities.rows.count)
    closures.append(Closure(ancestors: 0, summary: 0))
    self.entities.ancestors.appendList(gathered)
  }

  mutating func compile(until stop: StopFlag) -> EntityTable {
    for row in 0..<entities.rows.count {
      if stop.isSet(at: row) { break }
      if state[row] == 0 { visit(UInt32(truncatingIfNeeded: row)) }
    }
    byContent.deallocate()
    byParents.deallocate()
    closures.deallocate()
    gathered.deallocate()
    state.deallocate()
    return entities
  }

  /// Computes the closures of a row and of its ancestors, those first.
  private mutating func visit(_ root: UInt32) {
    var path = [root]
    while let row = path.last {
      guard state[row] == 0 else {
        path.removeLast()
        continue
      }
      let parents = entities.parents(of: row)
      let before = path.count
      for index in parents where state[entities.parents[index]] == 0 { path.append(entities.parents[index]) }
      guard path.count == before else { continue }
      path.removeLast()
      let closure = parents.isEmpty ? 0 : closure(of: row, parents)
      state[row] = closure + 1
      entities.rows[row].ancestors = closures[closure].ancestors
      entities.rows[row].summary = closures[closure].summary
    }
  }

  private mutating func closure(of row: UInt32, _ parents: Range<Int>) -> UInt32 {
    gathered.removeAll()
    for index in parents { gathered.append(entities.parents[index]) }
    gathered.sortAndUnique()
    let hash = gathered.hash
    if let known = byParents.find(hash, where: { hasParents(of: $0) }) { return state[known] - 1 }
    byParents.insert(row, hash: hash)
    return closure(ofGathered: parents)
  }

  /// Whether a row's parents are those gathered.
  private func hasParents(of row: UInt32) -> Bool {
    var others = Buffer<UInt32>()
    defer { others.deallocate() }
    for index in entities.parents(of: row) { others.append(entities.parents[index]) }
    others.sortAndUnique()
    return others.isEqual(to: gathered)
  }

  private mutating func closure(ofGathered parents: Range<Int>) -> UInt32 {
    for index in parents {
      let list = entities.rows[entities.parents[index]].ancestors
      guard list != EntityTable.Row.unlisted, gathered.count + Int(entities.ancestors[list].uid) <= Self.gatherLimit
      else { return append(.unlisted) }
      for offset in 0..<entities.ancestors[list].uid { gathered.append(entities.ancestors[list + 1 + offset].uid) }
    }
    gathered.sortAndUnique()
    let hash = gathered.hash
    let known = byContent.find(hash) { gathered.isEqual(to: entities.ancestors, at: closures[$0].ancestors) }
    if let known { return known }
    let isFree = gathered.count <= Swift.max(Self.freeCount, 4 * parents.count)
    let hasRoom = entities.ancestors.count + gathered.count < Int(Ancestors.overlaid) - 4
    guard hasRoom, isFree || gathered.count <= budget else {
      return append(.unlisted)
    }
    if !isFree { budget -= gathered.count }
    var summary: UInt64 = 0
    let list = entities.ancestors.count
    for index in 0..<gathered.count { summary |= EntityTable.summary(of: gathered[index]) }
    entities.ancestors.appendList(gathered)
    let number = append(Closure(ancestors: UInt32(truncatingIfNeeded: list), summary: summary))
    byContent.insert(number, hash: hash)
    return number
  }

  private mutating func append(_ closure: Closure) -> UInt32 {
    closures.append(closure)
    return UInt32(truncatingIfNeeded: closures.count - 1)
  }
}

extension Buffer<UInt32> {
  /// - Parameter inPlace: whether to go without memory; the sort with memory is fast on lists that are in order
  ///   already.
  mutating func sortAndUnique(inPlace: Bool = false) {
    guard count > 1 else { return }
    var numbers = unsafe span(0..<count)
    if inPlace { unsafe numbers.sortInPlace(by: <) } else { unsafe numbers.sort() }
    var kept = 1
    for index in 1..<count where self[index] != self[kept - 1] {
      self[kept] = self[index]
      kept += 1
    }
    resize(to: kept, 0)
  }

  func isEqual(to other: Buffer<UInt32>) -> Bool {
    count == other.count && (0..<count).allSatisfy { self[$0] == other[$0] }
  }

  /// Whether these are all ancestors of a list.
  func isEqual(to ancestors: Buffer<Ancestor>, at list: UInt32) -> Bool {
    count == Int(ancestors[list].uid) && (0..<count).allSatisfy { self[$0] == ancestors[Int(list) + 1 + $0].uid }
  }

  var hash: Int {
    var hasher = Hasher()
    unsafe hasher.combine(bytes: UnsafeRawBufferPointer(span(0..<count)))
    return hasher.finalize()
  }
}
