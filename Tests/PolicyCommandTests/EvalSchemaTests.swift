// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy with a schema: what must fit, and what is read by it")
struct EvalSchemaTests {
  private static let schema = """
    entity Group;
    entity User in [Group] = { age?: Long, from?: ipaddr };
    entity Photo;
    action view appliesTo { principal: User, resource: Photo, context: { note?: String, owner?: User, since?: datetime } };
    action edit;
    """
  private static let permitYoung = """
    @id("p")
    permit (principal, action, resource)
    unless { principal has age && principal.age > 17 || context has owner && context.owner == User::"alice" };
    """

  private static func user(_ attributes: String, parents: String = "") -> String {
    #"{"uid":{"type":"User","id":"alice"},"attrs":{\#(attributes)},"parents":[\#(parents)]}"#
  }

  @Test("what fits is decided as without a schema")
  func fits() async throws {
    let folder = try Folder([
      "p.cedar": Self.permitYoung, "s.cedarschema": Self.schema, "entities.json": "[\(Self.user("\"age\":12"))]",
    ])
    let outcome = try await policy(["eval", ".", "--format", "json"] + Ask.alice, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == answer("allow", ["p"]) + "\n")
  }

  @Test(
    "a schema that cannot be read is an error",
    arguments: [
      "entity", "entity User in [Nobody];", "nonsense !", "entity A = { a: B };", "entity A; entity A;",
      "action a appliesTo { principal: X, resource: Y };",
    ]
  )
  func brokenSchema(schema: String) async throws {
    let folder = try Folder(["p.cedar": Policies.permit, "s.cedarschema": schema])
    let outcome = try await policy(["eval", "."] + Ask.alice, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.contains("s.cedarschema"))
  }

  @Test(
    "entities that do not fit end everything, with --no-validate too",
    arguments: [
      user("\"age\":\"12\""), user("\"size\":1"), user("", parents: #"{"type":"Photo","id":"sea"}"#),
      #"{"uid":{"type":"Stranger","id":"a"},"attrs":{},"parents":[]}"#,
      #"{"uid":{"type":"User","id":"a"},"attrs":{},"parents":[],"tags":{"t":1}}"#,
      #"{"uid":{"type":"Action","id":"other"},"attrs":{},"parents":[]}"#,
    ]
  )
  func badEntities(entity: String) async throws {
    let folder = try Folder([
      "p.cedar": Policies.permit, "s.cedarschema": Self.schema, "entities.json": "[\n\(entity)]", "r": Ask.json(),
    ])
    for arguments in [
      Ask.alice, Ask.alice + ["--no-validate"], ["--requests", "r"], ["--requests", "r", "--no-validate"],
    ] {
      let outcome = try await policy(["eval", "."] + arguments, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains(" --> ./entities.json:2:"), "\(outcome.errors)")
    }
  }

  @Test("an attribute that does not fit is named, at its place")
  func places() async throws {
    let schema = """
      entity User { a?: { b?: Set<Long>, c?: Long } } tags Long; entity Photo;
      action view appliesTo { principal: User, resource: Photo, context: { a?: { c?: Long } } };
      """
    let cases = [
      (#""attrs":{"a":{"c":"x"}}"#, 2, 9, #"attribute "a": attribute "c": expected long, found string"#),
      (#""attrs":{"a":{"d":1}}"#, 2, 9, #"attribute "a": attribute "d" is not declared"#),
      (#""attrs":{"a":{"b":["x"]}}"#, 2, 9, #"attribute "a": attribute "b": an element: expected long, found string"#),
    ]
    for (member, line, column, message) in cases {
      let attributes = member.replacing("{\"a\":{", with: "{\"a\":{\n    ")
      let folder = try Folder([
        "p.cedar": Policies.permit, "s.cedarschema": schema,
        "entities.json": #"[{"uid":{"type":"User","id":"alice"},"parents":[],\#(attributes)}]"#,
      ])
      let outcome = try await policy(["eval", "."] + Ask.alice, in: folder)
      #expect(outcome.errors.hasPrefix("error: User::\"alice\": \(message)"), "\(outcome.errors)")
      #expect(outcome.errors.contains("--> ./entities.json:\(line):\(column)\n"), "\(outcome.errors)")
    }
    let request = Ask.json(",\"context\":{\"a\":{\n\"c\":true}}")
    let folder = try Folder(["p.cedar": Policies.permit, "s.cedarschema": schema, "r": request])
    let outcome = try await policy("eval", ".", "--request", "r", in: folder)
    #expect(outcome.errors.contains(#"attribute "a": attribute "c": expected long, found bool"#))
    #expect(outcome.errors.contains("--> r:2:5\n"), "\(outcome.errors)")
  }

  /// Requests that do not fit, and the code of a line's error.
  private static let misfits = [
    (Ask.json(principal: #""Photo::\"sea\"""#), "request"), (Ask.json(principal: #""Stranger::\"a\"""#), "request"),
    (#"{"principal":"User::\"alice\"","action":"Action::\"edit\"","resource":"Photo::\"sea\""}"#, "request"),
    (#"{"principal":"User::\"alice\"","action":"Action::\"absent\"","resource":"Photo::\"sea\""}"#, "request"),
    (#"{"principal":"User::\"alice\"","action":"Action::\"view\"","resource":"User::\"alice\""}"#, "request"),
    (Ask.json(#","context":{"note":1}"#), "context"), (Ask.json(#","context":{"more":1}"#), "context"),
  ]

  @Test("a request that does not fit is refused; --no-validate decides it", arguments: misfits)
  func badRequests(request: String, code: String) async throws {
    let folder = try Folder(["p.cedar": Policies.permit, "s.cedarschema": Self.schema, "r": request])
    let refused = try await policy("eval", ".", "--request", "r", in: folder)
    #expect(refused.status == 1)
    #expect(refused.output.isEmpty)
    #expect(refused.errors.hasPrefix("error: "))
    let decided = try await policy("eval", ".", "--request", "r", "--no-validate", "--format", "json", in: folder)
    #expect(decided.status == 0, "\(decided.errors)")
    #expect(decided.output == answer("allow", ["policy0"]) + "\n")
  }

  @Test("a line that does not fit is an error in its place, and the others are answered", arguments: misfits)
  func badLines(line: String, code: String) async throws {
    let folder = try Folder([
      "p.cedar": Policies.permit, "s.cedarschema": Self.schema, "r": "\(Ask.json())\n\(line)\n\(Ask.json())\n",
    ])
    let outcome = try await policy("eval", ".", "--requests", "r", "--format", "json", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines.first == answer("allow", ["policy0"], line: 1))
    #expect(
      outcome.lines[1].hasPrefix(#"{"line":2,"column":"#)
        && outcome.lines[1].contains(#","error":{"code":"\#(code)","message":""#),
      "\(outcome.output)"
    )
    #expect(outcome.lines.last == answer("allow", ["policy0"], line: 3))
  }

  @Test("the arguments of a single request are checked too, and the error says how not to")
  func arguments() async throws {
    let folder = try Folder(["p.cedar": Policies.permit, "s.cedarschema": Self.schema])
    let arguments = ["eval", ".", "--principal", "Photo::\"sea\""] + Ask.alice.dropFirst(2)
    let outcome = try await policy(arguments, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("help: --no-validate skips this check"))
    #expect(try await policy(arguments + ["--no-validate"], in: folder).status == 0)
  }

  @Test("with a schema the short forms of entities and extension values are read")
  func shortForms() async throws {
    let folder = try Folder([
      "p.cedar": """
      permit (principal, action, resource)
      when { principal.from.isLoopback() && context.owner in Group::"g" && context.since < datetime("2025-01-01") };
      """, "s.cedarschema": Self.schema,
      "entities.json": "[\(Self.user("\"from\":\"::1\"", parents: #"{"type":"Group","id":"g"}"#))]",
    ])
    let context = ["--context", #"{"owner":{"type":"User","id":"alice"},"since":"2024-01-01"}"#]
    let outcome = try await policy(["eval", "."] + Ask.alice + context, in: folder)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("--schema replaces the directory's, and may be given more than once")
  func flags() async throws {
    let folder = try Folder([
      "d/p.cedar": Policies.permit, "d/s.cedarschema": "entity Nothing;", "types.cedarschema": "entity User, Photo;",
      "actions.cedarschema": "action view appliesTo { principal: User, resource: Photo };",
    ])
    #expect(try await policy(["eval", "d"] + Ask.alice, in: folder).status == 1)
    let both = ["--schema", "types.cedarschema", "--schema", "actions.cedarschema"]
    #expect(try await policy(["eval", "d"] + both + Ask.alice, in: folder).status == 0)
  }

  @Test("policies are not type-checked by eval")
  func policiesUnchecked() async throws {
    let folder = try Folder([
      "p.cedar": "permit (principal, action, resource) unless { principal has size || context.note.a.b == 1 && 1 };",
      "s.cedarschema": Self.schema,
    ])
    let outcome = try await policy(["eval", ".", "--format", "json"] + Ask.alice, in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.output.contains(#""code":"attributeMissing""#))
  }

  @Test("groups of actions come from the schema")
  func actionGroups() async throws {
    let folder = try Folder([
      "p.cedar": "permit (principal, action in Action::\"reading\", resource);",
      "s.cedarschema":
        "entity User, Photo; action reading; action view in [reading] appliesTo { principal: User, resource: Photo };",
    ])
    #expect(try await policy(["eval", "."] + Ask.alice, in: folder).status == 0)
  }

  @Test(
    "every scenario of the repository passes its tests",
    arguments: [
      "abac", "break-glass", "folders", "payments", "rbac", "releases", "sharing", "tenants",
    ]
  )
  func scenarios(name: String) async throws {
    let outcome = try await policy("test", "\(PolicyProcess.repository)/Policies/\(name)", in: Folder())
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test(
    "the examples of the scenarios' README files answer as they say",
    arguments: [
      ("rbac", #"Staff::"ines""#, "readChart", #"Patient::"4711""#, answer("allow", ["nurses-keep-charts"])),
      ("rbac", #"Staff::"tomasz""#, "discharge", #"Patient::"4711""#, answer("deny")),
      ("sharing", #"Musician::"amadou""#, "annotate", #"Score::"nocturne""#, answer("allow", ["ensembles-play"])),
      ("sharing", #"Musician::"viktor""#, "annotate", #"Score::"nocturne""#, answer("deny", ["blocked-by-the-owner"])),
    ]
  )
  func readme(scenario: String, principal: String, action: String, resource: String, line: String) async throws {
    let outcome = try await policy(
      "eval",
      "\(PolicyProcess.repository)/Policies/\(scenario)",
      "--principal",
      principal,
      "--action",
      "Action::\"\(action)\"",
      "--resource",
      resource,
      "--format",
      "json",
      in: Folder()
    )
    #expect(outcome.output == line + "\n", "\(outcome.errors)")
  }
}
