// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval: the ids of policies (P12)")
struct EvalPolicyIdentifierTests {
  private func reasons(_ files: [String: String], _ arguments: String...) async throws -> Outcome {
    try await policy(["eval", "--format", "json"] + arguments + Ask.alice, in: Folder(files))
  }

  @Test("an id is the @id, otherwise the position among all policies and templates of all files")
  func positions() async throws {
    let outcome = try await reasons(
      [
        "one.cedar": Policies.permit + Policies.named("named") + "permit (principal in ?principal, action, resource);",
        "two.cedar": "// only a comment\n", "three.cedar": Policies.permit + Policies.named("last") + Policies.permit,
      ],
      "--policies",
      "one.cedar",
      "--policies",
      "two.cedar",
      "--policies",
      "three.cedar"
    )
    #expect(outcome.output == answer("allow", ["policy0", "named", "policy3", "last", "policy5"]) + "\n")
  }

  @Test("files count in the order given, which is not the order of their names")
  func orderGiven() async throws {
    let files = ["a.cedar": Policies.named("a") + Policies.permit, "b.cedar": Policies.named("b") + Policies.permit]
    let outcome = try await reasons(files, "--policies", "b.cedar", "--policies", "a.cedar")
    #expect(outcome.output == answer("allow", ["b", "policy1", "a", "policy3"]) + "\n")
  }

  @Test("a directory is read in the order of the bytes of its names")
  func directoryOrder() async throws {
    var files: [String: String] = [:]
    for name in ["é", "z", "a", "Z", "_", "10", "9", "a-b", "aa"] { files["d/\(name).cedar"] = Policies.named(name) }
    files["d/cedar"] = "no policies"
    let outcome = try await reasons(files, "d")
    #expect(outcome.output == answer("allow", ["10", "9", "Z", "_", "a-b", "a", "aa", "z", "é"]) + "\n")
  }

  @Test(
    "two policies with one id are an error that names both places",
    arguments: [
      (
        "a.cedar", "@id(\"x\")\npermit (principal, action, resource);\n",
        "@id(\"x\")\nforbid (principal, action, resource);\n"
      ),
      (
        "b.cedar", "permit (principal, action, resource);\n",
        "@id(\"policy0\")\npermit (principal, action, resource);\n"
      ),
      (
        "c.cedar", "@id(\"policy1\")\npermit (principal, action, resource);\n",
        "\npermit (principal, action, resource);\n"
      ),
      (
        "d.cedar", "@id(\"t\")\npermit (principal == ?principal, action, resource);\n",
        "@id(\"t\")\npermit (principal, action, resource);\n"
      ),
    ]
  )
  func duplicates(name: String, first: String, second: String) async throws {
    let outcome = try await reasons(["\(name)": first, "e.cedar": second], "--policies", name, "--policies", "e.cedar")
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("two policies have the id"))
    #expect(outcome.errors.contains("\(name):1:1"))
    #expect(outcome.errors.contains("--> e.cedar:"))
  }

  @Test("ids that only look alike are two (P06)")
  func normalization() async throws {
    let outcome = try await reasons(["p.cedar": Policies.named("\u{e9}") + Policies.named("e\u{301}")], ".")
    #expect(outcome.status == 0)
    #expect(Array(outcome.output.utf8) == Array((answer("allow", ["\u{e9}", "e\u{301}"]) + "\n").utf8))
  }

  @Test("an empty @id is an error", arguments: ["@id(\"\")", "@id"])
  func empty(annotation: String) async throws {
    let outcome = try await reasons(["p.cedar": "\(annotation)\npermit (principal, action, resource);"], ".")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: the `@id` is empty\n --> ./p.cedar:1:1\n"))
  }

  @Test("an id may hold anything else, NUL included (P08)")
  func strange() async throws {
    let outcome = try await reasons(["p.cedar": Policies.named(#" \0\u{7f}' "#)], ".")
    #expect(outcome.output == answer("allow", [#" \u0000\u007f' "#]) + "\n")
  }
}
