// SPDX-License-Identifier: Apache-2.0

/// The effect of an entity that comes from outside (a token, a request) on the stored entity of the same UID.
///
/// Where no entity of that UID is stored, the three rules are one: the entity stands as it was brought.
public enum OverlayRule: String, Hashable, Sendable, CaseIterable {
  /// Stored parents, attributes and tags stay, and brought ones are added.
  ///
  /// The stored value of an attribute or tag stands where a different one is brought. So a token can neither end a
  /// suspension that is stored nor raise a stored limit.
  case merge

  /// Merges as ``merge`` does, but a request's value that differs from the stored one is an error.
  case mergeWithoutConflicts

  /// The brought entity stands in place of the stored one, whole: stored parents, attributes and tags do not count.
  ///
  /// For a caller that knows all of the entity, for example a row that was just read from the database of record.
  case replace
}

extension Entity {
  /// This stored entity with the parents, attributes and tags that a brought one adds; in a conflict its own stand.
  package func adding(_ brought: Entity) -> Entity {
    var merged = self
    merged.attributes = attributes.adding(brought.attributes)
    merged.tags = tags.adding(brought.tags)
    let known = Set(parents)
    merged.parents += brought.parents.filter { !known.contains($0) }
    return merged
  }

  /// Names the first attribute or tag that this stored entity and a request's entity give different values: `the
  /// attribute "level"`.
  package func conflict(with brought: Entity) -> String? {
    if let name = attributes.conflict(with: brought.attributes) { return "the attribute \(Schema.shown(name))" }
    return tags.conflict(with: brought.tags).map { "the tag \(Schema.shown($0))" }
  }
}

extension RecordValue {
  /// The first name under which both records have a value, but not the same.
  fileprivate func conflict(with other: RecordValue) -> String? {
    other.first { attribute in self[attribute.name].map { $0 != attribute.value } ?? false }?.name
  }
}
