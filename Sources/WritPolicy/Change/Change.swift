// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Policies and entities to remove and to put in, which take effect together.
  ///
  /// What is removed is removed first, so that one change may replace a policy under its id.
  public struct Change: Sendable {
    /// Policies that must be there.
    public var removedPolicies: [PolicyID]
    /// Policies under ids that no other policy has, links of templates among them; a template itself is refused.
    public var addedPolicies: [Policy]
    /// Entities to remove; an entity that has one for a parent keeps the parent, which is then absent.
    public var removedEntities: [EntityUID]
    /// Entities to add, which must not be stored.
    public var insertedEntities: [Entity]
    /// Entities to put in place of the stored ones of their UIDs, whole, or to add: stored attributes, tags and parents
    /// that they do not have are gone.
    public var replacedEntities: [Entity]
    /// Changes of parts of stored entities.
    public var patchedEntities: [EntityPatch]

    /// A change.
    ///
    /// - Parameters:
    ///   - removedPolicies: ids of policies that are there.
    ///   - addedPolicies: policies, links of templates among them, that are not there.
    ///   - removedEntities: entities, which may be absent.
    ///   - insertedEntities: entities that are not stored.
    ///   - replacedEntities: whole entities.
    ///   - patchedEntities: patches. Among the last three each UID occurs once.
    public init(
      removedPolicies: [PolicyID] = [],
      addedPolicies: [Policy] = [],
      removedEntities: [EntityUID] = [],
      insertedEntities: [Entity] = [],
      replacedEntities: [Entity] = [],
      patchedEntities: [EntityPatch] = []
    ) {
      self.removedPolicies = removedPolicies
      self.addedPolicies = addedPolicies
      self.removedEntities = removedEntities
      self.insertedEntities = insertedEntities
      self.replacedEntities = replacedEntities
      self.patchedEntities = patchedEntities
    }
  }
}

extension PolicyEngine.Change {
  /// One change that leads where several lead, one after the other, each of which could be made.
  ///
  /// What came and went is left out, so that making it is faster than making them. All entities are whole (`resolved`).
  init(joining changes: [PolicyEngine.Change]) {
    self.init()
    var added: [PolicyID: Policy] = [:]
    var order: [PolicyID] = []
    var entities: [EntityUID: Entity?] = [:]
    for change in changes {
      for id in change.removedPolicies where added.removeValue(forKey: id) == nil { removedPolicies.append(id) }
      for policy in change.addedPolicies {
        added[policy.id] = policy
        order.append(policy.id)
      }
      for uid in change.removedEntities { entities[uid] = .some(nil) }
      for entity in change.replacedEntities { entities[entity.uid] = entity }
    }
    // An id that was added again stands where it was added last.
    for id in order.reversed() {
      if let policy = added.removeValue(forKey: id) { addedPolicies.append(policy) }
    }
    addedPolicies.reverse()
    for (uid, entity) in entities {
      if let entity { replacedEntities.append(entity) } else { removedEntities.append(uid) }
    }
  }
}
