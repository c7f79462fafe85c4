// SPDX-License-Identifier: Apache-2.0

/// The advice for a scope to which no action applies.
struct ApplicationAdvice {
  /// The advice, `nil` where a name that is not declared says all.
  let text: String?

  private static let shown = 4

  init(_ scope: ScopeCheck, _ schema: inout CheckedSchema) {
    let numbers = scope.admittedActions(&schema) ?? schema.actionNumbersInOrder
    let actions = numbers.map { schema.actions[Int($0)] }
    let parts = [
      Self.group(scope.principal, actions.map(\.principals), &schema) ? "principal" : nil,
      Self.group(scope.resource, actions.map(\.resources), &schema) ? "resource" : nil,
    ]
    let groups = parts.compactMap(\.self)
    if !groups.isEmpty {
      text = "a group of entities is named with `in`: write `\(groups.joined(separator: " in` and `")) in …`"
    } else if scope.isEmptyList || actions.isEmpty {
      text = nil
    } else {
      text = Self.applications(actions, schema)
    }
  }

  /// Whether a constraint with `==` names a type that no action applies to, but that entities can be in which one
  /// applies to.
  private static func group(
    _ constraint: ScopeConstraint,
    _ types: [[EntityTypeNumber]],
    _ schema: inout CheckedSchema
  ) -> Bool {
    guard case .equal(.entity(let uid)) = constraint, let group = schema.entityNumber(uid.type) else { return false }
    var isGroup = false
    for type in Set(types.joined()) {
      if type == group { return false }
      if schema.mayBeIn(type, group) { isGroup = true }
    }
    return isGroup
  }

  private static func applications(_ actions: [CheckedAction], _ schema: CheckedSchema) -> String {
    func list(_ types: [EntityTypeNumber]) -> String {
      let names = types.prefix(shown).map { schema.entityNames[Int($0)].description }
      return names.joined(separator: ", ") + (types.count > names.count ? ", …" : "")
    }
    if let action = actions.first, actions.count == 1 {
      if action.principals.isEmpty { return "\(Schema.shown(action.uid)) applies to nothing: it is a group of actions" }
      return "\(Schema.shown(action.uid)) applies to principals of type \(list(action.principals)) "
        + "and resources of type \(list(action.resources))"
    }
    let principals = Set(actions.lazy.flatMap(\.principals)).sorted()
    let resources = Set(actions.lazy.flatMap(\.resources)).sorted()
    if principals.isEmpty { return "these actions apply to nothing: they are groups of actions" }
    return "these actions apply to principals of type \(list(principals)) and resources of type \(list(resources)), "
      + "not each to all of them"
  }
}
