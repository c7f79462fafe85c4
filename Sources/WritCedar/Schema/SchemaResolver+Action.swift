// SPDX-License-Identifier: Apache-2.0

/// Actions: their groups, and what they apply to.
extension SchemaResolver {
  mutating func resolveActions() {
    let empty = intern(.record([]))
    var groupsOfAll: [[EntityUID]] = []
    for (number, declaration) in syntax.actions.enumerated() {
      let parents = groups(of: declaration)
      groupsOfAll.append(parents)
      var principals: Set<EntityTypeName> = []
      var resources: Set<EntityTypeName> = []
      var context = empty
      if let application = declaration.application {
        principals = Set(entityTypes(application.principals, in: declaration.namespace))
        resources = Set(entityTypes(application.resources, in: declaration.namespace))
        if let expression = application.context, let name = declaration.names.first {
          context = self.context(expression, of: name, in: declaration.namespace)
        }
      }
      for name in declaration.names {
        let uid = Self.action(name.text, in: declaration.namespace)
        schema.actions[uid] = Schema.ActionDefinition(
          uid: uid,
          parents: parents,
          declaration: number,
          principals: principals,
          resources: resources,
          context: context
        )
      }
    }
    refuseCycles(groupsOfAll)
  }

  private mutating func groups(of declaration: SchemaSyntax.ActionDeclaration) -> [EntityUID] {
    var seen: Set<EntityUID> = []
    return declaration.parents.compactMap { reference in
      let candidates: [EntityUID]
      if let type = reference.type {
        candidates = self.candidates(type, in: declaration.namespace).map {
          EntityUID(type: EntityTypeName(checked: $0), id: reference.id)
        }
      } else {
        candidates = [Self.action(reference.id, in: declaration.namespace), Self.action(reference.id, in: "")]
      }
      if let group = candidates.first(where: { actionPlaces[$0] != nil }) {
        return seen.insert(group).inserted ? group : nil
      }
      if !isFull { reportUndeclared(reference, in: declaration.namespace) }
      return nil
    }
  }

  private mutating func reportUndeclared(_ reference: SchemaSyntax.ActionReference, in namespace: String) {
    let written = reference.type.map { "\($0)::\(CedarText.quoted(reference.id))" } ?? CedarText.quoted(reference.id)
    var help: String?
    if let elsewhere = actionPlaces.keys.filter({ $0.id.hasSameScalars(as: reference.id) }).min() {
      help = "did you mean \(elsewhere)?"
    } else if reference.type == nil {
      let visible = actionPlaces.keys.filter { $0.type.namespace == namespace || $0.type.namespace.isEmpty }
      help = Suggestion.nearest(to: reference.id, among: visible.map(\.id)).map {
        "did you mean \(CedarText.quoted($0))?"
      }
    }
    report("the action \(written) is not declared", help: help, at: reference.place)
  }

  /// A context is a record, written out or a common type of one; no entity type is looked for.
  private mutating func context(
    _ expression: SchemaSyntax.TypeExpression,
    of action: SchemaSyntax.Name,
    in namespace: String
  ) -> Schema.TypeIndex {
    guard case .name(let name, _)? = syntax.types[expression].last else {
      let type = build(expression, in: namespace)
      if case .record = schema[type] { return type }
      report("the context of an action is a record, not a set", at: action.place)
      return intern(.record([]))
    }
    for candidate in candidates(name.text, in: namespace) {
      guard let number = commonTypes[ScalarText(candidate)] else { continue }
      guard let type = commonTypeIndices[number] else { break }
      if case .record = schema[type] { return type }
      report("the context must be a record, found the type `\(name.text)`", at: name.place)
      return type
    }
    if isFull { return intern(.record([])) }
    report(
      "the context `\(name.text)` is not a common type",
      help: suggestion(name.text, among: commonTypes.keys.map(\.string), in: namespace)
        ?? "write a record, or the name of a common type of one",
      at: name.place
    )
    return intern(.record([]))
  }

  /// Walks the groups depth first with a stack of its own.
  ///
  /// Actions declared together have the same groups, so a cycle of actions is a cycle of declarations, and the walk is
  /// linear in the text.
  private mutating func refuseCycles(_ groups: [[EntityUID]]) {
    enum Mark: UInt8 { case new, open, done }
    var marks = [Mark](repeating: .new, count: groups.count)
    var path: [(declaration: Int, next: Int)] = []
    for root in groups.indices where marks[root] == .new {
      marks[root] = .open
      path.append((root, 0))
      while let (declaration, next) = path.last {
        guard next < groups[declaration].count else {
          marks[declaration] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let group = groups[declaration][next]
        guard let target = actionDeclarations[group] else { continue }
        switch marks[target] {
        case .new:
          marks[target] = .open
          path.append((target, 0))
        case .open:
          guard let place = actionPlaces[group] else { continue }
          report("the action \(group) is in itself, directly or through its groups", help: "break the cycle", at: place)
        case .done: break
        }
      }
    }
  }
}
