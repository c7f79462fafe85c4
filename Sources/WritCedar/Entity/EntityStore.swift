// SPDX-License-Identifier: Apache-2.0

/// Entities that do not go together.
public struct EntityStoreError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// Two different entities with one identifier.
    public static let duplicate = Code(.duplicate)
    /// An entity that is its own ancestor.
    public static let cycle = Code(.cycle)
    /// An action that would be in something that is not an action.
    public static let action = Code(.action)
    /// A patch of an entity that is not stored.
    public static let unknown = Code(.unknown)
    /// A brought entity that gives an attribute or tag another value than the stored one, where that is refused.
    public static let conflict = Code(.conflict)

    package enum Kind: String, Sendable, CaseIterable {
      case duplicate, cycle, action, unknown, conflict
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The entity concerned.
  public let uid: EntityUID
  /// The entities of a cycle, each a parent of the one before it, from ``uid`` back to it; empty for other errors.
  public let cycle: [EntityUID]
  /// The message, which names the entity.
  public let description: String

  /// The number of entities of a cycle that a message names.
  static let shownCycle = 8

  init(_ code: Code, _ uid: EntityUID) {
    self.code = code
    self.uid = uid
    cycle = []
    switch code.kind {
    case .duplicate: description = "there are two different entities \(uid)"
    case .cycle: description = "\(uid) is its own ancestor"
    case .action: description = "the action \(uid) cannot be in what is not an action"
    case .unknown: description = "there is no entity \(uid) to patch"
    case .conflict: description = "the stored entity \(uid) has another value"
    }
  }

  /// - Parameters:
  ///   - cycle: the entities of the cycle, each a parent of the one before it, and the first one of the last.
  ///   - uid: the first of the cycle.
  init(cycle: [EntityUID], from uid: EntityUID) {
    code = .cycle
    self.uid = uid
    self.cycle = cycle + [uid]
    let shown = cycle.prefix(Self.shownCycle).map(\.description)
    let more = cycle.count > shown.count ? ["(\(cycle.count - shown.count) more)"] : []
    let path = (shown + more + [uid.description]).joined(separator: " in ")
    description = "\(uid) is its own ancestor: \(path)"
  }

  /// - Parameter conflict: the attribute or tag, for the message.
  init(_ conflict: String, of uid: EntityUID) {
    code = .conflict
    self.uid = uid
    cycle = []
    description = "\(conflict) of \(uid) differs from the stored value"
  }
}

/// A source in which an evaluator looks entities up.
package protocol EntitySource {
  /// The entity with this identifier.
  subscript(uid: EntityUID) -> Entity? { get }
  /// The attribute that an entity has, absent entities included where attributes come from somewhere else.
  func attribute(_ name: String, of uid: EntityUID) -> Value?
  /// Whether the entity is one of the groups or has one of them for an ancestor.
  func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool
}

extension EntitySource {
  package func attribute(_ name: String, of uid: EntityUID) -> Value? { self[uid]?.attributes[name] }

  /// All ancestors of an entity, itself not included, the nearest first.
  package func ancestorsByDistance(of uid: EntityUID) -> [EntityUID] {
    var seen: Set<EntityUID> = [uid]
    var found: [EntityUID] = []
    var next: EntityUID? = uid
    var walked = 0
    while let current = next {
      for parent in self[current]?.parents ?? [] where seen.insert(parent).inserted { found.append(parent) }
      next = walked < found.count ? found[walked] : nil
      walked += 1
    }
    return found
  }
}

extension EntityStore: EntitySource {}

/// The entities that policies may look at, with their hierarchy: a directed graph without cycles.
public struct EntityStore: Sendable {
  private var entities: [Entity] = []
  private var index: [EntityUID: Int] = [:]
  /// Entities that stand before those of the same identifier in `entities`: a request's own.
  private var overlay: [EntityUID: Entity] = [:]

  /// No entities.
  public init() {}

  /// The store of these entities.
  ///
  /// Linear in entities and parents.
  ///
  /// An entity that occurs twice with the same content counts once.
  /// - Throws: ``EntityStoreError``.
  public init(_ entities: some Sequence<Entity>) throws(EntityStoreError) {
    for entity in entities { try insert(entity) }
    try checkAcyclic()
  }

