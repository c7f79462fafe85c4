// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// How often what is worth testing was tested.
struct Counters: Sendable {
  /// One request in so many is looked into for operators and tables; it counts once.
  private static let sample = 8

  private(set) var counts: [String: Int] = [:]
  var sets = 0
  var requests = 0

  subscript(name: String) -> Int {
    get { counts[name, default: 0] }
    set { counts[name] = newValue }
  }

  mutating func add(_ other: Counters) {
    sets += other.sets
    requests += other.requests
    counts.merge(other.counts, uniquingKeysWith: +)
  }

  // MARK: Counting

  /// Counts one request, answered so.
  ///
  /// - Parameter isRare: whether the case is of a kind of which there are few, so that all of it is looked into.
  mutating func count(
    _ response: AuthorizationResponse,
    _ request: AuthorizationRequest,
    _ rivals: Rivals,
    isRare: Bool
  ) {
    requests += 1
    self["decision \(response.decision)"] += 1
    if response.reasons.isEmpty { self["decision by nothing"] += 1 }
    if response.reasons.count > 4 { self["more than four reasons"] += 1 }
    if !response.errors.isEmpty {
      self["requests with errors"] += 1
      if response.errors.contains(where: { $0.effect == .forbid }) {
        self[rivals.authorizer.erringForbids == .deny ? "forbid errs, strict" : "forbid errs"] += 1
      }
      for error in response.errors { self["error \(error.error.code)"] += 1 }
    }
    if isRare || requests % Self.sample == 0 { look(into: request, response, rivals) }
  }

  private mutating func look(into request: AuthorizationRequest, _ response: AuthorizationResponse, _ rivals: Rivals) {
    let entities = rivals.authorizer.entities
    for (name, uid) in [
      ("principal", request.principal), ("action", request.action), ("resource", request.resource),
    ] {
      if entities[uid] == nil { self["absent \(name)"] += 1 }
      if rivals.engine.handle(for: uid) == nil { self["unknown \(name)"] += 1 }
      if uid.id.utf8.contains(where: { $0 >= 0x80 }) { self["unicode id of \(name)"] += 1 }
    }
    for (name, count) in rivals.engine.tableUse(of: request) where count > 0 { self["table: \(name)"] += 1 }
    let evaluator = Evaluator(request: request, entities: entities)
    let reasons = Set(response.reasons)
    for policy in rivals.authorizer.policies.policies where evaluator.isCandidate(policy, request) {
      if policy.template != nil { self[reasons.contains(policy.id) ? "links satisfied" : "links met"] += 1 }
      count(policy, evaluator)
      for condition in policy.conditions {
        for index in condition.nodes {
          let node = policy.tree.nodes[Int(index)]
          self["operator \(Self.name(of: node))"] += 1
        }
      }
    }
  }

  /// Counts whether a policy with a probe holds, fails or errs.
  private mutating func count(_ policy: Policy, _ evaluator: Evaluator<EntityStore>) {
    guard let probe = policy.annotation("probe") else { return }
    self["probe \(probe)"] += 1
    do {
      let isSatisfied = try evaluator.isSatisfied(policy)
      self["probe \(probe) \(isSatisfied ? "holds" : "fails")"] += 1
    } catch {
      self["probe \(probe) errs"] += 1
      if policy.effect == .forbid { self["probe \(probe) errs in a forbid"] += 1 }
    }
  }

  private static func name(of node: Node) -> String {
    node.operation == .call ? "call \(node.calledFunction?.name ?? "?")" : "\(node.operation)"
  }

  // MARK: Demanding

  private static let operations: [Node.Operation] = [
    .bool, .long, .string, .entity, .principal, .action, .resource, .context, .not, .negate, .isEmpty, .getAttribute,
    .hasAttribute, .like, .isType, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract,
    .multiply, .in, .contains, .containsAll, .containsAny, .hasTag, .getTag, .and, .or, .conditional, .isTypeIn, .set,
    .record,
  ]

  private static let tables = [
    "forbids", "permits", "erring", "principal any", "principal own", "principal ancestors", "resource any",
    "resource own", "resource ancestors", "0 columns", "1 columns", "2 columns", "lead both", "lead principal",
    "lead resource", "principal type", "resource type", "column value", "column element", "column ancestor",
    "column network", "column range", "principal ofType", "resource ofType",
  ]

  private static let parts = [
    "pairs", "scan", "overflow", "list", "unconditional", "walked principal", "walked action",
    "walked resource", "action group", "group scan",
  ]

  private static let others = [
    "decision allow", "decision deny", "decision by nothing", "more than four reasons", "requests with errors",
    "forbid errs", "forbid errs, strict", "error type", "error attributeMissing", "error tagMissing",
    "error entityMissing", "error overflow", "error extension", "error recursionLimit", "absent principal",
    "absent action", "absent resource", "unknown principal", "unknown action", "unknown resource",
    "unicode id of principal", "unicode id of action", "unicode id of resource", "links satisfied", "links met",
    "asked with a source", "asked by handles, with a source", "source and overlay", "supplied an absent entity",
    "supplied a text that only it knows", "errors with a source", "overlays", "overlays refused",
    "asked with an overlay", "overlay changes stored ancestors", "merged entities", "merged with a conflict",
    "merged tags of both", "overlays in part in place",
    "asked by handles, with an overlay", "asked with a foreign overlay",
    "asked by handles", "asked through the pool", "asked with a foreign context",
  ]

  /// The names that a debug build leaves out.
  private static var optimised: [String] {
    #if DEBUG
      []
    #else
      ["asked by foreign handles"]
    #endif
  }

  /// All that must have been tested.
  static var demanded: [String] {
    operations.map { "operator \($0)" } + ExtensionFunction.allCases.map { "operator call \($0.name)" }
      + (tables + parts).map { "table: \($0)" } + others + optimised + outcomesOfProbes
  }

  /// The outcomes that each probe must have had.
  private static var outcomesOfProbes: [String] {
    ProbeTest.Form.allCases.flatMap { form in
      let outcomes = ["holds", "fails"] + (form.mayErr ? ["errs", "errs in a forbid"] : [])
      return outcomes.map { "probe \(form.rawValue) \($0)" }
    }
  }

  /// Returns the names of what was tested less often than demanded.
  func missing(_ wanted: Int) -> [String] {
    // Each probe ten times as often as all else.
    let probes = ProbeTest.Form.allCases.map { "probe \($0.rawValue)" }.filter { self[$0] < 10 * wanted }
    return (Self.demanded.filter { self[$0] < wanted } + probes).map { "\($0): \(self[$0])" }
  }

  /// All counts, a line each.
  var report: String {
    var lines = ["\(sets) sets, \(requests) requests"]
    for name in counts.keys.sorted() { lines.append("\(name): \(self[name])") }
    return lines.joined(separator: "\n")
  }
}

extension Evaluator {
  /// Whether the policy's scope is met, so that its conditions are evaluated.
  fileprivate func isCandidate(_ policy: Policy, _ request: AuthorizationRequest) -> Bool {
    let spans = policy.scopeSpans
    return (try? holds(policy.principalConstraint, for: request.principal, policy, spans.principal)) == true
      && holds(policy.actionConstraint)
      && (try? holds(policy.resourceConstraint, for: request.resource, policy, spans.resource)) == true
  }
}
