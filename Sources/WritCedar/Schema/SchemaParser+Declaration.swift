// SPDX-License-Identifier: Apache-2.0

/// Entity types, actions and common types.
extension SchemaParser {
  /// Names that would hide the language's own types, in JSON if not here.
  static let builtInTypes = ["Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String"]

  mutating func commonTypeDeclaration() throws(Diagnostic) {
    let annotations = annotationsAhead
    parser.advance()
    let name = try name("the common type's name")
    if Self.builtInTypes.contains(name.text) {
      throw parser.diagnostic(
        "a common type cannot be named `\(name.text)`",
        help: "the name belongs to a type of the language",
        at: name.place.span
      )
    }
    try expect(.assign, "`=` after the common type's name") { _ in "a common type is written `type Name = Type;`" }
    let type = try typeExpression()
    try end("the common type", "`;` after the type") { $0.attributeEndAdvice() }
    syntax.commonTypes.append(
      SchemaSyntax.CommonType(namespace: namespace, name: name, type: type, annotations: annotations)
    )
  }

  /// The `;` at the end of a declaration.
  private mutating func end(_ declaration: String, _ expectation: String, help: Advice) throws(Diagnostic) {
    guard parser.take(.semicolon) else { throw unfinished(declaration, expectation, help: help(self)) }
  }

  // MARK: Entity types

  mutating func entityDeclaration() throws(Diagnostic) {
    parser.advance()
    var names: [SchemaSyntax.Name] = []
    repeat {
      let name = try name("the entity type's name") { $0.entityNameAdvice() }
      if name.text == "Action" {
        throw parser.diagnostic(
          "an entity type cannot be named `Action`",
          help: "actions are declared with `action`",
          at: name.place.span
        )
      }
      names.append(name)
    } while parser.take(.comma)
    var entity = SchemaSyntax.EntityDeclaration(namespace: namespace, names: names, annotations: annotationsAhead)
    if parser.tokenIs("enum") {
      try enumeration(of: &entity)
    } else {
      try body(of: &entity)
    }
    syntax.entities.append(entity)
  }

  private mutating func enumeration(of entity: inout SchemaSyntax.EntityDeclaration) throws(Diagnostic) {
    parser.advance()
    try expect(.leftBracket, "`[` and the ids after `enum`") { $0.enumerationAdvice() }
    entity.enumeration = try list { (reader: inout SchemaParser) throws(Diagnostic) in
      guard reader.parser.token.kind == .string else {
        throw reader.parser.unexpected("an id, a string", help: reader.enumerationAdvice())
      }
      return try reader.parser.stringLiteral()
    }
    try end("the entity type", "`;` after the ids") { _ in
      "an enumerated type has no parents, attributes or tags (RFC 53)"
    }
  }

  private mutating func body(of entity: inout SchemaSyntax.EntityDeclaration) throws(Diagnostic) {
    var expected = "`in`, `=`, `{`, `tags` or `;`"
    if parser.tokenIs("in") {
      parser.advance()
      entity.parents = try typeNames("an entity type or `[` after `in`", mayBeEmpty: true)
      expected = "`=`, `{`, `tags` or `;` after the parents"
    }
    if parser.take(.assign) {
      guard parser.token.kind == .leftBrace else {
        throw parser.unexpected("`{` and the attributes after `=`", help: "attributes are written `{ name: Type }`")
      }
    }
    if parser.token.kind == .leftBrace {
      entity.attributes = try typeExpression()
      expected = "`tags` or `;` after the attributes"
    }
    if parser.tokenIs("tags") {
      parser.advance()
      entity.tags = try typeExpression("the tags' type")
      expected = "`;` after the tags' type"
    }
    let hasParents = !entity.parents.isEmpty
    try end("the entity type", expected) { $0.entityBodyAdvice(hasParents: hasParents) }
  }

  /// One type's name, or names in brackets.
  private mutating func typeNames(_ expectation: String, mayBeEmpty: Bool) throws(Diagnostic) -> [SchemaSyntax.Name] {
    guard parser.take(.leftBracket) else { return [try path(expectation) { $0.entityTypeAdvice() }] }
    if mayBeEmpty, parser.take(.rightBracket) { return [] }
    return try list { (reader: inout SchemaParser) throws(Diagnostic) in
      try reader.path("an entity type") { $0.entityTypeAdvice() }
    }
  }

  // MARK: Actions

