// SPDX-License-Identifier: Apache-2.0

/// The shape of entities, actions and contexts: a resolved Cedar schema.
///
/// Every name is resolved and every type stands in one flat table, so that types which share parts share them here too
/// and nothing recurses, however common types refer to each other.
public struct Schema: Sendable {
  /// A type, as an index into ``types``.
  package struct TypeIndex: Hashable, Sendable {
    package let position: UInt32

    package init(_ position: some BinaryInteger) { self.position = UInt32(truncatingIfNeeded: position) }
  }

  package enum ValueType: Hashable, Sendable {
    case bool, long, string
    case ip, decimal, datetime, duration
    case entity(EntityTypeName)
    case set(TypeIndex)
    /// Attributes, sorted by the bytes of their names.
    case record([Attribute])
  }

  package struct Attribute: Hashable, Sendable {
    package let name: String
    package let type: TypeIndex
    package let isRequired: Bool

    package init(name: String, type: TypeIndex, isRequired: Bool) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
    }

    package static func == (left: Attribute, right: Attribute) -> Bool {
      left.type == right.type && left.isRequired == right.isRequired && left.name.hasSameScalars(as: right.name)
    }

    package func hash(into hasher: inout Hasher) {
      name.hashScalars(into: &hasher)
      hasher.combine(type)
    }
  }

  /// An entity type as declared.
  package struct EntityDefinition: Sendable {
    package let name: EntityTypeName
    let hierarchy: EntityTypeHierarchy
    /// A record; the empty one for an enumerated type.
    package let attributes: TypeIndex
    /// The type of every tag's value, `nil` where tags are not allowed.
    package let tags: TypeIndex?
    /// The only ids there are, `nil` for types that are not enumerated.
    package let enumeration: [String]?

    /// The types of which an entity may be in an entity, directly or through others.
    ///
    /// Linear in the hierarchy.
    package var ancestors: Set<EntityTypeName> { hierarchy.ancestors(of: name) }

    /// Whether an entity of this type may be in one of the other, directly or through others.
    package func mayBeIn(_ ancestor: EntityTypeName) -> Bool { hierarchy.isAncestor(ancestor, of: name) }
  }

  /// An action as declared.
  package struct ActionDefinition: Sendable {
    package let uid: EntityUID
    /// The groups it is directly in.
    package let parents: [EntityUID]
    /// The number of its declaration: actions declared together have one, and the same groups.
    let declaration: Int
    /// The types it applies to; empty without `appliesTo`.
    package let principals: Set<EntityTypeName>
    package let resources: Set<EntityTypeName>
    /// A record.
    package let context: TypeIndex
  }

  package internal(set) var types: [ValueType] = []
  package internal(set) var entityTypes: [EntityTypeName: EntityDefinition] = [:]
  package internal(set) var actions: [EntityUID: ActionDefinition] = [:]
  /// The declarations that the schema is made of, as written: for writing it, and for finding what is declared where.
  public internal(set) var declarations = SchemaDeclarations()
  /// The ids of the enumerated types, for looking them up.
  var enumerations: [EntityTypeName: Set<ScalarText>] = [:]

  package init() {}

  package subscript(type: TypeIndex) -> ValueType { types[Int(type.position)] }

  /// The entity type with this name, `nil` where it is not declared.
  ///
  /// The types of actions are not among them.
  package func entity(for type: EntityTypeName) -> EntityDefinition? { entityTypes[type] }

  /// The declared actions with their groups, in the order of their identifiers: what a store of entities holds of them.
  package var actionEntities: [Entity] {
    actions.values.map { Entity(uid: $0.uid, parents: $0.parents) }.sorted { $0.uid < $1.uid }
  }

  /// The type of a record's attribute.
  package func attribute(_ name: String, of type: TypeIndex) -> Attribute? {
    guard case .record(let attributes) = self[type] else { return nil }
    var low = 0
    var high = attributes.count
    while low < high {
      let middle = (low + high) / 2
      let order = attributes[middle].name.scalarOrder(comparedTo: name)
      if order == 0 { return attributes[middle] }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
