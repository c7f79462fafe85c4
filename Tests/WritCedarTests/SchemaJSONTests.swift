// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Schemas in JSON (I, attacks P17, P20)")
struct SchemaJSONTests {
  /// A namespace `N` with these members of its objects, `U` where no entity types are given.
  private static func text(
    entityTypes: String = "\"U\": {}",
    actions: String = "",
    commonTypes: String = "",
    namespace: String = "N",
    more: String = ""
  ) -> String {
    """
    {"\(namespace)": {"entityTypes": {\(entityTypes)}, "actions": {\(actions)}, "commonTypes": {\(commonTypes)}\(more)}}
    """
  }

  private static func attribute(_ type: String, commonTypes: String = "") -> String {
    text(
      entityTypes: "\"U\": {\"shape\": {\"type\": \"Record\", \"attributes\": {\"a\": \(type)}}}",
      commonTypes: commonTypes
    )
  }

  private static func applies(_ application: String, commonTypes: String = "") -> String {
    text(actions: "\"v\": {\"appliesTo\": \(application)}", commonTypes: commonTypes)
  }

  private static let record = "\"C\": {\"type\": \"Record\", \"attributes\": {}}"
  private static let all = "\"principalTypes\": [\"U\"], \"resourceTypes\": [\"U\"]"

  /// Schemas that the reference reads, asked of it one by one.
  static let accepted: [String] = [
    "{}", text(), text(namespace: ""), text(namespace: "permit::when"), text(entityTypes: "\"Set\": {}"),
    text(entityTypes: "\"U\": {\"shape\": {\"type\": \"C\"}}", commonTypes: record),
    text(entityTypes: "\"U\": {\"shape\": {\"type\": \"EntityOrCommon\", \"name\": \"C\"}}", commonTypes: record),
    text(
      entityTypes: "\"U\": {\"shape\": {\"type\": \"Record\", \"attributes\": {}, \"additionalAttributes\": false}}"
    ),
    attribute("{\"type\": \"Long\", \"required\": false}"),
    attribute("{\"type\": \"Long\", \"annotations\": {\"b\": \"\", \"c\": null}}"),
    text(entityTypes: "\"U\": {\"annotations\": {\"a\": \"x\"}}", more: ", \"annotations\": {\"d\": \"y\"}"),
    attribute("{\"type\": \"Set\", \"element\": {\"type\": \"Long\"}}"),
    attribute("{\"type\": \"Entity\", \"name\": \"U\"}"), attribute("{\"type\": \"Entity\", \"name\": \"N::U\"}"),
    attribute("{\"type\": \"Extension\", \"name\": \"ipaddr\"}"), attribute("{\"type\": \"ipaddr\"}"),
    attribute("{\"type\": \"__cedar::Long\"}"), attribute("{\"type\": \"Bool\"}"), attribute("{\"type\": \"Boolean\"}"),
    attribute("{\"type\": \"EntityOrCommon\", \"name\": \"U\"}"),
    attribute("{\"type\": \"EntityOrCommon\", \"name\": \"Long\"}"),
    text(commonTypes: "\"ipaddr\": {\"type\": \"Long\"}, \"EntityOrCommon\": {\"type\": \"Long\"}"),
    text(commonTypes: "\"C\": {\"type\": \"Long\", \"annotations\": {\"x\": \"y\"}}"),
    text(entityTypes: "\"U\": {\"enum\": [\"a\", \"a\"], \"annotations\": {\"a\": \"\"}}"),
    text(entityTypes: "\"U\": {\"tags\": {\"type\": \"String\"}, \"memberOfTypes\": [\"U\", \"U\"]}"),
    text(actions: "\"v\": {}, \"w\": {\"appliesTo\": null, \"memberOf\": null, \"attributes\": null}"),
    applies("{\(all)}"), applies("{\"principalTypes\": [], \"resourceTypes\": [\"U\"]}"),
    applies("{\(all), \"context\": {\"type\": \"C\"}}", commonTypes: record),
    applies("{\(all), \"context\": {\"type\": \"EntityOrCommon\", \"name\": \"C\"}}", commonTypes: record),
    text(actions: "\"v\": {\"memberOf\": [{\"id\": \"w\"}, {\"id\": \"w\", \"type\": \"Action\"}]}, \"w\": {}"),
    text(
      actions:
        "\"v\": {\"memberOf\": [{\"id\": \"w\", \"type\": \"N::Action\"}]}, \"w\": {\"annotations\": {\"a\": \"b\"}}"
    ),
    text(actions: "\"v\": {\"memberOf\": [{\"id\": \"w\", \"type\": null}]}, \"w\": {}"),
  ]

