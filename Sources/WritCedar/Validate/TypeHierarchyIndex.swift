// SPDX-License-Identifier: Apache-2.0

/// Answers which types can be in a type, from the declarations below it, which are found once for each type asked
/// about.
///
/// Types declared together share their parents, so sets are of declarations: finding one is linear in the text of the
/// schema, however many types and parents a declaration multiplies.
struct TypeHierarchyIndex {
  /// The declaration of each entity type.
  private let declarations: [EntityTypeName: Int]
  /// The types of each declaration, and the declarations that name each type among their parents.
  private let members: [[EntityTypeName]]
  private let listing: [EntityTypeName: [Int]]
  private var below: [EntityTypeNumber: Set<Int>] = [:]

  /// The number of types whose descendants are cached.
  private static let kept = 1 << 12

  init(_ schema: Schema) {
    let graph = schema.entityTypes.values.first?.hierarchy
    declarations = graph?.declarations ?? [:]
    let parents = graph?.parents ?? []
    var members = [[EntityTypeName]](repeating: [], count: parents.count)
    for (type, number) in declarations where members.indices.contains(number) { members[number].append(type) }
    var listing: [EntityTypeName: [Int]] = [:]
    for (number, types) in parents.enumerated() {
      for type in types { listing[type, default: []].append(number) }
    }
    self.members = members
    self.listing = listing
  }

  mutating func isDescendant(_ type: EntityTypeNumber, of group: EntityTypeNumber, names: [EntityTypeName]) -> Bool {
    guard let declaration = declarations[names[Int(type)]] else { return false }
    if let known = below[group] { return known.contains(declaration) }
    let found = descendants(of: names[Int(group)])
    if below.count >= Self.kept { below.removeAll(keepingCapacity: true) }
    below[group] = found
    return found.contains(declaration)
  }

  /// The declarations whose types can be in this one.
  private func descendants(of group: EntityTypeName) -> Set<Int> {
    var found: Set<Int> = []
    var pending = [group]
    while let next = pending.popLast() {
      for declaration in listing[next] ?? [] where found.insert(declaration).inserted {
        pending.append(contentsOf: members[declaration])
      }
    }
    return found
  }
}
