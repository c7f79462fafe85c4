// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar

@Suite("Policies written to JSON and read back")
struct PolicyJSONRoundTripTests {
  @Test("the policies of every scenario in Policies/")
  func scenarios() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Policies")
    let folders = try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
    var count = 0
    for file in folders.map({ $0.appending(path: "policies.cedar") })
    where FileManager.default.fileExists(atPath: file.path) {
      let set = try PolicySet(parsing: String(contentsOf: file, encoding: .utf8), name: file.path)
      count += set.members.count
      #expect(try differenceAfterJSON(set) == nil)
    }
    #expect(count > 20)
  }

  @Test("a set with everything a policy can hold")
  func everything() throws {
    var set = try PolicySet(
      parsing: #"""
        @id("a") @if @note("x\n\u{200b}") permit (principal, action, resource);
        forbid (principal is A::B in G::"g\"", action in [Action::"a", N::Action::"b"], resource in R::"")
        when { context has a && !context.x || -(1) - -1 * (2 - 3) < 5 }
        unless { if principal is User in [User::"x"] then context["a b"].c like "*a\**\n" else {b: [], "a c": -5}.b == [] }
        when { ip("1").isInRange(ip()) && principal.getTag("t").contains(resource.hasTag("u")) };
        @id("t") permit (principal == ?principal, action == Action::"x", resource is B in ?resource);
        @id("u") permit (principal in ?principal, action, resource);
        """#
    )
    try set.link("t", as: "l", slots: [.principal: uid("U", "é"), .resource: uid("B::C", "\0")])
    try set.link("u", as: "m", slots: [.principal: uid("U", "e\u{301}")])
    #expect(try differenceAfterJSON(set) == nil)
  }

  @Test(
    "`has` of a path is written as Cedar 4.12 writes it, as a chain of `&&` that every version reads",
    arguments: [
      ("context has a.b", "context has a && context.a has b"),
      ("context has a.b.c", "context has a && context.a has b && context.a.b has c"),
      (
        #"!(principal.x.getTag("t") has a.b) || true"#,
        #"!(principal.x.getTag("t") has a && principal.x.getTag("t").a has b) || true"#
      ),
      (#"context has "a b""#, #"context has "a b""#), ("context has a", "context has a"),
      ("1 == 1 && context has a.b && 2 == 2", "1 == 1 && (context has a && context.a has b) && 2 == 2"),
    ]
  )
  func paths(text: String, chain: String) throws {
    func set(_ text: String) throws -> PolicySet {
      try PolicySet(parsing: "permit (principal, action, resource) when { \(text) };")
    }
    let written = try set(text)
    #expect(written.json == (try set(chain)).json)
    #expect(!String(decoding: written.json, as: UTF8.self).contains(#""attr":["#))
    #expect(try differenceAfterJSON(PolicySet(json: written.json)) == nil)
  }

  @Test("a long path, and one whose operand holds another, stay as long as they were")
  func longPaths() throws {
    for text in [
      "context has a" + String(repeating: ".a", count: 5000),
      String(repeating: "(if ", count: 100) + "context" + String(repeating: " then 1 else 2) has a.b.c", count: 100),
    ] {
      let set = try PolicySet(parsing: "permit (principal, action, resource) when { \(text) };")
      #expect(set.json.count < 200 * text.utf8.count)
      let again = try PolicySet(json: set.json)
      #expect(again.json == set.json)
    }
  }

  @Test("a linked policy whose template is not in the set is written as a policy")
  func withoutTemplate() throws {
    var whole = try PolicySet(parsing: "@id(\"t\") permit (principal == ?principal, action, resource);")
    try whole.link("t", as: "l", slots: [.principal: uid("U", "x")])
    var set = PolicySet()
    try set.add(try #require(whole["l"]))
    let again = try PolicySet(json: set.json)
    #expect(again["l"]?.description == "@id(\"t\")\npermit (principal == U::\"x\", action, resource);")
    #expect(again["l"]?.template == nil)
  }

  @Test("what nests in the text nests as deep in JSON and no deeper", arguments: NestingTests.constructs.indices)
  func nesting(index: Int) throws {
    let (name, open, core, close) = NestingTests.constructs[index]
    // Parentheses that are not needed leave no trace.
    guard name != "parentheses", name != "operands" else { return }
    func set(_ depth: Int) throws -> PolicySet {
      let expression = String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
      return try PolicySet(parsing: "permit (principal, action, resource) when { \(expression) };")
    }
    /// The same in two sets; the policy's JSON ends with the body.
    func enclosed(_ depth: Int) throws -> String {
      let json = String(decoding: try set(depth).members[0].json, as: UTF8.self)
      return json.replacing("\"body\":", with: "\"body\":{\"Set\":[{\"Set\":[").dropLast(3) + "]}]}}]}"
    }
    let deepest = try set(Nesting.limit)
    #expect(try differenceAfterJSON(deepest) == nil)
    let enclosedDeepest = try PolicyJSON.read(enclosed(Nesting.limit - 2))
    #expect(try PolicySet(parsing: enclosedDeepest.members[0].description).members.count == 1)
    let refusal = PolicyJSON.refusal(try enclosed(Nesting.limit))
    #expect(refusal == "policy: the expression is nested deeper than 256 levels", "\(name)")
  }

  @Test("chains are as long as in the text, and brackets without end are refused without harm")
  func chains() throws {
    let count = 100_000
    for text in [
      "true" + String(repeating: " && true", count: count), "context" + String(repeating: ".a", count: count),
    ] {
      let set = try PolicySet(parsing: "permit (principal, action, resource) when { \(text) };")
      #expect(try PolicySet(json: set.json).members[0].description == set.members[0].description)
    }
    for sign in ["||", "+", "-", "*"] {
      let text = "1" + String(repeating: " \(sign) 1", count: 300)
      let set = try PolicySet(parsing: "permit (principal, action, resource) when { \(text) };")
      #expect(try differenceAfterJSON(set) == nil)
    }

    for open in [#"{"!":{"arg":"#, #"{"Set":["#, #"{"+":{"right":"#, #"{"Value":["#, #"{"ip":["#] {
      #expect(PolicyJSON.refusal(PolicyJSON.when(String(repeating: open, count: count))).hasPrefix("json: "))
    }
    let negation =
      String(repeating: #"{"!":{"arg":"#, count: count) + #"{"Value":1}"# + String(repeating: "}}", count: count)
    let values = String(repeating: "[", count: count) + String(repeating: "]", count: count)
    for body in [negation, #"{"Value":\#(values)}"#] {
      #expect(PolicyJSON.refusal(PolicyJSON.when(body)) == "policy: the expression is nested deeper than 256 levels")
    }
  }
}
