// SPDX-License-Identifier: Apache-2.0

/// The name of an expression's one member in JSON, and so the form of its value ("JsonExpr objects" in Cedar's
/// documentation of the JSON policy format).
enum ExpressionForm {
  case value
  case variable
  case slot
  case unknown
  /// `{"arg"}`
  case unary(Node.Operation)
  /// `{"left", "right"}`
  case binary(Node.Operation)
  case getAttribute
  case hasAttribute
  case like
  case isType
  case conditional
  case set
  case record
  case call(ExtensionFunction)

  private static let byName: [String: ExpressionForm] = {
    var forms: [String: ExpressionForm] = [
      "Value": .value, "Var": .variable, "Slot": .slot, "Unknown": .unknown, ".": .getAttribute, "has": .hasAttribute,
      "like": .like, "is": .isType, "if-then-else": .conditional, "Set": .set, "Record": .record,
    ]
    for operation: Node.Operation in [.not, .negate, .isEmpty] { forms[operation.jsonName] = .unary(operation) }
    for operation: Node.Operation in [
      .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .in, .contains,
      .containsAll, .containsAny, .hasTag, .getTag, .and, .or,
    ] {
      forms[operation.jsonName] = .binary(operation)
    }
    for function in ExtensionFunction.allCases { forms[function.name] = .call(function) }
    return forms
  }()

  init?(name: String) {
    // The names are ASCII, and ASCII text is canonically equal to itself only.
    guard let form = Self.byName[name] else { return nil }
    self = form
  }
}

extension Node.Operation {
  /// The name of an operator in Cedar's JSON.
  var jsonName: String {
    switch self {
    case .not: "!"
    case .negate: "neg"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .and: "&&"
    case .or: "||"
    default: "\(self)"
    }
  }

  /// The binding strength of the operation's text.
  var precedence: Precedence {
    switch self {
    case .conditional: .conditional
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .hasAttribute, .like, .isType,
      .isTypeIn:
      .relation
    case .add, .subtract: .sum
    case .multiply: .product
    case .not, .negate: .unary
    default: .primary
    }
  }
}
