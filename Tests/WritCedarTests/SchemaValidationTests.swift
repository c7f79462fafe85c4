// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// The rows were asked of the reference (cedarpy 4.12.2).
@Suite("Schemas: entities, requests and values that fit (G, J8)")
struct SchemaValidationTests {
  static let text = """
    entity User in [Group, Team] {
      name: String, age?: Long, color?: Color, boss?: User, act?: Action, addr?: ipaddr, when?: datetime, dur?: duration,
      dec?: decimal, ok?: Bool, colors?: Set<Color>, rec?: {x: Color, "y z"?: Long}
    } tags Set<Long>;
    entity Group in [Org]; entity Org; entity Team in [Team, Color]; entity Doc {owner: User};
    entity Color enum ["red", "blue"];
    action read in [grp] appliesTo {
      principal: [User, Team], resource: Doc, context: {n: Long, who?: User, col?: Color, act?: Action, deep?: Set<{k: Set<Color>}>}
    };
    action grp in [all]; action all; action none;
    action paint appliesTo {principal: Color, resource: Color};
    namespace N { entity X; action run in [Action::"all"] appliesTo {principal: X, resource: X}; }
    """

  let schema: Schema

  init() throws { schema = try Schema(parsing: Self.text) }

  static func record(_ attributes: [String: Value]) -> RecordValue {
    (try? RecordValue(attributes.map { ($0.key, $0.value) })) ?? .empty
  }

  static func set(_ elements: Value...) -> Value { .set((try? SetValue(elements)) ?? .empty) }

  static let red = Value.entity(uid("Color", "red"))
  static let green = Value.entity(uid("Color", "green"))

  // MARK: Values

