// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy check")
struct CheckCommandTests {
  private static let schema = """
    entity User { nick?: String }; entity Photo;
    action view appliesTo { principal: User, resource: Photo };
    """
  private static let valid = "permit(principal, action == Action::\"view\", resource);\n"
  private static let invalid = """
    // é
    @id("nicks") permit(principal, action == Action::"view", resource)
      when { principal.nick == "é" && principal.nik == "a" };
    @id("never") forbid(principal, action, resource) when { false };

    """

  @Test("Valid policies end with 0, invalid ones with 3 and each finding with its place")
  func text() async throws {
    let folder = try Folder([
      "good/p.cedar": Self.valid, "good/s.cedarschema": Self.schema, "p.cedar": Self.invalid,
      "s.cedarschema": Self.schema,
    ])
    let good = try await policy("check", "good", in: folder)
    #expect(good.status == 0)
    #expect(good.output == "valid: 1 policy\n")
    #expect(good.errors.isEmpty)
    let bad = try await policy("check", "--policies", "p.cedar", "--schema", "s.cedarschema", in: folder)
    #expect(bad.status == 3)
    #expect(
      bad.output == """
        error[unsafeOptionalAttributeAccess]: the attribute "nick" of the entity type User may be missing
         --> p.cedar:3:10
          |
        3 |   when { principal.nick == "é" && principal.nik == "a" };
          |          ^^^^^^^^^^^^^^
          = help: test it first: `principal has nick && …`
          = in: principal User, action Action::"view", resource Photo
          = policy: nicks

        error[unsafeAttributeAccess]: the entity type User has no attribute "nik"
         --> p.cedar:3:35
          |
        3 |   when { principal.nick == "é" && principal.nik == "a" };
          |                                   ^^^^^^^^^^^^^
          = help: did you mean `nick`?
          = in: principal User, action Action::"view", resource Photo
          = policy: nicks

        warning[impossiblePolicy]: no request can satisfy the policy
         --> p.cedar:4:1
          |
        4 | @id("never") forbid(principal, action, resource) when { false };
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: by the schema its scope or conditions are false for all types of principals and resources
          = policy: never

        invalid: 2 errors, 1 warning in 2 policies

        """
    )
  }

  @Test("Warnings end with 0, with --deny-warnings with 3")
  func warnings() async throws {
    let folder = try Folder([
      "p.cedar": "permit(principal, action, resource) when { false };", "s.cedarschema": Self.schema,
    ])
    let lax = try await policy("check", in: folder)
    #expect(lax.status == 0)
    #expect(lax.output.hasSuffix("\nvalid: 1 warning in 1 policy\n"))
    #expect(try await policy("check", "--deny-warnings", in: folder).status == 3)
  }

  @Test("A directory of scenarios is all of them; what cannot be read ends with 1")
  func scenarios() async throws {
    let folder = try Folder([
      "all/a/p.cedar": Self.valid, "all/a/s.cedarschema": Self.schema, "all/b/p.cedar": Self.valid,
      "all/b/s.cedarschema.json": "{\"\": {\"entityTypes\": {\"User\": {}}, \"actions\": {\"view\": {}}}}",
      "all/notes.txt": "x",
    ])
    let invalid = try await policy("check", "all", in: folder)
    #expect(invalid.status == 3)
    #expect(invalid.output.contains("error[invalidActionApplication]"))
    #expect(invalid.output.contains("all/b/p.cedar:1:8"))
    try folder.write(Array("entity User".utf8), to: "all/b/s.cedarschema.json")
    let unreadable = try await policy("check", "all", in: folder)
    #expect(unreadable.status == 1)
    #expect(unreadable.output.contains("all/b/s.cedarschema.json:1:12"))
    try folder.write(Array("[]".utf8), to: "all/a/schema.json")
    let unrecognised = try await policy("check", "all/a", in: folder)
    #expect(unrecognised.status == 1)
    #expect(unrecognised.errors.hasPrefix("error: `all/a/schema.json` looks like a schema and is not read"))
  }

  @Test(
    "No policies, no schema, an unfit entity or a negative level end with 1",
    arguments: [
      ["check", "empty"], ["check", "bare"], ["check", "unfit"], ["check", "good", "--level", "-1"],
      ["check", "nowhere"],
      ["check", "good", "--format", "yaml"],
    ]
  )
  func errors(arguments: [String]) async throws {
    let folder = try Folder([
      "empty/a.txt": "", "bare/p.cedar": Self.valid, "good/p.cedar": Self.valid, "good/s.cedarschema": Self.schema,
      "unfit/p.cedar": Self.valid, "unfit/s.cedarschema": Self.schema,
      "unfit/entities.json": "[{\"uid\": {\"type\": \"Usr\", \"id\": \"a\"}, \"attrs\": {}, \"parents\": []}]",
    ])
    let outcome = try await policy(arguments, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.lowercased().hasPrefix("error") || outcome.output.hasPrefix("error"))
  }

  @Test("JSON tells the place, the environment and the name that was meant")
  func json() async throws {
    let folder = try Folder(["p.cedar": Self.invalid, "s.cedarschema": Self.schema])
    let outcome = try await policy("check", "--format", "json", in: folder)
    #expect(outcome.status == 3)
    let report = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(report["valid"] as? Bool == false)
    #expect(report["errors"] as? Int == 2)
    #expect(report["warnings"] as? Int == 1)
    let findings = try #require(report["findings"] as? [[String: Any]])
    #expect(
      findings.map { $0["code"] as? String } == [
        "unsafeOptionalAttributeAccess", "unsafeAttributeAccess", "impossiblePolicy",
      ]
    )
    let second = findings[1]
    #expect(second["suggestion"] as? String == "nick")
    #expect(
      [second["line"], second["column"], second["endLine"], second["endColumn"]].map { $0 as? Int } == [3, 35, 3, 48]
    )
    #expect((second["environment"] as? [String: String])?["action"] == "Action::\"view\"")
    #expect(second["policy"] as? String == "nicks")
  }

  @Test("SARIF has a result for each finding, and for what cannot be read")
  func sarif() async throws {
    let folder = try Folder(["d é/p.cedar": Self.invalid, "d é/s.cedarschema": Self.schema])
    func results() async throws -> [[String: Any]] {
      let outcome = try await policy("check", "d é", "--format", "sarif", in: folder)
      let log = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(log["version"] as? String == "2.1.0")
      let run = try #require((log["runs"] as? [[String: Any]])?.first)
      return try #require(run["results"] as? [[String: Any]])
    }
    let found = try await results()
    #expect(found.map { $0["level"] as? String } == ["error", "error", "warning"])
    let location = try #require(
      (found[0]["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
    )
    #expect((location["artifactLocation"] as? [String: String])?["uri"] == "d%20%C3%A9/p.cedar")
    #expect(
      (location["region"] as? [String: Int]) == ["startLine": 3, "startColumn": 10, "endLine": 3, "endColumn": 24]
    )
    try folder.write(Array("permit(principal".utf8), to: "d é/p.cedar")
    #expect(try await results().map { $0["ruleId"] as? String } == ["unreadable"])
  }

  @Test("Levels: what looks too far from the request is invalid (RFC 76)")
  func levels() async throws {
    let folder = try Folder([
      "p.cedar": "permit(principal, action, resource) when { resource.owner.boss == principal };",
      "s.cedarschema": """
      entity User { boss: User }; entity Photo { owner: User };
      action view appliesTo { principal: User, resource: Photo };
      """,
    ])
    #expect(try await policy("check", "--level", "2", in: folder).status == 0)
    let outcome = try await policy("check", "--level", "1", in: folder)
    #expect(outcome.status == 3)
    #expect(
      outcome.output.contains(
        "error[entityDerefLevelViolation]: this looks into entities 2 deep, and level 1 is asked for"
      )
    )
  }

  @Test("The project's own scenarios have no findings")
  func scenariosOfTheProject() async throws {
    let folder = try Folder()
    let outcome = try await policy(["check", "--deny-warnings", PolicyProcess.repository + "/Policies"], in: folder)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
  }

  @Test("policy eval and policy test validate first where asked, and end with 3")
  func validateFirst() async throws {
    let request =
      "{\"principal\": \"User::\\\"a\\\"\", \"action\": \"Action::\\\"view\\\"\", \"resource\": \"Photo::\\\"p\\\"\"}"
    let folder = try Folder([
      "d/p.cedar": Self.valid, "d/s.cedarschema": Self.schema, "r.json": request,
      "d/tests.json": "[{\"request\": \(request), \"decision\": \"allow\"}]",
      "bad.cedar": "permit(principal, action, resource) when { 1 };",
    ])
    #expect(try await policy("eval", "d", "--validate-policies", "--request", "r.json", in: folder).status == 0)
    #expect(try await policy("test", "d", "--validate-policies", in: folder).status == 0)
    for command in [["eval", "d", "--request", "r.json"], ["test", "d"]] {
      let outcome = try await policy(command + ["--policies", "bad.cedar", "--validate-policies"], in: folder)
      #expect(outcome.status == 3)
      #expect(outcome.errors.hasPrefix("error[unexpectedType]"))
      #expect(outcome.output.isEmpty)
    }
    let bare = try await policy(
      "eval",
      "--policies",
      "bad.cedar",
      "--validate-policies",
      "--request",
      "r.json",
      in: folder
    )
    #expect(bare.status == 1)
  }
}
