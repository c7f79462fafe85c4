// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar
import WritPolicy

/// Random changes of random policies and entities, after each of which the tables decide as the literal evaluator does
/// over the same policies and entities.
///
/// `WRIT_DIFFERENTIAL_CHANGES` says how many: `Scripts/differential --changes`.
@Suite("Tables under change against the literal evaluator")
struct ChangeTests {
  private static var count: Int {
    #if DEBUG
      let usual = 1_500
    #else
      let usual = 20_000
    #endif
    return ProcessInfo.processInfo.environment["WRIT_DIFFERENTIAL_CHANGES"].flatMap { Int($0) } ?? usual
  }

  /// How many changes one engine sees.
  private static let perEngine = 500

  @Test("after each change decisions, reasons and errors are the same (P15)")
  func sameAnswers() async throws {
    let sets = (Self.count + Self.perEngine - 1) / Self.perEngine
    let began = ContinuousClock.now
    var counters = Counters()
    await withTaskGroup(of: (Counters, String?).self) { group in
      for worker in 0..<Settings.current.workers {
        group.addTask {
          var counters = Counters()
          for number in stride(from: worker, to: sets, by: Settings.current.workers) {
            do {
              var world = try ChangingWorld(number: number, seed: Settings.current.seed)
              try world.run(Self.perEngine, &counters)
            } catch {
              return (counters, "world \(number): \(error)")
            }
          }
          return (counters, nil)
        }
      }
      for await (some, report) in group {
        counters.add(some)
        if let report { Issue.record("\(report)") }
      }
    }
    print("Changes, seed \(Settings.current.seed), \(ContinuousClock.now - began):\n\(counters.report)")
    for name in ["changes refused", "policies removed", "policies added", "entities removed", "entities put in"]
      + ["entities inserted", "entities patched", "everything replaced", "compared with a fresh compile"]
      + ["asked with an overlay of an old version"]
    {
      #expect(counters[name] > 0, "\(name)")
    }
  }
}

/// Policies and entities as they are, and the engine that has come to them by changes.
struct ChangingWorld {
  private let made: Case
  private let engine: PolicyEngine
  private let decider: Decider
  /// Changes of policies and entities are seen by one who keeps a handle.
  private let handles: [EntityUID: EntityHandle]
  private var random: SeededGenerator
  private var policies: [Policy]
  private var absentPolicies: [Policy] = []
  private var entities: [EntityUID: Entity]
  private var store: EntityStore
  /// Built before all changes; each must count with what is stored at the time.
  private let overlays: [(overlaying: Overlaying, overlay: EntityOverlay)]

  init(number: Int, seed: UInt64) throws {
    // Not those of deep hierarchies, for which the literal evaluator takes long.
    var made = Case(number: number * 4 + 1, seed: seed &+ 77, requests: 60)
    if made.shape != .plain { made = Case(number: number * 4 + 3, seed: seed &+ 78, requests: 60) }
    self.made = made
    policies = Array(try made.policySet().policies)
    entities = Dictionary(made.entities.map { ($0.uid, $0) }) { first, _ in first }
    store = try EntityStore(made.entities)
    engine = try PolicyEngine(policies, nil, store, erringForbids: made.isStrict ? .deny : .skip, limits: .few)
    decider = engine.decider()
    random = SeededGenerator(seed: UInt64(number))
    var handles: [EntityUID: EntityHandle] = [:]
    for request in made.requests {
      for uid in [request.principal, request.action, request.resource] { handles[uid] = engine.handle(for: uid) }
    }
    self.handles = handles
    overlays = made.overlays.compactMap { [engine] entities in
      let overlaying = Overlaying(entities)
      let overlay = try? engine.overlay(
        overlaying.brought,
        rule: overlaying.rule,
        replacing: overlaying.replacing
      )
      return overlay.map { (overlaying, $0) }
    }
  }

  mutating func run(_ changes: Int, _ counters: inout Counters) throws {
    for turn in 0..<changes {
      if random.below(200) == 0 {
        try replace(&counters)
      } else {
        try change(&counters)
      }
      if random.below(40) == 0 { engine.waitForBackground() }
      for offset in 0..<3 { try compare(made.requests[(turn * 3 + offset) % made.requests.count]) }
      try compareOverlaid(turn, &counters)
      if turn % 100 == 99 { try compareFresh(&counters) }
    }
  }

