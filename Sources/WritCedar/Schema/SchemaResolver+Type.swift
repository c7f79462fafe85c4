// SPDX-License-Identifier: Apache-2.0

/// The declaration that the name of a type refers to.
private enum TypeReference {
  /// An index into the common types.
  case common(Int)
  case entity(EntityTypeName)
  case primitive(Schema.ValueType)
}

/// Types: names, and common types, which may refer to each other but not in circles.
extension SchemaResolver {
  static func primitive(_ name: String) -> Schema.ValueType? {
    switch name {
    case "Bool": .bool
    case "Long": .long
    case "String": .string
    case "ipaddr": .ip
    case "decimal": .decimal
    case "datetime": .datetime
    case "duration": .duration
    default: nil
    }
  }

  private static let primitiveNames = ["Bool", "Long", "String", "ipaddr", "decimal", "datetime", "duration"]

  private static let languageNamespace = "__cedar::"

  /// The whole names that a name may stand for: a path only itself, a plain name first that of its namespace.
  func candidates(_ name: String, in namespace: String) -> [String] {
    namespace.isEmpty || name.utf8.contains(UInt8(ascii: ":")) ? [name] : [Self.join(namespace, name), name]
  }

  /// In each namespace common types come before entity types; primitive and extension types come last.
  private func reference(
    _ name: String,
    _ kind: SchemaSyntax.Reference,
    in namespace: String
  ) -> TypeReference? {
    if kind == .language { return Self.primitive(name).map(TypeReference.primitive) }
    if kind != .entity, name.utf8.starts(with: Self.languageNamespace.utf8) {
      return Self.primitive(String(name.dropFirst(Self.languageNamespace.count))).map(TypeReference.primitive)
    }
    for candidate in candidates(name, in: namespace) {
      if kind != .entity, let common = commonTypes[ScalarText(candidate)] { return .common(common) }
      let type = EntityTypeName(checked: candidate)
      if kind != .common, entityPlaces[type] != nil || actionTypes.contains(type) { return .entity(type) }
    }
    return kind == .entity ? nil : Self.primitive(name).map(TypeReference.primitive)
  }

  // MARK: Building

  mutating func intern(_ type: Schema.ValueType) -> Schema.TypeIndex {
    if let index = interned[type] { return index }
    let index = Schema.TypeIndex(schema.types.count)
    schema.types.append(type)
    interned[type] = index
    return index
  }

  /// The type of an expression whose common types are resolved; a name that is not declared is reported.
  mutating func build(_ expression: SchemaSyntax.TypeExpression, in namespace: String) -> Schema.TypeIndex {
    var built: [Schema.TypeIndex] = []
    built.reserveCapacity(expression.count)
    // After a report the schema is never used, so anything may stand for the type.
    let unresolved = intern(.bool)
    func part(_ index: Int) -> Schema.TypeIndex {
      let position = index - expression.lowerBound
      return built.indices.contains(position) ? built[position] : unresolved
    }
    for node in syntax.types[expression] {
      switch node {
      case .name(let name, let kind):
        built.append(build(name, kind, in: namespace) ?? unresolved)
      case .set(let element):
        built.append(intern(.set(part(element))))
      case .record(let attributes):
        let resolved = attributes.map {
          Schema.Attribute(name: $0.name.text, type: part($0.type), isRequired: $0.isRequired)
        }
        built.append(intern(.record(resolved)))
      }
    }
    return built.last ?? unresolved
  }

  private mutating func build(
    _ name: SchemaSyntax.Name,
    _ kind: SchemaSyntax.Reference,
    in namespace: String
  ) -> Schema.TypeIndex? {
    switch reference(name.text, kind, in: namespace) {
    case .common(let number): return commonTypeIndices[number]
    case .entity(let type): return intern(.entity(type))
    case .primitive(let type): return intern(type)
    case nil:
      if !isFull {
        reportUndeclared(Self.noun(kind), name, help: typeHelp(name.text, kind, in: namespace))
      }
      return nil
    }
  }

  private static func noun(_ kind: SchemaSyntax.Reference) -> String {
    switch kind {
    case .any: "type"
    case .common: "common type"
    case .entity: "entity type"
    case .language: "type of the language"
    }
  }

  private func typeHelp(_ name: String, _ kind: SchemaSyntax.Reference, in namespace: String) -> String? {
    if kind == .common, case .entity? = reference(name, .entity, in: namespace) {
      return "`\(name)` is an entity type: write `{\"type\": \"EntityOrCommon\", \"name\": \"\(name)\"}`"
    }

    let names = entityPlaces.keys.lazy.map(\.description)
    // A declared type that is spelled alike comes before one that another language calls so.
    return suggestion(name, among: Array(names) + commonTypes.keys.map(\.string), in: namespace)
      ?? ForeignType.help(for: name) ?? suggestion(name, among: Self.primitiveNames, in: namespace)
  }

  /// `did you mean …?`: the same name of another namespace, or one spelled alike.
  func suggestion(_ name: String, among names: [String], in namespace: String) -> String? {
    let suffix = "::\(name)"
    if let elsewhere = names.filter({ $0.hasSuffix(suffix) }).min() { return "did you mean `\(elsewhere)`?" }
    // Within its own namespace a name is written without it.
    let prefix = "\(namespace)::"
    let visible = names.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    return Suggestion.nearest(to: name, among: visible).map { "did you mean `\($0)`?" }
  }

  mutating func reportUndeclared(_ what: String, _ name: SchemaSyntax.Name, help: String?) {
    report("the \(what) `\(name.text)` is not declared", help: help, at: name.place)
  }

  // MARK: Common types

  /// Resolves each common type after those it refers to, depth first with a stack of its own.
  mutating func resolveCommonTypes() {
    enum Mark: UInt8 { case new, open, done }
    let count = syntax.commonTypes.count
    commonTypeIndices = Array(repeating: nil, count: count)
    let references = syntax.commonTypes.map(commonTypes(referredToBy:))
    var marks = [Mark](repeating: .new, count: count)
    var path: [(type: Int, next: Int)] = []
    for root in 0..<count where marks[root] == .new {
      marks[root] = .open
      path.append((root, 0))
      while let (type, next) = path.last {
        guard next < references[type].count else {
          let common = syntax.commonTypes[type]
          commonTypeIndices[type] = build(common.type, in: common.namespace)
          marks[type] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let (reference, name) = references[type][next]
        switch marks[reference] {
        case .new:
          marks[reference] = .open
          path.append((reference, 0))
        case .open where isFull: break
        case .open:
          let start = path.lastIndex { $0.type == reference } ?? 0
          reportCycle(path[start...].map { syntax.commonTypes[$0.type].name.text }, at: name.place)
        case .done: break
        }
      }
    }
  }

  private func commonTypes(referredToBy common: SchemaSyntax.CommonType) -> [(Int, SchemaSyntax.Name)] {
    syntax.types[common.type].compactMap { node in
      guard case .name(let name, let kind) = node,
        case .common(let number)? = reference(name.text, kind, in: common.namespace)
      else {
        return nil
      }
      return (number, name)
    }
  }

  private mutating func reportCycle(_ names: [String], at place: Place) {
    let shown = names.count <= 5 ? names : names.prefix(4) + ["…"]
    let cycle = (shown + names.prefix(1)).map { $0 == "…" ? $0 : "`\($0)`" }.joined(separator: " → ")
    report("a common type contains itself: \(cycle)", help: "types are finite; refer to an entity instead", at: place)
  }
}