  @Test(
    "G attributes: each kind of type, closed records, required attributes, where the value stands",
    arguments: [
      (["name": "x"], nil), ([:], #"attribute "name" is missing"#),
      (["name": 1], #"attribute "name": expected string, found long"#),
      (["name": "x", "age": 1, "ok": true, "color": red], nil),
      (["name": "x", "nme": 1], #"attribute "nme" is not declared; did you mean "name"?"#),
      (["aaa": 1, "name": "x"], #"attribute "aaa" is not declared"#),
      (["name": "x", "zzz": 1], #"attribute "zzz" is not declared"#),
      (["name": "x", "age": "1"], #"attribute "age": expected long, found string"#),
      (["name": "x", "ok": 1], #"attribute "ok": expected bool, found long"#),
      (["name": "x", "addr": "1.1.1.1"], #"attribute "addr": expected ipaddr, found string"#),
      (["name": "x", "when": 1], #"attribute "when": expected datetime, found long"#),
      (["name": "x", "dur": 1], #"attribute "dur": expected duration, found long"#),
      (["name": "x", "dec": 1], #"attribute "dec": expected decimal, found long"#),
      (["name": "x", "colors": 1], #"attribute "colors": expected set, found long"#),
      (["name": "x", "rec": 1], #"attribute "rec": expected record, found long"#),
      (["name": "x", "boss": .entity(uid("User", "nobody"))], nil),
      (["name": "x", "boss": "bob"], #"attribute "boss": expected entity of type User, found string"#),
      (
        ["name": "x", "boss": .entity(uid("Doc", "d"))],
        #"attribute "boss": expected entity of type User, found entity of type Doc"#
      ),
      (
        ["name": "x", "color": green],
        #"attribute "color": Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (["name": "x", "colors": set()], nil), (["name": "x", "colors": set(red)], nil),
      (
        ["name": "x", "colors": set(red, green)],
        #"attribute "colors": an element: Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (
        ["name": "x", "colors": set(red, 1)],
        #"attribute "colors": an element: expected entity of type Color, found long"#
      ),
      (["name": "x", "rec": .record(record(["x": red, "y z": 1]))], nil),
      (["name": "x", "rec": .record(record(["y z": 1]))], #"attribute "rec": attribute "x" is missing"#),
      (["name": "x", "rec": .record(record(["x": red, "q": 1]))], #"attribute "rec": attribute "q" is not declared"#),
      (
        ["name": "x", "rec": .record(record(["x": red, "y z": "1"]))],
        #"attribute "rec": attribute "y z": expected long, found string"#
      ),
      (["name": "x", "act": .entity(uid("Action", "read"))], nil),
      (
        ["name": "x", "act": .entity(uid("Action", "reed"))],
        #"attribute "act": the action Action::"reed" is not declared; did you mean Action::"read"?"#
      ),
    ] as [([String: Value], String?)]
  )
  func attributes(values: [String: Value], expected: String?) throws {
    let user = try #require(schema.entity(for: EntityTypeName(checked: "User")))
    #expect(schema.mismatch(.record(Self.record(values)), user.attributes)?.description == expected)
    let problem = schema.problem(with: Entity(uid: uid("User", "u"), attributes: Self.record(values)))
    #expect(problem == expected.map { "User::\"u\": " + $0 })
  }

  @Test("names that only look alike are different attributes")
  func scalars() throws {
    let schema = try Schema(parsing: "entity E {\"\u{E9}\": Long};")
    #expect(schema.problem(with: Entity(uid: uid("E", "e"), attributes: Self.record(["\u{E9}": 1]))) == nil)
    #expect(schema.problem(with: Entity(uid: uid("E", "e"), attributes: Self.record(["e\u{301}": 1]))) != nil)
    let enumerated = try Schema(parsing: "entity E enum [\"\u{E9}\"];")
    #expect(enumerated.problem(with: Entity(uid: uid("E", "\u{E9}"))) == nil)
    #expect(enumerated.problem(with: Entity(uid: uid("E", "e\u{301}"))) != nil)
  }

  @Test("values of the greatest depth, and sets of many elements")
  func deepValues() throws {
    let depth = Nesting.limit
    let text =
      "entity E {a: " + String(repeating: "Set<", count: depth - 1) + "Long" + String(repeating: ">", count: depth - 1)
    let schema = try Schema(parsing: text + "};")
    func problem(core: Value) throws -> String? {
      var value = core
      for _ in 0..<depth - 1 { value = .set(try SetValue([value])) }
      return schema.problem(with: Entity(uid: uid("E", "e"), attributes: try RecordValue([("a", value)])))
    }
    #expect(try problem(core: 1) == nil)
    #expect(try problem(core: "x")?.hasSuffix(": an element: expected long, found string") == true)
    let wide = try SetValue((0..<100_000).map { Value.long($0) })
    let flat = try Schema(parsing: "entity E {a: Set<Long>};")
    #expect(flat.problem(with: Entity(uid: uid("E", "e"), attributes: Self.record(["a": .set(wide)]))) == nil)
  }

  // MARK: Entities

  @Test(
    "G entities: types, enumerated ids, parents and tags",
    arguments: [
      (Entity(uid: uid("Org", "o")), nil),
      (Entity(uid: uid("Usr", "u")), #"Usr::"u": the entity type Usr is not declared; did you mean User?"#),
      (Entity(uid: uid("X", "x")), #"X::"x": the entity type X is not declared; did you mean N::X?"#),
      (Entity(uid: uid("N::User", "u")), #"N::User::"u": the entity type N::User is not declared; did you mean User?"#),
      (Entity(uid: uid("Color", "red")), nil),
      (Entity(uid: uid("Color", "green")), #"Color::"green" is not declared: the ids of Color are "red", "blue""#),
      (
        Entity(uid: uid("Color", "red"), attributes: record(["a": 1])),
        #"Color::"red": attribute "a" is not declared"#
      ),
      (
        Entity(uid: uid("Color", "red"), parents: [uid("Color", "blue")]),
        #"Color::"red": an entity of type Color cannot be in Color::"blue", of type Color"#
      ),
      (Entity(uid: uid("Group", "g"), parents: [uid("Org", "o"), uid("Org", "p")]), nil),
      (
        Entity(uid: uid("Group", "g"), parents: [uid("Doc", "d")]),
        #"Group::"g": an entity of type Group cannot be in Doc::"d", of type Doc"#
      ),
      (
        Entity(uid: uid("Group", "g"), parents: [uid("Group", "h")]),
        #"Group::"g": an entity of type Group cannot be in Group::"h", of type Group"#
      ),
      (
        Entity(uid: uid("Group", "g"), parents: [uid("Foo", "f")]),
        #"Group::"g": an entity of type Group cannot be in Foo::"f", of type Foo"#
      ),
      (
        Entity(uid: uid("Group", "g"), parents: [uid("Action", "all")]),
        #"Group::"g": an entity of type Group cannot be in Action::"all", of type Action"#
      ),
      (Entity(uid: uid("User", "u"), attributes: record(["name": "x"]), parents: [uid("Org", "o")]), nil),
      (Entity(uid: uid("User", "u"), attributes: record(["name": "x"]), parents: [uid("Color", "red")]), nil),
      (Entity(uid: uid("Team", "t"), parents: [uid("Team", "u")]), nil),
      (
        Entity(uid: uid("Team", "t"), parents: [uid("Color", "green")]),
        #"Team::"t": parent: Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (Entity(uid: uid("User", "u"), attributes: record(["name": "x"]), tags: record(["t": set(1, 2)])), nil),
      (
        Entity(uid: uid("User", "u"), attributes: record(["name": "x"]), tags: record(["t": set(1, "x")])),
        #"User::"u": tag "t": an element: expected long, found string"#
      ),
      (
        Entity(uid: uid("User", "u"), attributes: record(["name": "x"]), tags: record(["t": 1])),
        #"User::"u": tag "t": expected set, found long"#
      ),
      (
        Entity(uid: uid("Org", "o"), tags: record(["t": 1])),
        #"Org::"o": tag "t": entities of type Org have no tags"#
      ),
      (
        Entity(uid: uid("Color", "red"), tags: record(["t": 1])),
        #"Color::"red": tag "t": entities of type Color have no tags"#
      ),
    ] as [(Entity, String?)]
  )
  func entities(entity: Entity, expected: String?) {
    #expect(schema.problem(with: entity) == expected)
  }

  @Test(
    "G actions among the entities equal the schema's, groups of groups named or not",
    arguments: [
      ("all", [], nil), ("grp", ["all"], nil), ("grp", ["all", "all"], nil), ("read", ["grp"], nil),
      ("read", ["grp", "all"], nil), ("none", [], nil),
      ("grp", [], #"Action::"grp" is not in Action::"all", but in the schema it is"#),
      ("read", ["all"], #"Action::"read" is not in Action::"grp", but in the schema it is"#),
      ("grp", ["all", "none"], #"Action::"grp" is in Action::"none", but in the schema it is not"#),
      ("reed", [], #"the action Action::"reed" is not declared; did you mean Action::"read"?"#),
      ("run", [], #"the action Action::"run" is not declared; did you mean N::Action::"run"?"#),
    ] as [(String, [String], String?)]
  )
  func actions(id: String, groups: [String], expected: String?) {
    let entity = Entity(uid: uid("Action", id), parents: groups.map { uid("Action", $0) })
    #expect(schema.problem(with: entity) == expected)
  }

  @Test("G actions have nothing but groups, in any namespace")
  func actionContents() {
    let attributed = Entity(uid: uid("Action", "all"), attributes: Self.record(["a": 1]))
    #expect(schema.problem(with: attributed) == #"Action::"all": attribute "a": actions have no attributes"#)
    let tagged = Entity(uid: uid("Action", "all"), tags: Self.record(["a": 1]))
    #expect(schema.problem(with: tagged) == #"Action::"all": tag "a": actions have no tags"#)
    #expect(schema.problem(with: Entity(uid: uid("M::Action", "v"))) == #"the action M::Action::"v" is not declared"#)
    #expect(schema.problem(with: Entity(uid: uid("N::Action", "run"), parents: [uid("Action", "all")])) == nil)
    #expect(schema.problem(with: Entity(uid: uid("Action", "all"), parents: [uid("User", "u")])) != nil)
    for entity in schema.actionEntities { #expect(schema.problem(with: entity) == nil) }
  }

  // MARK: Requests

  @Test(
    "J8 requests: declared types and action, what the action applies to, enumerated ids, the context",
    arguments: [
      (["User", "u", "read", "Doc", "d"], ["n": 1], nil), (["Team", "u", "read", "Doc", "d"], ["n": 1], nil),
      (
        ["Usr", "u", "read", "Doc", "d"], [:],
        #"principal Usr::"u": the entity type Usr is not declared; did you mean User?"#
      ),
      (
        ["User", "u", "read", "Dox", "d"], [:],
        #"resource Dox::"d": the entity type Dox is not declared; did you mean Doc?"#
      ),
      (["Action", "read", "read", "Doc", "d"], [:], #"principal Action::"read": an action cannot be a principal"#),
      (
        ["User", "u", "reed", "Doc", "d"], [:],
        #"the action Action::"reed" is not declared; did you mean Action::"read"?"#
      ),
      (
        ["Group", "g", "read", "Doc", "d"], [:],
        #"principal Group::"g": Action::"read" applies to a principal of type Team, User, not Group"#
      ),
      (
        ["User", "u", "read", "User", "d"], [:],
        #"resource User::"d": Action::"read" applies to a resource of type Doc, not User"#
      ),
      (["User", "u", "none", "Doc", "d"], [:], #"Action::"none" applies to nothing"#),
      (["User", "u", "grp", "Doc", "d"], [:], #"Action::"grp" applies to nothing"#),
      (["Color", "red", "paint", "Color", "blue"], [:], nil),
      (
        ["Color", "green", "paint", "Color", "blue"], [:],
        #"principal: Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (
        ["Color", "red", "paint", "Color", "green"], [:],
        #"resource: Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (["User", "u", "read", "Doc", "d"], [:], #"the context does not fit Action::"read": attribute "n" is missing"#),
      (
        ["User", "u", "read", "Doc", "d"], ["n": 1, "m": 1],
        #"the context does not fit Action::"read": attribute "m" is not declared"#
      ),
      (
        ["Color", "red", "paint", "Color", "blue"], ["n": 1],
        #"the context does not fit Action::"paint": attribute "n" is not declared"#
      ),
      (
        ["User", "u", "read", "Doc", "d"], ["n": "1"],
        #"the context does not fit Action::"read": attribute "n": expected long, found string"#
      ),
      (["User", "u", "read", "Doc", "d"], ["n": 1, "deep": set(.record(record(["k": set(red)])))], nil),
      (
        ["User", "u", "read", "Doc", "d"], ["n": 1, "deep": set(.record(record(["k": set(green)])))],
        #"the context does not fit Action::"read": attribute "deep": an element: attribute "k": an element: Color::"green" is not declared: the ids of Color are "red", "blue""#
      ),
      (
        ["User", "u", "read", "Doc", "d"], ["n": 1, "act": .entity(uid("N::Action", "run"))],
        #"the context does not fit Action::"read": attribute "act": expected entity of type Action, found entity of type N::Action"#
      ),
    ] as [([String], [String: Value], String?)]
  )
  func requests(parts: [String], context: [String: Value], expected: String?) {
    let request = AuthorizationRequest(
      principal: uid(parts[0], parts[1]),
      action: uid("Action", parts[2]),
      resource: uid(parts[3], parts[4]),
      context: Self.record(context)
    )
    #expect(schema.problem(with: request) == expected)
  }

  @Test("J8 an action is known by its whole name")
  func actionNamespace() {
    func problem(_ action: EntityUID) -> String? {
      schema.problem(
        with: AuthorizationRequest(principal: uid("N::X", "a"), action: action, resource: uid("N::X", "b"))
      )
    }
    #expect(problem(uid("N::Action", "run")) == nil)
    #expect(
      problem(uid("Action", "run")) == #"the action Action::"run" is not declared; did you mean N::Action::"run"?"#
    )
    #expect(problem(uid("User", "run"))?.hasPrefix(#"the action User::"run" is not declared"#) == true)
  }
}
