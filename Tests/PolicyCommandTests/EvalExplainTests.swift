// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval --explain: the policies that could have mattered")
struct EvalExplainTests {
  private func ask(_ policies: String, _ more: String...) async throws -> Outcome {
    try await policy(["eval", "--policies", "p.cedar"] + Ask.alice + more, in: Folder(["p.cedar": policies]))
  }

  private static let two = """
    @id("p")
    permit (principal is User, action, resource == Photo::"sea")
    when { 1 < 2 && context.a }
    unless { false };
    @id("f")
    forbid (principal, action == Action::"view", resource)
    when { principal == User::"bob" };

    """

  @Test("as JSON: each part with its text, place, and value or error")
  func json() async throws {
    let outcome = try await ask(Self.two, "--format", "json", "--explain")
    #expect(
      outcome.output
        == #"{"decision":"deny","reasons":[],"errors":[{"policy":"p","code":"attributeMissing","#
        + #""message":"the record has no attribute \"a\""}],"explain":["#
        + #"{"policy":"p","effect":"permit","outcome":"error","parts":["#
        + #"{"text":"principal is User","line":2,"column":9,"value":true},"#
        + #"{"text":"action","line":2,"column":28,"value":true},"#
        + #"{"text":"resource == Photo::\"sea\"","line":2,"column":36,"value":true},"#
        + #"{"text":"1 < 2","line":3,"column":8,"value":true},"#
        + #"{"text":"context.a","line":3,"column":17,"error":"the record has no attribute \"a\""},"#
        + #"{"text":"false","line":4,"column":10,"value":false}]},"#
        + #"{"policy":"f","effect":"forbid","outcome":"unsatisfied","parts":["#
        + #"{"text":"principal","line":6,"column":9,"value":true},"#
        + #"{"text":"action == Action::\"view\"","line":6,"column":20,"value":true},"#
        + #"{"text":"resource","line":6,"column":46,"value":true},"#
        + #"{"text":"principal == User::\"bob\"","line":7,"column":8,"value":false}]}]}"# + "\n"
    )
  }

  @Test("as text: a sign for each part, and what the attributes of a failing one are")
  func text() async throws {
    let outcome = try await ask(Self.two, "--explain", "--context", #"{"a":false}"#)
    #expect(outcome.status == 2)
    #expect(
      outcome.output == """
        deny
          no policy permits it

        permit p (p.cedar:1:1): unsatisfied
          + principal is User
          + action
          + resource == Photo::"sea"
          + 1 < 2
          - context.a
              context.a is false
          + unless false

        forbid f (p.cedar:5:1): unsatisfied
          + principal
          + action == Action::"view"
          + resource
          - principal == User::"bob"

        """
    )
  }

  /// Conditions of which deciding meets no error, for a principal that does not exist.
  private static let guarded = [
    "when { principal has x && principal.x == 1 }", "when { principal has x } when { principal.x == 1 }",
    "when { context has a && context.a.b && 1 + true == 2 }", "when { principal has x && (principal.x == 1 || true) }",
    "when { false && principal.x }", "when { !(true || principal.x) }", "when { if true then false else principal.x }",
    "when { principal has x } unless { principal.x }", "when { principal is Other in principal.x }",
  ]

  @Test("an error that deciding never meets is not shown", arguments: guarded)
  func unreached(condition: String) async throws {
    let text = try await ask(Policies.named("p", "permit", condition), "--explain")
    #expect(text.output.contains("permit p (p.cedar:1:1): unsatisfied\n"))
    #expect(!text.output.contains("error"), "\(text.output)")
    let json = try await ask(Policies.named("p", "permit", condition), "--explain", "--format", "json")
    #expect(json.output.contains(#""outcome":"unsatisfied""#))
    #expect(!json.output.contains(#""error":"#), "\(json.output)")
  }

  @Test("conditions behind a scope that does not hold are not reached")
  func unreachedScope() async throws {
    let policies = "permit (principal == User::\"bob\", action, resource) when { principal.x };"
    let text = try await ask(policies, "--explain")
    #expect(text.output.contains("  - principal == User::\"bob\"\n"))
    #expect(text.output.contains("  ? principal.x (not reached)\n"))
    let json = try await ask(policies, "--explain", "--format", "json")
    #expect(json.output.contains(#"{"text":"principal.x","line":1,"column":60,"reached":false}"#), "\(json.output)")
  }

  @Test("an `in` that does not hold says which groups the entity is in, the nearest first")
  func groups() async throws {
    let entities = """
      [{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[{"type":"Role","id":"clerk"},{"type":"Team","id":"t"}]},
       {"uid":{"type":"Role","id":"clerk"},"attrs":{},"parents":[{"type":"Role","id":"staff"}]}]
      """
    func explain(_ policies: String, _ more: String...) async throws -> String {
      let files = ["p.cedar": policies, "entities.json": entities]
      return try await policy(["eval", ".", "--explain"] + Ask.alice + more, in: Folder(files)).output
    }
    let groups = #"principal, User::"alice", is in Role::"clerk", Team::"t", Role::"staff""#
    let scope = try await explain("permit (principal in Role::\"nurse\", action, resource);")
    #expect(scope.contains("  - principal in Role::\"nurse\"\n      \(groups)\n"), "\(scope)")
    #expect(try await explain("permit (principal is User in Role::\"x\", action, resource);").contains(groups))
    #expect(
      try await explain("permit (principal, action, resource) when { principal in [Role::\"x\"] };").contains(groups)
    )
    let condition =
      "permit (principal, action, resource) when { principal is User in Role::\"x\" || User::\"z\" in action };"
    let both = try await explain(condition)
    #expect(both.contains(groups))
    #expect(both.contains("      User::\"z\" is in no group; there is no such entity\n"), "\(both)")
    let action = try await explain("permit (principal, action, resource in Album::\"a\");")
    #expect(action.contains("      resource, Photo::\"sea\", is in no group; there is no such entity\n"), "\(action)")
    let holding = try await explain("permit (principal in Role::\"staff\", action, resource);")
    #expect(!holding.contains("is in"))
    let json = try await explain("permit (principal in Role::\"nurse\", action, resource);", "--format", "json")
    #expect(
      json.contains(
        #""value":false,"memberships":[{"text":"principal","entity":"User::\"alice\"","stored":true,"#
          + #""groups":["Role::\"clerk\"","Team::\"t\"","Role::\"staff\""]}]}"#
      ),
      "\(json)"
    )
  }

  @Test("without the flag there is no explanation")
  func none() async throws {
    #expect(try await !ask(Self.two, "--format", "json").output.contains("explain"))
  }

  @Test("a candidate matches the action and one of principal and resource at least; fewest failures come first")
  func candidates() async throws {
    let policies = """
      @id("action") permit (principal, action == Action::"other", resource);
      @id("both") permit (principal == User::"x", action, resource == Photo::"x");
      @id("two") permit (principal == User::"x", action, resource) when { false };
      @id("one") permit (principal, action, resource == Photo::"x");
      @id("none") permit (principal, action, resource);
      @id("late") permit (principal, action, resource) when { 1 };
      """
    let outcome = try await ask(policies, "--explain", "--format", "json")
    let order = outcome.output.split(separator: "\"explain\":").last?.split(separator: "{\"policy\":\"").dropFirst()
      .compactMap { $0.split(separator: "\"").first.map(String.init) }
    #expect(order == ["none", "one", "late", "two"])
  }

  @Test("at most twenty are shown, all with =all; none is said so")
  func limit() async throws {
    let many = String(repeating: Policies.forbid, count: 25)
    func count(_ outcome: Outcome) -> Int { outcome.output.split(separator: "\"outcome\":").count - 1 }
    #expect(try await count(ask(many, "--explain", "--format", "json")) == 20)
    #expect(try await count(ask(many, "--explain=nearest", "--format", "json")) == 20)
    #expect(try await count(ask(many, "--explain=all", "--format", "json")) == 25)
    let far = try await ask("permit (principal, action == Action::\"other\", resource);", "--explain")
    #expect(far.output.contains("no policy comes near"))
    let json = try await ask(
      "permit (principal, action == Action::\"other\", resource);",
      "--explain",
      "--format",
      "json"
    )
    #expect(json.output.hasSuffix(#""errors":[],"explain":[]}"# + "\n"))
  }

  @Test("the flag may stand anywhere and does not eat the word behind it")
  func position() async throws {
    let folder = try Folder(["d/p.cedar": Policies.permit])
    let outcome = try await policy(["eval", "--explain", "d"] + Ask.alice, in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("permit policy0 (d/p.cedar:1:1): satisfied\n"))
    #expect(try await policy(["eval", "d", "--explain=most"] + Ask.alice, in: folder).status == 1)
  }

  @Test("each line of a file is explained")
  func lines() async throws {
    let folder = try Folder(["p.cedar": Policies.permit])
    let outcome = try await policy(
      "eval",
      ".",
      "--requests",
      "-",
      "--format",
      "json",
      "--explain",
      input: "\(Ask.json())\n\(Ask.json())",
      in: folder
    )
    #expect(outcome.status == 0)
    #expect(outcome.lines.count == 2)
    #expect(
      outcome.lines.allSatisfy {
        $0.contains(#""explain":[{"policy":"policy0","effect":"permit","outcome":"satisfied","#)
      }
    )
  }
}
