// SPDX-License-Identifier: Apache-2.0

/// Entities that do not go together.
public struct EntityStoreError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// Two different entities with one identifier.
    case duplicate
    /// An entity that is its own ancestor.
    case cycle
  }

  /// What is wrong.
  public let code: Code
  /// The entity concerned.
  public let uid: EntityUID
  /// What is wrong, naming the entity.
  public let description: String

  init(_ code: Code, _ uid: EntityUID) {
    self.code = code
    self.uid = uid
    switch code {
    case .duplicate: description = "there are two different entities \(uid)"
    case .cycle: description = "\(uid) is its own ancestor"
    }
  }
}

/// The entities that policies may look at, with their hierarchy: a directed graph without cycles.
public struct EntityStore: Sendable {
  private var entities: [Entity] = []
  private var index: [EntityUID: Int] = [:]

  /// No entities.
  public init() {}

  /// The store of these entities. Linear in entities and parents.
  ///
  /// An entity that occurs twice with the same content counts once.
  /// - Throws: ``EntityStoreError``.
  public init(_ entities: some Sequence<Entity>) throws(EntityStoreError) {
    for entity in entities { try insert(entity) }
    try checkAcyclic()
  }

  /// The number of entities.
  public var count: Int { entities.count }

  /// The entity with this identifier.
  public subscript(uid: EntityUID) -> Entity? { index[uid].map { entities[$0] } }

  /// Inserts without checking the hierarchy; a loader calls ``checkAcyclic()`` at the end.
  mutating func insert(_ entity: Entity) throws(EntityStoreError) {
    if let position = index[entity.uid] {
      let other = entities[position]
      guard
        other.attributes == entity.attributes, other.tags == entity.tags,
        Set(other.parents) == Set(entity.parents)
      else { throw EntityStoreError(.duplicate, entity.uid) }
      return
    }
    index[entity.uid] = entities.count
    entities.append(entity)
  }

  /// Puts entities in the store, replacing those with the same identifiers.
  ///
  /// - Throws: ``EntityStoreError/Code/cycle``, or ``EntityStoreError/Code/duplicate`` when two of the given entities
  ///   differ under one identifier; then nothing has changed.
  public mutating func upsert(_ changes: some Sequence<Entity>) throws(EntityStoreError) {
    let incoming = try EntityStore(changes)
    var changed = self
    for entity in incoming.entities {
      if let position = changed.index[entity.uid] {
        changed.entities[position] = entity
      } else {
        changed.index[entity.uid] = changed.entities.count
        changed.entities.append(entity)
      }
    }
    try changed.checkAcyclic()
    self = changed
  }

  /// Removes an entity. Whoever had it as a parent still has; it is then absent.
  ///
  /// - Returns: the entity, `nil` when there was none.
  @discardableResult
  public mutating func remove(_ uid: EntityUID) -> Entity? {
    guard let position = index.removeValue(forKey: uid) else { return nil }
    let removed = entities[position]
    let last = entities.removeLast()
    if last.uid != uid {
      entities[position] = last
      index[last.uid] = position
    }
    return removed
  }

  // MARK: Hierarchy

  /// Whether the entity is one of the groups or has one of them for an ancestor.
  ///
  /// An absent entity is in itself only; an absent parent is a parent all the same. Linear in the ancestors.
  public func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool {
    let groups = Set(groups)
    if groups.contains(uid) { return true }
    if groups.isEmpty { return false }
    var seen: Set<EntityUID> = [uid]
    var pending = [uid]
    while let next = pending.popLast() {
      guard let position = index[next] else { continue }
      for parent in entities[position].parents where seen.insert(parent).inserted {
        if groups.contains(parent) { return true }
        pending.append(parent)
      }
    }
    return false
  }

  /// All ancestors of an entity, itself not included, in no particular order.
  public func ancestors(of uid: EntityUID) -> [EntityUID] {
    var seen: Set<EntityUID> = [uid]
    var found: [EntityUID] = []
    var pending = [uid]
    while let next = pending.popLast() {
      guard let position = index[next] else { continue }
      for parent in entities[position].parents where seen.insert(parent).inserted {
        found.append(parent)
        pending.append(parent)
      }
    }
    return found
  }

  /// Walks the graph depth first with a stack of its own.
  func checkAcyclic() throws(EntityStoreError) {
    enum Mark: UInt8 { case new, open, done }
    var marks = [Mark](repeating: .new, count: entities.count)
    var path: [(entity: Int, nextParent: Int)] = []
    for root in entities.indices where marks[root] == .new {
      marks[root] = .open
      path.append((root, 0))
      while let (entity, nextParent) = path.last {
        let parents = entities[entity].parents
        guard nextParent < parents.count else {
          marks[entity] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].nextParent += 1
        guard let parent = index[parents[nextParent]] else { continue }
        switch marks[parent] {
        case .open: throw EntityStoreError(.cycle, entities[parent].uid)
        case .new:
          marks[parent] = .open
          path.append((parent, 0))
        case .done: break
        }
      }
    }
  }
}

extension EntityStore: Sequence {
  /// The entities in the order they were added, as far as none was removed.
  public func makeIterator() -> IndexingIterator<[Entity]> { entities.makeIterator() }
}
