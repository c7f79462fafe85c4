// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Reads declarations in Cedar's JSON ("JSON schema format" in Cedar's documentation) from one text.
///
/// Names that refer to one kind of type only, which Cedar's syntax does not have, keep their kind.
/// `SchemaReader+Type.swift` reads types.
struct SchemaReader {
  let document: JSONDocument
  var syntax: SchemaSyntax
  /// The index of this text in `syntax.sources`.
  private let source: Int

  // Scratch of the type reader.
  var steps: [TypeStep] = []
  var built: [Int] = []

  /// Reads on behind the texts that `syntax` holds already.
  init(_ input: SourceInput, into syntax: consuming SchemaSyntax) throws(JSONFailure) {
    do throws(JSONError) {
      document = try JSONDocument(parsing: input.bytes, maximumDepth: 2 * Nesting.limit + 16)
    } catch {
      throw JSONFailure(error)
    }
    source = syntax.sources.count
    self.syntax = syntax
    self.syntax.sources.append(SourceText(name: input.name, bytes: input.bytes))
  }

  mutating func read() throws(JSONFailure) {
    guard document.kind(of: document.root) == .object else {
      throw failure("a schema in JSON is an object of namespaces", at: document.root)
    }
    for (key, value) in document.members(of: document.root) { try namespace(key, value) }
  }

  private mutating func namespace(_ key: JSONDocument.Index, _ value: JSONDocument.Index) throws(JSONFailure) {
    let name = document.string(at: key) ?? ""
    guard name.isEmpty || Identifier.isNormalizedPath(name) else {
      throw failure("\(shown(key)) is not the name of a namespace", at: key)
    }
    let what = "a namespace"
    try expectMembers(["commonTypes", "entityTypes", "actions", "annotations"], of: value, what)
    syntax.namespaces.append(SchemaSyntax.Namespace(name: name, annotations: try annotations(of: value)))
    if let types = document.member("commonTypes", of: value) {
      for (key, type) in try members(types, "commonTypes") { try commonType(key, type, in: name) }
    }
    for (key, type) in try members(member("entityTypes", of: value, what), "entityTypes") {
      try entityType(key, type, in: name)
    }
    for (key, action) in try members(member("actions", of: value, what), "actions") {
      try self.action(key, action, in: name)
    }
  }

  // MARK: Declarations

  private mutating func commonType(
    _ key: JSONDocument.Index,
    _ value: JSONDocument.Index,
    in namespace: String
  ) throws(JSONFailure) {
    let name = try identifier(key, "the name of a common type")
    if SchemaParser.builtInTypes.contains(name.text) {
      throw failure("a common type cannot be named `\(name.text)`, which is a type of the language", at: key)
    }
    let type = try type(value, .commonType)
    let annotations = try annotations(of: value)
    syntax.commonTypes.append(
      SchemaSyntax.CommonType(namespace: namespace, name: name, type: type, annotations: annotations)
    )
  }

  private mutating func entityType(
    _ key: JSONDocument.Index,
    _ value: JSONDocument.Index,
    in namespace: String
  ) throws(JSONFailure) {
    let name = try identifier(key, "the name of an entity type")
    if name.text.hasSameScalars(as: "Action") {
      throw failure("an entity type cannot be named `Action`: actions stand in `actions`", at: key)
    }
    var entity = SchemaSyntax.EntityDeclaration(namespace: namespace, names: [name])
    let what = "an entity type"
    if let ids = document.member("enum", of: value) {
      try expectMembers(["enum", "annotations"], of: value, "an enumerated entity type")
      let texts = try strings(ids, "enum")
      guard !texts.isEmpty else { throw failure("`enum` has one id or more", at: ids) }
      entity.enumeration = texts.map(\.text)
    } else {
      try expectMembers(["memberOfTypes", "shape", "tags", "annotations"], of: value, what)
      if let parents = document.member("memberOfTypes", of: value) {
        entity.parents = try typeNames(parents, "memberOfTypes")
      }
      if let shape = document.member("shape", of: value) { entity.attributes = try type(shape, .plain) }
      if let tags = document.member("tags", of: value) { entity.tags = try type(tags, .plain) }
    }
    entity.annotations = try annotations(of: value)
    syntax.entities.append(entity)
  }

  private mutating func action(
    _ key: JSONDocument.Index,
    _ value: JSONDocument.Index,
    in namespace: String
  ) throws(JSONFailure) {
    let name = SchemaSyntax.Name(text: document.string(at: key) ?? "", place: place(key))
    try expectMembers(["appliesTo", "memberOf", "attributes", "annotations"], of: value, "an action")
    if let attributes = document.member("attributes", of: value), document.kind(of: attributes) != .null {
      throw failure("actions have no attributes", at: attributes)
    }
    var action = SchemaSyntax.ActionDeclaration(namespace: namespace, names: [name])
    action.annotations = try annotations(of: value)
    if let groups = document.member("memberOf", of: value), document.kind(of: groups) != .null {
      for group in try elements(groups, "memberOf") { action.parents.append(try actionReference(group)) }
    }
    if let application = document.member("appliesTo", of: value), document.kind(of: application) != .null {
      let what = "`appliesTo`"
      try expectMembers(["principalTypes", "resourceTypes", "context"], of: application, what)
      let principals = try typeNames(member("principalTypes", of: application, what), "principalTypes")
      let resources = try typeNames(member("resourceTypes", of: application, what), "resourceTypes")
      var context: SchemaSyntax.TypeExpression?
      if let member = document.member("context", of: application) { context = try type(member, .plain) }
      action.application = SchemaSyntax.Application(principals: principals, resources: resources, context: context)
    }
    syntax.actions.append(action)
  }

