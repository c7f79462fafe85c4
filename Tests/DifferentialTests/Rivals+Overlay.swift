// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// An overlay as both rivals have it.
struct OverlaidRivals {
  let entities: [Entity]
  let overlay: EntityOverlay
  /// Built by another engine.
  let foreign: EntityOverlay
  /// Over the store with the entities put in.
  let authorizer: Authorizer
}

extension Rivals {
  /// Lays entities over the store, or sees both rivals refuse them.
  func overlaid(
    _ entities: [Entity],
    stranger: PolicyEngine,
    _ counters: inout Counters
  ) throws -> OverlaidRivals? {
    let overlaying = Overlaying(entities)
    let store = Result { () throws(EntityStoreError) in
      try authorizer.entities.overlaid(with: overlaying.brought, rule: overlaying.rule, replacing: overlaying.replacing)
    }
    let overlay = Result { () throws(PolicyEngineError) in
      try engine.overlay(overlaying.brought, rule: overlaying.rule, replacing: overlaying.replacing)
    }
    switch (store, overlay) {
    case (.success(let store), .success(let overlay)):
      counters["overlays"] += 1
      count(overlaying, store, &counters)
      let foreign = try stranger.overlay(
        overlaying.brought,
        rule: overlaying.rule == .replace ? .replace : .merge,
        replacing: overlaying.replacing
      )
      return OverlaidRivals(
        entities: entities,
        overlay: overlay,
        foreign: foreign,
        authorizer: Authorizer(policies: authorizer.policies, entities: store, erringForbids: authorizer.erringForbids)
      )
    case (.failure, .failure):
      counters["overlays refused"] += 1
      return nil
    default:
      throw Unlike(description: "one refuses an overlay: \(store) \(overlay) \(entities)")
    }
  }

  private func count(_ overlaying: Overlaying, _ store: EntityStore, _ counters: inout Counters) {
    if !overlaying.replacing.isEmpty { counters["overlays in part in place"] += 1 }
    for entity in overlaying.brought where overlaying.rule != .replace {
      guard let stored = authorizer.entities[entity.uid] else { continue }
      counters["merged entities"] += 1
      if stored.conflict(with: entity) != nil { counters["merged with a conflict"] += 1 }
      if store[entity.uid]?.tags.count ?? 0 > Swift.max(stored.tags.count, entity.tags.count) {
        counters["merged tags of both"] += 1
      }
    }
  }

  struct Unlike: Error {
    let description: String
  }

  /// Asks with entities that the request brings.
  func compare(
    _ request: AuthorizationRequest,
    with overlaid: OverlaidRivals,
    turn: Int,
    _ counters: inout Counters
  ) throws(Difference) {
    var request = request
    let brought = overlaid.entities[turn % overlaid.entities.count].uid
    switch turn / 3 % 4 {
    case 0: break
    case 1: request.resource = brought
    default: request.principal = brought
    }
    let expected = overlaid.authorizer.authorize(request)
    let overlay = overlaid.overlay
    let walks = decider.changedHierarchies
    counters["asked with an overlay"] += 1
    try expect(expected.decision, decider.decide(request, overlay: overlay), request, "decide, with an overlay")
    try expect(expected, decider.authorize(request, overlay: overlay), request, "authorize, with an overlay")
    if decider.changedHierarchies > walks { counters["overlay changes stored ancestors"] += 1 }
    try compare(
      request,
      with: RandomSource(seed: UInt64(brought.textHash.magnitude), turn),
      turn: turn,
      overlay: overlaid,
      &counters
    )
    guard let action = engine.handle(for: request.action),
      let principal = overlay.handle(for: request.principal) ?? engine.handle(for: request.principal),
      let resource = engine.handle(for: request.resource) ?? overlay.handle(for: request.resource)
    else { return }
    counters["asked by handles, with an overlay"] += 1
    let context = turn % 2 == 0 ? engine.context(request.context, over: overlay) : engine.context(request.context)
    let decision = decider.decide(
      principal: principal,
      action: action,
      resource: resource,
      context: context,
      overlay: overlay
    )
    try expect(expected.decision, decision, request, "decide, by handles with an overlay")
    let answer = decider.authorize(
      principal: principal,
      action: action,
      resource: resource,
      context: context,
      overlay: overlay
    )
    try expect(expected, answer, request, "authorize, by handles with an overlay")
    guard turn % 4 == 0 else { return }
    counters["asked with a foreign overlay"] += 1
    let found = decider.decide(request, overlay: overlaid.foreign)
    try expect(expected.decision, found, request, "decide, with a foreign overlay")
  }
}
