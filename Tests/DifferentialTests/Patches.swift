// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

extension EntityPatch {
  /// The patch that makes one entity what another of its UID is.
  init(from old: Entity, to new: Entity) {
    func removed(_ old: RecordValue, _ new: RecordValue) -> [String] {
      old.map(\.name).filter { name in !new.contains { $0.name.utf8.elementsEqual(name.utf8) } }
    }
    func added(_ old: RecordValue, _ new: RecordValue) -> RecordValue {
      (try? RecordValue(new.filter { old[$0.name] != $0.value }.map { ($0.name, $0.value) })) ?? new
    }
    self.init(
      old.uid,
      attributes: added(old.attributes, new.attributes),
      removingAttributes: removed(old.attributes, new.attributes),
      tags: added(old.tags, new.tags),
      removingTags: removed(old.tags, new.tags),
      addingParents: new.parents.filter { !old.parents.contains($0) },
      removingParents: old.parents.filter { !new.parents.contains($0) }
    )
  }
}

extension PolicyEngine.Change {
  /// The entities that are put in or patched.
  var touchedEntities: [EntityUID] {
    insertedEntities.map(\.uid) + replacedEntities.map(\.uid) + patchedEntities.map(\.uid)
  }
}
