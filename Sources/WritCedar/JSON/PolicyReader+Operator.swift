// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// One expression, `{"operator": …}`.
extension PolicyReader {
  mutating func readExpression(_ index: JSONDocument.Index, at place: Place) throws(JSONFailure) {
    var members = document.members(of: index)
    guard document.count(of: index) == 1, let (key, operand) = members.next() else {
      throw failure(.form, "an expression is an object with one member, named by its operator", at: index)
    }
    guard let form = ExpressionForm(name: document.string(at: key) ?? "") else {
      throw failure(.policy, "there is no operator or function \(shown(key))", at: key)
    }
    // Steps are listed in the order in which they are taken, and then turned round.
    let first = steps.count
    switch form {
    case .value: return try readValue(operand, at: place)
    case .variable: tree.nodes.append(node(try variable(operand), at: key))
    case .slot:
      throw failure(.policy, "the slot \(shown(operand)) cannot stand in an expression", at: key)
    case .unknown:
      throw failure(.policy, "an unknown stands in a residual, not in a policy", at: key)
    case .unary(let operation): try readUnary(operation, key, operand, at: place)
    case .binary(let operation): try readBinary(operation, key, operand, at: place)
    case .getAttribute:
      let left = try member("left", of: operand, "`.`")
      let name = try name(member("attr", of: operand, "`.`"))
      try expectCount(2, of: operand, "`.`", ["left", "attr"])
      steps.append(.expression(left, Place(level: place.level, needs: .primary)))
      steps.append(.node(node(.getAttribute, name, at: key)))
    case .hasAttribute:
      let path = tree.list(try path(member("attr", of: operand, "`has`")))
      try readRelation(.hasAttribute, path, key, operand, "attr", at: place)
    case .like:
      tree.patterns.append(try pattern(member("pattern", of: operand, "`like`")))
      let pattern = UInt32(truncatingIfNeeded: tree.patterns.count - 1)
      try readRelation(.like, pattern, key, operand, "pattern", at: place)
    case .isType: try readIs(key, operand, at: place)
    case .conditional: try readConditional(key, operand, at: place)
    case .set: try readSet(key, operand, at: place)
    case .record: try readRecord(key, operand, at: place)
    case .call(let function): try readCall(function, key, operand, at: place)
    }
    steps[first...].reverse()
  }

  private func variable(_ index: JSONDocument.Index) throws(JSONFailure) -> Node.Operation {
    switch document.string(at: index) {
    case "principal": return .principal
    case "action": return .action
    case "resource": return .resource
    case "context": return .context
    default: throw failure(.policy, "the variables are principal, action, resource and context", at: index)
    }
  }

  private mutating func name(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    guard let text = document.string(at: index) else {
      throw failure(.form, "the name of an attribute is a string", at: index)
    }
    return tree.string(text)
  }

  // MARK: Operators

  private mutating func readUnary(
    _ operation: Node.Operation,
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    let argument = try member("arg", of: operand, "`\(operation.jsonName)`")
    try expectCount(1, of: operand, "`\(operation.jsonName)`", ["arg"])
    let level = try level(of: operation.precedence, at: place, key)
    var argumentPlace = Place(level: level, needs: .primary)
    switch operation {
    // The `-` of a literal would be part of it.
    case .negate: argumentPlace = try inside(level, key)
    case .isEmpty: _ = try inside(level, key)
    default: break
    }
    steps.append(.expression(argument, argumentPlace))
    steps.append(.node(node(operation, at: key)))
  }

  private mutating func readBinary(
    _ operation: Node.Operation,
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    let left = try member("left", of: operand, "`\(operation.jsonName)`")
    let right = try member("right", of: operand, "`\(operation.jsonName)`")
    try expectCount(2, of: operand, "`\(operation.jsonName)`", ["left", "right"])
    let precedence = operation.precedence
    let level = try level(of: precedence, at: place, key)
    var leftPlace = Place(level: level, needs: precedence)
    var rightPlace = Place(level: level, needs: precedence.next)
    if precedence == .relation {
      leftPlace = Place(level: level, needs: .sum)
      rightPlace = leftPlace
    } else if precedence == .primary {
      rightPlace = try inside(level, key)
    }
    let guarding: Node.Operation? = operation == .and ? .andGuard : operation == .or ? .orGuard : nil
    steps.append(.expression(left, leftPlace))
    if let guarding { steps.append(.openGuard(guarding)) }
    steps.append(.expression(right, rightPlace))
    steps.append(.node(node(operation, at: key)))
    if guarding != nil { steps.append(.closeGuard) }
  }

  /// A relation whose right side is no expression.
  private mutating func readRelation(
    _ operation: Node.Operation,
    _ right: UInt32,
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    _ name: String,
    at place: Place
  ) throws(JSONFailure) {
    let left = try member("left", of: operand, shown(key))
    try expectCount(2, of: operand, shown(key), ["left", name])
    let level = try level(of: .relation, at: place, key)
    steps.append(.expression(left, Place(level: level, needs: .sum)))
    steps.append(.node(node(operation, right, at: key)))
  }