  // MARK: Changing

  private mutating func change(_ counters: inout Counters) throws {
    var change = PolicyEngine.Change()
    var next = self
    for _ in 0..<random.pick([1, 1, 1, 2, 4]) { next.add(to: &change) }
    random = next.random
    do {
      try engine.apply(change)
    } catch {
      // Then nothing has changed.
      counters["changes refused"] += 1
      guard next.isWrong(change, since: self) else { throw Unlike("refused: \(error)") }
      return
    }
    if next.isWrong(change, since: self) { throw Unlike("not refused: \(change)") }
    counters["policies removed"] += change.removedPolicies.count
    counters["policies added"] += change.addedPolicies.count
    counters["entities removed"] += change.removedEntities.count
    counters["entities put in"] += change.replacedEntities.count
    counters["entities inserted"] += change.insertedEntities.count
    counters["entities patched"] += change.patchedEntities.count
    let touched = change.touchedEntities
    if !touched.isEmpty || !change.removedEntities.isEmpty {
      next.store = try EntityStore(Array(next.entities.values))
    }
    self = next
    for uid in touched + change.removedEntities {
      let (found, expected) = (engine.entity(uid), entities[uid])
      guard found == nil && expected == nil || expected.map({ found?.hasContent(of: $0) == true }) == true else {
        throw Unlike("read back \(uid): \(String(describing: found)), not \(String(describing: expected))")
      }
    }
  }

  /// Adds something to a change, and does the same here.
  private mutating func add(to change: inout PolicyEngine.Change) {
    switch random.below(8) {
    case 0, 1:
      guard let place = policies.indices.randomElement(using: &random) else { return }
      let policy = policies.remove(at: place)
      if change.addedPolicies.contains(where: { $0.id == policy.id }) {
        // What is removed is removed first.
        return policies.insert(policy, at: place)
      }
      change.removedPolicies.append(policy.id)
      absentPolicies.append(policy)
    case 2, 3:
      guard let place = absentPolicies.indices.randomElement(using: &random) else { return }
      let policy = absentPolicies.remove(at: place)
      change.addedPolicies.append(policy)
      policies.append(policy)
    case 4:
      guard let uid = entities.keys.sorted(by: { $0.id < $1.id }).randomElement(using: &random) else { return }
      change.removedEntities.append(uid)
      // What is removed is removed first; a patch then has nothing to change.
      if !change.touchedEntities.contains(uid) { entities[uid] = nil }
    case 5:
      // Wrong, as a rule.
      if random.chance(10) { change.removedPolicies.append("never heard of") }
      if random.chance(10), let policy = policies.first { change.addedPolicies.append(policy) }
    default:
      guard let entity = made.entities.randomElement(using: &random) ?? nil else { return }
      let others = made.overlays.flatMap { $0 } + made.entities
      let other = random.pick(others)
      put(
        random.chance(50) ? other : Entity(uid: entity.uid, attributes: other.attributes, parents: other.parents),
        &change
      )
    }
  }

  /// Brings an entity to be what is given, in one of three ways.
  private mutating func put(_ entity: Entity, _ change: inout PolicyEngine.Change) {
    let known = change.removedEntities.contains(entity.uid) ? nil : entities[entity.uid]
    let isWrong = random.chance(4)
    if random.chance(40) {
      change.replacedEntities.append(entity)
    } else if (known == nil) != isWrong {
      change.insertedEntities.append(entity)
    } else {
      change.patchedEntities.append(EntityPatch(from: known ?? Entity(uid: entity.uid), to: entity))
    }
    entities[entity.uid] = entity
  }

  /// Whether a change must be refused, whose end this is.
  private func isWrong(_ change: PolicyEngine.Change, since before: ChangingWorld) -> Bool {
    if change.removedPolicies.contains("never heard of") { return true }
    if Set(change.touchedEntities).count != change.touchedEntities.count { return true }
    let stored = Set(before.entities.keys).subtracting(change.removedEntities)
    if change.insertedEntities.contains(where: { stored.contains($0.uid) }) { return true }
    if change.patchedEntities.contains(where: { !stored.contains($0.uid) }) { return true }
    let ids = Set(before.policies.map(\.id)).subtracting(change.removedPolicies)
    let added = change.addedPolicies.map(\.id)
    if Set(added).count != added.count || !ids.isDisjoint(with: added) { return true }
    return (try? EntityStore(Array(entities.values))) == nil
  }

