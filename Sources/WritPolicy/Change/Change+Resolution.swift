// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension PolicyEngine.Change {
  /// The same change with all entities whole, as they will be stored: those to insert and to patch are among those to
  /// replace.
  ///
  /// - Throws: ``PolicyEngineError``: an entity to insert is stored, one to patch is not, one has two changes, an
  ///   action would be in something else, or a patched entity does not fit the schema.
  func resolved(over stored: StoredEntities, fitting schema: Schema?) throws(PolicyEngineError) -> Self {
    var resolved = self
    resolved.insertedEntities = []
    resolved.patchedEntities = []
    let removed = Set(removedEntities)
    for entity in insertedEntities {
      guard removed.contains(entity.uid) || stored[entity.uid] == nil else {
        throw PolicyEngineError(
          code: .duplicate,
          description: "the entity \(entity.uid) to insert is stored already; patch it, or replace it whole"
        )
      }
      resolved.replacedEntities.append(entity)
    }
    for patch in patchedEntities {
      let known = removed.contains(patch.uid) ? nil : stored[patch.uid]
      guard let entity = known ?? (patch.createsIfAbsent ? Entity(uid: patch.uid) : nil) else {
        throw PolicyEngineError(code: .unknownEntity, description: "there is no entity \(patch.uid) to patch")
      }
      let patched = patch.applied(to: entity)
      if let problem = schema?.problem(with: patched) { throw PolicyEngineError(code: .schema, description: problem) }
      resolved.replacedEntities.append(patched)
    }
    for entity in resolved.replacedEntities {
      if let other = entity.parentOfOtherKind {
        throw PolicyEngineError(
          code: .action,
          description: "the action \(entity.uid) cannot be in \(other), which is not an action"
        )
      }
    }
    return resolved
  }
}
