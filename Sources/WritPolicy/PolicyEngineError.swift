// SPDX-License-Identifier: Apache-2.0

/// Why an engine cannot be made or changed, or the entities of a request not be laid over it.
public struct PolicyEngineError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// The entities do not fit the schema.
    case schema
    /// Two entities of a request, or of a change, have one UID.
    case duplicate
    /// With the entities of a request, or of a change, an entity would be its own ancestor.
    case cycle
    /// An entity of a request gives an attribute or tag another value than the stored one, where that is refused
    /// (`OverlayRule.mergeWithoutConflicts`).
    case conflict
    /// A request brings an action, or a change would change one of the schema's.
    case action
    /// A change adds a policy whose id is taken.
    case duplicatePolicy
    /// A change removes a policy that is not there.
    case unknownPolicy
    /// More entities, policies or texts than the tables can number.
    case tooLarge
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the entity.
  public let description: String
}
