// SPDX-License-Identifier: Apache-2.0

/// Whether entities and requests fit the schema.
extension Schema {
  // MARK: Entities

  /// Returns the reason why the entity does not fit the schema, `nil` when it does.
  ///
  /// Parents may be of any type that the hierarchy reaches; they need not exist. Linear in the entity.
  ///
  /// - Parameter isPartial: whether required attributes may be missing, for an entity that is merged with a stored one.
  package func problem(with entity: Entity, isPartial: Bool = false) -> String? {
    mismatch(of: entity, isPartial: isPartial)?.description
  }

  /// The part of an entity that does not fit the schema, with the members of its JSON that lead to it.
  package func mismatch(of entity: Entity, isPartial: Bool = false) -> Mismatch? {
    if entity.uid.type.isAction { return problem(withAction: entity).map { Mismatch(description: $0) } }
    let uid = Self.shown(entity.uid)
    guard let definition = entityTypes[entity.uid.type] else {
      return Mismatch(description: "\(uid): \(undeclared(entity.uid.type))", path: ["uid"])
    }
    if let problem = problem(withReferenceTo: entity.uid) { return Mismatch(description: problem, path: ["uid"]) }
    if let mismatch = mismatch(.record(entity.attributes), definition.attributes, isPartial: isPartial) {
      return mismatch.within(uid, ["attrs"])
    }
    if let mismatch = mismatch(ofTags: entity.tags, definition) { return mismatch.within(uid, ["tags"]) }
    for parent in entity.parents {
      guard definition.mayBeIn(parent.type) else {
        let problem = "an entity of type \(definition.name) cannot be in \(Self.shown(parent)), of type \(parent.type)"
        return Mismatch(description: "\(uid): \(problem)", path: ["parents"])
      }
      if let problem = problem(withReferenceTo: parent) {
        return Mismatch(description: "\(uid): parent: \(problem)", path: ["parents"])
      }
    }
    return nil
  }

  private func mismatch(ofTags tags: RecordValue, _ definition: EntityDefinition) -> Mismatch? {
    for tag in tags.attributes {
      let place = "tag \(Self.shown(tag.name))"
      guard let type = definition.tags else {
        return Mismatch(description: "\(place): entities of type \(definition.name) have no tags", path: [tag.name])
      }
      if let mismatch = mismatch(tag.value, type) { return mismatch.within(place, [tag.name]) }
    }
    return nil
  }

  /// An action among the entities must be the declared one: nothing but its groups, directly or with theirs.
  private func problem(withAction entity: Entity) -> String? {
    guard let declared = actions[entity.uid] else { return undeclaredAction(entity.uid) }
    let uid = Self.shown(entity.uid)
    if let attribute = entity.attributes.attributes.first {
      return "\(uid): attribute \(Self.shown(attribute.name)): actions have no attributes"
    }
    if let tag = entity.tags.attributes.first { return "\(uid): tag \(Self.shown(tag.name)): actions have no tags" }
    let given = Set(entity.parents)
    if given == Set(declared.parents) { return nil }
    let expected = groups(above: declared.parents)
    if let foreign = entity.parents.first(where: { !expected.contains($0) }) {
      return "\(uid) is in \(Self.shown(foreign)), but in the schema it is not"
    }
    if let missing = expected.subtracting(groups(above: entity.parents)).min() {
      return "\(uid) is not in \(Self.shown(missing)), but in the schema it is"
    }
    return nil
  }

  /// These groups and those that they are in.
  private func groups(above groups: [EntityUID]) -> Set<EntityUID> {
    var found = Set(groups)
    var pending = groups
    while let next = pending.popLast() {
      for parent in actions[next]?.parents ?? [] where found.insert(parent).inserted { pending.append(parent) }
    }
    return found
  }

  // MARK: Requests

  /// Returns the reason why the request does not fit the schema, `nil` when it does.
  package func problem(with request: AuthorizationRequest) -> String? {
    problem(withScopeOf: request) ?? problem(withContextOf: request)
  }

  /// Returns the reason why the principal, the action and the resource do not go together.
  package func problem(withScopeOf request: AuthorizationRequest) -> String? {
    for (uid, variable) in [(request.principal, "principal"), (request.resource, "resource")] {
      if uid.type.isAction { return "\(variable) \(Self.shown(uid)): an action cannot be a \(variable)" }
      guard entityTypes[uid.type] != nil else {
        return "\(variable) \(Self.shown(uid)): \(undeclared(uid.type))"
      }
    }
    guard let action = actions[request.action] else { return undeclaredAction(request.action) }
    return problem(with: request.principal, "principal", in: action.principals, of: action)
      ?? problem(with: request.resource, "resource", in: action.resources, of: action)
  }

  /// Returns the reason why the context does not fit the action, which must be declared.
  package func problem(withContextOf request: AuthorizationRequest) -> String? {
    mismatch(ofContext: request)?.description
  }

  /// The part of a context that does not fit the action, with the members of its JSON that lead to it.
  package func mismatch(ofContext request: AuthorizationRequest) -> Mismatch? {
    guard let action = actions[request.action] else { return Mismatch(description: undeclaredAction(request.action)) }
    return mismatch(.record(request.context), action.context)?
      .within("the context does not fit \(Self.shown(action.uid))")
  }

  private func problem(
    with uid: EntityUID,
    _ variable: String,
    in types: Set<EntityTypeName>,
    of action: ActionDefinition
  ) -> String? {
    guard types.contains(uid.type) else {
      if types.isEmpty { return "\(Self.shown(action.uid)) applies to nothing" }
      let listed = types.sorted().prefix(8).map(\.description).joined(separator: ", ")
      return """
        \(variable) \(Self.shown(uid)): \(Self.shown(action.uid)) applies to a \(variable) of type \
        \(listed)\(types.count > 8 ? ", …" : ""), not \(uid.type)
        """
    }
    return problem(withReferenceTo: uid).map { "\(variable): \($0)" }
  }

  private func undeclared(_ type: EntityTypeName) -> String {
    let names = entityTypes.keys.map(\.description)
    let near =
      names.filter { $0.hasSuffix("::\(type)") }.min()
      ?? names.filter { type.description.hasSuffix("::\($0)") }.min()
      ?? Suggestion.nearest(to: type.description, among: names)
    return "the entity type \(type) is not declared\(near.map { "; did you mean \($0)?" } ?? "")"
  }
}
