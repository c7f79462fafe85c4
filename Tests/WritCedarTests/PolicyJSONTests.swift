// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Policies in JSON (acceptance H)")
struct PolicyJSONTests {
  @Test(
    "expressions: every operator, and what its text is",
    arguments: [
      (#"{"Value": true}"#, "true"), (#"{"Value": -9223372036854775808}"#, "-9223372036854775808"),
      (#"{"Value": "a\"\u0000"}"#, #""a\"\0""#),
      (#"{"Value": {"__entity": {"type": "A::B", "id": ""}}}"#, #"A::B::"""#),
      (#"{"Value": [1, [true], {}]}"#, "[1, [true], {}]"),
      (#"{"Value": {"b": 1, "a c": "x"}}"#, #"{"a c": "x", b: 1}"#),
      (#"{"Value": {"type": "U", "id": "x"}}"#, #"{id: "x", type: "U"}"#),
      (#"{"Value": {"__entity": {"type": "A::B", "id": "x", "note": null}}}"#, #"A::B::"x""#),
      (#"{"Value": {"__extn": {"fn": "ip", "arg": "::1", "args": [2], "note": 1}}}"#, #"ip("::1")"#),
      (#"{"Value": {"__expr": "1", "a": 1}}"#, #"{__expr: "1", a: 1}"#), (#"{"Value": {"__expr": 1}}"#, "{__expr: 1}"),
      (#"{"Value": {"__extn": {"fn": "ip", "arg": "no address"}}}"#, #"ip("no address")"#),
      (
        #"{"Value": {"__extn": {"fn": "isInRange", "args": [-1, {"__extn": {"fn": "ip", "args": []}}]}}}"#,
        "(-1).isInRange(ip())"
      ),
      (#"{"Var": "principal"}"#, "principal"), (#"{"Var": "action"}"#, "action"),
      (#"{"Var": "resource"}"#, "resource"), (#"{"Var": "context"}"#, "context"),
      (#"{"!": {"arg": {"!": {"arg": {"Var": "context"}}}}}"#, "!(!context)"),
      (#"{"neg": {"arg": {"Value": 1}}}"#, "-(1)"), (#"{"neg": {"arg": {"Value": -1}}}"#, "-(-1)"),
      (#"{"==": {"left": {"Value": 1}, "right": {"Value": 2}}}"#, "1 == 2"),
      (#"{"!=": {"right": {"Value": 2}, "left": {"Value": 1}}}"#, "1 != 2"),
      (#"{"<": {"left": {"Value": 1}, "right": {"Value": 2}}}"#, "1 < 2"),
      (#"{"<=": {"left": {"Value": 1}, "right": {"Value": 2}}}"#, "1 <= 2"),
      (#"{">": {"left": {"Value": 1}, "right": {"Value": 2}}}"#, "1 > 2"),
      (#"{">=": {"left": {"Value": 1}, "right": {"Value": 2}}}"#, "1 >= 2"),
      (#"{"+": {"left": {"Value": 1}, "right": {"+": {"left": {"Value": 2}, "right": {"Value": 3}}}}}"#, "1 + (2 + 3)"),
      (#"{"-": {"left": {"-": {"left": {"Value": 1}, "right": {"Value": 2}}}, "right": {"Value": -3}}}"#, "1 - 2 - -3"),
      (#"{"*": {"left": {"+": {"left": {"Value": 1}, "right": {"Value": 2}}}, "right": {"Value": 3}}}"#, "(1 + 2) * 3"),
      (#"{"&&": {"left": {"Value": true}, "right": {"Var": "context"}}}"#, "true && context"),
      (#"{"||": {"left": {"Value": true}, "right": {"Var": "context"}}}"#, "true || context"),
      (#"{"in": {"left": {"Var": "action"}, "right": {"Set": []}}}"#, "action in []"),
      (#"{"contains": {"left": {"Set": [{"Value": 1}]}, "right": {"Value": 1}}}"#, "[1].contains(1)"),
      (#"{"containsAll": {"left": {"Var": "context"}, "right": {"Value": []}}}"#, "context.containsAll([])"),
      (#"{"containsAny": {"left": {"Var": "context"}, "right": {"Value": []}}}"#, "context.containsAny([])"),
      (#"{"isEmpty": {"arg": {"Set": []}}}"#, "[].isEmpty()"),
      (#"{"getTag": {"left": {"Var": "principal"}, "right": {"Value": "t"}}}"#, #"principal.getTag("t")"#),
      (#"{"hasTag": {"left": {"Var": "principal"}, "right": {"Value": "t"}}}"#, #"principal.hasTag("t")"#),
      (#"{".": {"left": {".": {"left": {"Var": "context"}, "attr": "a"}}, "attr": "if"}}"#, #"context.a["if"]"#),
      (#"{"has": {"left": {"Var": "context"}, "attr": "a b"}}"#, #"context has "a b""#),
      (#"{"has": {"left": {"Var": "context"}, "attr": ["a", "b"]}}"#, "context has a.b"),
      (#"{"has": {"left": {"Var": "context"}, "attr": ["a b"]}}"#, #"context has "a b""#),
      (#"{"like": {"left": {"Value": "a"}, "pattern": []}}"#, #""a" like """#),
      (
        #"{"like": {"pattern": ["Wildcard", {"Literal": "a*"}, {"Literal": "\\"}, "Wildcard"], "left": {"Value": ""}}}"#,
        #""" like "*a\*\\*""#
      ),
      (#"{"is": {"left": {"Var": "principal"}, "entity_type": "A::User"}}"#, "principal is A::User"),
      (
        #"{"is": {"left": {"Var": "principal"}, "in": {"Var": "resource"}, "entity_type": "User"}}"#,
        "principal is User in resource"
      ),
      (
        #"{"if-then-else": {"else": {"Value": 2}, "if": {"Value": true}, "then": {"Value": 1}}}"#,
        "if true then 1 else 2"
      ),
      (#"{"Set": [{"Value": 2}, {"Var": "context"}]}"#, "[2, context]"),
      (#"{"Record": {"b": {"Value": 1}, "a": {"Set": []}, "é": {"Record": {}}}}"#, #"{a: [], b: 1, "é": {}}"#),
      (#"{"ip": [{"Value": "::1"}]}"#, #"ip("::1")"#), (#"{"decimal": []}"#, "decimal()"),
      (#"{"isInRange": [{"ip": [{"Value": "1"}]}, {"Var": "context"}]}"#, #"ip("1").isInRange(context)"#),
      (#"{"toDays": [{"Value": 1}, {"Value": 2}]}"#, "1.toDays(2)"),
    ]
  )
  func expressions(json: String, text: String) throws {
    #expect(try PolicyJSON.text(of: json) == text)
    #expect(try Expression(parsing: text).description == text)
  }

  @Test(
    "scopes",
    arguments: [
      ("principal", #"{"op": "All"}"#, "principal, action, resource"),
      ("principal", #"{"op": "all"}"#, "principal, action, resource"),
      ("principal", #"{"op": "==", "entity": {"type": "U", "id": "x"}}"#, #"principal == U::"x", action, resource"#),
      (
        "principal", #"{"entity": {"__entity": {"id": "é\"", "type": "A::U"}}, "op": "in"}"#,
        #"principal in A::U::"é\"", action, resource"#
      ),
      ("principal", #"{"op": "==", "slot": "?principal"}"#, "principal == ?principal, action, resource"),
      ("resource", #"{"op": "in", "slot": "?resource"}"#, "principal, action, resource in ?resource"),
      ("resource", #"{"op": "is", "entity_type": "A::B"}"#, "principal, action, resource is A::B"),
      (
        "resource", #"{"op": "is", "entity_type": "B", "in": {"entity": {"type": "G", "id": "g"}}}"#,
        #"principal, action, resource is B in G::"g""#
      ),
      (
        "resource", #"{"op": "is", "in": {"slot": "?resource"}, "entity_type": "B"}"#,
        "principal, action, resource is B in ?resource"
      ),
      ("action", #"{"op": "all"}"#, "principal, action, resource"),
      (
        "action", #"{"op": "==", "entity": {"type": "Action", "id": "a"}}"#,
        #"principal, action == Action::"a", resource"#
      ),
      (
        "action", #"{"op": "in", "entity": {"type": "N::Action", "id": "a"}}"#,
        #"principal, action in N::Action::"a", resource"#
      ),
      (
        "action", #"{"op": "in", "entities": [{"type": "Action", "id": "a"}, {"type": "Action", "id": "b"}]}"#,
        #"principal, action in [Action::"a", Action::"b"], resource"#
      ),
      ("action", #"{"op": "in", "entities": []}"#, "principal, action in [], resource"),
    ]
  )
  func scopes(part: String, json: String, text: String) throws {
    let policy = try #require(try PolicyJSON.read(PolicyJSON.policy([part: json])).members.first)
    #expect(policy.description == "permit (\(text));")
    #expect(try PolicySet(parsing: policy.description).members.first?.description == policy.description)
  }

  @Test("a policy alone: effect, conditions in order, annotations with and without a value; named as in text")
  func single() throws {
    let json = PolicyJSON.policy([
      "effect": #""forbid""#, "annotations": #"{"if": null, "id": "the \"one\"", "a": ""}"#,
      "conditions": #"[{"kind": "unless", "body": {"Value": 1}}, {"body": {"Value": 2}, "kind": "when"}]"#,
    ])
    let set = try PolicyJSON.read(" \n\t\r" + json)
    let policy = try #require(set[PolicyID("the \"one\"")])
    #expect(
      policy.description
        == "@if\n@id(\"the \\\"one\\\"\")\n@a(\"\")\nforbid (principal, action, resource)\nunless { 1 }\nwhen { 2 };"
    )
    #expect(try PolicySet(json: Array(json.utf8), identifiers: .position).members.map(\.id) == ["policy0"])
    #expect(try PolicyJSON.read(PolicyJSON.policy()).members.map(\.id) == ["policy0"])
  }

  @Test("a set: ids are the names of members, templates are linked")
  func wholeSet() throws {
    let template = PolicyJSON.policy([
      "principal": #"{"op": "in", "slot": "?principal"}"#, "resource": #"{"op": "==", "slot": "?resource"}"#,
    ])
    let set = try PolicyJSON.read(
      PolicyJSON.set(
        policies: #"{"b": \#(PolicyJSON.policy(["annotations": #"{"id": "other"}"#])), "a": \#(PolicyJSON.policy())}"#,
        templates: #"{"t": \#(template)}"#,
        links: """
          [{"templateId": "t", "newId": "l", "values": {"?principal": {"type": "G", "id": "g"},
            "?resource": {"__entity": {"type": "P", "id": "p"}}}}]
          """
      )
    )
    #expect(set.members.map(\.id) == ["b", "a", "t", "l"])
    #expect(set.count == 3)
    #expect(set["t"]?.isTemplate == true)
    #expect(set["l"]?.template == "t")
    #expect(set["l"]?.description == #"permit (principal in G::"g", action, resource == P::"p");"#)
    #expect(set["b"]?.annotation("id") == "other")
    #expect(try differenceAfterJSON(set) == nil)
  }

  @Test("a text that begins with a brace is JSON wherever policies are read; a single one is named by its position")
  func recognised() throws {
    let sources = [
      SourceInput(name: "a.cedar", text: "permit (principal, action, resource);"),
      SourceInput(name: "b.cedar.json", text: "\n  " + PolicyJSON.policy()),
      SourceInput(name: "c.cedar.json", text: PolicyJSON.set(policies: #"{"x": \#(PolicyJSON.policy())}"#)),
      SourceInput(name: "d.cedar", text: "permit (principal, action, resource);"),
    ]
    #expect(try PolicySet(parsing: sources).members.map(\.id) == ["policy0", "policy1", "x", "policy3"])
    let twice =
      sources + [SourceInput(name: "e", text: PolicyJSON.set(policies: #"{"policy3": \#(PolicyJSON.policy())}"#))]
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: twice) }
    #expect(error.description == "e:1:32: two policies have the id `policy3`: the other is at d.cedar:1:1")
    let both = [SourceInput(name: "f", text: "permit ();"), SourceInput(name: "g", text: "{}")]
    #expect(throws: SyntaxError.self) { try PolicySet(parsing: both) }
    let diagnostics = (try? PolicySet(parsing: both)).map { _ in [] } ?? refusals(both)
    #expect(diagnostics.map(\.location.name) == ["f", "g"])
  }

  private func refusals(_ sources: [SourceInput]) -> [Diagnostic] {
    do {
      _ = try PolicySet(parsing: sources)
      return []
    } catch {
      return error.diagnostics
    }
  }

  @Test("policies from JSON are decided, skip what the text would skip, and are explained in Cedar's syntax")
  func decided() throws {
    let missing = #"{".": {"left": {"Var": "context"}, "attr": "none"}}"#
    func outcome(_ body: String) throws -> [EvaluationError.Code?] {
      let set = try PolicyJSON.read(PolicyJSON.when(body))
      let response = Authorizer(policies: set, entities: EntityStore()).authorize(request())
      return response.decision == .allow ? [nil] : response.errors.map(\.error.code)
    }
    #expect(try outcome(#"{"||": {"left": {"Value": true}, "right": \#(missing)}}"#) == [nil])
    #expect(try outcome(#"{"||": {"left": {"Value": false}, "right": \#(missing)}}"#) == [.attributeMissing])
    #expect(try outcome(#"{"&&": {"left": {"Value": false}, "right": \#(missing)}}"#) == [])
    let choice = #""then": {"Value": true}, "else": \#(missing)"#
    #expect(try outcome(#"{"if-then-else": {"if": {"Value": true}, \#(choice)}}"#) == [nil])
    #expect(try outcome(#"{"if-then-else": {"if": {"Value": false}, \#(choice)}}"#) == [.attributeMissing])
    let group = #"{"is": {"left": {"Var": "principal"}, "entity_type": "Robot", "in": \#(missing)}}"#
    #expect(try outcome(#"{"!": {"arg": \#(group)}}"#) == [nil])

    let condition = #"{"&&": {"left": {"<": {"left": {"Value": 1}, "right": {"Value": 2}}}, "right": \#(missing)}}"#
    let set = try PolicyJSON.read(PolicyJSON.when(condition))
    let explanation = try #require(Authorizer(policies: set, entities: EntityStore()).explain(request()).first)
    #expect(explanation.parts.map(\.text) == ["principal", "action", "resource", "1 < 2", "context.none"])
    guard case .failure(let error) = explanation.parts[4].value else { return }
    #expect(error.source.text(of: error.span) == #"".""#)
  }
}
