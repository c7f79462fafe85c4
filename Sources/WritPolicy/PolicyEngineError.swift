// SPDX-License-Identifier: Apache-2.0

/// Why an engine cannot be made.
public struct PolicyEngineError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// The entities do not fit the schema.
    case schema
    /// More entities, policies or texts than the tables can number.
    case tooLarge
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the entity.
  public let description: String
}
