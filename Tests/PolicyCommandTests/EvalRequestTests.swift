// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval: one request, as arguments or as a file")
struct EvalRequestTests {
  /// Permits alice alone, and a context with `n` 1 if there is one.
  private static let files = [
    "p.cedar": """
    @id("p")
    permit (principal == User::"alice", action == Action::"view", resource == Photo::"sea")
    unless { context has n && context.n != 1 };
    """
  ]

  @Test(
    "an identifier is any entity literal",
    arguments: [
      #"User::"alice""#, #" User :: "alice" "#, "User//c\n::\n\"alice\"", #"User::"\u{61}lice""#,
      #"User::"\x61l\u{69}ce""#,
    ]
  )
  func identifiers(principal: String) async throws {
    let folder = try Folder(Self.files)
    let rest = Array(Ask.alice.dropFirst(2))
    let arguments = try await policy(["eval", ".", "--principal", principal] + rest, in: folder)
    #expect(arguments.status == 0, "\(arguments)")
    let json = principal.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    let file = try await policy(
      "eval",
      ".",
      "--request",
      "-",
      input: Ask.json(principal: "\"\(json)\""),
      in: folder
    )
    #expect(file.status == 0, "\(file)")
  }

  @Test("an apostrophe, a quote and an umlaut are parts of an id like others")
  func quotes() async throws {
    let folder = try Folder(["p.cedar": #"permit (principal == N::S::"o'bri\"en é", action, resource);"#])
    for literal in [#"N::S::"o'bri\"en é""#, #"N::S::"o\'bri\"en \u{e9}""#] {
      let outcome = try await policy(["eval", ".", "--principal", literal] + Ask.alice.dropFirst(2), in: folder)
      #expect(outcome.status == 0, "\(literal)")
    }
  }

  @Test(
    "what is no entity literal is an error at its place",
    arguments: [
      "", "User", "User::", "User::alice", "\"alice\"", "User::\"alice", "User::\"a\" b", "User::'alice'", "in::\"a\"",
      "1::\"a\"", "User::\"\\q\"", "User::\"a\"::\"b\"", "(User::\"alice\")", "?principal", "é::\"a\"",
    ]
  )
  func noIdentifier(text: String) async throws {
    let outcome = try await policy(["eval", ".", "--principal", text] + Ask.alice.dropFirst(2), in: Folder(Self.files))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.contains("--> --principal:1:"))
  }

  @Test(
    "in JSON an identifier may be an object too",
    arguments: [#"{"type":"User","id":"alice"}"#, #"{"__entity":{"id":"alice","type":"User"}}"#]
  )
  func objects(principal: String) async throws {
    let outcome = try await policy(
      "eval",
      ".",
      "--request",
      "-",
      input: Ask.json(principal: principal),
      in: Folder(Self.files)
    )
    #expect(outcome.status == 0)
  }

  @Test("a context is JSON where it starts with {, otherwise a file; it defaults to {}")
  func context() async throws {
    let folder = try Folder(Self.files.merging(["one.json": #"{"n":1}"#, "two.json": "\n {\"n\": 2}\n"]) { $1 })
    func status(_ context: String, input: String = "") async throws -> Int32 {
      try await policy(["eval", "."] + Ask.alice + ["--context", context], input: Array(input.utf8), in: folder).status
    }
    #expect(try await status("{\"n\":1}") == 0)
    #expect(try await status(" \t\r\n{\"n\":2}") == 2)
    #expect(try await status("one.json") == 0)
    #expect(try await status("two.json") == 2)
    #expect(try await status("-", input: "{\"n\":2}") == 2)
    #expect(try await status("{}") == 0)
    #expect(try await status("absent.json") == 1)
    #expect(try await status("[]") == 1)
    #expect(try await status("") == 1)
  }

  @Test(
    "a context that is no record of Cedar values is an error that shows its place (P20, P27)",
    arguments: [
      ("{\"n\":1.5}", 6), ("{\"n\":null}", 6), ("{\"n\":9223372036854775808}", 6), ("{\"n\":1,\"n\":1}", 8),
      ("{\"n\":1} x", 9),
      ("{\"n\":{\"__entity\":{\"type\":\"U\"}}}", 18), ("{\"n\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"1\"}}}", 16),
      ("{\"n\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"::1\"},\"b\":1}}", 6), ("{\"n\":\"\\ud800\"}", 7),
    ]
  )
  func badContext(context: String, column: Int) async throws {
    let outcome = try await policy(["eval", "."] + Ask.alice + ["--context", context], in: Folder(Self.files))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("--> --context:1:\(column)\n"), "\(outcome.errors)")
  }

  @Test(
    "a request in JSON has its members and no others",
    arguments: [
      #"{"principal":"User::\"alice\"","action":"Action::\"view\""}"#, Ask.json(#","Context":{}"#),
      Ask.json(#","id":1"#),
      Ask.json(#","context":[]"#), Ask.json(#","context":{},"context":{}"#), Ask.json(#","entities":{}"#),
      Ask.json(principal: "null"), Ask.json(principal: #""User""#), Ask.json(principal: #"{"type":"User"}"#),
      Ask.json(principal: #"{"type":"User ","id":"alice"}"#), Ask.json(principal: #"{"type":"User","id":"a","x":1.5}"#),
      "[]", "", "{", "\"\"", "[\(Ask.json())]", Ask.json() + Ask.json(), "\u{FEFF}" + Ask.json(),
    ]
  )
  func badRequest(json: String) async throws {
    let folder = try Folder(Self.files)
    let outcome = try await policy("eval", ".", "--request", "-", input: json, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("--> <stdin>:1:"))
  }

  @Test("a request may bring entities, over those of the directory")
  func overlay() async throws {
    let folder = try Folder([
      "p.cedar": "permit (principal in Group::\"staff\", action, resource);",
      "entities.json": #"[{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[]}]"#,
    ])
    let staff =
      #","entities":[{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[{"type":"Group","id":"staff"}]}]"#
    #expect(try await policy("eval", ".", "--request", "-", input: Ask.json(), in: folder).status == 2)
    #expect(try await policy("eval", ".", "--request", "-", input: Ask.json(staff), in: folder).status == 0)
    let cycle =
      #","entities":[{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[{"type":"User","id":"alice"}]}]"#
    let outcome = try await policy("eval", ".", "--request", "-", input: Ask.json(cycle), in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix(
        "error: User::\"alice\" is its own ancestor: User::\"alice\" in User::\"alice\"\n --> <stdin>:1:"
      )
    )
  }

  @Test(
    "exactly one kind of request is wanted, and it whole",
    arguments: [
      [], ["--principal", "U::\"a\""], ["--principal", "U::\"a\"", "--action", "A::\"a\""], ["--context", "{}"],
      ["--request", "r", "--requests", "r"], ["--request", "r"] + Ask.alice, Ask.alice + ["--requests", "r"],
      ["--request", "r", "--context", "{}"],
    ]
  )
  func kinds(arguments: [String]) async throws {
    let folder = try Folder(Self.files.merging(["r": Ask.json()]) { $1 })
    let outcome = try await policy(["eval", "."] + arguments, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("request"))
  }
}