  private mutating func readIs(
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    let left = try member("left", of: operand, "`is`")
    let type = try entityType(member("entity_type", of: operand, "`is`"))
    let group = document.member("in", of: operand)
    try expectCount(group == nil ? 2 : 3, of: operand, "`is`", ["left", "entity_type", "in"])
    let level = try level(of: .relation, at: place, key)
    steps.append(.expression(left, Place(level: level, needs: .sum)))
    guard let group else {
      steps.append(.node(node(.isType, type, at: key)))
      return
    }
    steps.append(.openGuard(.isTypeInGuard))
    steps.append(.expression(group, Place(level: level, needs: .sum)))
    steps.append(.node(node(.isTypeIn, type, at: key)))
    steps.append(.closeGuard)
  }

  private mutating func readConditional(
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    let what = "`if-then-else`"
    let condition = try member("if", of: operand, what)
    let then = try member("then", of: operand, what)
    let otherwise = try member("else", of: operand, what)
    try expectCount(3, of: operand, what, ["if", "then", "else"])
    let inner = try inside(level(of: .conditional, at: place, key), key)
    steps.append(.expression(condition, inner))
    steps.append(.openGuard(.ifGuard))
    steps.append(.expression(then, inner))
    steps.append(.elseGuard)
    steps.append(.expression(otherwise, inner))
    steps.append(.node(node(.conditional, at: key)))
    steps.append(.closeGuard)
  }

  // MARK: Constructs of any length

  private mutating func readSet(
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    guard document.kind(of: operand) == .array else { throw failure(.form, "`Set` is an array", at: operand) }
    let inner = try inside(place.level, key)
    for element in document.elements(of: operand) { steps.append(.expression(element, inner)) }
    steps.append(.node(node(.set, UInt32(truncatingIfNeeded: document.count(of: operand)), at: key)))
  }

  private mutating func readRecord(
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    guard document.kind(of: operand) == .object else { throw failure(.form, "`Record` is an object", at: operand) }
    let inner = try inside(place.level, key)
    let attributes = sortedMembers(of: operand)
    for attribute in attributes { steps.append(.expression(attribute.value, inner)) }
    steps.append(.node(node(.record, tree.list(attributes.map { tree.string($0.name) }), at: key)))
  }

  /// Attributes are evaluated in the order of their names.
  func sortedMembers(of index: JSONDocument.Index) -> [(name: String, value: JSONDocument.Index)] {
    document.members(of: index)
      .map { (document.string(at: $0.key) ?? "", $0.value) }
      .sorted { $0.0.scalarOrder(comparedTo: $1.0) < 0 }
  }

  private mutating func readCall(
    _ function: ExtensionFunction,
    _ key: JSONDocument.Index,
    _ operand: JSONDocument.Index,
    at place: Place
  ) throws(JSONFailure) {
    guard document.kind(of: operand) == .array else {
      throw failure(.form, "`\(function.name)` is an array of arguments", at: operand)
    }
    let call = try callNode(function, arguments: document.count(of: operand), at: key)
    let places = try argumentPlaces(function, level: place.level, key)
    for (number, argument) in document.elements(of: operand).enumerated() {
      steps.append(.expression(argument, number == 0 ? places.first : places.others))
    }
    steps.append(.node(call))
  }

  // MARK: Right sides

  /// The `attr` of `has`: a string, or since Cedar 4.5 an array of them for `has a.b`.
  private mutating func path(_ index: JSONDocument.Index) throws(JSONFailure) -> [UInt32] {
    guard document.kind(of: index) == .array else { return [try name(index)] }
    guard document.count(of: index) > 0 else {
      throw failure(.form, "`has` looks for one attribute or more", at: index)
    }
    var path: [UInt32] = []
    for element in document.elements(of: index) {
      let name = try name(element)
      // As in the text, where what stands in quotes stands alone.
      guard document.count(of: index) == 1 || CedarText.isPlain(tree.strings[Int(name)]) else {
        throw failure(
          .policy,
          "in a path \(shown(element)) is not the name of an attribute, an identifier",
          at: element
        )
      }
      path.append(name)
    }
    return path
  }

  /// An array of `"Wildcard"` and `{"Literal": text}`.
  private func pattern(_ index: JSONDocument.Index) throws(JSONFailure) -> Pattern {
    guard document.kind(of: index) == .array else { throw failure(.form, "`pattern` is an array", at: index) }
    var parts: [[UInt8]] = [[]]
    for element in document.elements(of: index) {
      if document.string(at: element, equals: "Wildcard") {
        parts.append([])
      } else if document.count(of: element) == 1, let literal = document.member("Literal", of: element),
        let text = document.string(at: literal)
      {
        parts[parts.count - 1].append(contentsOf: text.utf8)
      } else {
        throw failure(.form, "a part of a pattern is `\"Wildcard\"` or `{\"Literal\": \"…\"}`", at: element)
      }
    }
    return Pattern(parts: parts)
  }
}
