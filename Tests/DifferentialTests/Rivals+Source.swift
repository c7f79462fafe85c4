// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

extension Rivals {
  /// Asks with attributes on demand.
  ///
  /// - Parameter overlaid: what the request brings.
  func compare(
    _ request: AuthorizationRequest,
    with source: RandomSource,
    turn: Int,
    overlay overlaid: OverlaidRivals? = nil,
    _ counters: inout Counters
  ) throws(Difference) {
    let store = overlaid?.authorizer.entities ?? authorizer.entities
    let evaluator = Evaluator(request: request, entities: SourcedStore(store: store, source: source))
    let expected = evaluator.authorize(authorizer.policies.policies, erringForbids: authorizer.erringForbids)
    let overlay = overlaid?.overlay
    let way = overlaid == nil ? "with a source" : "with a source and an overlay"

    let decision = decider.decide(request, overlay: overlay, attributes: source)
    try expectOnce(source, request, way)
    try expect(expected.decision, decision, request, "decide, \(way)")
    let answer = decider.authorize(request, overlay: overlay, attributes: source)
    count(source, expected, store, overlaid, &counters)
    try expectOnce(source, request, way)
    try expect(expected, answer, request, "authorize, \(way)")
    if source.log.count > 0 {
      throw Difference(request: request, way: way, expected: "no question", found: "the source is asked for errors")
    }
    try compareHandles(request, expected, source, turn: turn, overlay, &counters)
    guard turn % 16 == 5 else { return }
    let isAllowed = engine.isAuthorized(request, overlay: overlay, attributes: source)
    source.forget()
    try expect(expected.decision, isAllowed ? .allow : .deny, request, "isAuthorized, \(way)")
    let explained = engine.explain(request, overlay: overlay, attributes: source).map {
      "\($0.policy.id) \($0.outcome)"
    }
    try expectOnce(source, request, "explain, \(way)")
    let literally = evaluator.explain(authorizer.policies.policies).map { "\($0.policy.id) \($0.outcome)" }
    guard explained == literally else {
      throw Difference(request: request, way: "explain, \(way)", expected: "\(literally)", found: "\(explained)")
    }
  }

  /// The same by handles, where all three have some.
  private func compareHandles(
    _ request: AuthorizationRequest,
    _ expected: AuthorizationResponse,
    _ source: RandomSource,
    turn: Int,
    _ overlay: EntityOverlay?,
    _ counters: inout Counters
  ) throws(Difference) {
    guard let action = engine.handle(for: request.action),
      let principal = overlay?.handle(for: request.principal) ?? engine.handle(for: request.principal),
      let resource = engine.handle(for: request.resource) ?? overlay?.handle(for: request.resource)
    else { return }
    counters["asked by handles, with a source"] += 1
    let decision = decider.decide(
      principal: principal,
      action: action,
      resource: resource,
      context: engine.context(request.context, over: turn % 2 == 0 ? overlay : nil),
      overlay: overlay,
      attributes: source
    )
    try expectOnce(source, request, "by handles")
    try expect(expected.decision, decision, request, "decide, by handles with a source")
  }

  private func expectOnce(_ source: RandomSource, _ request: AuthorizationRequest, _ way: String) throws(Difference) {
    source.forget()
    guard let repeated = source.log.repeated else { return }
    throw Difference(request: request, way: way, expected: "one question", found: "\(repeated) is asked for twice")
  }

  private func count(
    _ source: RandomSource,
    _ expected: AuthorizationResponse,
    _ store: EntityStore,
    _ overlaid: OverlaidRivals?,
    _ counters: inout Counters
  ) {
    guard source.log.count > 0 else { return }
    counters["asked with a source"] += 1
    if overlaid != nil { counters["source and overlay"] += 1 }
    if !expected.errors.isEmpty { counters["errors with a source"] += 1 }
    for (uid, names) in source.log.asked {
      let values = names.compactMap { source.value($0.string, of: uid) }
      if store[uid] == nil, !values.isEmpty { counters["supplied an absent entity"] += 1 }
      if values.contains(where: { "\($0)".contains("nheard") }) { counters["supplied a text that only it knows"] += 1 }
    }
  }
}
