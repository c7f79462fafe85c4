// SPDX-License-Identifier: Apache-2.0

/// Something that validation says about one policy.
public struct ValidationFinding: Sendable {
  /// Whether a finding makes policies invalid.
  public enum Severity: String, Sendable {
    /// It does.
    case error
    /// It does not, and looks like a mistake.
    case warning
  }

  /// The kind of finding; the names are those of Cedar's reference.
  public struct Code: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// The name that reports in JSON and SARIF bear.
    public let rawValue: String

    /// The kind of this name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The name.
    public var description: String { rawValue }
  }

  /// The kind.
  public let code: Code
  /// Whether it makes the policies invalid.
  public let severity: Severity
  /// The policy, template or linked policy it is about.
  public let policy: PolicyID
  /// The place and the words: what was found, what to do about it.
  public let diagnostic: Diagnostic
  /// The first request environment in which it is so; `nil` where it does not hang on one.
  public let environment: RequestEnvironment?
  /// The type, kind or number that was expected, where something was.
  public let expected: String?
  /// The type, name or number found in its place.
  public let found: String?
  /// The declared name that was probably meant.
  public let suggestion: String?

  package init(
    _ code: Code,
    policy: PolicyID,
    _ diagnostic: Diagnostic,
    environment: RequestEnvironment? = nil,
    expected: String? = nil,
    found: String? = nil,
    suggestion: String? = nil
  ) {
    self.code = code
    self.severity = Code.warnings.contains(code) ? .warning : .error
    self.policy = policy
    self.diagnostic = diagnostic
    self.environment = environment
    self.expected = expected
    self.found = found
    self.suggestion = suggestion
  }

  /// The message, without its place.
  public var message: String { diagnostic.message }

  /// The advice, where there is some.
  public var help: String? { diagnostic.help }
}

extension ValidationFinding: CustomStringConvertible {
  /// One line: `error: policies.cedar:3:14: expected Long, found String (unexpectedType, policy0)`.
  public var description: String {
    "\(severity.rawValue): \(diagnostic) (\(code), \(CedarText.shown(policy.description)))"
  }

  /// For a person: the message, the line with a caret, the help, and the environment.
  public var rendered: String {
    var out = diagnostic.rendered(as: "\(severity.rawValue)[\(code)]")
    let gutter = String(repeating: " ", count: String(diagnostic.location.line).count)
    if let environment { out += "\n\(gutter) = in: \(CedarText.shown(environment.description))" }
    return out + "\n\(gutter) = policy: \(CedarText.shown(policy.description))"
  }
}

extension ValidationFinding.Code {
  /// An entity type that the schema does not declare.
  public static let unrecognizedEntityType = Self(rawValue: "unrecognizedEntityType")
  /// An action that the schema does not declare.
  public static let unrecognizedActionId = Self(rawValue: "unrecognizedActionId")
  /// A scope that no action with its principals and resources satisfies.
  public static let invalidActionApplication = Self(rawValue: "invalidActionApplication")
  /// An operand of a type that its operator does not take.
  public static let unexpectedType = Self(rawValue: "unexpectedType")
  /// Two types that have to be one: of operands, of a set's elements, of the branches of an `if`.
  public static let incompatibleTypes = Self(rawValue: "incompatibleTypes")
  /// An attribute that is not declared.
  public static let unsafeAttributeAccess = Self(rawValue: "unsafeAttributeAccess")
  /// An optional attribute that is not tested with `has` first.
  public static let unsafeOptionalAttributeAccess = Self(rawValue: "unsafeOptionalAttributeAccess")
  /// A tag that is not tested with `hasTag` first.
  public static let unsafeTagAccess = Self(rawValue: "unsafeTagAccess")
  /// A tag of an entity type without tags.
  public static let noTagsAllowed = Self(rawValue: "noTagsAllowed")
  /// An extension function with too few or too many arguments.
  public static let wrongNumberArguments = Self(rawValue: "wrongNumberArguments")
  /// A literal that its extension constructor refuses.
  public static let functionArgumentValidation = Self(rawValue: "functionArgumentValidation")
  /// An extension constructor whose argument is not a literal.
  public static let nonLitExtConstructor = Self(rawValue: "nonLitExtConstructor")
  /// `[]`, which has no type of elements.
  public static let emptySetForbidden = Self(rawValue: "emptySetForbidden")
  /// An id that an enumerated entity type does not have.
  public static let invalidEnumEntity = Self(rawValue: "invalidEnumEntity")
  /// An entity that is read farther from the request than the level allows (RFC 76).
  public static let entityDerefLevelViolation = Self(rawValue: "entityDerefLevelViolation")
  /// A policy with more request environments than ``ValidationLimits/environments``.
  public static let tooManyEnvironments = Self(rawValue: "tooManyEnvironments")

  /// A policy that no request can satisfy.
  public static let impossiblePolicy = Self(rawValue: "impossiblePolicy")
  /// A string with letters of several scripts.
  public static let mixedScriptString = Self(rawValue: "mixedScriptString")
  /// A name or id with letters of several scripts.
  public static let mixedScriptIdentifier = Self(rawValue: "mixedScriptIdentifier")
  /// A string with characters that change the direction of text.
  public static let bidiCharsInString = Self(rawValue: "bidiCharsInString")
  /// A name or id with characters that change the direction of text.
  public static let bidiCharsInIdentifier = Self(rawValue: "bidiCharsInIdentifier")
  /// A name or id with a character that Unicode advises against in identifiers.
  public static let confusableIdentifier = Self(rawValue: "confusableIdentifier")

  /// The kinds that do not make policies invalid.
  package static let warnings: Set<Self> = [
    .impossiblePolicy, .mixedScriptString, .mixedScriptIdentifier, .bidiCharsInString, .bidiCharsInIdentifier,
    .confusableIdentifier,
  ]
}
