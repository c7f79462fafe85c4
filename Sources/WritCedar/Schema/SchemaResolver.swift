// SPDX-License-Identifier: Apache-2.0

/// Makes a ``Schema`` of declarations: finds what every name refers to, and refuses what does not go together.
///
/// This file holds the tables of names and what may not be declared twice; `SchemaResolver+Type.swift` resolves types,
/// `SchemaResolver+Entity.swift` entity types and `SchemaResolver+Action.swift` actions.
struct SchemaResolver {
  typealias Place = SchemaSyntax.Place

  let syntax: SchemaSyntax
  var schema = Schema()
  private var problems: [(place: Place, diagnostic: Diagnostic)] = []

  // What is declared, under whole names.
  var commonTypes: [ScalarText: Int] = [:]
  var entityPlaces: [EntityTypeName: Place] = [:]
  var actionPlaces: [EntityUID: Place] = [:]
  /// The declaration of each action, an index into `syntax.actions`.
  var actionDeclarations: [EntityUID: Int] = [:]
  /// The types of the actions: `Action` in each namespace that declares one.
  var actionTypes: Set<EntityTypeName> = []

  /// Equal types stand in the table once, whatever they are called.
  var interned: [Schema.ValueType: Schema.TypeIndex] = [:]
  /// The types of `syntax.commonTypes`, as far as resolved.
  var commonTypeIndices: [Schema.TypeIndex?] = []

  init(_ syntax: SchemaSyntax) {
    self.syntax = syntax
  }

  /// - Throws: a ``SyntaxError`` with everything that is wrong.
  mutating func resolve() throws(SyntaxError) -> Schema {
    declareTypes()
    declareActions()
    refuseShadowing()
    resolveCommonTypes()
    resolveEntities()
    resolveActions()
    guard problems.isEmpty else {
      let ordered = problems.sorted {
        ($0.place.source, $0.place.span.start) < ($1.place.source, $1.place.span.start)
      }
      throw SyntaxError(ordered.prefix(SyntaxError.limit).map(\.diagnostic))
    }
    return schema
  }

  // MARK: Problems

  /// Whether there are more problems than will be told; what only finds more may stop.
  var isFull: Bool { problems.count >= SyntaxError.limit }

  mutating func report(_ message: String, help: String? = nil, at place: Place) {
    guard !isFull, syntax.sources.indices.contains(place.source) else { return }
    let source = syntax.sources[place.source]
    problems.append((place, Diagnostic(message, help: help, source: source, span: place.span)))
  }

  /// Whether something has been reported at a place.
  func hasReported(at place: Place) -> Bool {
    problems.contains { $0.place.source == place.source && $0.place.span == place.span }
  }

  func location(of place: Place) -> String {
    guard syntax.sources.indices.contains(place.source) else { return "" }
    return syntax.sources[place.source].location(of: place.span.start).description
  }

  // MARK: Declaring

  static func join(_ namespace: String, _ name: String) -> String {
    namespace.isEmpty ? name : "\(namespace)::\(name)"
  }

  static func action(_ id: String, in namespace: String) -> EntityUID {
    EntityUID(type: EntityTypeName(checked: join(namespace, "Action")), id: id)
  }

  private mutating func reportTwice(_ what: String, at place: Place, other: Place) {
    guard !isFull else { return }
    report(
      "\(what) is declared twice: the other is at \(location(of: other))",
      help: "remove one of the two",
      at: place
    )
  }

  private mutating func declareTypes() {
    for (number, common) in syntax.commonTypes.enumerated() {
      let name = Self.join(common.namespace, common.name.text)
      if let other = commonTypes.updateValue(number, forKey: ScalarText(name)) {
        reportTwice("the common type `\(name)`", at: common.name.place, other: syntax.commonTypes[other].name.place)
      }
    }
    for declaration in syntax.entities {
      for name in declaration.names {
        let type = EntityTypeName(checked: Self.join(declaration.namespace, name.text))
        if let other = entityPlaces.updateValue(name.place, forKey: type) {
          reportTwice("the entity type `\(type)`", at: name.place, other: other)
        }
      }
    }
  }

  private mutating func declareActions() {
    for (number, declaration) in syntax.actions.enumerated() {
      for name in declaration.names {
        let uid = Self.action(name.text, in: declaration.namespace)
        actionTypes.insert(uid.type)
        actionDeclarations[uid] = number
        if let other = actionPlaces.updateValue(name.place, forKey: uid) {
          reportTwice("the action \(uid)", at: name.place, other: other)
        }
      }
    }
  }

  /// A name of the empty namespace is visible in all others, and must mean the same there (RFC 70).
  private mutating func refuseShadowing() {
    for common in syntax.commonTypes where !common.namespace.isEmpty {
      refuseShadowing(common.name, in: common.namespace)
    }
    for declaration in syntax.entities where !declaration.namespace.isEmpty {
      for name in declaration.names { refuseShadowing(name, in: declaration.namespace) }
    }
    for declaration in syntax.actions where !declaration.namespace.isEmpty {
      for name in declaration.names {
        let uid = Self.action(name.text, in: declaration.namespace)
        let hidden = Self.action(name.text, in: "")
        guard !isFull, let other = actionPlaces[hidden] else { continue }
        report(
          "\(uid) hides \(hidden) at \(location(of: other))",
          help: "rename one of the two (RFC 70)",
          at: name.place
        )
      }
    }
  }

  private mutating func refuseShadowing(_ name: SchemaSyntax.Name, in namespace: String) {
    let other =
      entityPlaces[EntityTypeName(checked: name.text)]
      ?? commonTypes[ScalarText(name.text)].map { syntax.commonTypes[$0].name.place }
    guard !isFull, let other else { return }
    report(
      "`\(Self.join(namespace, name.text))` hides `\(name.text)` at \(location(of: other))",
      help: "rename one of the two (RFC 70)",
      at: name.place
    )
  }
}
