// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: nesting and size (P01, P02, P04, P10, P27), on a stack of 512 KiB")
struct CommandLimitsTests {
  private func evaluate(_ expression: String, _ arguments: String = "") async throws -> Outcome {
    try await shell("ulimit -s 512; exec \"$POLICY\" evaluate \(arguments) - <x", in: Folder(["x": expression]))
  }

  private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

  /// The text that opens a level, the text inside, and the text that closes it.
  private static let constructs = [
    ("(", "true", ")"), ("!(", "true", ")"), ("-(", "1", ")"), ("[", "1", "]"), ("{a: ", "1", "}"),
    ("if ", "true", " then true else true"),
    ("if true then ", "1", " else 1"), ("if true then 1 else ", "1", ""), ("[1].contains(", "1", ")"),
    ("(1 + ", "1", ")"),
  ]

  @Test("256 levels of a construct are read and evaluated, 257 are refused", arguments: constructs)
  func nesting(open: String, inside: String, close: String) async throws {
    func nested(_ levels: Int) -> String { Self.times(levels, open) + inside + Self.times(levels, close) }
    // The innermost call of a method on a set opens the set as well.
    let deepest = open.hasPrefix("[1]") ? 255 : 256
    let accepted = try await evaluate(nested(deepest))
    #expect(accepted.status == 0 || accepted.errors.contains("expected"), "\(accepted.errors.prefix(200))")
    #expect(!accepted.errors.contains("deeper"))
    for levels in [257, 1000, 100_000] {
      let refused = try await evaluate(nested(levels))
      #expect(refused.status == 1)
      #expect(refused.errors.hasPrefix("error: the expression is nested deeper than 256 levels\n"))
    }
  }

  @Test("arguments of a function that are nested too deep are refused the same way")
  func nestedCalls() async throws {
    let accepted = try await evaluate(Self.times(256, "ip(") + "\"::1\"" + Self.times(256, ")"))
    #expect(accepted.errors.contains("expected string, found ipaddr"))
    let refused = try await evaluate(Self.times(257, "ip(") + "\"::1\"" + Self.times(257, ")"))
    #expect(refused.errors.hasPrefix("error: the expression is nested deeper than 256 levels\n"))
  }