  mutating func actionDeclaration() throws(Diagnostic) {
    parser.advance()
    var names: [SchemaSyntax.Name] = []
    repeat {
      names.append(try quotableName("the action's name") { $0.actionNameAdvice() })
    } while parser.take(.comma)
    var action = SchemaSyntax.ActionDeclaration(namespace: namespace, names: names, annotations: annotationsAhead)
    var expected = "`in`, `appliesTo` or `;`"
    if parser.tokenIs("in") {
      parser.advance()
      if parser.take(.leftBracket) {
        action.parents = try list { (reader: inout SchemaParser) throws(Diagnostic) in try reader.actionReference() }
      } else {
        action.parents = [try actionReference()]
      }
      expected = "`appliesTo` or `;` after the groups"
    }
    if parser.tokenIs("appliesTo") {
      action.application = try application()
      expected = "`;` after `appliesTo { … }`"
    }
    if parser.tokenIs("attributes") {
      // A relic of the language that the reference still reads: there are no attributes of actions.
      parser.advance()
      try parser.expect(.leftBrace, "`{` after `attributes`")
      try parser.expect(.rightBrace, "`}`") { _ in "actions have no attributes" }
      expected = "`;` after `attributes {}`"
    }
    let hasGroups = !action.parents.isEmpty
    try end("the action", expected) { $0.actionBodyAdvice(hasGroups: hasGroups) }
    syntax.actions.append(action)
  }

  /// `view`, `"view"` or `Clinic::Action::"view"`.
  private mutating func actionReference() throws(Diagnostic) -> SchemaSyntax.ActionReference {
    let start = parser.token.start
    let first = try quotableName("an action")
    guard parser.token.kind == .doubleColon, parser.source.bytes[Int(start)] != UInt8(ascii: "\"") else {
      return SchemaSyntax.ActionReference(type: nil, id: first.text, place: first.place)
    }
    var type = first.text
    while parser.take(.doubleColon) {
      if parser.token.kind == .string {
        let id = try parser.stringLiteral()
        return SchemaSyntax.ActionReference(
          type: type,
          id: id,
          place: place(SourceSpan(start, parser.previousEnd))
        )
      }
      type += "::" + (try name("an identifier or an action's id in quotes after `::`", mayBeCedar: true).text)
    }
    throw parser.unexpected(
      "`::` and the action's id",
      help: EntityAdvice.literal(for: type, .action).map { "write the action's id in double quotes: `\($0)`" }
    )
  }

  private mutating func application() throws(Diagnostic) -> SchemaSyntax.Application {
    let start = parser.token.start
    parser.advance()
    try expect(.leftBrace, "`{` after `appliesTo`") { _ in "write `appliesTo { principal: User, resource: Photo }`" }
    openBraces += 1
    var principals: [SchemaSyntax.Name]?
    var resources: [SchemaSyntax.Name]?
    var context: SchemaSyntax.TypeExpression?
    var last: String?
    repeat {
      // A comma may stand before the closing brace, but not alone.
      if parser.token.kind == .rightBrace, principals != nil || resources != nil || context != nil { break }
      if parser.tokenIs("principal") {
        try field("principal", isRepeated: principals != nil)
        principals = try appliedTypes("principal")
        last = "principal"
      } else if parser.tokenIs("resource") {
        try field("resource", isRepeated: resources != nil)
        resources = try appliedTypes("resource")
        last = "resource"
      } else if parser.tokenIs("context") {
        try field("context", isRepeated: context != nil)
        context = try contextType()
      } else {
        throw parser.unexpected("`principal`, `resource` or `context`", help: applicationAdvice(after: last))
      }
    } while parser.take(.comma)
    try expect(.rightBrace, "`,` or `}`") { $0.applicationEndAdvice() }
    openBraces -= 1
    guard let principals, let resources else {
      throw parser.diagnostic(
        "`appliesTo` lacks `\(principals == nil ? "principal" : "resource")`",
        help: "an action that applies to nothing has no `appliesTo`",
        at: SourceSpan(start, parser.previousEnd)
      )
    }
    return SchemaSyntax.Application(principals: principals, resources: resources, context: context)
  }

  private mutating func field(_ name: String, isRepeated: Bool) throws(Diagnostic) {
    if isRepeated { throw parser.diagnostic("`\(name)` occurs twice", help: "remove one", at: parser.token.span) }
    parser.advance()
    try parser.expect(.colon, "`:` after `\(name)`") { _ in "write `\(name): Type`" }
  }

  private mutating func appliedTypes(_ field: String) throws(Diagnostic) -> [SchemaSyntax.Name] {
    let start = parser.token.start
    let types = try typeNames("an entity type or `[` after `\(field):`", mayBeEmpty: true)
    if types.isEmpty {
      throw parser.diagnostic(
        "`\(field)` is an empty list",
        help: "an action that applies to nothing has no `appliesTo` (RFC 55)",
        at: SourceSpan(start, parser.previousEnd)
      )
    }
    return types
  }

  private mutating func contextType() throws(Diagnostic) -> SchemaSyntax.TypeExpression {
    let expectation = "a record or a common type after `context:`"
    if parser.token.kind == .leftBrace { return try typeExpression() }
    let first = syntax.types.count
    syntax.types.append(.name(try path(expectation), .any))
    return first..<syntax.types.count
  }
}
