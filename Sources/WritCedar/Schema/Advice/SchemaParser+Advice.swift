// SPDX-License-Identifier: Apache-2.0

/// Errors of schemas: declarations, types, and what an action applies to.
extension SchemaParser {
  // MARK: Declarations

  static let entityForm = "the order is `entity Name in [Parents] = { … } tags Type;`"
  static let actionForm =
    "the order is `action name in [Groups] appliesTo { principal: User, resource: Photo, context: { … } };`"

  /// No declaration begins at the current token.
  func noDeclaration(in namespace: Bool) -> Diagnostic {
    parser.unexpected(
      "`entity`, `action`, `type`\(namespace ? " or `}`" : " or `namespace`")",
      help: declarationAdvice()
    )
  }

  private func declarationAdvice() -> String? {
    switch parser.token.kind {
    case .slash, .less: return "a comment starts with `//`"
    case .minus where parser.isAtDashes: return "a comment starts with `//`"
    case .leftBrace:
      return
        "a schema in JSON starts with its `{`, without comments; in Cedar's syntax it is written as in `entity User;`"
    case .identifier: break
    default: return "a schema consists of declarations, as in `entity User;`"
    }
    let name = parser.text(of: parser.token)
    switch ForeignWord.folded(name) {
    case "permit", "forbid": return "policies stand in a text of their own"
    case "class", "struct", "model", "table", "resource", "principal", "interface", "entities", "entitytype", "object",
      "definition", "user":
      return "an entity type is declared with `entity`, as in `entity User;`"
    case "enum": return "an enumerated type is written `entity Name enum [\"a\", \"b\"];`"
    case "typealias", "typedef", "alias", "commontype": return "a common type is written `type Name = { … };`"
    case "actions", "permission", "operation", "verb":
      return "an action is declared with `action`, as in `action view;`"
    case "import", "include", "using", "package", "module":
      return "schemas are not imported; give all their texts, each with its `namespace Name { … }`"
    case "relation", "define", "schema": return "membership is declared with `in`, as in `entity User in [Group];`"
    default: break
    }
    let keywords = ["entity", "action", "type", "namespace"]
    return Suggestion.nearest(to: name, among: keywords).map { "did you mean `\($0)`?" }
      ?? "a schema consists of declarations, as in `entity User;`"
  }

  /// A declaration goes on neither with what it may have nor with its `;`.
  ///
  /// Where the next declaration or the end follows, the `;` is missing behind the token before.
  func unfinished(_ declaration: String, _ expectation: String, help: String?) -> Diagnostic {
    let ends =
      parser.token.kind == .end || parser.token.kind == .rightBrace
      || (atDeclaration && parser.token.kind != .at) || (parser.token.kind == .at && parser.isFirstOnItsLine)
    guard ends else { return parser.unexpected(expectation, help: help) }
    return parser.diagnostic(
      "the declaration of \(declaration) does not end with `;`",
      help: "add `;` here",
      at: SourceSpan(parser.previousEnd, parser.previousEnd)
    )
  }

  /// Whether the current token is a `|`, which policies know as a mistyped `||`.
  var isAtBar: Bool {
    parser.token.kind == .invalid && parser.source.bytes[Int(parser.token.start)] == UInt8(ascii: "|")
  }

  private var word: String? {
    parser.token.kind == .identifier ? ForeignWord.folded(parser.text(of: parser.token)) : nil
  }

  /// Advises what to write behind an entity type's name, its parents or its attributes.
  func entityBodyAdvice(hasParents: Bool) -> String {
    switch parser.token.kind {
    case .doubleColon, .dot: return "a type of a namespace is declared in `namespace Name { … }`"
    case .comma where hasParents: return "several parents stand in brackets, `in [A, B]`"
    case .colon: return "attributes are written `entity Name { … };`, parents `entity Name in [Parent];`"
    case .leftParenthesis, .less: return "parents are written `in [Parent]`, attributes `{ name: Type }`"
    case .minus: return "a name consists of letters, digits and `_`"
    case .identifier: break
    default: return Self.entityForm
    }
    switch word {
    case "extends", "memberof", "memberoftypes", "parent", "parents", "isa", "inherits", "under", "of", "is":
      return "parents are written `in [Parent]`"
    case "attributes", "attrs", "with", "has", "shape": return "attributes are written `entity Name { name: Type };`"
    case "tag": return "did you mean `tags`?"
    default: return Self.entityForm
    }
  }

  /// Advises what to write for an entity type's name.
  func entityNameAdvice() -> String? {
    switch parser.token.kind {
    case .string: "the name of a type stands without quotes"
    case .leftBracket: "several types of one form are written `entity A, B;`"
    default: nil
    }
  }

  /// Advises what to write behind `enum`, or for one of its ids.
  func enumerationAdvice() -> String? {
    switch parser.token.kind {
    case .identifier:
      "ids stand in double quotes: `enum [\(CedarText.quoted(parser.shortened(parser.text(of: parser.token))))]`"
    case .leftBrace, .leftParenthesis, .string: "ids stand in brackets: `enum [\"a\", \"b\"]`"
    default: nil
    }
  }

  // MARK: Types

