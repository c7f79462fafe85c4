// SPDX-License-Identifier: Apache-2.0

/// A change of some attributes, tags and parents of one entity; everything that it does not name stays as it is stored.
///
///     EntityPatch(ann, attributes: try RecordValue([("level", 3)]), addingParents: [suspended])
public struct EntityPatch: Sendable {
  /// The entity.
  public let uid: EntityUID
  /// Attributes to set.
  public var attributes: RecordValue
  /// The names of attributes to remove, before others are set; a name that the entity does not have is passed over.
  public var removedAttributes: [String]
  /// Tags to set.
  public var tags: RecordValue
  /// The names of tags to remove, before others are set; a name that the entity does not have is passed over.
  public var removedTags: [String]
  /// Parents to add.
  public var addedParents: [EntityUID]
  /// Parents to remove, before others are added; a parent that the entity does not have is passed over.
  public var removedParents: [EntityUID]
  /// Whether an entity that is not stored is made; otherwise patching it is an error.
  public var createsIfAbsent: Bool

  /// A patch.
  public init(
    _ uid: EntityUID,
    attributes: RecordValue = .empty,
    removingAttributes removedAttributes: [String] = [],
    tags: RecordValue = .empty,
    removingTags removedTags: [String] = [],
    addingParents addedParents: [EntityUID] = [],
    removingParents removedParents: [EntityUID] = [],
    createsIfAbsent: Bool = false
  ) {
    self.uid = uid
    self.attributes = attributes
    self.removedAttributes = removedAttributes
    self.tags = tags
    self.removedTags = removedTags
    self.addedParents = addedParents
    self.removedParents = removedParents
    self.createsIfAbsent = createsIfAbsent
  }

  /// An entity after the patch, whatever its UID.
  public func applied(to entity: Entity) -> Entity {
    var patched = entity
    patched.attributes = attributes.adding(entity.attributes.removing(removedAttributes))
    patched.tags = tags.adding(entity.tags.removing(removedTags))
    if !removedParents.isEmpty {
      let removed = Set(removedParents)
      patched.parents.removeAll { removed.contains($0) }
    }
    var known = Set(addedParents.isEmpty ? [] : patched.parents)
    for parent in addedParents where known.insert(parent).inserted { patched.parents.append(parent) }
    return patched
  }
}
