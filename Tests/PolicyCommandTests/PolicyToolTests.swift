// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy format, translate and link")
struct PolicyToolTests {
  private static let ragged = "permit(principal,action,resource)when{true // why\n};\n"
  private static let formatted = """
    permit (principal, action, resource)
    when
    {
        true // why
    };

    """

  @Test("--check names the files that are not formatted and writes nothing; without it they are formatted in place")
  func inPlace() async throws {
    let folder = try Folder(["p/a.cedar": Self.ragged, "p/inner/s.cedarschema": "entity A;\n", "p/x.txt": "not read"])
    let check = try await policy("format", "--check", "p", in: folder)
    #expect(check.status == 1)
    #expect(check.output == "not formatted: p/a.cedar\n")
    #expect(try await policy("format", "p", in: folder).status == 0)
    #expect(try String(contentsOfFile: "\(folder.path)/p/a.cedar", encoding: .utf8) == Self.formatted)
    #expect(try await policy("format", "--check", "p", in: folder).status == 0)
  }

  @Test("Standard input is formatted to standard output, and what cannot be read is an error that leaves files alone")
  func standardInput() async throws {
    let folder = try Folder(["bad.cedar": "permit(principal", "good.cedar": Self.ragged])
    #expect(try await policy("format", input: Self.ragged, in: folder).output == Self.formatted)
    #expect(try await policy("format", "-", input: "entity  A ;", in: folder).output == "entity A;\n")
    let bad = try await policy("format", "bad.cedar", "good.cedar", in: folder)
    #expect(bad.status == 1)
    #expect(bad.errors.contains("bad.cedar:1:17"))
    #expect(try String(contentsOfFile: "\(folder.path)/bad.cedar", encoding: .utf8) == "permit(principal")
    #expect(try String(contentsOfFile: "\(folder.path)/good.cedar", encoding: .utf8) == Self.formatted)
  }

  @Test("Policies go to JSON and back with their ids, and schemas, too")
  func translation() async throws {
    let text = "@id(\"a\")\npermit (principal, action, resource)\nwhen { principal has x.y };\n"
    let schema = "entity User in [User] = { age?: Long };\n"
    let folder = try Folder(["p.cedar": text, "s.cedarschema": schema])
    let json = try await policy("translate", "p.cedar", in: folder)
    #expect(json.status == 0)
    try folder.write(Array(json.output.utf8), to: "p.cedar.json")
    let back = try await policy("translate", "p.cedar.json", in: folder)
    #expect(back.output.contains("@id(\"a\")"))
    let again = try await policy("translate", "-", input: back.output, in: folder)
    #expect(again.output == json.output)
    let schemaJSON = try await policy("translate", "s.cedarschema", in: folder)
    let schemaBack = try await policy("translate", "-", input: schemaJSON.output, in: folder)
    #expect(
      try await policy("translate", "--kind", "schema", input: schemaBack.output, in: folder).output
        == schemaJSON.output
    )
  }

  @Test(
    "A link fills the slots of a template with entities, never with text (P28), and an id that is taken is refused (P12)"
  )
  func links() async throws {
    let template =
      "@id(\"t\") permit(principal == ?principal, action, resource in ?resource);\n@id(\"u\") forbid(principal, action, resource);"
    let folder = try Folder(["p.cedar": template])
    let injected = #"User::"a\"), action, resource); //""#
    let link = try await policy(
      [
        "link", "--policies", "p.cedar", "--template", "t", "--as", "l", "--principal", injected, "--resource",
        #"F::"1""#,
      ],
      in: folder
    )
    #expect(link.status == 0)
    #expect(
      link.output == """
        @id("l")
        permit (principal == User::"a\\"), action, resource); //", action, resource in F::"1");

        """
    )
    let json = try await policy(
      [
        "link", "--policies", "p.cedar", "--template", "t", "--as", "l", "--principal", injected, "--resource",
        #"F::"1""#, "--format", "json",
      ],
      in: folder
    )
    #expect(json.output.contains("\"templateId\": \"t\""))
    for wrong in [
      ["--template", "u", "--as", "l"], ["--template", "t", "--as", "u"], ["--template", "x", "--as", "l"],
    ] {
      let outcome = try await policy(
        ["link", "--policies", "p.cedar"] + wrong + ["--principal", #"U::"a""#, "--resource", #"F::"1""#],
        in: folder
      )
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("error: "))
    }
    let missing = try await policy("link", "--policies", "p.cedar", "--template", "t", "--as", "l", in: folder)
    #expect(missing.status == 1)
  }

  @Test("The version names that of the language")
  func version() async throws {
    let outcome = try await policy("--version", in: Folder())
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("4.15"))
  }
}
