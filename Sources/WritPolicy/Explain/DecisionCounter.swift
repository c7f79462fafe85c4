// SPDX-License-Identifier: Apache-2.0

package import WritCedar

/// Counts the policies that decisions look at and evaluate, by the search and the interpreter that decide.
package struct DecisionCounter: Sendable {
  /// Policies that the index proposed; a policy that it proposed twice for a decision counts twice.
  package private(set) var lookedAt = 0
  /// Those of them that have conditions, which were evaluated.
  package private(set) var evaluated = 0
  /// Evaluations by the policy's number.
  private var byPolicy: [UInt32] = []

  package init() {}

  @inline(__always)
  fileprivate mutating func add(_ posting: UInt32) {
    lookedAt += 1
    guard posting & PolicyIndex.unconditional == 0 else { return }
    evaluated += 1
    let number = Int(posting & PolicyIndex.number)
    if number >= byPolicy.count {
      byPolicy += repeatElement(0, count: Swift.max(number + 1 - byPolicy.count, byPolicy.count))
    }
    byPolicy[number] += 1
  }

  /// The policies that were evaluated most often, with how often, in this order.
  fileprivate func costliest(_ limit: Int) -> [(number: Int, evaluations: Int)] {
    let all = byPolicy.enumerated().filter { $0.element > 0 }.map { (number: $0.offset, evaluations: Int($0.element)) }
    return Array(
      all.sorted { ($1.evaluations, $0.number) < ($0.evaluations, $1.number) }.prefix(Swift.max(0, limit))
    )
  }
}

extension Machine {
  /// Decides as ``decide()`` does, counting.
  fileprivate mutating func decide(counting counter: inout DecisionCounter) -> Decision {
    let isForbidden = visitCandidates(.forbids) { machine, policy, _ in
      counter.add(policy)
      switch machine.outcome(of: policy) {
      case .satisfied: return true
      case .unsatisfied: return false
      case .error: return machine.isStrict
      }
    }
    if isForbidden { return .deny }
    let isPermitted = visitCandidates(.permits) { machine, policy, _ in
      counter.add(policy)
      return machine.outcome(of: policy) == .satisfied
    }
    return isPermitted ? .allow : .deny
  }
}

extension Decider {
  /// Whether the request is allowed, with the policies counted that the decision looks at: some nanoseconds slower a
  /// policy.
  package func decide(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    counting counter: inout DecisionCounter
  ) -> Decision {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe machine.pointee.decide(counting: &counter)
    }
  }
}

extension PolicyEngine {
  /// The policies that a counter saw evaluated most often, with how often: for an engine that has not changed since.
  package func costliest(of counter: DecisionCounter, limit: Int) -> [(policy: PolicyID, evaluations: Int)] {
    let version = gate.version
    return withExtendedLifetime(version) {
      counter.costliest(limit).filter { $0.number < version.policies.count }
        .map { (policy: version.policies[$0.number].id, evaluations: $0.evaluations) }
    }
  }
}
