// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

extension Rivals {
  /// The engine of a case, which began with half of it and others' entities, and came to it by small changes.
  static func changedEngine(_ made: Case, _ policies: PolicySet) throws -> PolicyEngine {
    var random = SeededGenerator(seed: UInt64(made.number))
    let wanted = Array(policies.policies)
    let kept = wanted.count / 2
    // Whom an overlay brings, as far as the entities do not have it.
    let known = Set(made.entities.map(\.uid))
    let others = (made.overlays.first ?? []).filter { !known.contains($0.uid) }.map { Entity(uid: $0.uid) }
    let engine = try PolicyEngine(
      Array(wanted.prefix(kept)),
      nil,
      EntityStore(made.entities.dropFirst(made.entities.count / 3).map { moved($0, &random) } + others),
      erringForbids: made.isStrict ? .deny : .skip,
      limits: .few
    )
    // Reversed, so that parents often come after their children.
    for entity in made.entities.reversed() {
      if random.chance(20) { try engine.remove([entity.uid]) }
      if random.chance(50), let known = engine.entity(entity.uid) {
        try engine.patch([EntityPatch(from: known, to: entity)])
      } else {
        try engine.upsert(replacing: [entity])
      }
    }
    try engine.remove(others.map(\.uid))
    for policy in wanted.dropFirst(kept) {
      if random.chance(30) {
        // It comes and goes.
        try engine.apply(PolicyEngine.Change(addedPolicies: [policy]))
        try engine.remove(policy.id)
      }
      try engine.apply(PolicyEngine.Change(addedPolicies: [policy]))
      if random.chance(10) { engine.waitForBackground() }
    }
    return engine
  }

  /// An entity as it was before a change: with other attributes and fewer parents.
  private static func moved(_ entity: Entity, _ random: inout SeededGenerator) -> Entity {
    switch random.below(4) {
    case 0: Entity(uid: entity.uid)
    case 1: Entity(uid: entity.uid, attributes: entity.attributes, parents: Array(entity.parents.dropFirst()))
    case 2: Entity(uid: entity.uid, tags: entity.tags, parents: Array(entity.parents.dropLast()))
    default: entity
    }
  }
}
