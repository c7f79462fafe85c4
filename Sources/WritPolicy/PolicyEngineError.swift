// SPDX-License-Identifier: Apache-2.0

/// Why an engine cannot be made, or the entities of a request not be laid over it.
public struct PolicyEngineError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// The entities do not fit the schema.
    case schema
    /// Two different entities of a request have one UID.
    case duplicate
    /// With the entities of a request an entity would be its own ancestor.
    case cycle
    /// A request brings an action.
    case action
    /// More entities, policies or texts than the tables can number.
    case tooLarge
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the entity.
  public let description: String
}