  @Test("JSON takes values as deep, in a context, a line, and an entity", arguments: [("[", "]"), ("{\"a\":", "}")])
  func nestedJSON(open: String, close: String) async throws {
    for (levels, isAccepted) in [(255, true), (256, false), (257, false), (100_000, false)] {
      let value = #"{"a":\#(Self.times(levels, open) + (open == "[" ? "" : "1") + Self.times(levels, close))}"#
      let folder = try Folder([
        "d/p.cedar": Policies.permit, "c.json": value, "r": Ask.json(#","context":\#(value)"#),
        "e.json": #"[{"uid":{"type":"User","id":"alice"},"attrs":\#(value),"parents":[]}]"#,
      ])
      let outcome = try await shell(
        """
        ulimit -s 512
        ask='--principal U::"a" --action A::"a" --resource R::"r"'
        for arguments in "eval d --request r" "eval d --requests r" "eval d --context c.json $ask" \
          "eval d --entities e.json $ask" "evaluate --context c.json context==context"; do
          "$POLICY" $arguments >>log 2>&1; echo $?
        done
        cat log
        """,
        in: folder
      )
      let statuses = Array(outcome.lines.prefix(5))
      #expect(statuses == Array(repeating: isAccepted ? "0" : "1", count: 5), "\(levels)")
      if !isAccepted { #expect(outcome.output.contains("deeper than")) }
    }
  }

  @Test("a value that grows too deep while it is evaluated is an error of evaluation")
  func grownValue() async throws {
    let folder = try Folder(["c.json": #"{"a":\#(Self.times(250, "[") + Self.times(250, "]"))}"#])
    let small = try await policy("evaluate", "--context", "c.json", "[[[[[[context.a]]]]]] == 1", in: folder)
    #expect(small.output == "false\n")
    let large = try await policy("evaluate", "--context", "c.json", "[[[[[[[context.a]]]]]]] == 1", in: folder)
    #expect(large.status == 1)
    #expect(large.errors.hasPrefix("error: a value nested deeper than 256 levels\n"))
  }

  @Test(
    "flat chains have no limit",
    arguments: [
      (times(50_000, "true && ") + "true", "true\n"), (times(50_000, "false || ") + "false", "false\n"),
      (times(50_000, "1 + ") + "1", "50001\n"), (times(50_000, "1 - ") + "1", "-49999\n"),
      (times(50_000, "1 * ") + "1", "1\n"),
      ("context has a" + times(50_000, ".a"), "false\n"), ("false && context" + times(50_000, ".a"), "false\n"),
      ("[" + times(50_000, "1,") + "]", "[1]\n"), (times(50_000, "// comment\n") + "1", "1\n"),
      ("\"" + times(1_000_000, "x") + "\" == \"\"", "false\n"),
    ]
  )
  func flat(expression: String, value: String) async throws {
    let outcome = try await evaluate(expression)
    #expect(outcome.status == 0, "\(outcome.errors.prefix(200))")
    #expect(outcome.output == value)
  }

  @Test("a quote that is never closed is one error, however much follows")
  func unclosed() async throws {
    let outcome = try await evaluate("\"" + Self.times(1_000_000, "x;\n"))
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: the string is not closed\n --> <stdin>:1:1\n"))
    #expect(outcome.errors.count < 500)
  }

  @Test("many policies, annotations or errors on one line cost no more than on many")
  func oneLine() async throws {
    let erring = Self.times(3000, "permit (principal, action, resource) when { context.a };")
    let folder = try Folder([
      "erring.cedar": erring, "annotations.cedar": (0..<20_000).map { "@a\($0) " }.joined() + Policies.permit,
      "conjuncts.cedar": "permit (principal, action, resource) when {\(Self.times(4000, "true &&")) true };",
      "operands.cedar":
        "permit (principal, action, resource) when { \((0..<4000).map { "context has b\($0) || " }.joined())false };",
      "broken.cedar": Self.times(60, "permit (who, action, resource);") + "//" + Self.times(300_000, "x"),
      "r": Ask.json(),
    ])
    for (name, status) in [("erring", 2), ("annotations", 0), ("conjuncts", 0), ("operands", 2), ("broken", 1)]
      as [(String, Int32)]
    {
      let outcome = try await policy(
        "eval",
        "--policies",
        "\(name).cedar",
        "--explain=all",
        "--request",
        "r",
        in: folder
      )
      #expect(outcome.status == status, "\(name)")
    }
  }

  @Test("a hierarchy may be long and wide (P04)")
  func hierarchy() async throws {
    func entity(_ type: String, _ id: Int, _ parents: [Int]) -> String {
      let parents = parents.map { #"{"type":"G","id":"\#($0)"}"# }.joined(separator: ",")
      return #"{"uid":{"type":"\#(type)","id":"\#(id)"},"attrs":{},"parents":[\#(parents)]}"#
    }
    let long = (0..<10_000).map { entity("G", $0, [$0 + 1]) }
    let wide = [entity("U", 1, Array(0..<10_000))]
    let folder = try Folder([
      "p.cedar": "permit (principal in G::\"10000\", action, resource);",
      "e.json": "[\((long + wide).joined(separator: ",\n"))]",
      "cycle.json": "[\((long + [entity("G", 10_000, [0])]).joined(separator: ",\n"))]",
      "r": #"{"principal":"U::\"1\"","action":"Action::\"a\"","resource":"R::\"r\""}"#,
    ])
    let outcome = try await shell("ulimit -s 512; exec \"$POLICY\" eval . --entities e.json --request r", in: folder)
    #expect(outcome.status == 0)
    let cycle = try await shell("ulimit -s 512; exec \"$POLICY\" eval . --entities cycle.json --request r", in: folder)
    #expect(cycle.status == 1)
    #expect(cycle.errors.contains("is its own ancestor"))
  }
}
