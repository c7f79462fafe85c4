// SPDX-License-Identifier: Apache-2.0

/// An entity type as a schema declares it, its names resolved.
public struct SchemaEntityType: Sendable {
  /// The name with its namespace.
  public let name: EntityTypeName
  /// The attributes in the order of their names; none for an enumerated type.
  public let attributes: [SchemaAttribute]
  /// The type of all tags, `nil` where entities have none.
  public let tags: SchemaType?
  /// The types of which an entity may have parents.
  public let parents: [EntityTypeName]
  /// The only ids there are, `nil` for types that are not enumerated.
  public let ids: [String]?
}

/// An action as a schema declares it, its names resolved.
public struct SchemaAction: Sendable {
  /// The action.
  public let uid: EntityUID
  /// The groups that it is directly in.
  public let groups: [EntityUID]
  /// The types of principals that it applies to; none for a group of actions.
  public let principals: [EntityTypeName]
  /// The types of resources that it applies to; none for a group of actions.
  public let resources: [EntityTypeName]
  /// The type of the context, a record.
  public let context: SchemaType
}

extension Schema {
  /// The entity types in the order of their names.
  public var declaredEntityTypes: [SchemaEntityType] {
    entityTypes.keys.sorted().compactMap { declaredEntityType($0) }
  }

  /// The entity type of this name, `nil` where it is not declared.
  ///
  /// The types of actions are not among them.
  public func declaredEntityType(_ name: EntityTypeName) -> SchemaEntityType? {
    guard let definition = entityTypes[name] else { return nil }
    return SchemaEntityType(
      name: name,
      attributes: SchemaType(self, definition.attributes).attributes,
      tags: definition.tags.map { SchemaType(self, $0) },
      parents: definition.hierarchy.parents(of: name),
      ids: definition.enumeration
    )
  }

  /// The actions in the order of their identifiers.
  public var declaredActions: [SchemaAction] { actions.keys.sorted().compactMap { declaredAction($0) } }

  /// The action of this identifier, `nil` where it is not declared.
  public func declaredAction(_ uid: EntityUID) -> SchemaAction? {
    guard let definition = actions[uid] else { return nil }
    return SchemaAction(
      uid: uid,
      groups: definition.parents,
      principals: definition.principals.sorted(),
      resources: definition.resources.sorted(),
      context: SchemaType(self, definition.context)
    )
  }

  /// The kinds of requests that may be made: each action with each type of principal and resource that it applies to.
  public var requestEnvironments: [RequestEnvironment] {
    declaredActions.flatMap { action in
      action.principals.flatMap { principal in
        action.resources.map { RequestEnvironment(principal: principal, action: action.uid, resource: $0) }
      }
    }
  }
}

extension Entity {
  /// Checks the entity against a schema: its type, attributes, tags, and the types of its parents.
  ///
  /// - Throws: ``SchemaMismatch``.
  public func validate(against schema: Schema) throws(SchemaMismatch) {
    if let problem = schema.problem(with: self) { throw SchemaMismatch(description: problem) }
  }
}
