// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Policies and entities to remove and to put in, which take effect together.
  ///
  /// What is removed is removed first, so that one change may replace a policy under its id.
  public struct Change: Sendable {
    /// Policies that must be there.
    public var removedPolicies: [PolicyID]
    /// Policies under ids that nobody else has.
    public var addedPolicies: [Policy]
    /// Entities to remove; whoever has one for a parent keeps the parent, which is then absent.
    public var removedEntities: [EntityUID]
    /// Entities to put in, each in place of the one of its UID, whole.
    public var upsertedEntities: [Entity]

    /// A change.
    ///
    /// - Parameters:
    ///   - removedPolicies: ids of policies that are there.
    ///   - addedPolicies: policies, links of templates among them, that are not there; templates are ignored.
    ///   - removedEntities: entities, which may be absent.
    ///   - upsertedEntities: entities, each UID once.
    public init(
      removedPolicies: [PolicyID] = [],
      addedPolicies: [Policy] = [],
      removedEntities: [EntityUID] = [],
      upsertedEntities: [Entity] = []
    ) {
      self.removedPolicies = removedPolicies
      self.addedPolicies = addedPolicies.filter { !$0.isTemplate }
      self.removedEntities = removedEntities
      self.upsertedEntities = upsertedEntities
    }
  }
}
