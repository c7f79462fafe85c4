// SPDX-License-Identifier: Apache-2.0

/// The request environments in which a policy is checked: those its scope admits, each kind that its conditions can
/// tell apart once.
///
/// A policy that never says `resource` is checked for one type of resources and not for all, so that the cost follows
/// what it says.
struct EnvironmentWalk {
  private let policy: Policy
  private let scope: ScopeCheck
  /// The number of environments that were checked.
  private(set) var count = 0
  /// Whether the scope's action is looked at for some environment: not if its principal excludes all.
  private(set) var isActionReached = false

  private struct Key: Hashable {
    let principal: EntityTypeNumber
    let resource: EntityTypeNumber
    let context: TypeNumber
  }

  private struct Admitted {
    var principal: [EntityTypeNumber: Bool] = [:]
    var resource: [EntityTypeNumber: Bool] = [:]
  }

  init(_ policy: Policy, _ scope: ScopeCheck) {
    self.policy = policy
    self.scope = scope
  }

  // MARK: Application

  /// Whether some action that the scope admits applies to a principal and a resource that it admits.
  func hasApplication(_ schema: inout CheckedSchema) -> Bool {
    var admitted = Admitted()
    let actions = scope.admittedActions(&schema) ?? schema.actionNumbersInOrder
    for number in actions {
      let action = schema.actions[Int(number)]
      let principals = Self.first(action.principals, scope.principal, &admitted.principal, &schema)
      guard principals, Self.first(action.resources, scope.resource, &admitted.resource, &schema) else { continue }
      return true
    }
    return false
  }

  private static func first(
    _ types: [EntityTypeNumber],
    _ constraint: ScopeConstraint,
    _ known: inout [EntityTypeNumber: Bool],
    _ schema: inout CheckedSchema
  ) -> Bool {
    for type in types where admits(constraint, type, &known, &schema, unknown: .never) { return true }
    return false
  }

  private static func admits(
    _ constraint: ScopeConstraint,
    _ type: EntityTypeNumber,
    _ known: inout [EntityTypeNumber: Bool],
    _ schema: inout CheckedSchema,
    unknown: ScopeCheck.Answer
  ) -> Bool {
    if case .any = constraint { return true }
    if let answer = known[type] { return answer }
    let answer = ScopeCheck.answer(constraint, type, in: &schema, unknown: unknown) != .never
    known[type] = answer
    return answer
  }

  // MARK: Environments

  /// Calls `body` with each environment.
  ///
  /// - Returns: whether there were no more than ``ValidationLimits/environments``.
  mutating func forEach(
    _ checker: inout TypeChecker,
    _ body: (TypeChecker.Environment, inout TypeChecker) -> Void
  ) -> Bool {
    let variables = checker.policy.variables
    let checked = scope.checkedActions(&checker.schema)
    let actions = checked ?? checker.schema.actionNumbersInOrder
    var admitted = Admitted()
    var seen: Set<Key> = []
    let tellsApart = variables.contains(.action) || actions.count == 1
    for number in actions {
      let action = checker.schema.actions[Int(number)]
      let principals = admittedTypes(action.principals, scope.principal, &admitted.principal, &checker.schema)
      if !principals.isEmpty, !action.resources.isEmpty { isActionReached = true }
      let resources = admittedTypes(action.resources, scope.resource, &admitted.resource, &checker.schema)
      guard !principals.isEmpty, !resources.isEmpty else { continue }
      for principal in variables.contains(.principal) ? principals[...] : principals.prefix(1) {
        for resource in variables.contains(.resource) ? resources[...] : resources.prefix(1) {
          if !tellsApart {
            let key = Key(
              principal: variables.contains(.principal) ? principal : -1,
              resource: variables.contains(.resource) ? resource : -1,
              context: variables.contains(.context) ? action.context : .unknown
            )
            guard seen.insert(key).inserted else { continue }
          }
          guard count < ValidationLimits.environments else { return false }
          count += 1
          let environment = TypeChecker.Environment(
            principal: checker.schema.entityTypes[Int(principal)],
            action: number,
            resource: checker.schema.entityTypes[Int(resource)],
            context: action.context
          )
          body(environment, &checker)
        }
      }
    }
    return true
  }

  private func admittedTypes(
    _ types: [EntityTypeNumber],
    _ constraint: ScopeConstraint,
    _ known: inout [EntityTypeNumber: Bool],
    _ schema: inout CheckedSchema
  ) -> [EntityTypeNumber] {
    if case .any = constraint { return types }
    var found: [EntityTypeNumber] = []
    for type in types where Self.admits(constraint, type, &known, &schema, unknown: .sometimes) { found.append(type) }
    return found
  }
}

extension TypeChecker.Environment {
  /// The environment with its names.
  func named(_ schema: CheckedSchema) -> RequestEnvironment {
    RequestEnvironment(
      principal: schema.entityNames[Int(schema.types.entityType(principal))],
      action: schema.actions[Int(action)].uid,
      resource: schema.entityNames[Int(schema.types.entityType(resource))]
    )
  }
}
