// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Schemas: the resolved model (I, attacks P17)")
struct SchemaModelTests {
  private func type(_ name: String) -> EntityTypeName { EntityTypeName(checked: name) }

  private func attribute(_ name: String, of entity: String, in schema: Schema) throws -> Schema.ValueType {
    let definition = try #require(schema.entity(for: type(entity)))
    return schema[try #require(schema.attribute(name, of: definition.attributes)).type]
  }

  @Test(
    "a name is looked for in its namespace, then in the empty one: common type, entity type or action, primitive type",
    arguments: [
      ("entity E {a: Long};", "E", .long), ("entity E {a: Long}; entity Long;", "E", .entity("Long")),
      ("entity E {a: Bool}; entity Bool;", "E", .entity("Bool")),
      ("entity E {a: __cedar::Long}; entity Long;", "E", .long),
      ("entity E {a: T}; entity T; type T = String;", "E", .string),
      ("entity E {a: ipaddr}; type ipaddr = Long;", "E", .long), ("entity E {a: ipaddr};", "E", .ip),
      ("entity E {a: Boolean}; entity Boolean;", "E", .entity("Boolean")),
      ("namespace N { entity E {a: U}; entity U; }", "N::E", .entity("N::U")),
      ("entity U; namespace N { entity E {a: U}; }", "N::E", .entity("U")),
      ("namespace N { entity E {a: Long}; entity Long; }", "N::E", .entity("N::Long")),
      ("namespace M { type T = Bool; } namespace N { entity E {a: M::T}; }", "N::E", .bool),
      ("action v; entity E {a: Action};", "E", .entity("Action")),
      ("action v; namespace N { action w; entity E {a: Action}; }", "N::E", .entity("N::Action")),
      ("action v; namespace N { entity E {a: Action}; }", "N::E", .entity("Action")),
      ("type Action = Long; namespace N { action v; entity E {a: Action}; }", "N::E", .entity("N::Action")),
      ("namespace N { type Action = Long; action v; entity E {a: Action}; }", "N::E", .long),
      ("entity E {a: decimal};", "E", .decimal), ("entity E {a: datetime};", "E", .datetime),
      ("entity E {a: __cedar::duration};", "E", .duration),
    ] as [(String, String, Expected)]
  )
  func lookup(text: String, entity: String, expected: Expected) throws {
    #expect(try attribute("a", of: entity, in: Schema(parsing: text)) == expected.type)
  }

  enum Expected {
    case bool, long, string, ip, decimal, datetime, duration
    case entity(String)

    var type: Schema.ValueType {
      switch self {
      case .bool: .bool
      case .long: .long
      case .string: .string
      case .ip: .ip
      case .decimal: .decimal
      case .datetime: .datetime
      case .duration: .duration
      case .entity(let name): .entity(EntityTypeName(checked: name))
      }
    }
  }

  @Test("ancestors are those of all declarations, cycles included")
  func ancestors() throws {
    let schema = try Schema(
      parsing: """
        entity A in B; entity B in [C, D]; entity C; entity D in [D, E]; entity E enum ["x"];
        entity P, Q in R; entity R in P; entity Alone;
        """
    )
    func ancestors(_ name: String) throws -> [String] {
      try #require(schema.entity(for: type(name))).ancestors.map(\.description).sorted()
    }
    #expect(try ancestors("A") == ["B", "C", "D", "E"])
    #expect(try ancestors("B") == ["C", "D", "E"])
    #expect(try ancestors("D") == ["D", "E"])
    #expect(try ancestors("P") == ["P", "R"])
    #expect(try ancestors("Q") == ["P", "R"])
    #expect(try ancestors("R") == ["P", "R"])
    #expect(try ancestors("Alone") == [])
    let definition = try #require(schema.entity(for: type("A")))
    #expect(definition.mayBeIn(type("B")) && definition.mayBeIn(type("E")) && !definition.mayBeIn(type("A")))
    #expect(try #require(schema.entity(for: type("Q"))).mayBeIn(type("P")))
  }

  @Test("types that are declared together have all of a declaration")
  func declarations() throws {
    let schema = try Schema(
      parsing: """
        namespace N { entity A, B in C = {a: Long, "b b"?: Set<String>} tags C; entity C enum ["x", "y", "x"]; }
        """
    )
    for name in ["N::A", "N::B"] {
      let definition = try #require(schema.entity(for: type(name)))
      let b = try #require(schema.attribute("b b", of: definition.attributes))
      #expect(!b.isRequired && schema.attribute("a", of: definition.attributes)?.isRequired == true)
      guard case .set(let element) = schema[b.type] else { Issue.record("no set"); continue }
      #expect(schema[element] == .string)
      #expect(schema[try #require(definition.tags)] == .entity(type("N::C")))
      #expect(definition.enumeration == nil)
    }
    let enumerated = try #require(schema.entity(for: type("N::C")))
    #expect(enumerated.enumeration == ["x", "y", "x"] && enumerated.tags == nil)
    #expect(schema[enumerated.attributes] == .record([]))
    #expect(schema.entity(for: type("C")) == nil)
  }

  @Test("actions: identifiers, groups, applications")
  func actions() throws {
    let schema = try Schema(
      parsing: """
        action g, "all"; type Context = {n: Long};
        namespace N {
          entity U, P;
          action view, "do it" in [g, "all", N::Action::"own", g] appliesTo {principal: [U, P], resource: P, context: Context};
          action own;
        }
        """
    )
    for id in ["view", "do it"] {
      let action = try #require(schema.actions[uid("N::Action", id)])
      #expect(action.parents == [uid("Action", "g"), uid("Action", "all"), uid("N::Action", "own")])
      #expect(action.principals == [type("N::U"), type("N::P")] && action.resources == [type("N::P")])
      #expect(schema.attribute("n", of: action.context)?.isRequired == true)
    }
    let group = try #require(schema.actions[uid("Action", "g")])
    #expect(group.principals.isEmpty && group.resources.isEmpty && schema[group.context] == .record([]))
    #expect(schema.actionEntities.map(\.uid) == schema.actions.keys.sorted())
    #expect(schema.actionEntities.first { $0.uid.id == "view" }?.parents.count == 3)
    #expect(schema.entity(for: type("Action")) == nil)
  }

  @Test("several texts are one schema")
  func severalTexts() throws {
    func schema(_ texts: String...) throws -> Schema {
      try Schema(parsing: texts.enumerated().map { SourceInput(name: "\($0).cedarschema", text: $1) })
    }
    let one = try schema(
      "namespace N { entity A in B {c: C}; }",
      "namespace N { entity B; type C = D; }",
      "entity D; entity E in N::A;"
    )
    #expect(one.entity(for: type("E"))?.ancestors.count == 2)
    #expect(try schema().entityTypes.isEmpty)
    for texts in [
      ["namespace N { entity A; }", "namespace N { entity A; }"], ["entity A;", "entity A;"],
      ["action v;", "action v;"], ["type T = Long;", "type T = Long;"], ["entity A;", "namespace N { entity A; }"],
      ["type A = B;", "type B = A;"], ["action a in b;", "action b in a;"],
    ] {
      let sources = texts.enumerated().map { SourceInput(name: "\($0).cedarschema", text: $1) }
      #expect(throws: SyntaxError.self, "\(texts)") { try Schema(parsing: sources) }
    }
    let error = try #require(throws: SyntaxError.self) {
      try schema("entity A;", "entity ;", "type T", "entity B in C;")
    }
    #expect(error.diagnostics.map(\.location.name) == ["1.cedarschema", "2.cedarschema"])
    let unresolved = try #require(throws: SyntaxError.self) { try schema("entity A;", "entity A in X;", "type T = Y;") }
    #expect(
      unresolved.diagnostics.map(\.location.description) == [
        "1.cedarschema:1:8", "1.cedarschema:1:13", "2.cedarschema:1:10",
      ]
    )
  }

  // MARK: Size

  @Test("P17 common types are shared, not copied")
  func sharedTypes() throws {
    let count = 200
    let text = (0..<count).map { "type T\($0) = {x: T\($0 + 1), y: T\($0 + 1)};" }.joined()
    let schema = try Schema(parsing: text + "type T\(count) = Long; entity E {a: T0, b: {x: T1, y: T1}};")
    #expect(schema.types.count < 2 * count)
    #expect(try attribute("a", of: "E", in: schema) == attribute("b", of: "E", in: schema))
  }

  @Test("P17 chains and cycles of 100,000 common types")
  func commonTypeChains() throws {
    let count = 100_000
    let chain = (0..<count).map { "type T\($0) = T\($0 + 1);" }.joined()
    let schema = try Schema(parsing: chain + "type T\(count) = Long; entity E {a: T0};")
    #expect(try attribute("a", of: "E", in: schema) == .long)
    let complaints = SchemaParserTests.complaints(chain + "type T\(count) = Set<T0>;")
    #expect(complaints.count == 1 && complaints[0].contains("`T0` → `T1` → `T2` → `T3` → … → `T0`"))
  }

  @Test("P17 long hierarchies of entity types and actions, and long lists")
  func hierarchies() throws {
    let count = 20_000
    let entities = (0..<count).map { "entity E\($0) in E\($0 + 1);" }.joined()
    let actions = (0..<count).map { "action a\($0) in a\($0 + 1);" }.joined()
    let schema = try Schema(parsing: entities + "entity E\(count);" + actions + "action a\(count);")
    #expect(schema.entity(for: type("E0"))?.ancestors.count == count)
    #expect(SchemaParserTests.isRefused(actions + "action a\(count) in a0;"))
    let names = (0..<count).map { "a\($0)" }.joined(separator: ",")
    let groups = (0..<count).map { "b\($0)" }.joined(separator: ",")
    #expect(try Schema(parsing: "action \(names) in [\(groups)]; action \(groups);").actions.count == 2 * count)
    #expect(try Schema(parsing: "entity \(names) in [\(names)];").entityTypes.count == count)
  }

  @Test("P17 nesting in the text has a limit", arguments: [("Set<", ">"), ("{a: ", "}")])
  func nesting(open: String, close: String) throws {
    func nested(_ depth: Int) -> String {
      "type T = " + String(repeating: open, count: depth) + "Long" + String(repeating: close, count: depth) + ";"
    }
    _ = try Schema(parsing: nested(Nesting.limit))
    for depth in [Nesting.limit + 1, 100_000] {
      let complaints = SchemaParserTests.complaints(nested(depth))
      #expect(complaints.count == 1 && complaints[0].contains("the type is nested deeper than 256 levels"))
    }
    #expect(SchemaParserTests.isRefused("type T = " + String(repeating: open, count: 100_000)))
  }
}