  /// Advises what to write where a type is expected.
  func typeAdvice() -> String? {
    switch parser.token.kind {
    case .leftBracket: "a set is written `Set<T>`"
    case .leftParenthesis: "a type stands without parentheses"
    case .string: "a type stands without quotes"
    case .question, .slot: "an optional attribute is written `name?: Type`"
    case .star: "every attribute has one type"
    case .colon: "write the type without `:`"
    default: nil
    }
  }

  /// Advises what to write behind an attribute's name.
  func attributeColonAdvice(_ name: String) -> String? {
    switch parser.token.kind {
    case .assign: return "an attribute is written `name: Type`"
    case .minus:
      let rest = parser.following(1)[0]
      guard rest.kind == .identifier else { return "a name with `-` stands in quotes" }
      let whole = parser.shortened("\(name)-\(parser.text(of: rest))")
      return "a name with `-` stands in quotes: `\(CedarText.quoted(whole)): …`"
    case .identifier, .leftBrace:
      if SchemaResolver.primitive(name) != nil || ForeignType.help(for: name) != nil, parser.token.kind == .identifier {
        return "the name stands before the type: `\(parser.shortened(parser.text(of: parser.token))): \(name)`"
      }
      return "an attribute is written `\(parser.shortened(name)): Type`"
    default: return nil
    }
  }

  /// Advises what to write for an attribute's name.
  func attributeNameAdvice() -> String? {
    switch parser.token.kind {
    case .slot: "an optional attribute is written `\(parser.text(of: parser.token).dropFirst().prefix(40))?: Type`"
    case .question: "an optional attribute is written `name?: Type`"
    case .comma: "remove the `,`"
    case .identifier: "a reserved word stands in quotes: `\"\(parser.text(of: parser.token))\": …`"
    case .integer: "a name that is not an identifier stands in quotes: `\"1st\": …`"
    default: nil
    }
  }

  /// Advises what to write behind an attribute's type.
  func attributeEndAdvice() -> String? {
    switch parser.token.kind {
    case .question: return "an optional attribute is written `name?: Type`"
    case .slot: return "an optional attribute is written `name?: Type`"
    case .leftBracket, .leftParenthesis: return "a set is written `Set<T>`"
    case .semicolon: return "attributes are separated by `,`, and the record is closed by `}`"
    case .assign: return "an attribute has no default value"
    case .identifier, .string:
      let before = parser.source.text(
        of: SourceSpan(Swift.max(0, Int(parser.previousEnd) - 3), Int(parser.previousEnd))
      )
      if before == "Set" { return "a set is written `Set<T>`" }
      if Int(parser.previousEnd) >= 8,
        parser.source.text(of: SourceSpan(Int(parser.previousEnd) - 8, Int(parser.previousEnd))) == "optional"
      {
        return "an optional attribute is written `name?: Type`"
      }
      return "attributes are separated by `,`"
    case .invalid where isAtBar: return "an attribute has one type; there are no unions"
    default: return nil
    }
  }

  // MARK: Actions

  /// Advises what to write behind an action's name.
  func actionBodyAdvice(hasGroups: Bool) -> String? {
    switch parser.token.kind {
    case .comma where hasGroups: return "several groups stand in brackets, `in [a, b]`"
    case .leftBrace, .colon: return "write `appliesTo { principal: User, resource: Photo }`"
    case .doubleColon: return "an action is declared by its name alone: `action view;`"
    case .minus: return "a name with `-` stands in quotes: `action \"view-photo\"`"
    case .identifier: break
    default: return Self.actionForm
    }
    switch word {
    case "appliesto", "applies", "applies_to", "on", "for", "applicableto":
      return "write `appliesTo { principal: User, resource: Photo }`"
    case "memberof", "extends", "parent", "parents", "group", "groups": return "groups are written `in [group]`"
    case "context": return "the context stands in `appliesTo { … , context: { … } }`"
    case "principal", "resource": return "write `appliesTo { principal: User, resource: Photo }`"
    default: return Self.actionForm
    }
  }

  /// Advises what to write for an action's name.
  func actionNameAdvice() -> String? {
    parser.token.kind == .leftBracket ? "several actions of one form are written `action view, edit;`" : nil
  }

  /// Advises what to write for a member of `appliesTo`.
  func applicationAdvice(after field: String?) -> String? {
    guard parser.token.kind == .identifier, let word else {
      return parser.token.kind == .string ? "the members stand without quotes: `principal: User`" : nil
    }
    switch word {
    case "principals", "principaltypes", "principaltype", "principal": return "did you mean `principal`?"
    case "resources", "resourcetypes", "resourcetype", "resource": return "did you mean `resource`?"
    case "contexts", "ctx", "context": return "did you mean `context`?"
    default:
      return field.map { "several types stand in brackets: `\($0): [User, Admin]`" }
    }
  }

  /// Advises what to write behind a type that an action applies to.
  func applicationEndAdvice() -> String? {
    switch parser.token.kind {
    case .semicolon: return "the members are separated by `,`"
    case .identifier: return "the members are separated by `,`"
    case .invalid where isAtBar: return "several types stand in brackets: `[User, Admin]`"
    default: return nil
    }
  }

  /// Advises what to write for an entity type that an action applies to, or that is a parent.
  func entityTypeAdvice() -> String? {
    switch parser.token.kind {
    case .string: "a type stands without quotes"
    case .star: "list the types: `[User, Admin]`"
    case .leftParenthesis, .leftBrace: "several types stand in brackets: `[User, Admin]`"
    default: nil
    }
  }
}
