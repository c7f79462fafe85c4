// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Policies in JSON on the command line")
struct PolicyJSONCommandTests {
  private static let scope = ##""principal": {"op": "All"}, "action": {"op": "All"}, "resource": {"op": "All"}"##
  private static let permit = #"{"effect": "permit", \#(scope), "conditions": []}"#
  private static let never = """
    {"effect": "forbid", \(scope), "conditions": [{"kind": "when", "body": {"<":
      {"left": {"Value": 2}, "right": {".": {"left": {"Var": "context"}, "attr": "n"}}}}}]}
    """
  private static let set =
    #"{"staticPolicies": {"p": \#(permit), "f": \#(never)}, "templates": {}, "templateLinks": []}"#

  @Test("policy eval reads them from files, from a directory beside text, and from standard input")
  func eval() async throws {
    let folder = try Folder(["set.json": Self.set, "one.json": Self.permit, "text.cedar": Policies.named("t")])
    let json = ["eval", "--format", "json"] + Ask.alice
    func outcome(_ arguments: String..., input: String = "") async throws -> String {
      try await policy(json + arguments, input: Array(input.utf8), in: folder).output
    }
    #expect(try await outcome("--policies", "set.json", "--context", #"{"n": 1}"#) == answer("allow", ["p"]) + "\n")
    #expect(try await outcome("--policies", "set.json", "--context", #"{"n": 3}"#) == answer("deny", ["f"]) + "\n")
    #expect(
      try await outcome("--policies", "text.cedar", "--policies", "one.json") == answer("allow", ["t", "policy1"])
        + "\n"
    )
    #expect(try await outcome("--policies", "-", input: "\n \(Self.permit)") == answer("allow", ["policy0"]) + "\n")

    let mixed = try Folder(["d/a.cedar": Policies.named("a"), "d/b.cedar.json": Self.permit, "d/c.json": "none"])
    let found = try await policy(["eval", "--format", "json"] + Ask.alice + ["d"], in: mixed)
    #expect(found.output == answer("allow", ["a", "policy1"]) + "\n")
  }

  @Test("what is wrong is shown at its place in the JSON, and the status is 1")
  func refused() async throws {
    let folder = try Folder(["p.json": "{\"effect\": \"permit\",\n  \"principal\": {\"op\": \"any\"}}"])
    let outcome = try await policy(["eval", "--policies", "p.json"] + Ask.alice, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("the `op` of `principal` is `All`, `==`, `in` or `is`"))
    #expect(outcome.errors.contains("--> p.json:2:23"))
  }

  @Test("--explain shows them in Cedar's syntax")
  func explain() async throws {
    let folder = try Folder(["p.json": Self.set])
    let arguments = ["eval", "--policies", "p.json", "--context", #"{"n": 3}"#, "--explain"] + Ask.alice
    let outcome = try await policy(arguments, in: folder)
    #expect(outcome.output.contains("+ 2 < context.n"))
    let other = try await policy(arguments.map { $0.replacing("3", with: "1") }, in: folder)
    #expect(other.output.contains("- 2 < context.n"))
    #expect(other.output.contains("context.n is 1"))
  }

  @Test("policy test and policy bench read them")
  func testAndBench() async throws {
    let request = Ask.json(#","context":{"n":1}"#)
    let folder = try Folder([
      "s/policies.cedar.json": Self.set,
      "s/tests.json": #"[{"name": "one", "request": \#(request), "decision": "allow", "reasons": ["p"]}]"#,
      "s/entities.json": """
      [{"uid": {"type": "User", "id": "alice"}, "attrs": {}, "parents": []},
       {"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": []},
       {"uid": {"type": "Photo", "id": "sea"}, "attrs": {}, "parents": []}]
      """,
      "requests": request + "\n",
    ])
    let tested = try await policy("test", "s", in: folder)
    #expect(tested.status == 0, "\(tested.output)\(tested.errors)")
    let measured = try await policy("bench", "s", "--requests", "requests", "--batches", "2", in: folder)
    #expect(measured.status == 0, "\(measured.errors)")
  }
}
