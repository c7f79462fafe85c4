// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Policies that only their conditions tell apart: each test that narrows, with values that do and do not pass it.
@Suite("Tables of attributes")
struct ColumnTableTests {
  /// A kind of narrowing test, and contexts of which some pass it.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    /// The condition of a policy, with `#` where the number of the policy goes.
    let condition: String
    /// The name of the column in `tableUse`.
    let column: String
    /// Contexts in JSON, `#` being a number again.
    let contexts: [String]

    var testDescription: String { name }
  }

  static let kinds = [
    Kind(
      name: "a long",
      condition: "when { context.n == # }",
      column: "column value",
      contexts: ["{\"n\": #}", "{\"n\": \"#\"}", "{\"n\": -1}", "{}"]
    ),
    Kind(
      name: "the constant first",
      condition: "when { \"v#\" == context.s }",
      column: "column value",
      contexts: ["{\"s\": \"v#\"}", "{\"s\": \"v\"}", "{\"s\": #}"]
    ),
    Kind(
      name: "an attribute of an attribute",
      condition: "when { context.a.b == decimal(\"#.5\") }",
      column: "column value",
      contexts: [
        "{\"a\": {\"b\": {\"__extn\": {\"fn\": \"decimal\", \"arg\": \"#.50\"}}}}", "{\"a\": {}}", "{\"a\": 3}", "{}",
      ]
    ),
    Kind(
      name: "a set of constants",
      condition: "when { [#, \"s#\", -#].contains(context.n) }",
      column: "column value",
      contexts: ["{\"n\": #}", "{\"n\": \"s#\"}", "{\"n\": -#}", "{\"n\": true}", "{\"n\": []}"]
    ),
    Kind(
      name: "an element",
      condition: "when { context.tags.contains(\"t#\") }",
      column: "column element",
      contexts: ["{\"tags\": [\"x\", \"t#\", 7]}", "{\"tags\": []}", "{\"tags\": \"t#\"}"]
    ),
    Kind(
      name: "one of several elements",
      condition: "when { context.tags.containsAny([\"t#\", \"u#\"]) }",
      column: "column element",
      contexts: ["{\"tags\": [\"u#\"]}", "{\"tags\": [\"t#\", \"u#\"]}", "{\"tags\": [\"v\"]}", "{\"tags\": 1}"]
    ),
    Kind(
      name: "several elements, the constants first",
      condition: "when { [\"t#\", \"u#\"].containsAny(context.tags) }",
      column: "column element",
      contexts: ["{\"tags\": [\"u#\"]}", "{\"tags\": [\"v\"]}", "{\"tags\": 1}"]
    ),
    Kind(
      name: "all elements",
      condition: "when { context.tags.containsAll([\"t#\", \"all\"]) }",
      column: "column element",
      contexts: ["{\"tags\": [\"t#\", \"all\", \"x\"]}", "{\"tags\": [\"t#\"]}", "{\"tags\": [\"all\"]}"]
    ),
    Kind(
      name: "an ancestor",
      condition: "when { context.e in Group::\"g#\" }",
      column: "column ancestor",
      contexts: [
        "{\"e\": {\"__entity\": {\"type\": \"User\", \"id\": \"u#\"}}}",
        "{\"e\": {\"__entity\": {\"type\": \"Group\", \"id\": \"g#\"}}}",
        "{\"e\": {\"__entity\": {\"type\": \"User\", \"id\": \"unknown\"}}}", "{\"e\": \"g#\"}",
      ]
    ),
    Kind(
      name: "a network",
      condition: "when { context.ip.isInRange(ip(\"10.#.0.0/16\")) }",
      column: "column network",
      contexts: [
        "{\"ip\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"10.#.7.7\"}}}",
        "{\"ip\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"10.#.0.0/17\"}}}",
        "{\"ip\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"10.#.0.0/15\"}}}",
        "{\"ip\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"::a#\"}}}", "{\"ip\": \"10.#.7.7\"}",
      ]
    ),
    Kind(
      name: "an attribute alone",
      condition: "when { context.flag && context.n == # }",
      column: "column value",
      contexts: ["{\"flag\": true, \"n\": #}", "{\"flag\": false, \"n\": #}", "{\"flag\": 1, \"n\": #}", "{\"n\": #}"]
    ),
    Kind(
      name: "unless",
      condition: "unless { context.off } when { context.n == # }",
      column: "column value",
      contexts: ["{\"off\": true, \"n\": #}", "{\"off\": false, \"n\": #}", "{\"n\": #}"]
    ),
    Kind(
      name: "alternatives",
      condition: "when { context.n == # || context.s == \"v#\" || context.tags.contains(\"t#\") }",
      column: "column value",
      contexts: [
        "{\"n\": #}", "{\"n\": 0, \"s\": \"v#\"}", "{\"n\": 0, \"s\": \"\", \"tags\": [\"t#\"]}",
        "{\"n\": 0, \"s\": \"\"}",
        "{\"s\": \"v#\"}",
      ]
    ),
    Kind(
      name: "a range of numbers",
      condition: "when { context.n >= #0 && #5 > context.n }",
      column: "column range",
      contexts: ["{\"n\": #3}", "{\"n\": #5}", "{\"n\": -#0}", "{\"n\": \"#\"}", "{}"]
    ),
    Kind(
      name: "a range of numbers, by what must be false",
      condition: "unless { context.n < # } when { !(# < context.n) }",
      column: "column range",
      contexts: ["{\"n\": #}", "{\"n\": -#}", "{\"n\": true}"]
    ),
    Kind(
      name: "a range of extension values",
      condition: """
        when { context.t >= datetime("2026-01-01").offset(duration("#d")) &&
          context.t < datetime("2026-01-02").offset(duration("#d")) && context.d.lessThanOrEqual(decimal("#.1")) &&
          context.d.greaterThan(decimal("#.0")) }
        """,
      column: "column range",
      contexts: [
        """
        {"t": {"__extn": {"fn": "offset", "args": [
            {"__extn": {"fn": "datetime", "arg": "2026-01-01"}}, {"__extn": {"fn": "duration", "arg": "#d3h"}}]}},
          "d": {"__extn": {"fn": "decimal", "arg": "#.1"}}}
        """,
        """
        {"t": {"__extn": {"fn": "datetime", "arg": "2026-01-02"}}, "d": {"__extn": {"fn": "decimal", "arg": "#.0"}}}
        """, "{\"t\": #}",
      ]
    ),
    Kind(
      name: "two columns",
      condition: "when { context.kind == \"k\" && context.n == # }",
      column: "column value",
      contexts: ["{\"kind\": \"k\", \"n\": #}", "{\"kind\": \"l\", \"n\": #}", "{\"kind\": \"k\"}"]
    ),
  ]

  @Test("each narrowing test", arguments: kinds)
  func kind(kind: Kind) throws {
    func filled(_ text: String, _ number: Int) -> String {
      text.replacing("#", with: String(number))
    }
    var policies = ""
    for number in 1...40 {
      let scope =
        number % 10 == 0 ? "forbid(principal, action, resource == Doc::\"d\")" : "permit(principal, action, resource)"
      policies += "\(scope) \(filled(kind.condition, number));"
    }
    let users = (1...40).map {
      """
      {"uid": {"type": "User", "id": "u\($0)"}, "attrs": {}, "parents": [{"type": "Group", "id": "g\($0)"}]}
      """
    }
    let contexts = try [1, 2, 10, 39, 77].flatMap { number in try kind.contexts.map { try record(filled($0, number)) } }
    for strict in [false, true] {
      let rivals = try Rivals(policies, entities: try store("[\(users.joined(separator: ","))]"), strict: strict)
      let (allowed, denied) = rivals.agree(
        principals: [uid("User", "u1")],
        actions: [uid("Action", "view")],
        resources: [uid("Doc", "d"), uid("Doc", "e")],
        contexts: contexts
      )
      #expect(allowed > 0)
      #expect(denied > 0)
      let satisfying = AuthorizationRequest(
        principal: uid("User", "u1"),
        action: uid("Action", "view"),
        resource: uid("Doc", "e"),
        context: contexts[0]
      )
      #expect(rivals.engine.tableUse(of: satisfying)[kind.column, default: 0] > 0)
      // Of forty policies the table proposes a few.
      #expect(rivals.engine.tableUse(of: satisfying)["permits", default: 0] <= 4)
    }
  }

  @Test("a policy found by its attributes is found for its own principal and type of resource only")
  func scopesWithColumns() throws {
    let users = (0..<16).map { uid("User", "u\($0)") }
    var policies = ""
    for number in 0..<8 {
      for user in users.prefix(8) {
        policies += "permit(principal == \(user), action, resource) when { context.n == \(number) };"
      }
      policies += "permit(principal, action, resource is T\(number % 3)) when { context.n == 100 + \(number) };"
    }
    let rivals = try Rivals(policies, entities: try EntityStore(users.map { Entity(uid: $0) }))
    let (allowed, denied) = rivals.agree(
      principals: users,
      actions: [uid("Action", "view")],
      resources: ["T0", "T1", "T2", "T3"].map { uid($0, "d") },
      contexts: try [0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 101, 102, 107].map { try record("{\"n\": \($0)}") }
    )
    #expect(allowed == 8 * 8 * 4 + 4 * 16)
    #expect(denied == 16 * 4 * 13 - allowed)
  }

  @Test("attributes of principal and resource, and slots compared with each other")
  func attributesOfEntities() throws {
    var policies = "permit(principal, action, resource) when { resource.owner == principal };"
    for number in 0..<30 {
      policies += """
        permit(principal is User, action, resource is Doc)
        when { principal.team == "t\(number)" && resource.level < \(number) && principal has team };
        """
    }
    let users = (0..<10).map {
      "{\"uid\": {\"type\": \"User\", \"id\": \"u\($0)\"}, \"attrs\": {\"team\": \"t\($0)\"}, \"parents\": []}"
    }
    let docs = (0..<10).map {
      """
      {"uid": {"type": "Doc", "id": "d\($0)"}, "attrs":
        {"level": \($0), "owner": {"__entity": {"type": "User", "id": "u\($0)"}}}, "parents": []}
      """
    }
    let rivals = try Rivals(policies, entities: try store("[\((users + docs).joined(separator: ","))]"))
    rivals.agree(
      principals: (0..<11).map { uid("User", "u\($0)") },
      actions: [uid("Action", "view")],
      resources: (0..<11).map { uid("Doc", "d\($0)") }
    )
  }

  @Test("a set larger than the table, and more ancestors than policies, are answered by looking at the table")
  func wideRequests() throws {
    var policies = ""
    for number in 0..<12 {
      policies += "permit(principal, action, resource) when { context.tags.contains(\(number * 100)) };"
      policies += "permit(principal in Group::\"g\(number * 100)\", action, resource == Doc::\"d\(number % 2)\");"
    }
    let parents = (0..<1_000).map { "{\"type\": \"Group\", \"id\": \"g\($0)\"}" }.joined(separator: ",")
    let rivals = try Rivals(
      policies,
      entities: try store(
        "[{\"uid\": {\"type\": \"User\", \"id\": \"wide\"}, \"attrs\": {}, \"parents\": [\(parents)]}]"
      )
    )
    let (allowed, denied) = rivals.agree(
      principals: [uid("User", "wide"), uid("User", "other")],
      actions: [uid("Action", "view")],
      resources: [uid("Doc", "d0"), uid("Doc", "d1"), uid("Doc", "d2")],
      contexts: [
        try record("{\"tags\": [\((0..<500).map(String.init).joined(separator: ","))]}"),
        try record("{\"tags\": [\((1..<90).map(String.init).joined(separator: ","))]}"),
      ]
    )
    #expect(allowed > 0)
    #expect(denied > 0)
  }
}
