// SPDX-License-Identifier: Apache-2.0

/// The hierarchy of entity types: the graph of the `in` of all declarations.
///
/// Types declared together share their parents, so the graph joins declarations. It may have cycles, `entity Team in
/// [Team]` is one. Its transitive closure is not kept, for that of a chain of 10⁴ types has 5·10⁷ pairs; a question
/// walks.
package final class EntityTypeHierarchy: Sendable {
  let declarations: [EntityTypeName: Int]
  let parents: [[EntityTypeName]]

  /// - Parameters:
  ///   - declarations: the number of the declaration of each type.
  ///   - parents: the types in the `in` of each declaration.
  init(declarations: [EntityTypeName: Int], parents: [[EntityTypeName]]) {
    self.declarations = declarations
    self.parents = parents
  }

  /// Calls `body` with every ancestor, some more than once, until it returns `false`.
  ///
  /// Linear in the graph.
  private func walk(from type: EntityTypeName, _ body: (EntityTypeName) -> Bool) {
    guard let first = declarations[type] else { return }
    var seen: Set<Int> = [first]
    var pending = [first]
    while let next = pending.popLast() {
      guard parents.indices.contains(next) else { continue }
      for parent in parents[next] {
        guard body(parent) else { return }
        if let declaration = declarations[parent], seen.insert(declaration).inserted { pending.append(declaration) }
      }
    }
  }

  /// The types in the `in` of a type's declaration.
  func parents(of type: EntityTypeName) -> [EntityTypeName] {
    guard let declaration = declarations[type], parents.indices.contains(declaration) else { return [] }
    return parents[declaration]
  }

  func ancestors(of type: EntityTypeName) -> Set<EntityTypeName> {
    var found: Set<EntityTypeName> = []
    walk(from: type) { ancestor in
      found.insert(ancestor)
      return true
    }
    return found
  }

  func isAncestor(_ ancestor: EntityTypeName, of type: EntityTypeName) -> Bool {
    // Nearly always a parent is asked for.
    if let declaration = declarations[type], parents.indices.contains(declaration),
      parents[declaration].contains(ancestor)
    {
      return true
    }
    var isFound = false
    walk(from: type) { candidate in
      isFound = candidate == ancestor
      return !isFound
    }
    return isFound
  }
}

extension Schema.EntityDefinition {
  /// The types of which an entity may be directly in an entity.
  package var directParents: [EntityTypeName] {
    guard let declaration = hierarchy.declarations[name], hierarchy.parents.indices.contains(declaration) else {
      return []
    }
    return hierarchy.parents[declaration]
  }
}
