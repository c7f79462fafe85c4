// SPDX-License-Identifier: Apache-2.0

/// An explanation of one policy's outcome for a request, part by part.
public struct Explanation: Sendable {
  /// The outcome of the policy.
  public enum Outcome: String, Sendable {
    /// All parts hold.
    case satisfied
    /// A part does not hold.
    case unsatisfied
    /// A part has no value.
    case error
  }

  /// A test that the policy makes: an element of its scope, or what `&&` joins in a condition.
  public struct Part: Sendable {
    /// The text as written; in Cedar's syntax where the policy was read from JSON.
    public let text: String
    /// The place of the policy.
    public let location: SourceLocation
    /// The value of the condition.
    ///
    /// A part is evaluated even where the policy stops before it, to show what else does not hold. It is `nil` when
    /// that gives an error, which deciding then never meets: `principal.level == 1` behind a `principal has level` that
    /// does not hold.
    public let value: Result<Value, EvaluationError>?
    /// Whether the part stands in an `unless`, and so holds when it is `false`.
    public let isUnless: Bool
    /// The attributes and tags that the part looks at, as written, with what they are.
    public let operands: [(text: String, value: Value)]
    /// The entities that a part that does not hold looks for in groups, with the groups they are in.
    public let memberships: [Membership]

    /// Whether the part speaks for the policy.
    public var holds: Bool {
      guard case .success(.bool(let truth)) = value else { return false }
      return truth != isUnless
    }

    /// Whether the part speaks against the policy: it does not hold, or has no value where one was needed.
    public var fails: Bool { value != nil && !holds }
  }

  /// An entity on the left of an `in`, with the groups it is in.
  public struct Membership: Sendable {
    /// The left side of the `in`, as written.
    public let text: String
    /// The entity that it is.
    public let entity: EntityUID
    /// Whether there is such an entity; an absent one is in no group.
    public let isStored: Bool
    /// The ancestors of the entity, the nearest first.
    public let groups: [EntityUID]
  }

  /// The policy.
  public let policy: Policy
  /// The outcome of the policy.
  public let outcome: Outcome
  /// Its parts in order: principal, action, resource, then the conditions.
  public let parts: [Part]

  /// The number of parts that do not hold.
  public var failures: Int { parts.count { $0.fails } }
}

extension Authorizer {
  /// Explains the policies that could have mattered: those whose action matches and of whose principal and resource
  /// tests at most one fails, those with the fewest failing parts first.
  public func explain(_ request: AuthorizationRequest) -> [Explanation] {
    Evaluator(request: request, entities: entities).explain(policies.policies)
  }
}