  /// `{"id": "all"}` or `{"id": "all", "type": "Clinic::Action"}`.
  private func actionReference(_ index: JSONDocument.Index) throws(JSONFailure) -> SchemaSyntax.ActionReference {
    let what = "a group of actions"
    try expectMembers(["id", "type"], of: index, what)
    let idIndex = try member("id", of: index, what)
    guard let id = document.string(at: idIndex) else { throw failure("`id` is a string", at: idIndex) }
    var type: String?
    if let member = document.member("type", of: index), document.kind(of: member) != .null {
      type = try path(member, "the type of an action").text
    }
    return SchemaSyntax.ActionReference(type: type, id: id, place: place(index))
  }

  // MARK: Parts

  /// Annotations, `{"name": "value"}`, the value `null` where one has none.
  func annotations(of index: JSONDocument.Index) throws(JSONFailure) -> [SchemaSyntax.Annotation] {
    guard let member = document.member("annotations", of: index) else { return [] }
    var annotations: [SchemaSyntax.Annotation] = []
    for (key, value) in try members(member, "annotations") {
      let name = document.string(at: key) ?? ""
      guard Identifier.isIdentifier(name) else {
        throw failure("\(shown(key)) is not the name of an annotation, an identifier", at: key)
      }
      let text = document.string(at: value)
      guard text != nil || document.kind(of: value) == .null else {
        throw failure("the value of an annotation is a string or null", at: value)
      }
      annotations.append(SchemaSyntax.Annotation(name: name, value: text))
    }
    return annotations
  }

  private func typeNames(_ index: JSONDocument.Index, _ name: String) throws(JSONFailure) -> [SchemaSyntax.Name] {
    var names: [SchemaSyntax.Name] = []
    for element in try elements(index, name) { names.append(try path(element, "the name of an entity type")) }
    return names
  }

  private func strings(_ index: JSONDocument.Index, _ name: String) throws(JSONFailure) -> [SchemaSyntax.Name] {
    var strings: [SchemaSyntax.Name] = []
    for element in try elements(index, name) {
      guard let text = document.string(at: element) else {
        throw failure("`\(name)` is an array of strings", at: element)
      }
      strings.append(SchemaSyntax.Name(text: text, place: place(element)))
    }
    return strings
  }

  // MARK: Small steps

  func place(_ index: JSONDocument.Index) -> SchemaSyntax.Place {
    let start = document.offset(of: index)
    // The end of what is long is not looked for.
    let end = document.kind(of: index) == .string ? document.end(of: index) : start + 1
    return SchemaSyntax.Place(source: source, span: SourceSpan(start, end))
  }

  /// An identifier that is not reserved.
  private func identifier(_ index: JSONDocument.Index, _ what: String) throws(JSONFailure) -> SchemaSyntax.Name {
    let text = document.string(at: index) ?? ""
    guard CedarText.isPlain(text) else {
      throw failure("\(shown(index)) is not \(what), an identifier that is not reserved", at: index)
    }
    return SchemaSyntax.Name(text: text, place: place(index))
  }

  /// A path of identifiers; `__cedar` begins those of the types of the language.
  func path(_ index: JSONDocument.Index, _ what: String) throws(JSONFailure) -> SchemaSyntax.Name {
    let text = document.string(at: index) ?? ""
    let rest = text.utf8.starts(with: "__cedar::".utf8) ? String(text.dropFirst("__cedar::".count)) : text
    guard Identifier.isNormalizedPath(rest) else { throw failure("\(shown(index)) is not \(what)", at: index) }
    return SchemaSyntax.Name(text: text, place: place(index))
  }

  func failure(_ message: String, at index: JSONDocument.Index) -> JSONFailure {
    JSONFailure(.form, message, at: document.offset(of: index))
  }

  func shown(_ index: JSONDocument.Index) -> String { Schema.shown(document.string(at: index) ?? "") }

  func members(
    _ index: JSONDocument.Index,
    _ name: String
  ) throws(JSONFailure) -> JSONDocument.MemberSequence {
    guard document.kind(of: index) == .object else { throw failure("`\(name)` is an object", at: index) }
    return document.members(of: index)
  }

  private func elements(
    _ index: JSONDocument.Index,
    _ name: String
  ) throws(JSONFailure) -> JSONDocument.ElementSequence {
    guard document.kind(of: index) == .array else { throw failure("`\(name)` is an array", at: index) }
    return document.elements(of: index)
  }

  func member(
    _ name: String,
    of index: JSONDocument.Index,
    _ what: String
  ) throws(JSONFailure) -> JSONDocument.Index {
    guard document.kind(of: index) == .object else { throw failure("\(what) is an object", at: index) }
    guard let member = document.member(name, of: index) else {
      throw failure("the member `\(name)` of \(what) is missing", at: index)
    }
    return member
  }

  /// That an object has no members but these.
  func expectMembers(_ names: [String], of index: JSONDocument.Index, _ what: String) throws(JSONFailure) {
    guard document.kind(of: index) == .object else { throw failure("\(what) is an object", at: index) }
    for (key, _) in document.members(of: index) where !names.contains(where: { document.string(at: key, equals: $0) }) {
      let near = Suggestion.nearest(to: document.string(at: key) ?? "", among: names)
      throw JSONFailure(
        .form,
        "\(what) has no member \(shown(key))",
        help: near.map { "did you mean `\($0)`?" } ?? "the members are \(names.joined(separator: ", "))",
        at: document.offset(of: key)
      )
    }
  }
}
