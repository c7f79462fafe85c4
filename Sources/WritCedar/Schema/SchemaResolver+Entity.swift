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
      let attributes = declaration.attributes.map { shape($0, of: declaration) } ?? empty
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

  /// The attributes of a declaration: a record, which in JSON may be a common type.
  private mutating func shape(
    _ expression: SchemaSyntax.TypeExpression,
    of declaration: SchemaSyntax.EntityDeclaration
  ) -> Schema.TypeIndex {
    let type = build(expression, in: declaration.namespace)
    if case .record = schema[type] { return type }
    // Of a name that is not declared that has been reported.
    if case .name(let name, _)? = syntax.types[expression].last, !hasReported(at: name.place) {
      report("the attributes of an entity type are a record: `\(name.text)` is another type", at: name.place)
    } else if case .set? = syntax.types[expression].last, let name = declaration.names.first {
      report("the attributes of an entity type are a record, not a set", at: name.place)
    }
    return intern(.record([]))
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
