// SPDX-License-Identifier: Apache-2.0

/// The types and actions that a policy's scope admits, as far as its text and the schema tell.
///
/// A slot may be filled with an entity of any type that the scope can admit, so it excludes nothing: a template is
/// checked for all types of its slots at once.
struct ScopeCheck {
  /// Whether a part of the scope is satisfied by entities of a type.
  enum Answer {
    case never, sometimes, always
  }

  let principal: ScopeConstraint
  let action: ActionConstraint
  let resource: ScopeConstraint
  /// The numbers of the actions that the scope names, `nil` for one that is not declared.
  private let named: [Int32?]
  /// Whether actions of several namespaces, which have no common type, stand in `action in [ … ]`.
  let mixesActionTypes: Bool
  /// Whether `action in []` stands there, which no action satisfies and which has no type.
  let isEmptyList: Bool

  init(_ policy: Policy, _ schema: CheckedSchema) {
    principal = policy.principalConstraint
    action = policy.actionConstraint
    resource = policy.resourceConstraint
    var list: [EntityUID]?
    switch action {
    case .any: named = []
    case .equal(let uid), .in(let uid): named = [schema.actionNumber(uid)]
    case .inAny(let uids):
      named = uids.map { schema.actionNumber($0) }
      list = uids
    }
    isEmptyList = list?.isEmpty ?? false
    mixesActionTypes = !named.contains(nil) && Set((list ?? []).lazy.map(\.type)).count > 1
  }

  /// Whether the scope asks which groups an entity is in.
  var looksIntoEntities: Bool {
    func looks(_ constraint: ScopeConstraint) -> Bool {
      switch constraint {
      case .in, .isTypeIn: true
      case .any, .equal, .isType: false
      }
    }
    switch action {
    case .in, .inAny: return true
    case .any, .equal: return looks(principal) || looks(resource)
    }
  }

  // MARK: Principal and resource

  /// Whether entities of a type satisfy a constraint.
  ///
  /// - Parameter unknown: the answer where the constraint names a type that is not declared.
  static func answer(
    _ constraint: ScopeConstraint,
    _ type: EntityTypeNumber,
    in schema: inout CheckedSchema,
    unknown: Answer
  ) -> Answer {
    switch constraint {
    case .any: return .always
    case .equal(.entity(let uid)):
      guard let other = schema.entityNumber(uid.type) else { return unknown }
      return other == type ? .sometimes : .never
    case .equal(.slot): return .sometimes
    case .in(let reference): return membership(type, reference, in: &schema, unknown: unknown)
    case .isType(let name): return schema.entityNumber(name) == type ? .always : .never
    case .isTypeIn(let name, let reference):
      guard schema.entityNumber(name) == type else { return .never }
      return membership(type, reference, in: &schema, unknown: unknown)
    }
  }

  private static func membership(
    _ type: EntityTypeNumber,
    _ reference: EntityReference,
    in schema: inout CheckedSchema,
    unknown: Answer
  ) -> Answer {
    guard case .entity(let uid) = reference else { return .sometimes }
    guard let group = schema.entityNumber(uid.type) else { return unknown }
    return schema.mayBeIn(type, group) ? .sometimes : .never
  }

  // MARK: Action

  /// The actions for whose requests the conditions are evaluated, `nil` for all.
  ///
  /// They are all actions where a list has no type or an action is not declared, as in Cedar's reference.
  func checkedActions(_ schema: inout CheckedSchema) -> [Int32]? {
    switch action {
    case .any: nil
    case .equal: named.compactMap(\.self)
    case .in, .inAny:
      isEmptyList || mixesActionTypes || named.contains(nil) ? nil : members(&schema)
    }
  }

  /// The actions that certainly satisfy the scope, `nil` for all.
  func admittedActions(_ schema: inout CheckedSchema) -> [Int32]? {
    switch action {
    case .any: nil
    case .equal: named.compactMap(\.self)
    case .in, .inAny: named.contains(nil) ? [] : members(&schema)
    }
  }

  private func members(_ schema: inout CheckedSchema) -> [Int32] {
    if named.count == 1, let group = named[0] { return schema.actions(in: group) }
    return Set(named.compactMap(\.self).flatMap { schema.actions(in: $0) }).sorted()
  }
}