  /// The number of entities.
  public var count: Int { entities.count + overlay.keys.count { index[$0] == nil } }

  /// The entity with this identifier.
  public subscript(uid: EntityUID) -> Entity? {
    if !overlay.isEmpty, let entity = overlay[uid] { return entity }
    return index[uid].map { entities[$0] }
  }

  mutating func reserveCapacity(_ count: Int) {
    entities.reserveCapacity(count)
    index.reserveCapacity(count)
  }

  /// Inserts without checking the hierarchy; a loader calls ``checkAcyclic()`` at the end.
  mutating func insert(_ entity: Entity) throws(EntityStoreError) {
    guard entity.parentOfOtherKind == nil else { throw EntityStoreError(.action, entity.uid) }
    guard let position = index.updateValue(entities.count, forKey: entity.uid) else {
      entities.append(entity)
      return
    }
    index[entity.uid] = position
    guard entities[position].hasContent(of: entity) else { throw EntityStoreError(.duplicate, entity.uid) }
  }

  /// Puts entities in the store, each in place of the stored one of its UID, whole: stored attributes and parents that
  /// the new entity does not have are gone.
  ///
  /// To change a part of an entity, use ``patch(_:)``. Linear in the store.
  ///
  /// - Throws: ``EntityStoreError``: an entity would be its own ancestor, two of the given entities differ under one
  ///   UID, an action would be in something else; then nothing has changed.
  public mutating func upsert(replacing changes: some Sequence<Entity>) throws(EntityStoreError) {
    let changes = Array(changes)
    self = try EntityStore(overlaid(with: changes, rule: .replace))
  }

  /// Changes parts of stored entities, one patch after the other.
  ///
  /// Linear in the store.
  ///
  /// - Throws: ``EntityStoreError``, with ``EntityStoreError/Code/unknown`` for an entity that is not stored, unless
  ///   its patch creates it; then nothing has changed.
  public mutating func patch(_ patches: some Sequence<EntityPatch>) throws(EntityStoreError) {
    var changed: [EntityUID: Entity] = [:]
    for patch in patches {
      guard let entity = changed[patch.uid] ?? self[patch.uid] ?? (patch.createsIfAbsent ? Entity(uid: patch.uid) : nil)
      else { throw EntityStoreError(.unknown, patch.uid) }
      changed[patch.uid] = patch.applied(to: entity)
    }
    try upsert(replacing: changed.values)
  }

  /// This store with the entities of one request laid over it.
  ///
  /// What is stored stays, and what is brought is added, unless another rule is given. The stored entities are shared,
  /// so the cost follows the brought entities and their ancestors.
  ///
  /// - Parameters:
  ///   - brought: entities that come from outside.
  ///   - rule: their effect on stored entities of the same UIDs.
  ///   - replacing: entities that stand in place of the stored ones, whole, whatever the rule.
  /// - Throws: ``EntityStoreError``: an entity would be its own ancestor, two of the given entities differ under one
  ///   UID, or a brought value differs from a stored one under ``OverlayRule/mergeWithoutConflicts``.
  public func overlaid(
    with brought: some Sequence<Entity>,
    rule: OverlayRule = .merge,
    replacing: [Entity] = []
  ) throws(EntityStoreError) -> EntityStore {
    var result = self
    var incoming = EntityStore()
    for entity in brought { try incoming.insert(entity) }
    let count = incoming.count
    for entity in replacing {
      // An entity cannot be both added to the stored one and put in its place.
      if rule != .replace, let known = incoming.index[entity.uid], known < count {
        throw EntityStoreError(.duplicate, entity.uid)
      }
      try incoming.insert(entity)
    }
    for (position, entity) in incoming.entities.enumerated() {
      guard position < count, rule != .replace, let stored = self[entity.uid] else {
        result.overlay[entity.uid] = entity
        continue
      }
      if rule == .mergeWithoutConflicts, let conflict = stored.conflict(with: entity) {
        throw EntityStoreError(conflict, of: entity.uid)
      }
      result.overlay[entity.uid] = stored.adding(entity)
    }
    // A cycle that was not there before leads through an entity that was not.
    try result.checkAcyclic(from: incoming.entities.map(\.uid))
    return result
  }

