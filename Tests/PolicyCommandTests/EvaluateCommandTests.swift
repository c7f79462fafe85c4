// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy evaluate: the value of an expression")
struct EvaluateCommandTests {
  @Test(
    "a value is shown as Cedar, or as Cedar's JSON",
    arguments: [
      ("1 + 2 * 3", "7", "7"), ("1 < 2 && !false", "true", "true"),
      ("-9223372036854775808", "-9223372036854775808", "-9223372036854775808"),
      ("-1", "-1", "-1"), ("-(1)", "-1", "-1"), ("--1", "1", "1"),
      (#""a\n\"é\u{1b}""#, #""a\n\"é\u{1b}""#, #""a\n\"é\u001b""#), ("[2, 1, 2]", "[1, 2]", "[1,2]"),
      ("[]", "[]", "[]"), ("{}", "{}", "{}"),
      (#"{b: 1, "a b": [true]}"#, #"{"a b": [true], b: 1}"#, #"{"a b":[true],"b":1}"#),
      (#"User :: "o'brien""#, #"User::"o'brien""#, #"{"__entity":{"type":"User","id":"o'brien"}}"#),
      (#"ip("10.0.0.0/8")"#, #"ip("10.0.0.0/8")"#, #"{"__extn":{"fn":"ip","arg":"10.0.0.0/8"}}"#),
      (#"decimal("1.50")"#, #"decimal("1.5")"#, #"{"__extn":{"fn":"decimal","arg":"1.5"}}"#),
      (#"duration("90m")"#, #"duration("1h30m")"#, #"{"__extn":{"fn":"duration","arg":"1h30m"}}"#),
      (#"ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))"#, "true", "true"), (#""abc" like "a*""#, "true", "true"),
      ("principal", #"Unknown::"principal""#, #"{"__entity":{"type":"Unknown","id":"principal"}}"#),
      ("context", "{}", "{}"),
    ]
  )
  func values(expression: String, text: String, json: String) async throws {
    let shown = try await policy("evaluate", "--", expression, in: Folder())
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output == text + "\n")
    let written = try await policy("evaluate", "--format", "json", "-", input: expression, in: Folder())
    #expect(written.status == 0)
    #expect(written.output == json + "\n")
    #expect(written.errors.isEmpty)
  }

  @Test(
    "an error of evaluation shows the part that has no value",
    arguments: [
      ("1 + true", 1, "^^^^^^^^"), ("true && 1", 1, "^^^^^^^^^"),
      ("9223372036854775807 + 1", 1, "^^^^^^^^^^^^^^^^^^^^^^^"),
      ("true && context.a", 9, "^^^^^^^^^"), ("ip(\"x\")", 1, "^^^^^^^"), ("ip()", 1, "^^^^"),
      ("User::\"x\".a", 1, "^^^^^^^^^^^"),
      ("if 1 then 2 else 3", 4, "^"), ("1 + 2 && true", 1, "^^^^^"), ("false || \"a\" || true", 1, "^^^^^^^^^^^^"),
      ("-(-9223372036854775808)", 1, "^^^^^^^^^^^^^^^^^^^^^^^"),
    ]
  )
  func errors(expression: String, column: Int, carets: String) async throws {
    let outcome = try await policy("evaluate", "--", expression, in: Folder())
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("error: ") == true)
    #expect(lines.dropFirst().first == " --> expression:1:\(column)")
    #expect(lines.dropFirst(4).first == "  | " + String(repeating: " ", count: column - 1) + carets)
  }

  @Test(
    "what is no expression is an error (P03, P07)",
    arguments: [
      "", " ", "1 +", "1 2", "9223372036854775808", "-9223372036854775809", "permit", "!!!!!true", "-----1",
      "1 < 2 < 3", "foo(1)",
      "?principal", "\"\\u{110000}\"", "\"\\u{D800}\"", "\"\\x80\"", "\"\\*\"", "\"\\q\"", "\"", "'a'", "a.b.",
      "{a:1, a:2}", "1 / 2",
      "[1", "(1", "if true then 1", "true & true", "1 = 1", "// comment", "context[a]", "#",
    ]
  )
  func refused(expression: String) async throws {
    let outcome = try await policy("evaluate", "-", input: expression, in: Folder())
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.contains(" --> <stdin>:1:"))
  }

  @Test("the variables are what the flags say, over the entities of a directory or of files")
  func variables() async throws {
    let entities =
      #"[{"uid":{"type":"User","id":"alice"},"attrs":{"n":1},"parents":[{"type":"Group","id":"g"}],"tags":{"t":[1]}}]"#
    let folder = try Folder([
      "d/entities.json": entities, "d/broken.cedar": "no Cedar", "e.json": entities, "c.json": "{\"a\":2}",
    ])
    let ask = Ask.alice + ["--context", "c.json"]
    let expression = """
      {p: principal, n: principal.n + context.a, in: principal in Group::"g", t: principal.getTag("t"), r: resource, a: action}
      """.replacing("in: ", with: "i: ")
    let expected = #"{a: Action::"view", i: true, n: 3, p: User::"alice", r: Photo::"sea", t: [1]}"# + "\n"
    for source in [["--directory", "d"], ["--entities", "e.json"]] {
      let outcome = try await policy(["evaluate", expression] + source + ask, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == expected)
    }
  }

  @Test("what the value says to a terminal is escaped")
  func escapes() async throws {
    let outcome = try await policy(
      "evaluate",
      "{\"\u{1B}[31m\": \"\u{1B}[31m\", u: U::\"\u{1B}\u{202E}\"}",
      in: Folder()
    )
    #expect(outcome.status == 0)
    #expect(outcome.output == #"{"\u{1b}[31m": "\u{1b}[31m", u: U::"\u{1b}\u{202e}"}"# + "\n")
  }
}
