// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The entities of a version with the attributes that a source supplies, as the literal evaluator wants them.
struct SuppliedEntities: EntitySource {
  private let stored: StoredEntities
  private let supply: (AttributePlace) -> Value?

  init(_ stored: StoredEntities, _ supply: @escaping (AttributePlace) -> Value?) {
    self.stored = stored
    self.supply = supply
  }

  subscript(uid: EntityUID) -> Entity? { stored[uid] }

  func attribute(_ name: String, of uid: EntityUID) -> Value? {
    stored.attribute(name, of: uid) ?? supply(AttributePlace(uid, name))
  }

  func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool { stored.isEntity(uid, inAnyOf: groups) }
}
