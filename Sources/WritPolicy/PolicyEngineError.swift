// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// An error of making or changing an engine, or of laying a request's entities over it.
public struct PolicyEngineError: Error, Sendable, CustomStringConvertible {
  /// The kinds of errors.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The entities do not fit the schema.
    public static let schema = Code(.schema)
    /// Policies are not valid by the schema: ``PolicyEngineError/report`` says why.
    public static let invalidPolicies = Code(.invalidPolicies)
    /// Two entities of a request, or of a change, have one UID, or an entity to insert is stored already.
    public static let duplicate = Code(.duplicate)
    /// A change patches an entity that is not stored.
    public static let unknownEntity = Code(.unknownEntity)
    /// With the entities of a request, or of a change, an entity would be its own ancestor.
    public static let cycle = Code(.cycle)
    /// An entity of a request gives an attribute or tag another value than the stored one, where that is refused
    /// (`OverlayRule.mergeWithoutConflicts`).
    public static let conflict = Code(.conflict)
    /// A request brings an action, or a change would change one of the schema's, or put one in what is not an action.
    public static let action = Code(.action)
    /// A change adds a policy whose id is taken.
    public static let duplicatePolicy = Code(.duplicatePolicy)
    /// A change removes a policy that is not there.
    public static let unknownPolicy = Code(.unknownPolicy)
    /// A change adds or removes a template, which an engine does not hold, or a link cannot be kept without its
    /// template.
    public static let template = Code(.template)
    /// A handle or an attribute's name is of another engine, of one before ``PolicyEngine/compact()``, or of an overlay
    /// that the request does not bring.
    public static let foreignHandle = Code(.foreignHandle)
    /// More entities, policies or texts than the tables can number.
    public static let tooLarge = Code(.tooLarge)

    package enum Kind: String, Sendable, CaseIterable {
      case schema, invalidPolicies, duplicate, unknownEntity, cycle, conflict, action, duplicatePolicy, unknownPolicy,
        template, foreignHandle, tooLarge
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of the error.
  public let code: Code
  /// The error in words, with the entity that it concerns.
  public let description: String
  /// The findings of validation in policies that are refused, warnings included; `nil` for other errors.
  public let report: ValidationReport?

  /// The error that led to this one, where there is one: an `EntityStoreError`.
  public let underlyingError: (any Error)?

  init(
    code: Code,
    description: String,
    report: ValidationReport? = nil,
    underlyingError: (any Error)? = nil
  ) {
    self.code = code
    self.description = description
    self.report = report
    self.underlyingError = underlyingError
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