  @Test("What Cedar's reference reads is read", arguments: accepted)
  func reads(text: String) throws {
    _ = try Schema(parsing: text)
  }

  /// Schemas that the reference refuses, with a part of the message here.
  static let refused: [(String, String)] = [
    ("{\"N\": {}}", "the member `entityTypes` of "),
    ("{\"N\": {\"entityTypes\": {}}}", "the member `actions` of "),
    ("{\"N\": []}", "a namespace is an object"), (text(namespace: "N::"), "is not the name of a namespace"),
    (text(namespace: "__cedar"), "is not the name of a namespace"),
    (text(namespace: "if"), "is not the name of a namespace"),
    (text(more: ", \"foo\": 1"), "a namespace has no member \"foo\""),
    (text(entityTypes: "\"U\": {\"foo\": 1}"), "an entity type has no member \"foo\""),
    (text(entityTypes: "\"U\": {\"shape\": null}"), "a type is an object"),
    (text(entityTypes: "\"U\": {\"memberOfTypes\": null}"), "`memberOfTypes` is an array"),
    (text(entityTypes: "\"U\": {\"shape\": {\"type\": \"Long\"}}"), "the attributes of an entity type are a record"),
    (
      text(entityTypes: "\"U\": {\"shape\": {\"type\": \"Set\", \"element\": {\"type\": \"Long\"}}}"),
      "the attributes of an entity type are a record"
    ),
    (text(entityTypes: "\"U\": {\"shape\": {\"attributes\": {}}}"), "the member `type` of "),
    (text(entityTypes: "\"U\": {\"shape\": {\"type\": \"Record\"}}"), "the member `attributes` of "),
    (
      text(
        entityTypes: "\"U\": {\"shape\": {\"type\": \"Record\", \"attributes\": {}, \"additionalAttributes\": true}}"
      ), "`additionalAttributes` is false"
    ),
    (attribute("{\"type\": \"Long\", \"required\": null}"), "`required` is true or false"),
    (attribute("{\"type\": \"Long\", \"foo\": 1}"), "has no member \"foo\""),
    (attribute("{\"type\": \"Long\", \"annotations\": {\"a b\": \"x\"}}"), "is not the name of an annotation"),
    (attribute("{\"type\": \"Long\", \"annotations\": null}"), "`annotations` is an object"),
    (attribute("{\"type\": \"Set\"}"), "the member `element` of "),
    (
      attribute("{\"type\": \"Set\", \"element\": {\"type\": \"Long\", \"required\": false}}"), "no member \"required\""
    ),
    (attribute("{\"type\": \"Entity\"}"), "the member `name` of "),
    (attribute("{\"type\": \"Entity\", \"name\": \"V\"}"), "the entity type `V` is not declared"),
    (attribute("{\"type\": \"Entity\", \"name\": \"Long\"}"), "the entity type `Long` is not declared"),
    (attribute("{\"type\": \"Extension\", \"name\": \"foo\"}"), "there is no extension type \"foo\""),
    (attribute("{\"type\": \"Extension\", \"name\": \"Long\"}"), "there is no extension type \"Long\""),
    (attribute("{\"type\": \"U\"}"), "the common type `U` is not declared"),
    (attribute("{\"type\": \"long\"}"), "the common type `long` is not declared"),
    (attribute("{\"type\": \"\"}"), "is not a type"), (attribute("{\"type\": \" U\"}"), "is not a type"),
    (attribute("{\"type\": \"EntityOrCommon\", \"name\": \"Boolean\"}"), "the type `Boolean` is not declared"),
    (attribute("{\"type\": \"Long\", \"attributes\": {}}"), "has no member \"attributes\""),
    (attribute("{\"type\": \"C\", \"name\": \"x\"}", commonTypes: record), "has no member \"name\""),
    (text(commonTypes: "\"Long\": {\"type\": \"Bool\"}"), "cannot be named `Long`"),
    (text(commonTypes: "\"a b\": {\"type\": \"Bool\"}"), "is not the name of a common type"),
    (text(commonTypes: "\"A::B\": {\"type\": \"Bool\"}"), "is not the name of a common type"),
    (text(commonTypes: "\"C\": {\"type\": \"Long\", \"required\": true}"), "has no member \"required\""),
    (text(commonTypes: "\"A\": {\"type\": \"B\"}, \"B\": {\"type\": \"A\"}"), "a common type contains itself"),
    (text(entityTypes: "\"A::B\": {}"), "is not the name of an entity type"),
    (text(entityTypes: "\"Action\": {}"), "cannot be named `Action`"),
    (text(entityTypes: "\"if\": {}"), "is not the name of an entity type"),
    (text(entityTypes: "\"U\": {\"enum\": []}"), "`enum` has one id or more"),
    (text(entityTypes: "\"U\": {\"enum\": [\"a\"], \"memberOfTypes\": []}"), "has no member \"memberOfTypes\""),
    (text(entityTypes: "\"U\": {\"memberOfTypes\": [\"X\"]}"), "the entity type `X` is not declared"),
    (text(entityTypes: "\"U\": {\"memberOfTypes\": [\" U\"]}"), "is not the name of an entity type"),
    (applies("{}"), "the member `principalTypes` of "),
    (applies("{\"principalTypes\": [\"U\"]}"), "the member `resourceTypes` of "),
    (applies("{\"principalTypes\": null, \"resourceTypes\": []}"), "`principalTypes` is an array"),
    (applies("{\(all), \"context\": null}"), "a type is an object"),
    (applies("{\(all), \"context\": {\"type\": \"Long\"}}"), "the context `Long` is not a common type"),
    (applies("{\(all), \"context\": {\"type\": \"Entity\", \"name\": \"U\"}}"), "the context `U` is not a common type"),
    (
      applies("{\(all), \"context\": {\"type\": \"Set\", \"element\": {\"type\": \"Long\"}}}"),
      "the context of an action is a record"
    ),
    (
      applies("{\(all), \"context\": {\"type\": \"C\"}}", commonTypes: "\"C\": {\"type\": \"Long\"}"),
      "the context must be a record"
    ),
    (text(actions: "\"v\": {\"memberOf\": [{\"id\": \"z\"}]}"), "the action \"z\" is not declared"),
    (text(actions: "\"v\": {\"memberOf\": [{\"id\": \"v\"}]}"), "is in itself"),
    (text(actions: "\"v\": {\"attributes\": {}}"), "actions have no attributes"),
    (text(actions: "\"v\": {\"foo\": 1}"), "an action has no member \"foo\""),
    ("{\"N\": {\"entityTypes\": {\"U\": {}, \"U\": {}}, \"actions\": {}}}", "found a second member named"),
    (
      "{\"\": {\"entityTypes\": {\"U\": {}}, \"actions\": {}}, \"B\": {\"entityTypes\": {\"U\": {}}, \"actions\": {}}}",
      "`B::U` hides `U`"
    ),
  ]