  private mutating func replace(_ counters: inout Counters) throws {
    counters["everything replaced"] += 1
    policies.shuffle(using: &random)
    let kept = random.below(policies.count + 1)
    absentPolicies += policies.dropFirst(kept)
    policies = Array(policies.prefix(kept))
    var set = PolicySet()
    for policy in policies where policy.template != nil { absentPolicies.append(policy) }
    policies.removeAll { $0.template != nil }
    for policy in policies { try set.add(policy) }
    if random.chance(50) {
      try engine.replace(policies: set)
    } else {
      try engine.replace(policies: set, entities: store)
    }
  }

  // MARK: Comparing

  private func compare(_ request: AuthorizationRequest) throws {
    let expected = Evaluator(request: request, entities: store).authorize(
      policies,
      erringForbids: made.isStrict ? .deny : .skip
    )
    let answer = decider.authorize(request)
    try expect(answer.decision == expected.decision, request, "decision \(answer.decision)")
    try expect(answer.reasons == expected.reasons, request, "reasons \(answer.reasons), not \(expected.reasons)")
    try expect(answer.errors.map(\.policy) == expected.errors.map(\.policy), request, "errors \(answer.errors)")
    try expect(decider.decide(request) == expected.decision, request, "decide")
    guard let principal = handles[request.principal], let action = handles[request.action],
      let resource = handles[request.resource]
    else { return }
    let decision = decider.decide(
      principal: principal,
      action: action,
      resource: resource,
      context: engine.context(request.context)
    )
    try expect(decision == expected.decision, request, "decide, by handles that were given at first")
  }

  private func compareOverlaid(_ turn: Int, _ counters: inout Counters) throws {
    guard !overlays.isEmpty else { return }
    let (overlaying, overlay) = overlays[turn % overlays.count]
    // A conflict that came later is the stored value's; a circle that came later has no literal answer.
    let rule = overlaying.rule == .replace ? OverlayRule.replace : .merge
    let laid = try? store.overlaid(with: overlaying.brought, rule: rule, replacing: overlaying.replacing)
    guard let laid else { return }
    counters["asked with an overlay of an old version"] += 1
    var request = made.requests[turn % made.requests.count]
    if turn % 2 == 0 { request.principal = overlay.entities[turn / 2 % overlay.entities.count].uid }
    let expected = Evaluator(request: request, entities: laid).authorize(
      policies,
      erringForbids: made.isStrict ? .deny : .skip
    )
    let answer = decider.authorize(request, overlay: overlay)
    try expect(answer.decision == expected.decision, request, "decision with an overlay")
    try expect(answer.reasons == expected.reasons, request, "reasons with an overlay, not \(expected.reasons)")
    try expect(answer.errors.map(\.policy) == expected.errors.map(\.policy), request, "errors with an overlay")
  }

  private func compareFresh(_ counters: inout Counters) throws {
    counters["compared with a fresh compile"] += 1
    let fresh = try PolicyEngine(policies, nil, store, erringForbids: made.isStrict ? .deny : .skip).decider()
    for request in made.requests {
      let (found, expected) = (decider.authorize(request), fresh.authorize(request))
      try expect(found.decision == expected.decision, request, "decision, unlike a fresh compile's")
      try expect(found.reasons == expected.reasons, request, "reasons, unlike a fresh compile's")
      try expect(
        found.errors.map(\.policy) == expected.errors.map(\.policy),
        request,
        "errors, unlike a fresh compile's"
      )
    }
  }

  private func expect(_ isRight: Bool, _ request: AuthorizationRequest, _ what: String) throws {
    guard !isRight else { return }
    throw Unlike("\(request.principal) \(request.action) \(request.resource), version \(engine.version): \(what)")
  }

  struct Unlike: Error {
    let description: String

    init(_ description: String) { self.description = description }
  }
}
