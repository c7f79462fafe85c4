// SPDX-License-Identifier: Apache-2.0

/// A schema with everything numbered, as the validator asks it for each node of each policy.
struct CheckedSchema {
  let schema: Schema
  var types = TypeTable()
  /// The entity types in the order of their names, then the types of actions.
  private(set) var entityNames: [EntityTypeName] = []
  private var entityNumbers: [EntityTypeName: EntityTypeNumber] = [:]
  /// The number of ``entityNames`` that are declared as entity types, and not only by actions.
  private(set) var declaredCount = 0
  /// For each entity type its own type, its attributes, and the type of its tags; unknown for types without tags.
  private(set) var entityTypes: [TypeNumber] = []
  private(set) var attributes: [TypeNumber] = []
  private(set) var tags: [TypeNumber] = []
  private var enumerated: [Bool] = []
  private var hierarchy: TypeHierarchyIndex
  /// The actions in the order of their identifiers.
  private(set) var actions: [CheckedAction] = []
  private var actionNumbers: [EntityUID: Int32] = [:]
  private var actionGroups = ActionGroups()
  /// Near names for those that are not declared.
  var suggestions = NameSuggestions()

  init(_ schema: Schema) {
    self.schema = schema
    let declared = schema.entityTypes.keys.sorted()
    let actionTypes = Set(schema.actions.keys.lazy.map(\.type)).subtracting(declared).sorted()
    entityNames = declared + actionTypes
    declaredCount = declared.count
    for (number, name) in entityNames.enumerated() {
      entityNumbers[name] = EntityTypeNumber(truncatingIfNeeded: number)
      entityTypes.append(types.entity(EntityTypeNumber(truncatingIfNeeded: number)))
    }
    hierarchy = TypeHierarchyIndex(schema)
    // The parts of a type stand before it in the schema's table.
    var translated: [TypeNumber] = []
    translated.reserveCapacity(schema.types.count)
    for type in schema.types {
      switch type {
      case .bool: translated.append(.bool)
      case .long: translated.append(.long)
      case .string: translated.append(.string)
      case .ip: translated.append(.ip)
      case .decimal: translated.append(.decimal)
      case .datetime: translated.append(.datetime)
      case .duration: translated.append(.duration)
      case .entity(let name): translated.append(entityNumbers[name].map { entityTypes[Int($0)] } ?? .unknown)
      case .set(let element): translated.append(types.set(of: translated[Int(element.position)]))
      case .record(let attributes):
        translated.append(
          types.record(
            attributes.map {
              TypeTable.Field(
                name: types.name($0.name),
                type: translated[Int($0.type.position)],
                isRequired: $0.isRequired
              )
            }
          )
        )
      }
    }
    let empty = types.record([])
    for name in entityNames {
      let definition = schema.entityTypes[name]
      attributes.append(definition.map { translated[Int($0.attributes.position)] } ?? empty)
      enumerated.append(definition?.enumeration != nil)
      tags.append(definition?.tags.map { translated[Int($0.position)] } ?? .unknown)
    }
    addActions(translated)
  }

  private mutating func addActions(_ translated: [TypeNumber]) {
    for action in schema.actions.values.sorted(by: { $0.uid < $1.uid }) {
      actionNumbers[action.uid] = Int32(truncatingIfNeeded: actions.count)
      actions.append(
        CheckedAction(
          uid: action.uid,
          type: entityTypes[Int(entityNumbers[action.uid.type] ?? 0)],
          principals: action.principals.sorted().compactMap { entityNumbers[$0] },
          resources: action.resources.sorted().compactMap { entityNumbers[$0] },
          context: translated[Int(action.context.position)]
        )
      )
    }
    actionGroups = ActionGroups(schema, numbers: actionNumbers)
  }

  // MARK: Looking

  func entityNumber(_ name: EntityTypeName) -> EntityTypeNumber? { entityNumbers[name] }

  /// Whether the number is that of a type that ``Schema/entityTypes`` declares.
  func isDeclared(_ number: EntityTypeNumber) -> Bool { number < declaredCount }

  /// Whether the type is enumerated.
  func isEnumerated(_ number: EntityTypeNumber) -> Bool { enumerated[Int(number)] }

  /// All actions.
  var actionNumbersInOrder: [Int32] { actions.indices.map { Int32(truncatingIfNeeded: $0) } }

  func actionNumber(_ uid: EntityUID) -> Int32? { actionNumbers[uid] }

  /// Whether an entity of the first type can be in one of the second: the types are the same, or the hierarchy leads
  /// there.
  mutating func mayBeIn(_ type: EntityTypeNumber, _ group: EntityTypeNumber) -> Bool {
    if type == group { return true }
    if isDeclared(type) { return hierarchy.isDescendant(type, of: group, names: entityNames) }
    return actionGroups.mayBeIn(entityNames[Int(type)], entityNames[Int(group)])
  }

  /// Whether the action is the other, or in it, directly or through groups.
  mutating func isAction(_ action: Int32, in group: Int32) -> Bool {
    action == group || actionGroups.isMember(action, of: group)
  }

  /// The actions in a group, itself included, in order.
  mutating func actions(in group: Int32) -> [Int32] { actionGroups.members(of: group) }

  func description(_ type: TypeNumber) -> String { types.description(type, entityNames: entityNames) }
}

/// An action with its types numbered.
struct CheckedAction {
  let uid: EntityUID
  /// The type of the action as an entity.
  let type: TypeNumber
  let principals: [EntityTypeNumber]
  let resources: [EntityTypeNumber]
  let context: TypeNumber
}