  /// Removes an entity.
  ///
  /// Entities that had it as a parent still have it; the parent is then absent.
  ///
  /// - Returns: the entity, `nil` when there was none.
  @discardableResult
  public mutating func remove(_ uid: EntityUID) -> Entity? {
    let hidden = overlay.removeValue(forKey: uid)
    guard let position = index.removeValue(forKey: uid) else { return hidden }
    let removed = entities[position]
    let last = entities.removeLast()
    if last.uid != uid {
      entities[position] = last
      index[last.uid] = position
    }
    return hidden ?? removed
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
      for parent in self[next]?.parents ?? [] where seen.insert(parent).inserted {
        if groups.contains(parent) { return true }
        pending.append(parent)
      }
    }
    return false
  }

  /// All ancestors of an entity, itself not included, the nearest first.
  public func ancestors(of uid: EntityUID) -> [EntityUID] { ancestorsByDistance(of: uid) }

  func checkAcyclic() throws(EntityStoreError) {
    // A position in the array is cheaper to mark than an identifier.
    var marks = [Bool?](repeating: nil, count: entities.count)
    var walk = HierarchyWalk<Int> { position in
      entities[position].parents.compactMap { index[$0] }
    }
    for position in entities.indices where !entities[position].parents.isEmpty {
      if let repeated = walk.firstCycle(from: position, isOpen: { marks[$0] }, mark: { marks[$0] = $1 }) {
        let cycle = walk.cycle(from: repeated).map { entities[$0].uid }
        throw EntityStoreError(cycle: cycle, from: entities[repeated].uid)
      }
    }
  }

  /// The same for some entities and their ancestors, by identifier, overlaid entities included.
  private func checkAcyclic(from roots: some Sequence<EntityUID>) throws(EntityStoreError) {
    var marks: [EntityUID: Bool] = [:]
    var walk = HierarchyWalk<EntityUID> { self[$0]?.parents ?? [] }
    for root in roots {
      if let repeated = walk.firstCycle(from: root, isOpen: { marks[$0] }, mark: { marks[$0] = $1 }) {
        throw EntityStoreError(cycle: walk.cycle(from: repeated), from: repeated)
      }
    }
  }
}

/// A walk to all ancestors, depth first, with a stack of its own.
package struct HierarchyWalk<Node> {
  private let parents: (Node) -> [Node]
  private var path: [(node: Node, parents: ArraySlice<Node>)] = []

  package init(parents: @escaping (Node) -> [Node]) {
    self.parents = parents
  }

  /// A node that is its own ancestor, if the walk meets one.
  ///
  /// - Parameters:
  ///   - isOpen: whether a node is on the path that is walked now; `nil` for a node not met yet.
  ///   - mark: remembers that.
  package mutating func firstCycle(from root: Node, isOpen: (Node) -> Bool?, mark: (Node, Bool) -> Void) -> Node? {
    guard isOpen(root) == nil else { return nil }
    mark(root, true)
    path.append((root, parents(root)[...]))
    while let (node, _) = path.last {
      guard let parent = path[path.count - 1].parents.popFirst() else {
        mark(node, false)
        path.removeLast()
        continue
      }
      switch isOpen(parent) {
      case true?: return parent
      case false?: break
      case nil:
        mark(parent, true)
        path.append((parent, parents(parent)[...]))
      }
    }
    return nil
  }
}

extension HierarchyWalk where Node: Equatable {
  /// The nodes of the cycle that ``firstCycle(from:isOpen:mark:)`` has met, each a parent of the one before it.
  ///
  /// - Parameter node: the node it returned.
  package func cycle(from node: Node) -> [Node] {
    let nodes = path.map(\.node)
    return nodes.firstIndex(of: node).map { Array(nodes[$0...]) } ?? [node]
  }
}

extension EntityStore: Sequence {
  /// The entities, in the order they were added as far as none was removed or overlaid.
  public func makeIterator() -> IndexingIterator<[Entity]> {
    (overlay.isEmpty ? entities : entities.filter { overlay[$0.uid] == nil } + overlay.values).makeIterator()
  }
}