  @Test("What Cedar's reference refuses is refused, with the place and what was expected", arguments: refused)
  func refuses(text: String, message: String) throws {
    let error = try #require(throws: SyntaxError.self) { try Schema(parsing: text, name: "s") }
    #expect("\(error)".contains(message), "\(error)")
    #expect(error.diagnostics.allSatisfy { $0.description.hasPrefix("s:1:") })
  }

  @Test("A member that is not of the form is told with the one that was meant")
  func help() throws {
    let text = Self.text(entityTypes: "\"U\": {\"memberOfType\": []}")
    let error = try #require(throws: SyntaxError.self) { try Schema(parsing: text) }
    #expect(error.diagnostics.first?.help == "did you mean `memberOfTypes`?")
    let reference = try #require(throws: SyntaxError.self) { try Schema(parsing: Self.attribute("{\"type\": \"U\"}")) }
    #expect(reference.diagnostics.first?.help?.contains("EntityOrCommon") == true)
  }

  @Test("Types in JSON nest as deep as values, and no deeper")
  func nesting() throws {
    func nested(_ levels: Int) -> String {
      let open = String(repeating: "{\"type\": \"Set\", \"element\": ", count: levels)
      return Self.attribute("\(open){\"type\": \"Long\"}\(String(repeating: "}", count: levels))")
    }
    _ = try Schema(parsing: nested(Nesting.limit - 1))
    #expect(throws: SyntaxError.self) { try Schema(parsing: nested(Nesting.limit + 1)) }
    #expect(throws: SyntaxError.self) { try Schema(parsing: nested(100_000)) }
  }

  // MARK: Both ways

  static let schemas = [
    "entity U;", Example.text,
    "entity Long; entity E {a: Long, b: __cedar::Long, \"a b\"?: Set<{x: ipaddr}>} tags decimal;",
    "@doc(\"n\") namespace N { @a type T = {@b(\"c\") x?: Long, @d y: Set<U>}; @e(\"f\") entity U enum [\"a\", \"\\\"\"]; @g action v; }",
    "type C = {a: B}; type B = Set<String>; entity A, B1 in [A, B1]; action \"a b\", \"if\" in [w, Action::\"w\"] "
      + "appliesTo {principal: A, resource: [A, B1], context: C}; action w;",
    "namespace A::B { entity U; action v in [w]; } action w; namespace E {}",
    "entity U {__cedar: Long, \"\": Bool, é: Long};".replacing("é", with: "\"é\""),
  ]

  @Test("Cedar's syntax to JSON and back says the same", arguments: schemas)
  func roundTrip(text: String) throws {
    let declarations = try SchemaDeclarations(parsing: [SourceInput(name: "s", text: text)])
    let json = declarations.json
    let read = try SchemaDeclarations(parsing: [SourceInput(name: "s.json", bytes: json)])
    #expect(read.json == json)
    let schema = try Schema(declarations)
    #expect(try Schema(read).shape == schema.shape)
    let cedar = try read.cedarText()
    let again = try SchemaDeclarations(parsing: [SourceInput(name: "s.cedarschema", text: cedar)])
    #expect(try Schema(again).shape == schema.shape, "\(cedar)")
    #expect(try again.cedarText() == cedar)
  }

  @Test("Names that JSON refers to by their kind are found in Cedar's syntax, or the translation is refused")
  func kinds() throws {
    let hidden = """
      {"N": {"entityTypes": {"Long": {}, "ipaddr": {}, "E": {"shape": {"type": "Record", "attributes": {
        "a": {"type": "Long"}, "b": {"type": "Entity", "name": "Long"}, "c": {"type": "Extension", "name": "ipaddr"},
        "d": {"type": "ipaddr"}, "e": {"type": "Entity", "name": "ipaddr"}}}}}, "actions": {}}}
      """
    let declarations = try SchemaDeclarations(parsing: [SourceInput(name: "s", text: hidden)])
    let text = try declarations.cedarText()
    #expect(
      text.contains("{ a: __cedar::Long, b: Long, c: __cedar::ipaddr, d: __cedar::ipaddr, e: ipaddr }"),
      "\(text)"
    )
    #expect(try Schema(parsing: text).shape == Schema(declarations).shape)

    let shared = """
      {"N": {"entityTypes": {"T": {}, "E": {"shape": {"type": "Record", "attributes": {
        "a": {"type": "Entity", "name": "T"}}}}}, "actions": {}, "commonTypes": {"T": {"type": "Long"}}}}
      """
    let error = try #require(throws: SyntaxError.self) {
      try SchemaDeclarations(parsing: [SourceInput(name: "s", text: shared)]).cedarText()
    }
    #expect(error.description.contains("`T` is an entity type and a common type"))
  }

  @Test("Texts in both forms make one schema")
  func mixed() throws {
    let schema = try Schema(parsing: [
      SourceInput(name: "a", text: "namespace A { entity U; }"),
      SourceInput(
        name: "b",
        text: " \n{\"B\": {\"entityTypes\": {\"G\": {\"memberOfTypes\": [\"A::U\"]}}, \"actions\": {}}}"
      ),
    ])
    #expect(schema.entityTypes.keys.map(\.description).sorted() == ["A::U", "B::G"])
  }
}

extension Schema {
  /// Everything that the schema says, in an order of its own.
  var shape: [String] {
    let entities = entityTypes.values.map { entity in
      "\(entity.name) \(shape(of: entity.attributes)) \(entity.tags.map { shape(of: $0) } ?? "-")"
        + " \(entity.enumeration ?? []) \(entity.ancestors.sorted())"
    }
    let actions = actions.values.map { action in
      let principals = action.principals.sorted()
      return
        "\(action.uid) \(action.parents.sorted()) \(principals) \(action.resources.sorted()) \(shape(of: action.context))"
    }
    return entities.sorted() + actions.sorted()
  }

  private func shape(of type: TypeIndex) -> String {
    switch self[type] {
    case .set(let element): return "Set<\(shape(of: element))>"
    case .record(let attributes):
      return
        "{\(attributes.map { "\($0.name)\($0.isRequired ? "" : "?"): \(shape(of: $0.type))" }.joined(separator: ", "))}"
    case let other: return "\(other)"
    }
  }
}
