// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The content of `Value`: a value in the JSON of entities, with the explicit forms `__entity` and `__extn`.
///
/// It becomes the expression that the text would have: calls are not made while reading.
extension PolicyReader {
  mutating func readValue(_ index: JSONDocument.Index, at place: Place) throws(JSONFailure) {
    switch document.kind(of: index) {
    case .boolean:
      append(.bool, document.boolean(at: index) == true ? 1 : 0, at: index)
    case .number:
      guard let long = document.integer(at: index) else {
        let text = document.numberText(at: index) ?? ""
        throw JSONFailure.notAnInteger(text, at: document.offset(of: index))
      }
      _ = try level(of: long < 0 ? .unary : .primary, at: place, index)
      tree.longs.append(long)
      append(.long, UInt32(truncatingIfNeeded: tree.longs.count - 1), at: index)
    case .string:
      append(.string, tree.string(document.string(at: index) ?? ""), at: index)
    case .null:
      throw JSONFailure.noNull(at: document.offset(of: index))
    case .array:
      let first = steps.count
      let inner = try inside(place.level, index)
      for element in document.elements(of: index) { steps.append(.value(element, inner)) }
      steps.append(.node(node(.set, UInt32(truncatingIfNeeded: document.count(of: index)), at: index)))
      steps[first...].reverse()
    case .object:
      try readObject(index, at: place)
    }
  }

  private mutating func append(_ operation: Node.Operation, _ operand: UInt32, at index: JSONDocument.Index) {
    tree.nodes.append(Node(operation: operation, operand: operand, start: start(of: index), end: end(of: index)))
  }

  private mutating func readObject(_ index: JSONDocument.Index, at place: Place) throws(JSONFailure) {
    if let escaped = document.member("__entity", of: index) {
      try expectCount(1, of: index, "an object with `__entity`", ["__entity"])
      let entity = try plainEntity(escaped)
      tree.nodes.append(node(.entity, entity, at: index))
      return
    }
    if let call = document.member("__extn", of: index) {
      try expectCount(1, of: index, "an object with `__extn`", ["__extn"])
      return try readCall(call, at: place)
    }
    if document.isExpressionEscape(index) {
      throw JSONFailure.expressionEscape(at: document.offset(of: index))
    }
    let first = steps.count
    let inner = try inside(place.level, index)
    let attributes = sortedMembers(of: index)
    for attribute in attributes { steps.append(.value(attribute.value, inner)) }
    steps.append(.node(node(.record, tree.list(attributes.map { tree.string($0.name) }), at: index)))
    steps[first...].reverse()
  }

  /// `{"fn": name, "arg": value}` or `{"fn": name, "args": [value, …]}`; other members mean nothing, nor does `args`
  /// beside `arg`.
  private mutating func readCall(_ index: JSONDocument.Index, at place: Place) throws(JSONFailure) {
    let argument = document.member("arg", of: index)
    let arguments = document.member("args", of: index)
    guard document.kind(of: index) == .object, let name = document.member("fn", of: index),
      argument != nil || arguments.map(document.kind) == .array
    else {
      throw failure(.form, "an extension value is `{\"fn\": name, \"arg\": value}`", at: index)
    }
    try refuseForeignNumber(in: index)
    guard let function = document.string(at: name).flatMap(ExtensionFunction.init(name:)) else {
      throw failure(.policy, "there is no extension function \(shown(name))", at: name)
    }
    let first = steps.count
    let places = try argumentPlaces(function, level: place.level, index)
    let list = argument.map { [$0] } ?? arguments.map { Array(document.elements(of: $0)) } ?? []
    let call = try callNode(function, arguments: list.count, at: name)
    for (number, argument) in list.enumerated() {
      steps.append(.value(argument, number == 0 ? places.first : places.others))
    }
    steps.append(.node(call))
    steps[first...].reverse()
  }
}
