// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// A difference between the tables and the literal evaluator.
struct Difference: Error {
  let request: AuthorizationRequest
  /// How the tables were asked.
  let way: String
  let expected: String
  let found: String
}

/// The tables and the literal evaluator over the same policies and entities.
struct Rivals {
  let authorizer: Authorizer
  let engine: PolicyEngine
  let decider: Decider
  /// The engine whose handles and contexts are foreign here.
  private let stranger: PolicyEngine
  private let isRare: Bool
  private let number: Int
  private let overlays: [[Entity]]
  /// The overlays that have been used, and those refused.
  private var overlaid: [Int: OverlaidRivals?] = [:]
  private var contexts: [RecordValue: RequestContext] = [:]

  /// - Parameter stranger: another engine.
  init(_ made: Case, stranger: PolicyEngine) throws {
    let policies = try made.policySet()
    let entities = try EntityStore(made.entities)
    authorizer = Authorizer(policies: policies, entities: entities, erringForbids: made.isStrict ? .deny : .skip)
    engine = try Self.engine(made, policies, entities)
    decider = engine.decider()
    number = made.number
    isRare = made.shape == .deep
    overlays = made.overlays
    self.stranger = stranger
  }

  /// The engine of a case; one in four came to it by replacing others, one in four by small changes.
  private static func engine(_ made: Case, _ policies: PolicySet, _ entities: EntityStore) throws -> PolicyEngine {
    if made.number % 4 == 2 { return try changedEngine(made, policies) }
    guard made.number % 4 == 0 else {
      return try PolicyEngine(policies, entities: entities, erringForbids: made.isStrict ? .deny : .skip)
    }
    var before = made
    before.policies.removeFirst(made.policies.count / 2)
    let replacesEntities = made.number % 8 == 0
    if replacesEntities { before.entities.removeFirst(made.entities.count / 2) }
    let engine = try PolicyEngine(
      before.policySet(),
      entities: EntityStore(before.entities),
      erringForbids: made.isStrict ? .deny : .skip
    )
    if replacesEntities {
      try engine.replace(policies: policies, entities: entities)
    } else {
      try engine.replace(policies: policies)
    }
    return engine
  }

  /// Asks the tables in every way that there is, and expects the literal evaluator's answer.
  ///
  /// - Parameter turn: which of the rarer ways are tried.
  mutating func compare(_ request: AuthorizationRequest, turn: Int, _ counters: inout Counters) throws(Difference) {
    let expected = authorizer.authorize(request)
    counters.count(expected, request, self, isRare: isRare)
    try expect(expected.decision, decider.decide(request), request, "decide, by text")
    try expect(expected, decider.authorize(request), request, "authorize, by text")
    try compareHandles(request, expected, turn: turn, &counters)
    if turn % 16 == 1 {
      counters["asked through the pool"] += 1
      try expect(expected.decision, engine.isAuthorized(request) ? .allow : .deny, request, "isAuthorized")
      try expect(expected, engine.authorize(request), request, "authorize, from the pool")
    }
    if turn % 16 == 2 {
      counters["asked with a foreign context"] += 1
      let decision = decider.decide(
        principal: request.principal,
        action: request.action,
        resource: request.resource,
        context: stranger.context(request.context)
      )
      try expect(expected.decision, decision, request, "decide, with a foreign context")
    }
    #if !DEBUG
      if turn % 16 == 3 { try compareForeign(request, &counters) }
    #endif
    try compare(request, with: RandomSource(seed: UInt64(number), turn), turn: turn, &counters)
    if turn % 3 == 0, !overlays.isEmpty { try compareOverlaid(request, turn: turn, &counters) }
  }

