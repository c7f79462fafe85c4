// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Policies in JSON that are refused (acceptance H)")
struct PolicyJSONRefusalTests {
  @Test(
    "expressions",
    arguments: [
      ("{}", "form: an expression is an object with one member, named by its operator"),
      ("1", "form: an expression is an object with one member, named by its operator"),
      (#"{"Value": 1, "Var": "context"}"#, "form: an expression is an object with one member, named by its operator"),
      (#"{"Value": 1, "Value": 2}"#, "json: found a second member named \"Value\""),
      (#"{"Val": 1}"#, #"policy: there is no operator or function "Val""#),
      (#"{"unknown": [{"Value": "x"}]}"#, #"policy: there is no operator or function "unknown""#),
      (#"{"Unknown": {"name": "x"}}"#, "policy: an unknown stands in a residual, not in a policy"),
      (#"{"error": []}"#, #"policy: there is no operator or function "error""#),
      (#"{"Slot": "?principal"}"#, #"policy: the slot "?principal" cannot stand in an expression"#),
      (#"{"Var": "subject"}"#, "policy: the variables are principal, action, resource and context"),
      (#"{"Value": null}"#, "value: Cedar has no null"),
      (
        #"{"Value": 1.0}"#,
        "value: `1.0` is not a 64-bit integer"
      ),
      (#"{"Value": 9223372036854775808}"#, "value: `9223372036854775808` is not a 64-bit integer"),
      (#"{"Value": {"__expr": "1"}}"#, "value: `__expr` is no longer part of the format"),
      (#"{"Value": {"__entity": {"type": "U :: V", "id": ""}}}"#, #"uid: "U :: V" is not the name of an entity type"#),
      (
        #"{"Value": {"__entity": {"type": "U", "id": ""}, "a": 1}}"#,
        #"form: an object with `__entity` has no member "a""#
      ),
      (#"{"Value": {"__extn": {"fn": "none", "arg": 1}}}"#, #"policy: there is no extension function "none""#),
      (#"{"Value": {"__extn": {"fn": "ip", "arg": 1, "args": 1.5}}}"#, "value: "),
      (
        #"{"Value": {"__extn": {"fn": "ip", "args": 1}}}"#, #"form: an extension value is `{"fn": name, "arg": value}`"#
      ),
      (#"{"!": {"left": {"Value": 1}}}"#, "form: the member `arg` of `!` is missing"),
      (#"{"!": {"arg": {"Value": 1}, "left": 1}}"#, #"form: `!` has no member "left""#),
      (#"{"!": {"Value": 1}}"#, "form: the member `arg` of `!` is missing"),
      (#"{"neg": [{"Value": 1}]}"#, "form: `neg` is an object"),
      (#"{"==": {"left": {"Value": 1}}}"#, "form: the member `right` of `==` is missing"),
      (#"{"&&": {"left": {"Value": 1}, "right": {"Value": 1}, "more": {}}}"#, #"form: `&&` has no member "more""#),
      (#"{"contains": [{"Value": 1}, {"Value": 2}]}"#, "form: `contains` is an object"),
      (#"{"has": {"left": {"Var": "context"}, "attr": []}}"#, "form: `has` looks for one attribute or more"),
      (
        #"{"has": {"left": {"Var": "context"}, "attr": ["a", "b c"]}}"#,
        #"policy: in a path "b c" is not the name of an attribute, an identifier"#
      ),
      (
        #"{"has": {"left": {"Var": "context"}, "attr": ["a", "if"]}}"#,
        #"policy: in a path "if" is not the name of an attribute, an identifier"#
      ),
      (#"{".": {"left": {"Var": "context"}, "attr": ["a"]}}"#, "form: the name of an attribute is a string"),
      (#"{"like": {"left": {"Value": ""}, "pattern": "a*"}}"#, "form: `pattern` is an array"),
      (
        #"{"like": {"left": {"Value": ""}, "pattern": ["*"]}}"#,
        #"form: a part of a pattern is `"Wildcard"` or `{"Literal": "…"}`"#
      ),
      (
        #"{"is": {"left": {"Var": "principal"}, "entity_type": "if"}}"#, #"uid: "if" is not the name of an entity type"#
      ),
      (
        #"{"is": {"left": {"Var": "principal"}, "entity_type": "__cedar::U"}}"#,
        #"uid: "__cedar::U" is not the name of an entity type"#
      ),
      (
        #"{"is": {"left": {"Var": "principal"}, "entity_type": "U", "in": null}}"#,
        "form: an expression is an object with one member, named by its operator"
      ),
      (
        #"{"if-then-else": {"if": {"Value": true}, "then": {"Value": 1}}}"#,
        "form: the member `else` of `if-then-else` is missing"
      ),
      (#"{"Set": {"Value": 1}}"#, "form: `Set` is an array"), (#"{"Record": []}"#, "form: `Record` is an object"),
      (#"{"Record": {"a": {"Value": 1}, "\u0061": {"Value": 2}}}"#, "json: found a second member named \"a\""),
      (#"{"ip": {"Value": "1"}}"#, "form: `ip` is an array of arguments"),
      (#"{"isIpv4": []}"#, "policy: `isIpv4` is a method and takes the value it is called on"),
    ]
  )
  func expressions(json: String, refusal: String) {
    #expect(PolicyJSON.refusal(PolicyJSON.when(json)).hasPrefix(refusal))
  }

  @Test(
    "members of a policy",
    arguments: [
      ("effect", nil, "form: the member `effect` of a policy is missing"),
      ("principal", nil, "form: the member `principal` of a policy is missing"),
      ("conditions", nil, "form: the member `conditions` of a policy is missing"),
      ("effect", #""Permit""#, "form: `effect` is `permit` or `forbid`"),
      ("id", #""a""#, #"form: a policy has no member "id""#),
      ("conditions", "{}", "form: `conditions` is an array"),
      ("conditions", #"[{"kind": "if", "body": {"Value": true}}]"#, "form: `kind` is `when` or `unless`"),
      ("conditions", #"[{"kind": "when"}]"#, "form: the member `body` of a condition is missing"),
      ("annotations", "null", "form: `annotations` is an object"),
      ("annotations", #"{"a": 1}"#, "form: the value of an annotation is a string or null"),
      ("annotations", #"{"a b": ""}"#, #"form: "a b" is not the name of an annotation, an identifier"#),
      ("annotations", #"{"id": ""}"#, "policy: the `@id` is empty"),
      ("annotations", #"{"a": "", "a": ""}"#, "json: found a second member named \"a\""),
      ("principal", "{}", "form: the member `op` of `principal` is missing"),
      ("principal", #"{"op": "<"}"#, "form: the `op` of `principal` is `All`, `==`, `in` or `is`"),
      (
        "principal", #"{"op": "All", "entity": {"type": "U", "id": "x"}}"#,
        #"form: `principal` with `All` has no member "entity""#
      ),
      (
        "principal", #"{"op": "==", "entity": {"type": "U", "id": "x"}, "slot": "?principal"}"#,
        "form: `principal` with `==` has members that exclude each other"
      ),
      ("principal", #"{"op": "==", "slot": "?resource"}"#, "policy: the slot of `principal` is `?principal`"),
      ("resource", #"{"op": "in", "slot": "?principal"}"#, "policy: the slot of `resource` is `?resource`"),
      ("resource", #"{"op": "in", "entity": "U::\"x\""}"#, #"uid: an entity is named by `{"type": "…", "id": "…"}`"#),
      ("resource", #"{"op": "is", "entity_type": ""}"#, #"uid: "" is not the name of an entity type"#),
      ("resource", #"{"op": "is", "entity_type": "U", "in": null}"#, "form: `in` is an object"),
      ("action", #"{"op": "==", "slot": "?principal"}"#, "policy: an action cannot be a slot"),
      ("action", #"{"op": "is", "entity_type": "Action"}"#, "form: the `op` of `action` is `All`, `==` or `in`"),
      (
        "action", #"{"op": "==", "entity": {"type": "U", "id": "x"}}"#,
        "policy: expected an action, found an entity of type `U`"
      ),
      (
        "action", #"{"op": "in", "entities": [{"type": "Action", "id": "x"}, {"type": "Actions", "id": "x"}]}"#,
        "policy: expected an action, found an entity of type `Actions`"
      ),
      (
        "action", #"{"op": "in", "entities": [], "entity": {"type": "Action", "id": "x"}}"#,
        "form: `action` with `in` has members that exclude each other"
      ),
    ]
  )
  func members(name: String, value: String?, refusal: String) {
    #expect(PolicyJSON.refusal(PolicyJSON.policy([name: value])).hasPrefix(refusal))
  }

  @Test("sets and links")
  func sets() {
    let policy = PolicyJSON.policy()
    let template = PolicyJSON.policy(["principal": #"{"op": "==", "slot": "?principal"}"#])
    func linked(_ link: String) -> String {
      PolicyJSON.set(policies: #"{"p": \#(policy)}"#, templates: #"{"t": \#(template)}"#, links: "[\(link)]")
    }
    let alice = #""?principal": {"type": "U", "id": "alice"}"#
    let table: [(json: String, refusal: String)] = [
      ("[]", "form: policies in JSON are an object"), ("", "json: the input is empty"),
      ("{\"staticPolicies\": {}", "json: the input ends here"),
      (
        #"{"staticPolicies": {}, "templates": {}}"#, "form: the member `templateLinks` of a policy set is missing"
      ),
      (
        #"{"templates": {}, "templateLinks": []}"#, "form: the member `staticPolicies` of a policy set is missing"
      ),
      (
        #"{"staticPolicies": {}, "templates": {}, "templateLinks": [], "links": []}"#,
        #"form: a policy set has no member "links""#
      ),
      (PolicyJSON.set(policies: "[]"), "form: `staticPolicies` is an object of policies by their ids"),
      (PolicyJSON.set(links: "{}"), "form: `templateLinks` is an array"),
      (PolicyJSON.set(policies: #"{"": \#(policy)}"#), "policy: the id is empty"),
      (PolicyJSON.set(policies: #"{"p": \#(policy), "p": \#(policy)}"#), "json: found a second member named \"p\""),
      (
        PolicyJSON.set(policies: #"{"t": \#(policy)}"#, templates: #"{"t": \#(template)}"#),
        "duplicate: there is already a policy with the id `t`"
      ),
      (PolicyJSON.set(policies: #"{"t": \#(template)}"#), "policy: a policy with slots belongs to `templates`"),
      (
        PolicyJSON.set(templates: #"{"p": \#(policy)}"#),
        "policy: a template has a slot; this policy belongs to `staticPolicies`"
      ),
      (
        linked(#"{"templateId": "x", "newId": "l", "values": {\#(alice)}}"#),
        "link: there is no policy with the id `x`"
      ),
      (
        linked(#"{"templateId": "p", "newId": "l", "values": {}}"#), "link: the policy `p` is not a template"
      ),
      (
        linked(#"{"templateId": "t", "newId": "l", "values": {}}"#),
        "link: the template `t` has the slots ?principal, given: none"
      ),
      (
        linked(#"{"templateId": "t", "newId": "l", "values": {\#(alice), "?resource": {"type": "U", "id": "b"}}}"#),
        "link: the template `t` has the slots ?principal, given: ?principal, ?resource"
      ),
      (
        linked(#"{"templateId": "t", "newId": "l", "values": {\#(alice), "?action": {"type": "U", "id": "b"}}}"#),
        #"link: "?action" is not a slot: ?principal or ?resource"#
      ),
      (
        linked(#"{"templateId": "t", "newId": "p", "values": {\#(alice)}}"#),
        "duplicate: there is already a policy with the id `p`"
      ),
      (
        linked(#"{"templateId": "t", "newId": "", "values": {\#(alice)}}"#),
        "form: `newId` is a string that is not empty"
      ),
      (linked(#"{"templateId": "t", "newId": "l"}"#), "form: the member `values` of a link is missing"),
      (
        linked(#"{"templateId": "t", "newId": "l", "values": {\#(alice)}, "effect": "permit"}"#),
        #"form: a link has no member "effect""#
      ),
      (
        linked(#"{"templateId": "t", "newId": "l", "values": {"?principal": "U::\"a\""}}"#),
        #"uid: an entity is named by"#
      ),
    ]
    for (json, refusal) in table { #expect(PolicyJSON.refusal(json).hasPrefix(refusal), "\(json)") }
  }

  @Test("the place of an error is that of the value, and the name is the source's")
  func places() throws {
    let json = "{\"effect\": \"permit\",\n \"principal\": {\"op\": \"Any\"}, \"action\": {\"op\": \"All\"}}"
    let error = try #require(throws: InputError.self) { try PolicySet(json: Array(json.utf8), name: "a.json") }
    #expect(error.description == "a.json:2:22: the `op` of `principal` is `All`, `==`, `in` or `is`")
    let bytes = try #require(throws: InputError.self) { try PolicySet(json: [0x7B, 0x22, 0xFF], name: "b.json") }
    #expect(bytes.code == .json)
    #expect(bytes.diagnostic.span.start == 2)
  }
}
