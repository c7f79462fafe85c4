// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// A step that is left to take for a type in JSON.
enum TypeStep {
  case read(JSONDocument.Index, SchemaReader.Role, level: Int)
  case endSet
  /// The attributes of a record whose types have been built.
  case endRecord([SchemaSyntax.Attribute])
}

/// Types, read with a stack of steps instead of recursion.
extension SchemaReader {
  /// The place of a type, which says what its object may hold besides.
  enum Role {
    case plain, commonType, attribute

    var members: [String] {
      switch self {
      case .plain: ["type"]
      case .commonType: ["type", "annotations"]
      case .attribute: ["type", "required", "annotations"]
      }
    }
  }

  mutating func type(
    _ index: JSONDocument.Index,
    _ role: Role
  ) throws(JSONFailure) -> SchemaSyntax.TypeExpression {
    let first = syntax.types.count
    built.removeAll(keepingCapacity: true)
    steps = [.read(index, role, level: 0)]
    while let step = steps.popLast() {
      switch step {
      case .read(let index, let role, let level): try read(index, role, level: level)
      case .endSet:
        if let element = built.popLast() { append(.set(element)) }
      case .endRecord(var attributes):
        let types = Array(built.suffix(attributes.count))
        for (position, type) in zip(attributes.indices, types) { attributes[position].type = type }
        built.removeLast(types.count)
        append(.record(attributes.sorted { $0.name.text.scalarOrder(comparedTo: $1.name.text) < 0 }))
      }
    }
    return first..<syntax.types.count
  }

  private mutating func append(_ node: SchemaSyntax.TypeNode) {
    built.append(syntax.types.count)
    syntax.types.append(node)
  }

  private mutating func read(_ index: JSONDocument.Index, _ role: Role, level: Int) throws(JSONFailure) {
    let what = "a type"
    let kind = try member("type", of: index, what)
    guard let name = document.string(at: kind) else { throw failure("`type` is a string", at: kind) }
    guard level <= Nesting.limit else {
      throw failure("the type is nested deeper than \(Nesting.limit) levels", at: index)
    }
    switch name {
    case "Long", "String", "Boolean":
      try expectMembers(role.members, of: index, "the type `\(name)`")
      let text = name == "Boolean" ? "Bool" : name
      append(.name(SchemaSyntax.Name(text: text, place: place(kind)), .language))
    case "Set":
      try expectMembers(role.members + ["element"], of: index, "a set")
      steps.append(.endSet)
      steps.append(.read(try member("element", of: index, "a set"), .plain, level: level + 1))
    case "Record":
      try readRecord(index, role, level: level)
    case "Entity":
      try appendNamed(index, role, "an entity's type", .entity)
    case "EntityOrCommon":
      try appendNamed(index, role, "the type `EntityOrCommon`", .any)
    case "Extension":
      try appendNamed(index, role, "an extension type", .language)
      if case .name(let name, _)? = syntax.types.last,
        !["ipaddr", "decimal", "datetime", "duration"].contains(name.text)
      {
        throw failure("there is no extension type \(Schema.shown(name.text))", at: index)
      }
    default:
      try expectMembers(role.members, of: index, "a common type's name")
      append(
        .name(try path(kind, "a type: Long, String, Boolean, Set, Record, Entity, Extension or a common type"), .common)
      )
    }
  }

  private mutating func appendNamed(
    _ index: JSONDocument.Index,
    _ role: Role,
    _ what: String,
    _ reference: SchemaSyntax.Reference
  ) throws(JSONFailure) {
    try expectMembers(role.members + ["name"], of: index, what)
    append(.name(try path(member("name", of: index, what), "the name of a type"), reference))
  }

  private mutating func readRecord(_ index: JSONDocument.Index, _ role: Role, level: Int) throws(JSONFailure) {
    let what = "a record"
    try expectMembers(role.members + ["attributes", "additionalAttributes"], of: index, what)
    if let additional = document.member("additionalAttributes", of: index),
      document.boolean(at: additional) != false
    {
      throw failure("`additionalAttributes` is false: records have the attributes that are declared", at: additional)
    }
    var attributes: [SchemaSyntax.Attribute] = []
    var reading: [TypeStep] = []
    for (key, value) in try members(member("attributes", of: index, what), "attributes") {
      var isRequired = true
      if let required = document.member("required", of: value) {
        guard let flag = document.boolean(at: required) else {
          throw failure("`required` is true or false", at: required)
        }
        isRequired = flag
      }
      let name = SchemaSyntax.Name(text: document.string(at: key) ?? "", place: place(key))
      let annotations = try annotations(of: value)
      attributes.append(SchemaSyntax.Attribute(name: name, isRequired: isRequired, annotations: annotations))
      reading.append(.read(value, .attribute, level: level + 1))
    }
    steps.append(.endRecord(attributes))
    steps += reading.reversed()
  }
}
