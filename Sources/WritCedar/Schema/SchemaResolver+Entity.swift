// SPDX-License-Identifier: Apache-2.0

/// Entity types: attributes, tags and the hierarchy.
extension SchemaResolver {
  mutating func resolveEntities() {
    var numbers: [EntityTypeName: Int] = [:]
    var parents: [[EntityTypeName]] = []
    for (number, declaration) in syntax.entities.enumerated() {
      for name in declaration.names {
        numbers[EntityTypeName(checked: Self.join(declaration.namespace, name.text))] = number
      }
      var seen: Set<EntityTypeName> = []
      parents.append(entityTypes(declaration.parents, in: declaration.namespace).filter { seen.insert($0).inserted })
    }
    let hierarchy = EntityTypeHierarchy(declarations: numbers, parents: parents)
    let empty = intern(.record([]))
    for declaration in syntax.entities {
      let attributes = declaration.attributes.map { build($0, in: declaration.namespace) } ?? empty
      let tags = declaration.tags.map { build($0, in: declaration.namespace) }
      let ids = declaration.enumeration.map { Set($0.lazy.map(ScalarText.init)) }
      for name in declaration.names {
        let type = EntityTypeName(checked: Self.join(declaration.namespace, name.text))
        schema.entityTypes[type] = Schema.EntityDefinition(
          name: type,
          hierarchy: hierarchy,
          attributes: attributes,
          tags: tags,
          enumeration: declaration.enumeration
        )
        if let ids { schema.enumerations[type] = ids }
      }
    }
  }

  /// The entity types that these names refer to; common types and actions do not count, others are reported.
  mutating func entityTypes(_ names: [SchemaSyntax.Name], in namespace: String) -> [EntityTypeName] {
    names.compactMap { name in
      let candidates = candidates(name.text, in: namespace)
      if let type = candidates.lazy.map({ EntityTypeName(checked: $0) }).first(where: { entityPlaces[$0] != nil }) {
        return type
      }
      if isFull { return nil }
      let help: String?
      if candidates.contains(where: { commonTypes[ScalarText($0)] != nil }) {
        help = "`\(name.text)` is a common type"
      } else if Self.primitive(name.text) != nil {
        help = "`\(name.text)` is a type of the language"
      } else if candidates.contains(where: { actionTypes.contains(EntityTypeName(checked: $0)) }) {
        help = "an action cannot stand here"
      } else {
        help = suggestion(name.text, among: entityPlaces.keys.map(\.description), in: namespace)
      }
      reportUndeclared("entity type", name, help: help)
      return nil
    }
  }
}
