// SPDX-License-Identifier: Apache-2.0

/// Something the expression reader has begun and not finished.
///
/// The frames are its stack, so that nesting in the input is never nesting of calls.
struct ExpressionFrame {
  enum Kind {
    // Brackets and the parts of `if`: each is one level of nesting.
    case parenthesis
    case set
    case record
    case call(ExtensionFunction)
    case method(Method)
    case ifCondition
    case ifThen
    case ifElse
    // Operators that wait for their right operand.
    case unary(Node.Operation)
    case binary(Node.Operation, Precedence)
  }

  let kind: Kind
  /// The offset of the construct in the text.
  let start: UInt32
  /// Operands read so far: elements, arguments (with the receiver), repetitions of a unary operator.
  var count = 0
  /// The guard to complete, or the first of the record's keys.
  var index = 0
  /// The operand of the node to come: the type of an `is … in`.
  var operand: UInt32 = 0

  var isRecord: Bool {
    if case .record = kind { true } else { false }
  }

  var nests: Bool {
    switch kind {
    case .unary, .binary: false
    default: true
    }
  }
}

enum Method {
  case builtin(Node.Operation)
  case `extension`(ExtensionFunction)

  /// The methods of sets and entities.
  static let builtinNames = ["contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag"]

  init?(name: String) {
    switch name {
    case "contains": self = .builtin(.contains)
    case "containsAll": self = .builtin(.containsAll)
    case "containsAny": self = .builtin(.containsAny)
    case "isEmpty": self = .builtin(.isEmpty)
    case "hasTag": self = .builtin(.hasTag)
    case "getTag": self = .builtin(.getTag)
    default:
      guard let function = ExtensionFunction(name: name), !function.isConstructor else { return nil }
      self = .extension(function)
    }
  }
}

/// A key of a record literal being read.
struct RecordKey {
  let key: UInt32
  let span: SourceSpan
  /// The index of the first node of its value.
  let firstNode: Int
}
