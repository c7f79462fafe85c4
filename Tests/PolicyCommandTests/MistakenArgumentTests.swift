// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval: arguments as a shell or a hurry leaves them")
struct MistakenArgumentTests {
  private func errors(_ option: String, _ value: String, command: String = "eval") async throws -> String {
    let folder = try Folder(["p.cedar": Policies.permit])
    let rest = [("--principal", #"User::"a""#), ("--action", #"Action::"v""#), ("--resource", #"Photo::"p""#)]
    let arguments = rest.filter { $0.0 != option }.flatMap { [$0.0, $0.1] } + [option, value]
    let head = command == "eval" ? ["eval", "."] : ["evaluate", "principal"]
    let outcome = try await policy(head + arguments, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    return outcome.errors
  }

  @Test(
    "An entity without its quotes gets the argument to write, quoted for a shell",
    arguments: [
      ("--principal", "User::alice", #"'User::"alice"'"#), ("--principal", "alice", #"'User::"alice"'"#),
      ("--principal", #""alice""#, #"'User::"alice"'"#), ("--principal", "User:alice", #"'User::"alice"'"#),
      ("--principal", "User::'alice'", #"'User::"alice"'"#), ("--principal", "User::“alice”", #"'User::"alice"'"#),
      ("--principal", #"User::\"alice\""#, #"'User::"alice"'"#), ("--principal", "User::1234", #"'User::"1234"'"#),
      ("--principal", "App::User::a@b.example", #"'App::User::"a@b.example"'"#),
      ("--action", "view", #"'Action::"view"'"#), ("--action", "Action::view", #"'Action::"view"'"#),
      ("--resource", "Photo::sea.jpg", #"'Photo::"sea.jpg"'"#), ("--resource", "sea.jpg", #"'Photo::"sea.jpg"'"#),
    ]
  )
  func unquoted(option: String, value: String, expected: String) async throws {
    for command in ["eval", "evaluate"] {
      let errors = try await errors(option, value, command: command)
      #expect(
        errors.hasSuffix(
          "= help: write `\(option) \(expected)`: the single quotes keep the double quotes from the shell\n"
        ),
        "\(errors)"
      )
      #expect(errors.contains(" --> \(option):1:"))
    }
  }

  @Test("An argument that names no entity shows the form", arguments: ["", "*", "?principal", "{}"])
  func noEntity(value: String) async throws {
    let errors = try await errors("--resource", value)
    #expect(errors.contains(#"`Photo::"id"`"#), "\(errors)")
  }

  @Test(
    "A context that is neither a file nor a JSON object shows how JSON is given",
    arguments: ["[1]", "true", "null", "mfa=true", "", "absent.json", #""{}""#]
  )
  func context(value: String) async throws {
    let errors = try await errors("--context", value)
    #expect(errors.hasPrefix("error: cannot open `"))
    #expect(errors.hasSuffix(#"help: a context is a file or a JSON object, as in --context '{"mfa": true}'"# + "\n"))
  }

  @Test(
    "JSON in the manner of JavaScript or Python gets what JSON writes",
    arguments: [
      ("{mfa: true}", "strings and names stand in double quotes: `\"mfa\"`"),
      ("{'mfa': true}", "strings and names stand in double quotes: `\"name\"`"), (#"{"mfa": True}"#, "write `true`"),
      (#"{"n": 1.5}"#, #"a decimal is written `{"__extn": {"fn": "decimal", "arg": "1.5"}}`"#),
      (#"{"n": null}"#, "leave the member out"), (#"{"n": 1,}"#, "remove the `,` before it"),
      (#"{"n": 1 /* x */}"#, "JSON has no comments; remove it"),
    ]
  )
  func json(value: String, help: String) async throws {
    let errors = try await errors("--context", value)
    #expect(errors.hasSuffix("= help: \(help)\n"), "\(errors)")
  }

  @Test("An answer whose policy erred says what to write")
  func evaluation() async throws {
    let folder = try Folder([
      "p.cedar": #"permit (principal, action, resource) when { context.role in ["admin"] };"#
    ])
    let outcome = try await policy(["eval", "."] + Ask.alice + ["--context", #"{"role": "admin"}"#], in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.lines.suffix(2) == [
        "    ./p.cedar:1:45: expected an entity, found string",
        "    help: `in` is for entities; whether a set holds a value is `[ … ].contains(value)`",
      ]
    )
  }
}