  private mutating func compareOverlaid(
    _ request: AuthorizationRequest,
    turn: Int,
    _ counters: inout Counters
  ) throws(Difference) {
    let number = turn / 3 % overlays.count
    if overlaid[number] == nil {
      do {
        overlaid[number] = .some(try self.overlaid(overlays[number], stranger: stranger, &counters))
      } catch {
        throw Difference(request: request, way: "overlay", expected: "the same", found: "\(error)")
      }
    }
    if case let rivals?? = overlaid[number] { try compare(request, with: rivals, turn: turn, &counters) }
  }

  /// The same by handles, where all three have some.
  private mutating func compareHandles(
    _ request: AuthorizationRequest,
    _ expected: AuthorizationResponse,
    turn: Int,
    _ counters: inout Counters
  ) throws(Difference) {
    guard let principal = engine.handle(for: request.principal), let action = engine.handle(for: request.action),
      let resource = engine.handle(type: request.resource.type, id: request.resource.id)
    else { return }
    counters["asked by handles"] += 1
    let context = turn % 8 == 0 && request.context.isEmpty ? nil : context(request.context)
    let decision = decider.decide(principal: principal, action: action, resource: resource, context: context)
    try expect(expected.decision, decision, request, "decide, by handles")
    guard turn % 4 == 0 else { return }
    let answer = decider.authorize(principal: principal, action: action, resource: resource, context: context)
    try expect(expected, answer, request, "authorize, by handles")
  }

  /// A handle of another engine is refused; a debug build stops there.
  private mutating func compareForeign(_ request: AuthorizationRequest, _ counters: inout Counters) throws(Difference) {
    guard let foreign = stranger.handle(for: Self.strangerUID), let action = engine.handle(for: request.action),
      let resource = engine.handle(for: request.resource)
    else { return }
    counters["asked by foreign handles"] += 1
    let context = context(request.context)
    let decision = decider.decide(principal: foreign, action: action, resource: resource, context: context)
    let answer = decider.authorize(principal: foreign, action: action, resource: resource, context: context)
    guard decision == .deny, answer.decision == .deny, answer.refusal?.code == .foreignHandle else {
      throw Difference(request: request, way: "by a foreign handle", expected: "a refusal", found: "\(answer.response)")
    }
  }

  /// The entity that the other engine knows.
  static let strangerUID = uid("User", "user7")

  private mutating func context(_ record: RecordValue) -> RequestContext {
    if contexts.count > 64 { contexts.removeAll(keepingCapacity: true) }
    if let known = contexts[record] { return known }
    let context = engine.context(record)
    contexts[record] = context
    return context
  }

  // MARK: Expecting

  func expect(
    _ expected: Decision,
    _ found: Decision,
    _ request: AuthorizationRequest,
    _ way: String
  ) throws(Difference) {
    guard expected != found else { return }
    throw Difference(request: request, way: way, expected: "\(expected)", found: "\(found)")
  }

  func expect(
    _ expected: AuthorizationResponse,
    _ answer: EngineResponse,
    _ request: AuthorizationRequest,
    _ way: String
  ) throws(Difference) {
    let errors = answer.errors
    guard
      answer.decision == expected.decision, answer.reasons == expected.reasons, errors.count == expected.errors.count,
      zip(errors, expected.errors).allSatisfy({
        $0.policy == $1.policy && $0.error.code == $1.error.code && $0.effect == $1.effect
      }),
      answer.mayHaveErrors || expected.errors.isEmpty
    else {
      let found = AuthorizationResponse.described(answer.decision, answer.reasons, errors)
      throw Difference(
        request: request,
        way: way,
        expected: AuthorizationResponse.described(expected.decision, expected.reasons, expected.errors),
        found: found
      )
    }
  }
}

extension AuthorizationResponse {
  fileprivate static func described(_ decision: Decision, _ reasons: [PolicyID], _ errors: [PolicyError]) -> String {
    let errors = errors.map { "\($0.policy) \($0.error.code)" }
    return "\(decision) by [\(reasons.map(\.description).joined(separator: ", "))], errors \(errors)"
  }
}
