// SPDX-License-Identifier: Apache-2.0

/// The answer to a request.
public enum Decision: String, Sendable {
  /// The principal may.
  case allow
  /// The principal may not.
  case deny
}

/// A policy that could not be evaluated.
///
/// A `permit` permits nothing then; what a `forbid` does, ``ErringForbids`` says.
public struct PolicyError: Error, Sendable {
  /// The policy.
  public let policy: PolicyID
  /// The effect that the policy would have had.
  public let effect: Effect
  /// The error that left the policy without an outcome.
  public let error: EvaluationError

  package init(policy: PolicyID, effect: Effect, error: EvaluationError) {
    self.policy = policy
    self.effect = effect
    self.error = error
  }
}

/// A decision with what led to it.
public struct AuthorizationResponse: Sendable {
  /// Whether the principal may.
  public let decision: Decision
  /// The determining policies in the order of the set: the satisfied permits of an allow, the satisfied forbids of a
  /// deny.
  ///
  /// Empty when nothing is satisfied.
  public let reasons: [PolicyID]
  /// The policies that erred, in the order of the set.
  public let errors: [PolicyError]

  package init(decision: Decision, reasons: [PolicyID], errors: [PolicyError]) {
    self.decision = decision
    self.reasons = reasons
    self.errors = errors
  }
}

/// Decides requests by evaluating every policy of a set, as the language's specification does.
///
/// Cost is linear in the policies. Deciding never throws: a policy that errs is reported. Unless the authorizer is made
/// with ``ErringForbids/skip``, which is the specification's rule, a `forbid` that errs denies.
public struct Authorizer: Sendable {
  /// The policies that decide.
  public let policies: PolicySet
  /// The entities that policies may look at.
  public let entities: EntityStore
  /// The effect of a `forbid` that errs.
  public let erringForbids: ErringForbids

  /// An authorizer.
  ///
  /// - Parameters:
  ///   - policies: what decides; templates count through their links.
  ///   - entities: what policies may look at.
  ///   - erringForbids: the effect of a `forbid` that errs; ``ErringForbids/skip`` is Cedar's rule.
  public init(policies: PolicySet, entities: EntityStore, erringForbids: ErringForbids = .deny) {
    self.policies = policies
    self.entities = entities
    self.erringForbids = erringForbids
  }

  /// Decides: deny when a forbid is satisfied, otherwise allow when a permit is, otherwise deny.
  public func authorize(_ request: AuthorizationRequest) -> AuthorizationResponse {
    Evaluator(request: request, entities: entities).authorize(policies.policies, erringForbids: erringForbids)
  }
}

extension Evaluator {
  /// Decides by these policies, as ``Authorizer/authorize(_:)`` does.
  package func authorize(_ policies: some Sequence<Policy>, erringForbids: ErringForbids) -> AuthorizationResponse {
    var permits: [PolicyID] = []
    var forbids: [PolicyID] = []
    var errors: [PolicyError] = []
    for policy in policies {
      do {
        guard try isSatisfied(policy) else { continue }
        switch policy.effect {
        case .permit: permits.append(policy.id)
        case .forbid: forbids.append(policy.id)
        }
      } catch {
        errors.append(PolicyError(policy: policy.id, effect: policy.effect, error: error))
      }
    }
    let isForbidden = !forbids.isEmpty || (erringForbids == .deny && errors.contains { $0.effect == .forbid })
    if !isForbidden, !permits.isEmpty {
      return AuthorizationResponse(decision: .allow, reasons: permits, errors: errors)
    }
    return AuthorizationResponse(decision: .deny, reasons: forbids, errors: errors)
  }

  /// Whether scope and conditions all hold: the scope first, then the conditions in order, up to the first that fails.
  package func isSatisfied(_ policy: Policy) throws(EvaluationError) -> Bool {
    guard try holds(policy.principalConstraint, for: request.principal, policy, policy.scopeSpans.principal),
      holds(policy.actionConstraint),
      try holds(policy.resourceConstraint, for: request.resource, policy, policy.scopeSpans.resource)
    else { return false }
    for condition in policy.conditions {
      guard try holds(condition, of: policy.tree) else { return false }
    }
    return true
  }

  /// Whether a condition's expression is `true`, for `unless` whether it is `false`.
  package func holds(_ condition: ConditionRecord, of tree: SyntaxTree) throws(EvaluationError) -> Bool {
    let value = try evaluate(Int(condition.nodes.lowerBound)..<Int(condition.nodes.upperBound), of: tree)
    guard case .bool(let truth) = value else {
      throw EvaluationError(
        code: .type,
        message: "expected bool, found \(value.kindName)",
        source: tree.source,
        span: SourceSpan(condition.start, condition.end)
      )
    }
    return truth != condition.isUnless
  }

  package func holds(
    _ constraint: ScopeConstraint,
    for uid: EntityUID,
    _ policy: Policy,
    _ span: SourceSpan
  ) throws(EvaluationError) -> Bool {
    func entity(_ reference: EntityReference) throws(EvaluationError) -> EntityUID {
      switch reference {
      case .entity(let uid): return uid
      case .slot(let slot):
        throw EvaluationError(
          code: .unlinkedSlot,
          message: "nothing fills the slot \(slot)",
          source: policy.source,
          span: span
        )
      }
    }
    switch constraint {
    case .any: return true
    case .equal(let other): return try uid == entity(other)
    case .in(let group): return entities.isEntity(uid, inAnyOf: [try entity(group)])
    case .isType(let type): return uid.type == type
    case .isTypeIn(let type, let group):
      let group = try entity(group)
      return uid.type == type && entities.isEntity(uid, inAnyOf: [group])
    }
  }

  package func holds(_ constraint: ActionConstraint) -> Bool {
    switch constraint {
    case .any: true
    case .equal(let action): request.action == action
    case .in(let group): entities.isEntity(request.action, inAnyOf: [group])
    case .inAny(let groups): entities.isEntity(request.action, inAnyOf: groups)
    }
  }
}
