// SPDX-License-Identifier: Apache-2.0

extension Policy: CustomStringConvertible {
  /// The policy as Cedar text: what it says, without comments and layout.
  ///
  /// A linked policy's slots are filled.
  public var description: String {
    var out = ""
    for annotation in annotations {
      out += "@\(annotation.name)"
      if let value = annotation.value { out += "(\(CedarText.quoted(value)))" }
      out += "\n"
    }
    return out + descriptionWithoutAnnotations
  }

  /// The policy from `permit` or `forbid` on.
  package var descriptionWithoutAnnotations: String {
    var out = "\(effect) (\(scopeTexts.joined(separator: ", ")))"
    for condition in conditions {
      out += "\n\(condition.isUnless ? "unless" : "when") { \(ExpressionPrinter.text(of: condition.nodes, in: tree)) }"
    }
    return out + ";"
  }

  /// The three parts of the scope.
  var scopeTexts: [String] {
    [
      "principal\(text(of: principalConstraint))", actionConstraint.description,
      "resource\(text(of: resourceConstraint))",
    ]
  }

  private func text(of constraint: ScopeConstraint) -> String {
    switch constraint {
    case .any: ""
    case .equal(let entity): " == \(entity)"
    case .in(let entity): " in \(entity)"
    case .isType(let type): " is \(type)"
    case .isTypeIn(let type, let entity): " is \(type) in \(entity)"
    }
  }
}

extension EntityReference: CustomStringConvertible {
  /// The entity literal or the slot.
  public var description: String {
    switch self {
    case .entity(let uid): uid.description
    case .slot(let slot): slot.description
    }
  }
}

extension ActionConstraint: CustomStringConvertible {
  /// The scope's second part, as in `action in [Action::"view"]`.
  public var description: String {
    switch self {
    case .any: "action"
    case .equal(let action): "action == \(action)"
    case .in(let group): "action in \(group)"
    case .inAny(let groups): "action in [\(groups.map(\.description).joined(separator: ", "))]"
    }
  }
}

extension Expression: CustomStringConvertible {
  /// The expression as Cedar text, with the parentheses it needs.
  public var description: String {
    ExpressionPrinter.text(of: 0..<UInt32(truncatingIfNeeded: tree.nodes.count), in: tree)
  }
}

extension Expression {
  /// The expression's value for a request.
  ///
  /// - Throws: an ``EvaluationError`` with its place in the text.
  public func value(for request: AuthorizationRequest, entities: EntityStore) throws(EvaluationError) -> Value {
    try Evaluator(request: request, entities: entities).evaluate(0..<tree.nodes.count, of: tree)
  }
}
