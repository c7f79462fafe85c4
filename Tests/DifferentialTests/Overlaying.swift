// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// How the entities of a request are laid over the stored ones: drawn from the entities, so that shrinking keeps it.
struct Overlaying {
  let rule: OverlayRule
  /// The entities that the rule is for.
  let brought: [Entity]
  /// The entities that take the place of stored ones whatever the rule.
  let replacing: [Entity]

  init(_ entities: [Entity]) {
    let draw = entities.first.map { $0.attributes.count + $0.parents.count + $0.uid.id.utf8.count } ?? 0
    rule = [.merge, .merge, .replace, .merge, .mergeWithoutConflicts][draw % 5]
    // In some overlays the last ones are put in place.
    let split = draw % 3 == 0 ? (entities.count + 1) / 2 : entities.count
    brought = Array(entities[..<split])
    replacing = Array(entities[split...])
  }
}
