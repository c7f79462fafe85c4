// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Entities and contexts in JSON, without a schema (acceptance G)")
struct EntityJSONTests {
  private func store(_ json: String) throws -> EntityStore {
    try EntityStore(json: Array(json.utf8), name: "e")
  }

  private func entity(attrs: String) -> String {
    "[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": \(attrs), \"parents\": []}]"
  }

  private func attributes(_ json: String) throws -> RecordValue {
    try #require(try store(entity(attrs: json))[uid("User", "a")]).attributes
  }

  private func refusal(_ json: String) throws -> InputError {
    try #require(throws: InputError.self) { try store(json) }
  }

  @Test("an entity has attributes, parents and tags; identifiers may be written explicitly")
  func whole() throws {
    let store = try store(
      """
      [{"uid": {"__entity": {"type": "A::User", "id": "a\\u0000"}}, "attrs": {"n": 1}, "tags": {"t": [true]},
        "parents": [{"type": "Group", "id": "g"}, {"__entity": {"type": "Group", "id": ""}}]},
       {"uid": {"type": "Group", "id": "g"}, "attrs": {}, "parents": []}]
      """
    )
    let entity = try #require(store[uid("A::User", "a\0")])
    #expect(entity.attributes["n"] == 1)
    #expect(entity.tags["t"] == .set(try SetValue([true])))
    #expect(entity.parents == [uid("Group", "g"), uid("Group", "")])
    #expect(store.count == 2)
  }

  @Test(
    "values",
    arguments: [
      ("true", "true"), ("-9223372036854775808", "-9223372036854775808"), ("\"\"", "\"\""), ("[2, 1, 2]", "[1, 2]"),
      ("{\"b\": 1, \"a\": {}}", "{a: {}, b: 1}"),
      ("{\"__entity\": {\"type\": \"User\", \"id\": \"x\"}}", "User::\"x\""),
      ("{\"type\": \"User\", \"id\": \"x\"}", "{id: \"x\", type: \"User\"}"),
      ("{\"__extn\": {\"fn\": \"ip\", \"arg\": \"10.0.0.1\"}}", "ip(\"10.0.0.1\")"),
      ("{\"__extn\": {\"fn\": \"decimal\", \"args\": [\"1.5\"]}}", "decimal(\"1.5\")"),
      ("{\"__extn\": {\"fn\": \"toDays\", \"arg\": {\"__extn\": {\"fn\": \"duration\", \"arg\": \"3d\"}}}}", "3"),
      (
        "{\"__extn\": {\"fn\": \"offset\", \"args\": [{\"__extn\": {\"fn\": \"datetime\", \"arg\": \"2024-01-01\"}}, "
          + "{\"__extn\": {\"fn\": \"duration\", \"arg\": \"1d\"}}]}}", "datetime(\"2024-01-02\")"
      ),
      ("{\"fn\": \"ip\", \"arg\": \"x\"}", "{arg: \"x\", fn: \"ip\"}"), ("\"10.0.0.1\"", "\"10.0.0.1\""),
      ("[{\"__entity\": {\"type\": \"A\", \"id\": \"1\"}}, 1]", "[1, A::\"1\"]"),
    ]
  )
  func values(json: String, value: String) throws {
    #expect(try attributes("{\"v\": \(json)}")["v"]?.description == value)
  }

