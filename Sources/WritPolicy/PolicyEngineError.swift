// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Why an engine cannot be made or changed, or the entities of a request not be laid over it.
public struct PolicyEngineError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: Sendable {
    /// The entities do not fit the schema.
    case schema
    /// Policies are not valid by the schema: ``PolicyEngineError/report`` says why.
    case invalidPolicies
    /// Two entities of a request, or of a change, have one UID, or an entity to insert is stored already.
    case duplicate
    /// A change patches an entity that is not stored.
    case unknownEntity
    /// With the entities of a request, or of a change, an entity would be its own ancestor.
    case cycle
    /// An entity of a request gives an attribute or tag another value than the stored one, where that is refused
    /// (`OverlayRule.mergeWithoutConflicts`).
    case conflict
    /// A request brings an action, or a change would change one of the schema's, or put one in what is not an action.
    case action
    /// A change adds a policy whose id is taken.
    case duplicatePolicy
    /// A change removes a policy that is not there.
    case unknownPolicy
    /// A change adds or removes a template, which an engine does not hold, or a link cannot be kept without its template.
    case template
    /// A handle or an attribute's name is of another engine, of one before ``PolicyEngine/compact()``, or of an overlay that
    /// the request does not bring.
    case foreignHandle
    /// More entities, policies or texts than the tables can number.
    case tooLarge
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the entity.
  public let description: String
  /// What validation found in policies that are refused, warnings included; `nil` for other errors.
  public let report: ValidationReport?

  init(code: Code, description: String, report: ValidationReport? = nil) {
    self.code = code
    self.description = description
    self.report = report
  }

  static let foreignHandle = PolicyEngineError(
    code: .foreignHandle,
    description:
      "a handle is of another engine, of one before compact(), or of an overlay that the request does not bring; "
      + "ask the engine or overlay that decides for a handle"
  )
  static let foreignName = PolicyEngineError(
    code: .foreignHandle,
    description: "an attribute was compared with a name of another engine, or of one before compact(); "
      + "ask the engine that decides for the name"
  )
}
