// SPDX-License-Identifier: Apache-2.0

/// Writes declarations in Cedar's schema syntax (RFC 24), namespace by namespace.
///
/// A name that JSON lets refer to one kind of type only is written so that it refers to the same type here; where no
/// name does, that is an error.
struct SchemaPrinter {
  private let syntax: SchemaSyntax
  private var out = ""
  private var indent = ""
  private var namespace = ""
  private var problem: Diagnostic?

  // What is declared, under whole names.
  private var commonTypes: [ScalarText: SchemaSyntax.CommonType] = [:]
  private var entityTypes: Set<ScalarText> = []

  /// The length of a line from which a record is spread over several.
  private static let lineWidth = 100

  init(_ syntax: SchemaSyntax) {
    self.syntax = syntax
    for common in syntax.commonTypes {
      commonTypes[ScalarText(SchemaResolver.join(common.namespace, common.name.text))] = common
    }
    for entity in syntax.entities {
      for name in entity.names { entityTypes.insert(ScalarText(SchemaResolver.join(entity.namespace, name.text))) }
    }
  }

  mutating func text() throws(SyntaxError) -> String {
    for name in syntax.namespaceNames {
      namespace = name
      if !out.isEmpty { out += "\n" }
      guard !name.isEmpty else {
        declarations()
        continue
      }
      annotations(syntax.annotations(ofNamespace: name))
      line("namespace \(name) {")
      indent = "  "
      declarations()
      indent = ""
      line("}")
    }
    if let problem { throw SyntaxError([problem]) }
    return out
  }

  private mutating func line(_ text: String) { out += "\(indent)\(text)\n" }

  private mutating func annotations(_ annotations: [SchemaSyntax.Annotation]) {
    for annotation in annotations { line(Self.text(of: annotation)) }
  }

  private static func text(of annotation: SchemaSyntax.Annotation) -> String {
    "@\(annotation.name)" + (annotation.value.map { "(\(CedarText.quoted($0)))" } ?? "")
  }

  // MARK: Declarations

  private mutating func declarations() {
    for common in syntax.commonTypes where common.namespace.hasSameScalars(as: namespace) {
      annotations(common.annotations)
      line("type \(common.name.text) = \(type(common.type, after: common.name.text.utf8.count + 8));")
    }
    for entity in syntax.entities where entity.namespace.hasSameScalars(as: namespace) { self.entity(entity) }
    for action in syntax.actions where action.namespace.hasSameScalars(as: namespace) { self.action(action) }
  }

  private mutating func entity(_ entity: SchemaSyntax.EntityDeclaration) {
    annotations(entity.annotations)
    var text = "entity " + entity.names.map(\.text).joined(separator: ", ")
    if let ids = entity.enumeration {
      text += " enum [\(ids.map { CedarText.quoted($0) }.joined(separator: ", "))]"
    }
    if !entity.parents.isEmpty { text += " in \(list(entity.parents.map(\.text)))" }
    if let attributes = entity.attributes, let shape = record(attributes, of: entity) {
      text += " = \(type(shape, after: text.utf8.count + 3))"
    }
    if let tags = entity.tags { text += " tags \(type(tags, after: 6))" }
    line(text + ";")
  }

  /// The record that a shape is: in JSON it may be a common type, whose names have to mean the same here.
  private mutating func record(
    _ expression: SchemaSyntax.TypeExpression,
    of entity: SchemaSyntax.EntityDeclaration
  ) -> SchemaSyntax.TypeExpression? {
    var expression = expression
    var steps = 0
    while case .name(let name, _)? = syntax.types[expression].last {
      guard let common = commonType(name.text), steps < commonTypes.count else { return nil }
      guard common.namespace.hasSameScalars(as: entity.namespace) else {
        report("the attributes of an entity type are a common type of another namespace", at: name.place)
        return nil
      }
      expression = common.type
      steps += 1
    }
    return expression
  }

