// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Policies and entities to remove and to put in, which take effect together.
  ///
  /// What is removed is removed first, so that one change may replace a policy under its id.
  public struct Change: Sendable {
    /// Policies that must be there.
    public var removedPolicies: [PolicyID]
    /// Policies under ids that nobody else has; templates are ignored.
    public var addedPolicies: [Policy]
    /// Entities to remove; whoever has one for a parent keeps the parent, which is then absent.
    public var removedEntities: [EntityUID]
    /// Entities to put in, each in place of the one of its UID, whole.
    public var upsertedEntities: [Entity]

    /// A change.
    ///
    /// - Parameters:
    ///   - removedPolicies: ids of policies that are there.
    ///   - addedPolicies: policies, links of templates among them, that are not there.
    ///   - removedEntities: entities, which may be absent.
    ///   - upsertedEntities: entities, each UID once.
    public init(
      removedPolicies: [PolicyID] = [],
      addedPolicies: [Policy] = [],
      removedEntities: [EntityUID] = [],
      upsertedEntities: [Entity] = []
    ) {
      self.removedPolicies = removedPolicies
      self.addedPolicies = addedPolicies
      self.removedEntities = removedEntities
      self.upsertedEntities = upsertedEntities
    }
  }
}

extension PolicyEngine.Change {
  /// One change that leads where several lead, one after the other, each of which could be made.
  ///
  /// What came and went is left out, so that making it is faster than making them.
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
      for entity in change.upsertedEntities { entities[entity.uid] = entity }
    }
    // An id that was added again stands where it was added last.
    for id in order.reversed() {
      if let policy = added.removeValue(forKey: id) { addedPolicies.append(policy) }
    }
    addedPolicies.reverse()
    for (uid, entity) in entities {
      if let entity { upsertedEntities.append(entity) } else { removedEntities.append(uid) }
    }
  }
}