  @Test(
    "members beside those of a name or a call mean nothing, as in Cedar, and are warned of",
    arguments: [
      (#"{"__entity": {"type": "User", "id": "x", "y": [null, "z"]}}"#, #"User::"x""#, "an entity's name"),
      (#"{"__extn": {"fn": "ip", "arg": "::1", "y": {}}}"#, #"ip("::1")"#, "an extension value"),
      (#"{"__extn": {"fn": "ip", "arg": "::1", "args": ["::2"]}}"#, #"ip("::1")"#, "an extension value"),
      (#"{"__extn": {"fn": "ip", "args": ["::1"], "y": 1}}"#, #"ip("::1")"#, "an extension value"),
    ]
  )
  func furtherMembers(json: String, value: String, what: String) throws {
    #expect(try attributes("{\"v\": \(json)}")["v"]?.description == value)
    var warnings: [String] = []
    let text =
      "[{\"uid\": {\"type\": \"User\", \"id\": \"a\", \"y\": 1}, \"attrs\": {\"v\": \(json)}, \"parents\": []}]"
    let store = try EntityStore(json: Array(text.utf8), name: "e") { warnings.append($0.message) }
    #expect(store[uid("User", "a")] != nil)
    #expect(warnings.count == 2)
    #expect(warnings[0] == "the member \"y\" of an entity's name means nothing")
    #expect(warnings[1].hasSuffix("of \(what) means nothing"))
  }

  @Test("attributes, tags and a context's own may be called `__entity`, `__extn` and `__expr`, as in Cedar")
  func escapesAsNames() throws {
    let names = ["__entity", "__extn", "__expr"]
    for name in names {
      for (json, value) in [("1", "1"), ("\"x\"", "\"x\""), (#"{"type": "A", "id": "b"}"#, #"{id: "b", type: "A"}"#)] {
        #expect(try attributes("{\"\(name)\": \(json)}")[name]?.description == value)
        #expect(try attributes("{\"\(name)\": \(json), \"a\": 1}")[name]?.description == value)
        let context = try RecordValue(json: Array("{\"\(name)\": \(json), \"a\": 1}".utf8))
        #expect(context[name]?.description == value)
      }
      #expect(try RecordValue(json: Array("{\"\(name)\": 1}".utf8))[name] == 1)
    }
    #expect(try attributes(#"{"r": {"__expr": 1}}"#)["r"]?.description == "{__expr: 1}")
    #expect(try attributes(#"{"r": {"__expr": "1", "a": 1}}"#)["r"]?.description == #"{__expr: "1", a: 1}"#)
    #expect(throws: InputError.self) { try RecordValue(json: Array(#"{"__expr": "1"}"#.utf8)) }
    #expect(throws: InputError.self) { try RecordValue(json: Array(#"{"__extn": {"fn": "ip", "arg": "::1"}}"#.utf8)) }
  }

  /// The type of an attribute, JSON for it, and its value, or `nil` where Cedar refuses it too.
  private static let guided: [(type: String, json: String, value: String?)] = [
    ("datetime", #"{"fn": "offset", "args": ["2024-01-01", "1d"]}"#, #"datetime("2024-01-02")"#),
    (
      "datetime", #"{"fn": "offset", "args": [{"fn": "datetime", "arg": "2024-01-01"}, "1d"]}"#,
      #"datetime("2024-01-02")"#
    ),
    ("datetime", #"{"__extn": {"fn": "offset", "args": ["2024-01-01", "1d"]}}"#, #"datetime("2024-01-02")"#),
    ("datetime", #"{"fn": "toDate", "arg": "2024-01-01"}"#, #"datetime("2024-01-01")"#),
    ("duration", #"{"fn": "toTime", "arg": "2024-01-01T01:00:00Z"}"#, #"duration("1h")"#),
    (
      "duration",
      #"{"fn": "durationSince", "args": ["2024-01-02", {"__extn": {"fn": "datetime", "arg": "2024-01-01"}}]}"#,
      #"duration("1d")"#
    ),
    (
      "datetime", #"{"fn": "offset", "args": [{"fn": "offset", "args": ["2024-01-01", "1d"]}, "1d"]}"#,
      #"datetime("2024-01-03")"#
    ),
    ("Set<datetime>", #"[{"fn": "offset", "args": ["2024-01-01", "1d"]}, "2024-01-01"]"#, nil),
    ("ipaddr", #"{"fn": "ip", "arg": "::1", "more": 1}"#, #"ip("::1")"#),
    ("User", #"{"type": "User", "id": "x", "more": true}"#, #"User::"x""#), ("{a?: Long}", #"{"__entity": 1}"#, nil),
    ("datetime", #"{"fn": "offset", "args": ["2024-01-01"]}"#, nil),
    ("datetime", #"{"fn": "offset", "arg": "1d"}"#, nil),
    ("Long", #"{"__extn": {"fn": "toDays", "arg": "1d"}}"#, nil), ("Long", #"{"fn": "toDays", "arg": "1d"}"#, nil),
    ("ipaddr", #"{"fn": "ip", "arg": "::1", "__expr": "1"}"#, nil),
    ("User", #"{"type": "User", "id": "x", "__expr": "1"}"#, nil),
    ("User", #"{"type": "User", "id": "x", "more": 1.5}"#, nil),
  ]

  @Test(
    "where a schema expects an extension value, the arguments of a call have short forms too",
    arguments: guided.indices
  )
  func shortArguments(index: Int) throws {
    let (type, json, value) = Self.guided[index]
    let schema = try Schema(parsing: "entity User { v: \(type) };")
    let text = Array(entity(attrs: "{\"v\": \(json)}").utf8)
    guard let value else {
      if type.hasPrefix("Set") {
        let store = try EntityStore(json: text, schema: schema)
        #expect(store[uid("User", "a")]?.attributes["v"]?.description.contains("2024-01-02") == true)
      } else {
        #expect(throws: InputError.self) { try EntityStore(json: text, schema: schema) }
      }
      return
    }
    #expect(try EntityStore(json: text, schema: schema)[uid("User", "a")]?.attributes["v"]?.description == value)
  }

  @Test(
    "what Cedar does not have is refused (attacks P20)",
    arguments: [
      ("null", InputError.Code.value), ("1.0", .value), ("1e2", .value), ("-0", .value),
      ("9223372036854775808", .value),
      ("{\"__expr\": \"1\"}", .value), ("{\"__extn\": {\"fn\": \"ip\", \"arg\": \"x\"}}", .value),
      ("{\"__extn\": {\"fn\": \"nope\", \"arg\": \"x\"}}", .value), ("{\"__extn\": {\"fn\": \"ip\"}}", .form),
      ("{\"__extn\": 1}", .form), ("{\"__extn\": {\"arg\": \"1.1.1.1\"}}", .form),
      ("{\"__extn\": {\"fn\": \"ip\", \"args\": []}}", .value), ("{\"__extn\": {\"fn\": \"ip\", \"args\": 1}}", .form),
      ("{\"__extn\": {\"fn\": \"ip\", \"arg\": 1}}", .value), ("{\"__entity\": {\"type\": \"User\"}}", .uid),
      ("{\"__entity\": {\"type\": \"User\", \"id\": 1}}", .uid), ("{\"__entity\": \"User\"}", .uid),
      ("{\"__entity\": {\"type\": \"A :: B\", \"id\": \"x\"}}", .uid),
      ("{\"__entity\": {\"type\": \"\", \"id\": \"x\"}}", .uid),
      ("{\"__entity\": {\"type\": \"User\", \"id\": \"x\"}, \"y\": 1}", .form),
      ("{\"__extn\": {\"fn\": \"ip\", \"arg\": \"1.1.1.1\"}, \"y\": 1}", .form), ("{\"a\": 1, \"a\": 1}", .json),
      ("{\"a\": 1, \"\\u0061\": 1}", .json), ("[1,]", .json), ("\"\\ud800\"", .json),
    ]
  )
  func refusedValues(json: String, code: InputError.Code) throws {
    #expect(try refusal(entity(attrs: "{\"v\": \(json)}")).code == code)
  }

  @Test(
    "what is not an array of entities is refused",
    arguments: [
      ("{}", InputError.Code.json), ("", .json), ("[1]", .form), ("[{}]", .form), ("[] []", .json),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}}]", .form),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {}}]", .form),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"parents\": []}]", .form),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": [], \"parents\": []}]", .form),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": {}}]", .form),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": [\"G\"]}]", .uid),
      ("[{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": [], \"tags\": null}]", .form),
      ("[{\"uid\": \"User::\\\"a\\\"\", \"attrs\": {}, \"parents\": []}]", .uid),
      (
        "[{\"uid\": {\"type\": \"A::Action\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": [{\"type\": \"G\", \"id\": \"g\"}]}]",
        .form
      ),
      ("[{\"uid\": {\"type\": \"if\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": []}]", .uid),
    ]
  )
  func refusedForms(json: String, code: InputError.Code) throws {
    #expect(try refusal(json).code == code)
  }

  @Test("the same entity twice counts once, a different one is refused (attacks P05)")
  func duplicates() throws {
    func user(_ n: Int, _ parents: String) -> String {
      "{\"uid\": {\"type\": \"User\", \"id\": \"a\"}, \"attrs\": {\"n\": \(n)}, \"parents\": [\(parents)]}"
    }
    let g = "{\"type\": \"G\", \"id\": \"1\"}"
    let h = "{\"type\": \"G\", \"id\": \"2\"}"
    #expect(try store("[\(user(1, "\(g),\(h)")), \(user(1, "\(h),\(g)"))]").count == 1)
    #expect(try refusal("[\(user(1, "")), \(user(2, ""))]").code == .duplicate)
    #expect(try refusal("[\(user(1, g)), \(user(1, h))]").code == .duplicate)
  }

  @Test("cycles are refused, naming an entity on the cycle (attacks P04)")
  func cycles() throws {
    func group(_ id: String, _ parent: String) -> String {
      "{\"uid\": {\"type\": \"G\", \"id\": \"\(id)\"}, \"attrs\": {}, \"parents\": [{\"type\": \"G\", \"id\": \"\(parent)\"}]}"
    }
    let error = try refusal("[\(group("a", "b")), \(group("b", "c")), \(group("c", "b"))]")
    #expect(error.code == .cycle)
    #expect(error.diagnostic.message == "G::\"b\" is its own ancestor: G::\"b\" in G::\"c\" in G::\"b\"")
    #expect(try refusal("[\(group("a", "a"))]").code == .cycle)
    #expect(try store("[\(group("a", "b")), \(group("b", "gone")), \(group("c", "b"))]").count == 3)
  }

  @Test("unknown members of an entity are ignored with a warning")
  func warnings() throws {
    var warnings: [String] = []
    let json = "[{\"uid\": {\"type\": \"U\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": [],\n \"note\": 1}]"
    let store = try EntityStore(parsing: [SourceInput(name: "e", text: json)]) { warnings.append($0.description) }
    #expect(store.count == 1)
    #expect(warnings == ["e:2:2: the member \"note\" of an entity means nothing"])
  }

  @Test("an error has its place in the text")
  func places() throws {
    let error = try refusal(
      "[\n  {\"uid\": {\"type\": \"U\", \"id\": \"a\"}, \"attrs\": {\"é\": null}, \"parents\": []}]"
    )
    #expect(error.description == "e:2:52: U::\"a\": attribute \"é\": Cedar has no null")
  }

  @Test("nesting is refused beyond the limit, in sets, records and extension calls")
  func nesting() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    // The record of the attributes is the first level.
    for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
      #expect(throws: Never.self) { try store(entity(attrs: "{\"v\": \(nested(Nesting.limit - 1, open, close))}")) }
      let error = try refusal(entity(attrs: "{\"v\": \(nested(Nesting.limit, open, close))}"))
      #expect(error.diagnostic.message.hasSuffix(": a value nested deeper than 256 levels"))
      #expect(error.diagnostic.message.contains(": (248 more): "))
    }
    let calls = nested(300, "{\"__extn\": {\"fn\": \"ip\", \"arg\": ", "}}")
    let message = try refusal(entity(attrs: "{\"v\": \(calls)}")).diagnostic.message
    #expect(message == "User::\"a\": attribute \"v\": a value nested deeper than 256 levels")
    #expect(try refusal(entity(attrs: "{\"v\": \(nested(100_000, "[", "]"))}")).code == .json)
  }

  @Test("a context is a record of values (attacks P27)")
  func context() throws {
    let context = try RecordValue(json: Array("{\"a\": 1, \"principal\": \"x\"}".utf8))
    #expect(context["a"] == 1)
    for json in [
      "[]", "1", "null", "{\"a\": null}", "{\"__entity\": {\"type\": \"A\", \"id\": \"b\"}}", "{\"a\": 1.5}",
    ] {
      let error = try #require(throws: InputError.self) { try RecordValue(json: Array(json.utf8)) }
      #expect(error.code == .context, "\(json)")
    }
    #expect(throws: InputError.self) { try RecordValue(json: Array("{\"a\": 1, \"a\": 1}".utf8)) }
    #expect(throws: InputError.self) { try RecordValue(json: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]) }
  }

  @Test("a request names its entities as text or objects")
  func requests() throws {
    let input = try RequestInput(
      json: Array(
        """
        {"principal": "User :: \\"o'brien\\"", "action": {"type": "Action", "id": "v"},
         "resource": {"__entity": {"type": "Doc", "id": "d"}}, "context": {"a": 1},
         "entities": [{"uid": {"type": "Doc", "id": "d"}, "attrs": {}, "parents": []}]}
        """.utf8
      )
    )
    #expect(input.request.principal == uid("User", "o'brien"))
    #expect(input.request.action == uid("Action", "v"))
    #expect(input.request.resource == uid("Doc", "d"))
    #expect(input.request.context["a"] == 1)
    #expect(input.entities.map(\.uid) == [uid("Doc", "d")])
  }

  @Test(
    "requests that are refused",
    arguments: [
      ("[]", InputError.Code.form), ("{}", .form),
      ("{\"principal\": \"U\", \"action\": \"A\", \"resource\": \"R\"}", .uid),
      ("{\"principal\": \"U::\\\"a\\\" x\", \"action\": \"Action::\\\"a\\\"\", \"resource\": \"U::\\\"a\\\"\"}", .uid),
      ("{\"principal\": 1, \"action\": \"Action::\\\"a\\\"\", \"resource\": \"U::\\\"a\\\"\"}", .uid),
      (
        "{\"principal\": \"U::\\\"a\\\"\", \"action\": \"Action::\\\"a\\\"\", \"resource\": \"U::\\\"a\\\"\", \"x\": 1}",
        .form
      ),
      (
        "{\"principal\": \"U::\\\"a\\\"\", \"action\": \"Action::\\\"a\\\"\", \"resource\": \"U::\\\"a\\\"\", \"context\": []}",
        .context
      ),
      (
        "{\"principal\": \"U::\\\"a\\\"\", \"action\": \"Action::\\\"a\\\"\", \"resource\": \"U::\\\"a\\\"\", \"entities\": {}}",
        .form
      ),
      ("{", .json),
    ]
  )
  func refusedRequests(json: String, code: InputError.Code) throws {
    let error = try #require(throws: InputError.self) { try RequestInput(json: Array(json.utf8)) }
    #expect(error.code == code)
  }
}

@Suite("The entity store")
struct EntityStoreTests {
  private let alice = uid("User", "alice")
  private let staff = uid("Group", "staff")

  private func base() throws -> EntityStore {
    try EntityStore([Entity(uid: alice, attributes: RecordValue([("n", 1)]), parents: [staff]), Entity(uid: staff)])
  }

  @Test("upsert replaces whole entities, remove leaves parents as they are")
  func changes() throws {
    var store = try base()
    try store.upsert(replacing: [Entity(uid: alice, parents: [uid("Group", "x")]), Entity(uid: uid("User", "bob"))])
    #expect(store.count == 3)
    #expect(store[alice]?.attributes.isEmpty == true)
    #expect(!store.isEntity(alice, inAnyOf: [staff]))
    #expect(store.remove(staff)?.uid == staff)
    #expect(store.remove(staff) == nil)
    #expect(store.count == 2)
    #expect(store[alice]?.parents == [uid("Group", "x")])
    #expect(store[uid("User", "bob")] != nil)
  }

  @Test("a change that would make a cycle changes nothing")
  func cycleRefused() throws {
    var store = try base()
    let error = try #require(throws: EntityStoreError.self) {
      try store.upsert(replacing: [Entity(uid: staff, parents: [alice])])
    }
    #expect(error.code == .cycle)
    #expect(store[staff]?.parents == [])
    #expect(throws: EntityStoreError.self) { try store.overlaid(with: [Entity(uid: staff, parents: [staff])]) }
  }

  @Test("an overlay adds to stored entities, and hides them where that is asked for")
  func mergedOverlay() throws {
    let store = try base()
    let (editor, brought) = (uid("Role", "editor"), try RecordValue([("n", 2), ("m", 3)]))
    let token = Entity(uid: alice, attributes: brought, tags: brought, parents: [editor, staff])
    let merged = try #require(try store.overlaid(with: [token])[alice])
    #expect(merged.attributes == (try RecordValue([("n", 1), ("m", 3)])))
    #expect(merged.tags == brought)
    #expect(merged.parents == [staff, editor])
    #expect(try store.overlaid(with: [token], rule: .replace)[alice] == token)
    #expect(try store.overlaid(with: [], replacing: [token])[alice] == token)
    let error = try #require(throws: EntityStoreError.self) {
      try store.overlaid(with: [token], rule: .mergeWithoutConflicts)
    }
    #expect(error.code == .conflict)
    #expect(error.description == #"the attribute "n" of User::"alice" differs from the stored value"#)
    // Over an overlay as well.
    let twice = try store.overlaid(with: [token]).overlaid(with: [Entity(uid: alice, parents: [uid("Role", "x")])])
    #expect(twice[alice]?.parents == [staff, editor, uid("Role", "x")])
  }

  @Test("an overlay leaves the store alone")
  func overlay() throws {
    let store = try base()
    let everyone = uid("Group", "everyone")
    let over = try store.overlaid(with: [
      Entity(uid: staff, parents: [everyone]), Entity(uid: uid("User", "guest"), parents: [staff]),
    ])
    #expect(over.count == 3)
    #expect(over.isEntity(alice, inAnyOf: [everyone]))
    #expect(over.isEntity(uid("User", "guest"), inAnyOf: [everyone]))
    #expect(!store.isEntity(alice, inAnyOf: [everyone]))
    #expect(Set(over.ancestors(of: alice)) == [staff, everyone])
    #expect(Set(over.map(\.uid)) == [alice, staff, uid("User", "guest")])
    let twice = [Entity(uid: staff), Entity(uid: staff, parents: [everyone])]
    #expect(throws: EntityStoreError.self) { try store.overlaid(with: twice) }
    var changed = over
    #expect(changed.remove(staff)?.parents == [everyone])
    #expect(changed[staff] == nil)
  }
}