  private mutating func action(_ action: SchemaSyntax.ActionDeclaration) {
    annotations(action.annotations)
    var text = "action " + action.names.map { CedarText.key($0.text) }.joined(separator: ", ")
    if !action.parents.isEmpty {
      text +=
        " in "
        + list(
          action.parents.map { group in
            group.type.map { "\($0)::\(CedarText.quoted(group.id))" } ?? CedarText.key(group.id)
          }
        )
    }
    // Cedar's syntax has no empty lists: an action that applies to nothing has no `appliesTo`.
    if let application = action.application, !application.principals.isEmpty, !application.resources.isEmpty {
      text += " appliesTo {\n"
      text += "\(indent)  principal: \(list(application.principals.map(\.text))),\n"
      text += "\(indent)  resource: \(list(application.resources.map(\.text))),\n"
      if let context = application.context {
        let outer = indent
        indent += "  "
        text += "\(indent)context: \(type(context, after: 9)),\n"
        indent = outer
      }
      text += "\(indent)}"
    }
    line(text + ";")
  }

  private func list(_ names: [String]) -> String {
    names.count == 1 ? names[0] : "[\(names.joined(separator: ", "))]"
  }

  // MARK: Types

  /// The type's text, in one line where it fits.
  ///
  /// - Parameter after: the bytes that stand before it in its line.
  private mutating func type(_ expression: SchemaSyntax.TypeExpression, after: Int) -> String {
    let node = expression.upperBound - 1
    let line = text(of: node, isSpread: false, indent)
    guard indent.utf8.count + after + line.utf8.count > Self.lineWidth || hasAnnotations(expression) else {
      return line
    }
    return text(of: node, isSpread: true, indent)
  }

  private func hasAnnotations(_ expression: SchemaSyntax.TypeExpression) -> Bool {
    syntax.types[expression].contains { node in
      if case .record(let attributes) = node { attributes.contains { !$0.annotations.isEmpty } } else { false }
    }
  }

  /// The text of a type; calls nest as deep as the type was read, at most ``Nesting/limit`` levels.
  private mutating func text(of node: Int, isSpread: Bool, _ indent: String) -> String {
    guard syntax.types.indices.contains(node) else { return "{}" }
    switch syntax.types[node] {
    case .name(let name, let reference): return self.name(name, reference)
    case .set(let element): return "Set<\(text(of: element, isSpread: isSpread, indent))>"
    case .record(let attributes):
      if attributes.isEmpty { return "{}" }
      let inner = indent + "  "
      var parts: [String] = []
      for attribute in attributes {
        let annotations = attribute.annotations.map { Self.text(of: $0) + " " }.joined()
        let key = CedarText.key(attribute.name.text) + (attribute.isRequired ? "" : "?")
        parts.append("\(annotations)\(key): \(text(of: attribute.type, isSpread: isSpread, inner))")
      }
      guard isSpread else { return "{ \(parts.joined(separator: ", ")) }" }
      return "{\n" + parts.map { "\(inner)\($0),\n" }.joined() + "\(indent)}"
    }
  }

  // MARK: Names

  /// The name under which a type is found here: `__cedar::Long` where something declared hides `Long`.
  private mutating func name(_ name: SchemaSyntax.Name, _ reference: SchemaSyntax.Reference) -> String {
    switch reference {
    case .any: return name.text
    case .language: return isDeclared(name.text) ? "__cedar::\(name.text)" : name.text
    case .common:
      let isLanguage = commonType(name.text) == nil && SchemaResolver.primitive(name.text) != nil
      return isLanguage && isDeclared(name.text) ? "__cedar::\(name.text)" : name.text
    case .entity:
      if commonType(name.text) != nil {
        report(
          "`\(name.text)` is an entity type and a common type, of which Cedar's syntax finds the latter",
          at: name.place
        )
      }
      return name.text
    }
  }

  private func candidates(_ name: String) -> [ScalarText] {
    namespace.isEmpty || name.utf8.contains(UInt8(ascii: ":"))
      ? [ScalarText(name)] : [ScalarText(SchemaResolver.join(namespace, name)), ScalarText(name)]
  }

  private func commonType(_ name: String) -> SchemaSyntax.CommonType? {
    candidates(name).lazy.compactMap { commonTypes[$0] }.first
  }

  private func isDeclared(_ name: String) -> Bool {
    candidates(name).contains { commonTypes[$0] != nil || entityTypes.contains($0) }
  }

  private mutating func report(_ message: String, at place: SchemaSyntax.Place) {
    guard problem == nil, syntax.sources.indices.contains(place.source) else { return }
    problem = Diagnostic(
      message,
      help: "rename one of the types, or keep the schema in JSON",
      source: syntax.sources[place.source],
      span: place.span
    )
  }
}
