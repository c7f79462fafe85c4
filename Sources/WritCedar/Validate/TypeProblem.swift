// SPDX-License-Identifier: Apache-2.0

/// An error of types, as the checker sees it: numbers, from which words are made when it is reported first.
enum TypeProblem {
  /// The types that an operator takes.
  enum Expectation {
    case bool, long, string, entity, set
    case entityOrRecord, entityOrEntities, comparable
    case type(TypeNumber)
  }

  /// The place where two types have to be one.
  enum Meeting {
    case set, branches, equality, contains, containsAll
  }

  case unexpected(TypeNumber, Expectation, by: Node.Operation)
  case incompatible(TypeNumber, TypeNumber, Meeting)
  case unknownAttribute(NameNumber, of: TypeNumber)
  case optionalAttribute(NameNumber, of: TypeNumber)
  case untestedTag(of: TypeNumber)
  case noTags(of: TypeNumber)
  case argumentCount(ExtensionFunction, Int)
  case refusedLiteral(ExtensionFunction, String)
  case nonLiteral(ExtensionFunction)
  case emptySet

  var code: ValidationFinding.Code {
    switch self {
    case .unexpected: .unexpectedType
    case .incompatible: .incompatibleTypes
    case .unknownAttribute: .unsafeAttributeAccess
    case .optionalAttribute: .unsafeOptionalAttributeAccess
    case .untestedTag: .unsafeTagAccess
    case .noTags: .noTagsAllowed
    case .argumentCount: .wrongNumberArguments
    case .refusedLiteral: .functionArgumentValidation
    case .nonLiteral: .nonLitExtConstructor
    case .emptySet: .emptySetForbidden
    }
  }

  /// The number of the kind, for telling whether one was reported already.
  var kind: Int {
    switch self {
    case .unexpected: 0
    case .incompatible: 1
    case .unknownAttribute: 2
    case .optionalAttribute: 3
    case .untestedTag: 4
    case .noTags: 5
    case .argumentCount: 6
    case .refusedLiteral: 7
    case .nonLiteral: 8
    case .emptySet: 9
    }
  }
}
