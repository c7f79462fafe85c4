// SPDX-License-Identifier: Apache-2.0

/// The hierarchy of a schema's actions, seen from the groups: which actions are in each, found once for each group
/// asked about.
///
/// Actions declared together have the same groups, so the walk goes from declaration to declaration and is linear in
/// the text of the schema, as in ``TypeHierarchyIndex``.
struct ActionGroups {
  private var types: [EntityTypeName] = []
  private var declarations: [Int] = []
  /// The actions of each declaration.
  private var members: [Int: [Int32]] = [:]
  /// The declarations that name each action among their groups.
  private var listing: [Int32: [Int]] = [:]
  /// For each group asked about the declarations of the actions in it.
  private var below: [Int32: Set<Int>] = [:]
  /// For each type of actions the types of the actions that are in one of its.
  private var typesBelow: [EntityTypeName: Set<EntityTypeName>]?

  /// The number of groups whose members are cached.
  private static let kept = 1 << 12

  init() {}

  /// - Parameter numbers: the numbers of the actions, which run from 0 in the order of their identifiers.
  init(_ schema: Schema, numbers: [EntityUID: Int32]) {
    for action in schema.actions.values.sorted(by: { $0.uid < $1.uid }) {
      let isFirst = members[action.declaration] == nil
      members[action.declaration, default: []].append(Int32(truncatingIfNeeded: declarations.count))
      declarations.append(action.declaration)
      types.append(action.uid.type)
      guard isFirst else { continue }
      for group in action.parents {
        if let group = numbers[group] { listing[group, default: []].append(action.declaration) }
      }
    }
  }

  mutating func isMember(_ action: Int32, of group: Int32) -> Bool {
    declarations(below: group).contains(declarations[Int(action)])
  }

  /// The actions in a group, itself included, in order.
  mutating func members(of group: Int32) -> [Int32] {
    var found: Set<Int32> = [group]
    for declaration in declarations(below: group) { found.formUnion(members[declaration] ?? []) }
    return found.sorted()
  }

  private mutating func declarations(below group: Int32) -> Set<Int> {
    if let known = below[group] { return known }
    let found = declarations(below: [group])
    if below.count >= Self.kept { below.removeAll(keepingCapacity: true) }
    below[group] = found
    return found
  }

  private func declarations(below groups: [Int32]) -> Set<Int> {
    var found: Set<Int> = []
    var pending = groups
    while let next = pending.popLast() {
      for declaration in listing[next] ?? [] where found.insert(declaration).inserted {
        pending.append(contentsOf: members[declaration] ?? [])
      }
    }
    return found
  }

  /// Whether some action of the first type is in one of the second.
  mutating func mayBeIn(_ type: EntityTypeName, _ group: EntityTypeName) -> Bool {
    let known = typesBelow ?? typesInEach()
    typesBelow = known
    return known[group]?.contains(type) ?? false
  }

  private func typesInEach() -> [EntityTypeName: Set<EntityTypeName>] {
    var result: [EntityTypeName: Set<EntityTypeName>] = [:]
    // One for each namespace with actions: few.
    for group in Set(types) {
      let groups = types.indices.filter { types[$0] == group }.map { Int32(truncatingIfNeeded: $0) }
      var found: Set<EntityTypeName> = []
      for declaration in declarations(below: groups) {
        for member in members[declaration] ?? [] { found.insert(types[Int(member)]) }
      }
      result[group] = found
    }
    return result
  }
}
