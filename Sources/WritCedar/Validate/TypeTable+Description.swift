// SPDX-License-Identifier: Apache-2.0

/// Types as messages show them, in the syntax of schemas.
extension TypeTable {
  /// Levels of sets and records that a message shows, and attributes of each record.
  private static let shownDepth = 3
  private static let shownFields = 6

  /// The type as it would stand in a schema: `Set<Long>`, `{name: String, …}`; deep and wide types are cut.
  func description(_ type: TypeNumber, entityNames: [EntityTypeName]) -> String {
    description(type, entityNames, depth: Self.shownDepth)
  }

  /// - Parameter depth: levels left to show, which bounds the calls.
  private func description(_ type: TypeNumber, _ entityNames: [EntityTypeName], depth: Int) -> String {
    guard type.isKnown else { return "…" }
    switch kind(type) {
    case .bool:
      return type == .bool ? "Bool" : type == .alwaysTrue ? "Bool (always true)" : "Bool (always false)"
    case .long: return "Long"
    case .string: return "String"
    case .ip: return "ipaddr"
    case .decimal: return "decimal"
    case .datetime: return "datetime"
    case .duration: return "duration"
    case .entity: return entityNames[Int(entityType(type))].description
    case .set:
      return depth == 0 ? "Set<…>" : "Set<\(description(element(type), entityNames, depth: depth - 1))>"
    case .record:
      let fields = fields(type)
      if fields.isEmpty { return "{}" }
      if depth == 0 { return "{…}" }
      // By name, as schemas sort them: the order of numbers is that of first use.
      let sorted = fields.sorted { names[Int($0.name)].scalarOrder(comparedTo: names[Int($1.name)]) < 0 }
      let shown = sorted.prefix(Self.shownFields).map { field in
        let mark = field.isRequired ? "" : "?"
        let type = description(field.type, entityNames, depth: depth - 1)
        return "\(Self.shown(names[Int(field.name)]))\(mark): \(type)"
      }
      return "{\(shown.joined(separator: ", "))\(sorted.count > shown.count ? ", …" : "")}"
    }
  }

  /// An attribute's name as it stands in a schema, cut where it is very long.
  static func shown(_ name: String) -> String {
    name.utf8.count <= 64 && CedarText.isPlain(name) ? name : Schema.shown(name)
  }
}
