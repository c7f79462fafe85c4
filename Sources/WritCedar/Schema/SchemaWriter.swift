// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Writes declarations in Cedar's JSON, namespace by namespace.
///
/// A name of Cedar's syntax, which may refer to a type of any kind, is written as `EntityOrCommon`, so that it refers
/// to the same one.
struct SchemaWriter {
  private let syntax: SchemaSyntax
  private var writer = JSONWriter()

  init(_ syntax: SchemaSyntax) { self.syntax = syntax }

  mutating func json() -> [UInt8] {
    writer.beginObject()
    for namespace in syntax.namespaceNames {
      writer.key(namespace)
      self.namespace(namespace)
    }
    writer.endObject()
    return writer.bytes
  }

  private mutating func namespace(_ name: String) {
    writer.beginObject()
    annotations(syntax.annotations(ofNamespace: name))
    let commonTypes = syntax.commonTypes.filter { $0.namespace.hasSameScalars(as: name) }
    if !commonTypes.isEmpty {
      writer.key("commonTypes")
      writer.beginObject()
      for common in commonTypes {
        writer.key(common.name.text)
        type(common.type, annotations: common.annotations)
      }
      writer.endObject()
    }
    writer.key("entityTypes")
    writer.beginObject()
    for entity in syntax.entities where entity.namespace.hasSameScalars(as: name) {
      for name in entity.names {
        writer.key(name.text)
        self.entity(entity)
      }
    }
    writer.endObject()
    writer.key("actions")
    writer.beginObject()
    for action in syntax.actions where action.namespace.hasSameScalars(as: name) {
      for name in action.names {
        writer.key(name.text)
        self.action(action)
      }
    }
    writer.endObject()
    writer.endObject()
  }

  private mutating func entity(_ entity: SchemaSyntax.EntityDeclaration) {
    writer.beginObject()
    annotations(entity.annotations)
    if let ids = entity.enumeration {
      writer.key("enum")
      writer.beginArray()
      for id in ids { writer.string(id) }
      writer.endArray()
    }
    if !entity.parents.isEmpty { names(entity.parents, "memberOfTypes") }
    if let attributes = entity.attributes {
      writer.key("shape")
      type(attributes)
    }
    if let tags = entity.tags {
      writer.key("tags")
      type(tags)
    }
    writer.endObject()
  }

  private mutating func action(_ action: SchemaSyntax.ActionDeclaration) {
    writer.beginObject()
    annotations(action.annotations)
    if !action.parents.isEmpty {
      writer.key("memberOf")
      writer.beginArray()
      for group in action.parents {
        writer.beginObject()
        if let type = group.type { writer.member("type", type) }
        writer.member("id", group.id)
        writer.endObject()
      }
      writer.endArray()
    }
    if let application = action.application {
      writer.key("appliesTo")
      writer.beginObject()
      names(application.principals, "principalTypes")
      names(application.resources, "resourceTypes")
      if let context = application.context {
        writer.key("context")
        type(context)
      }
      writer.endObject()
    }
    writer.endObject()
  }

  private mutating func names(_ names: [SchemaSyntax.Name], _ member: String) {
    writer.key(member)
    writer.beginArray()
    for name in names { writer.string(name.text) }
    writer.endArray()
  }

  private mutating func annotations(_ annotations: [SchemaSyntax.Annotation]) {
    guard !annotations.isEmpty else { return }
    writer.key("annotations")
    writer.beginObject()
    for annotation in annotations {
      writer.key(annotation.name)
      if let value = annotation.value { writer.string(value) } else { writer.null() }
    }
    writer.endObject()
  }

  // MARK: Types

  private mutating func type(
    _ expression: SchemaSyntax.TypeExpression,
    annotations: [SchemaSyntax.Annotation] = []
  ) {
    write(expression.upperBound - 1, isRequired: true, annotations)
  }

  /// Writes a type; calls nest as deep as the type was read, at most ``Nesting/limit`` levels.
  private mutating func write(_ node: Int, isRequired: Bool, _ annotations: [SchemaSyntax.Annotation]) {
    guard syntax.types.indices.contains(node) else { return writer.null() }
    writer.beginObject()
    switch syntax.types[node] {
    case .name(let name, let reference): write(name.text, reference)
    case .set(let element):
      writer.member("type", "Set")
      writer.key("element")
      write(element, isRequired: true, [])
    case .record(let attributes):
      writer.member("type", "Record")
      writer.key("attributes")
      writer.beginObject()
      for attribute in attributes {
        writer.key(attribute.name.text)
        write(attribute.type, isRequired: attribute.isRequired, attribute.annotations)
      }
      writer.endObject()
    }
    if !isRequired {
      writer.key("required")
      writer.boolean(false)
    }
    self.annotations(annotations)
    writer.endObject()
  }

  private mutating func write(_ name: String, _ reference: SchemaSyntax.Reference) {
    switch reference {
    case .common: writer.member("type", name)
    case .any, .entity:
      writer.member("type", reference == .any ? "EntityOrCommon" : "Entity")
      writer.member("name", name)
    case .language:
      switch name {
      case "Long", "String": writer.member("type", name)
      case "Bool": writer.member("type", "Boolean")
      default:
        writer.member("type", "Extension")
        writer.member("name", name)
      }
    }
  }
}

extension SchemaSyntax {
  /// The namespaces in the order in which they are opened, the empty one where it has declarations.
  var namespaceNames: [String] {
    var seen: Set<ScalarText> = []
    let all =
      namespaces.map(\.name) + commonTypes.map(\.namespace) + entities.map(\.namespace) + actions.map(\.namespace)
    return all.filter { seen.insert(ScalarText($0)).inserted }
  }

  /// The annotations of a namespace in all texts, each name once.
  func annotations(ofNamespace name: String) -> [Annotation] {
    var seen: Set<ScalarText> = []
    return namespaces.filter { $0.name.hasSameScalars(as: name) }.flatMap(\.annotations)
      .filter { seen.insert(ScalarText($0.name)).inserted }
  }
}
