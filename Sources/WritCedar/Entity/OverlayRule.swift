// SPDX-License-Identifier: Apache-2.0

/// The effect of an entity that comes from outside (a token, a request) on the stored entity of the same UID.
///
/// Where no entity of that UID is stored, the three rules are one: the entity stands as the request has it.
public enum OverlayRule: String, Hashable, Sendable, CaseIterable {
  /// Stored parents, attributes and tags stay, and the request's are added.
  ///
  /// The stored value of an attribute or tag stands where the request has a different one. So a token can neither end a
  /// suspension that is stored nor raise a stored limit.
  case merge

  /// Merges as ``merge`` does, but a request's value that differs from the stored one is an error.
  case mergeWithoutConflicts

  /// The request's entity stands in place of the stored one, whole: stored parents, attributes and tags do not count.
  ///
  /// For a caller that knows all of the entity, for example a row that was just read from the database of record.
  case replace
}

extension Entity {
  /// Returns this stored entity with the parents, attributes and tags of another; in a conflict its own stand.
  package func adding(_ added: Entity) -> Entity {
    var merged = self
    merged.attributes = attributes.adding(added.attributes)
    merged.tags = tags.adding(added.tags)
    let known = Set(parents)
    merged.parents += added.parents.filter { !known.contains($0) }
    return merged
  }

  /// Names the first attribute or tag that this stored entity and a request's entity give different values: `the
  /// attribute "level"`.
  package func conflict(with added: Entity) -> String? {
    if let name = attributes.conflict(with: added.attributes) { return "the attribute \(Schema.shown(name))" }
    return tags.conflict(with: added.tags).map { "the tag \(Schema.shown($0))" }
  }
}

extension RecordValue {
  /// The first name under which both records have a value, but not the same.
  fileprivate func conflict(with other: RecordValue) -> String? {
    other.first { attribute in self[attribute.name].map { $0 != attribute.value } ?? false }?.name
  }
}
