// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Draws entities and requests that fit a schema, value by value from their types; some entities are absent.
struct RandomWorld {
  let schema: Schema
  private var random: Seeded

  init(_ schema: Schema, seed: UInt64) {
    self.schema = schema
    random = Seeded(seed)
  }

  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  private mutating func uid(_ type: EntityTypeName) -> EntityUID {
    let ids = schema.entityTypes[type]?.enumeration ?? (0..<4).map { "\(type.basename.lowercased().prefix(1))\($0)" }
    return EntityUID(type: type, id: ids.randomElement(using: &random) ?? "")
  }

  mutating func entities() throws -> EntityStore {
    var entities: [EntityUID: Entity] = [:]
    for (name, definition) in schema.entityTypes.sorted(by: { $0.key < $1.key }) {
      for _ in 0..<4 where chance(80) {
        let uid = uid(name)
        guard entities[uid] == nil else { continue }
        var entity = Entity(uid: uid)
        if case .record(let attributes) = try value(definition.attributes, depth: 3) { entity.attributes = attributes }
        if let tags = definition.tags, chance(60) {
          entity.tags = try RecordValue([("k", value(tags, depth: 2)), ("a", value(tags, depth: 2))])
        }
        // Towards larger ids only, so that no entity is in itself.
        for parent in definition.ancestors.sorted() where chance(50) {
          let group = self.uid(parent)
          if parent != name || group.id > uid.id { entity.parents.append(group) }
        }
        entities[uid] = entity
      }
    }
    return try EntityStore(Array(entities.values) + schema.actionEntities)
  }

  mutating func request() throws -> AuthorizationRequest? {
    let actions = schema.actions.values.filter { !$0.principals.isEmpty }.sorted { $0.uid < $1.uid }
    guard let action = actions.randomElement(using: &random),
      let principal = action.principals.sorted().randomElement(using: &random),
      let resource = action.resources.sorted().randomElement(using: &random),
      case .record(let context) = try value(action.context, depth: 3)
    else { return nil }
    return AuthorizationRequest(
      principal: uid(principal),
      action: action.uid,
      resource: uid(resource),
      context: context
    )
  }

  private mutating func value(_ type: Schema.TypeIndex, depth: Int) throws -> Value {
    switch schema[type] {
    case .bool: return .bool(chance(50))
    case .long: return .long([0, 1, -1, 17, 1000, .max, .min].randomElement(using: &random) ?? 0)
    case .string: return .string(["", "a", "b", "k", "e\u{301}"].randomElement(using: &random) ?? "")
    case .ip: return try .ip(IPAddressValue(["10.0.0.1", "::1", "127.0.0.0/8"].randomElement(using: &random) ?? "::"))
    case .decimal:
      return try .decimal(DecimalValue(["0.0", "1.5", "-922337203685477.5808"].randomElement(using: &random) ?? "0.0"))
    case .datetime:
      return .datetime(DatetimeValue(milliseconds: [0, -1, .max, .min, 1 << 40].randomElement(using: &random) ?? 0))
    case .duration:
      return .duration(DurationValue(milliseconds: [0, -1, .max, .min, 3_600_000].randomElement(using: &random) ?? 0))
    case .entity(let name): return .entity(uid(name))
    case .set(let element):
      var elements: [Value] = []
      for _ in 0..<Int.random(in: 0...2, using: &random) { elements.append(try value(element, depth: depth - 1)) }
      return try .set(SetValue(elements))
    case .record(let attributes):
      var fields: [(String, Value)] = []
      for attribute in attributes where attribute.isRequired || chance(50) {
        fields.append((attribute.name, try value(attribute.type, depth: depth - 1)))
      }
      return try .record(RecordValue(fields))
    }
  }
}
