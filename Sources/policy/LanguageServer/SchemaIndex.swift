// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// The places where the entity types, actions, common types and attributes of a schema are declared.
struct SchemaIndex {
  let schema: Schema
  private var types: [ScalarText: SchemaSyntax.Place] = [:]
  private var actions: [EntityUID: SchemaSyntax.Place] = [:]
  private var attributes: [ScalarText: [SchemaSyntax.Place]] = [:]

  init(_ schema: Schema) {
    self.schema = schema
    let syntax = schema.declarations.syntax
    func qualified(_ namespace: String, _ name: String) -> String { namespace.isEmpty ? name : "\(namespace)::\(name)" }
    for type in syntax.commonTypes { types[ScalarText(qualified(type.namespace, type.name.text))] = type.name.place }
    for entity in syntax.entities {
      for name in entity.names { types[ScalarText(qualified(entity.namespace, name.text))] = name.place }
    }
    for action in syntax.actions {
      for name in action.names {
        guard let type = EntityTypeName(qualified(action.namespace, "Action")) else { continue }
        actions[EntityUID(type: type, id: name.text)] = name.place
      }
    }
    for case .record(let record) in syntax.types {
      for attribute in record { attributes[ScalarText(attribute.name.text), default: []].append(attribute.name.place) }
    }
  }

  /// The places at which a symbol is declared.
  func places(of symbol: SourceSymbol) -> [SchemaSyntax.Place] {
    switch symbol {
    case .type(let name): types[ScalarText(name)].map { [$0] } ?? []
    case .entity(let uid):
      (uid.isAction ? actions[uid] : types[ScalarText(uid.type.description)]).map { [$0] } ?? []
    case .attribute(let name): attributes[ScalarText(name)] ?? []
    case .id: []
    }
  }

  func source(of place: SchemaSyntax.Place) -> SourceText { schema.declarations.syntax.sources[place.source] }

  /// The longest declaration shown, in bytes.
  private static let maximumShown = 2000

  /// The declaration at a place as it is written: from the comment lines above to the end of the attribute or
  /// declaration.
  func declaration(at place: SchemaSyntax.Place, isAttribute: Bool) -> String {
    let bytes = source(of: place).bytes
    func isEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
    var start = place.span.start
    while start > 0, !isEnd(bytes[start - 1]), bytes[start - 1] != UInt8(ascii: ";") { start -= 1 }
    // Comments and annotations stand above.
    while start > 0 {
      var above = start - 1
      while above > 0, !isEnd(bytes[above - 1]) { above -= 1 }
      let line = bytes[above..<start].drop { $0 == 0x20 || $0 == 0x09 }
      guard line.starts(with: "//".utf8) || line.starts(with: "@".utf8) else { break }
      start = above
    }
    var end = place.span.end
    var depth = 0
    while end < bytes.count, end - start < Self.maximumShown {
      let byte = bytes[end]
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "<") { depth += 1 }
      if byte == UInt8(ascii: "}") || byte == UInt8(ascii: ">") { depth -= 1 }
      if depth < 0 || byte == UInt8(ascii: ";")
        || (isAttribute && depth == 0 && (byte == UInt8(ascii: ",") || isEnd(byte)))
      {
        break
      }
      end += 1
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    return String(text.drop { $0.isWhitespace })
  }

  // MARK: Names

  var entityTypeNames: [String] { schema.entityTypes.keys.map(\.description).sorted() }
  var actionLiterals: [String] { schema.actions.keys.map(\.description).sorted() }
  var attributeNames: [String] { attributes.keys.map(\.string).sorted() }
}
