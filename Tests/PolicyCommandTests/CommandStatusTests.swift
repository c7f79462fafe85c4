// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: exit statuses and streams of every command (X02)")
struct CommandStatusTests {
  @Test(
    "help is an answer: status 0, on standard output",
    arguments: [
      ["--help"], ["-h"], ["help"], ["eval", "--help"], ["evaluate", "-h"], ["test", "--help"], ["help", "eval"],
    ]
  )
  func help(arguments: [String]) async throws {
    let outcome = try await policy(arguments, in: Folder())
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("USAGE: policy"))
    #expect(outcome.errors.isEmpty)
  }

  @Test("the help tells the exit statuses")
  func statusesInHelp() async throws {
    let eval = try await policy("eval", "--help", in: Folder()).output
    #expect(eval.contains("0 allow, 2 deny, 1 any error"))
    #expect(try await policy("--help", in: Folder()).output.contains("2 deny"))
    #expect(try await policy("test", "--help", in: Folder()).output.contains("0 all passed; 1 a test failed"))
  }

  @Test(
    "wrong usage is status 1, never 64, with the usage on standard error",
    arguments: [
      ["frobnicate"], ["eval", "--frobnicate"], ["eval", "--format", "yaml"] + Ask.alice, ["eval", "--principal"],
      ["eval", "a", "b"], ["eval", "--explain=most"], ["evaluate"], ["evaluate", "1", "2"],
      ["evaluate", "--format", "junit", "1"],
      ["test", "--format", "yaml"], ["eval", "--strict=yes"], ["--format", "json"], ["--versions"],
    ]
  )
  func usage(arguments: [String]) async throws {
    let outcome = try await policy(arguments, in: Folder())
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("Error: "))
  }

  @Test(
    "an argument that a terminal would act on is shown escaped (X03)",
    arguments: [
      ["eval", "--\u{1B}[31m"], ["\u{1B}[31m"], ["eval", "--format", "\u{1B}[31m"], ["eval", "a", "\u{9B}31m"],
      ["evaluate", "\u{1B}[31m"], ["evaluate", "1", "\u{202E}"], ["test", "\u{1B}[31m"],
      ["eval", "\u{1B}[31m"] + Ask.alice,
      ["eval", "--policies", "\u{1B}[31m"] + Ask.alice, ["test", "--conformance", "\u{1B}[31m"],
      ["eval", "--principal", "\u{1B}[31m", "--action", "\u{1B}", "--resource", "\u{1B}"],
      ["eval", "--policies", "p.cedar", "--context", "{\"\u{1B}[31m\":null}"] + Ask.alice,
    ]
  )
  func escapes(arguments: [String]) async throws {
    let outcome = try await policy(arguments, in: Folder(["p.cedar": Policies.permit]))
    #expect(outcome.status == 1)
    let all = (outcome.output + outcome.errors).unicodeScalars
    #expect(
      !all.contains { $0 == "\u{1B}" || $0 == "\u{9B}" || $0 == "\u{202E}" },
      "\(outcome.errors.debugDescription)"
    )
  }

  @Test(
    "whatever fails before the decision is 1, without a word on standard output",
    arguments: [
      ("p.cedar", "permit"), ("p.cedar", "@id(\"\") permit (principal, action, resource);"), ("entities.json", "{}"),
      ("entities.json", "[1]"), ("entities.json", "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"}}]"), ("entities.json", ""),
      ("s.cedarschema", "nonsense !"),
    ]
  )
  func failures(name: String, text: String) async throws {
    let folder = try Folder(["p.cedar": Policies.permit].merging([name: text]) { $1 })
    for arguments in [Ask.alice, ["--requests", "r"], Ask.alice + ["--format", "json"]] {
      try folder.write(Array(Ask.json().utf8), to: "r")
      let outcome = try await policy(["eval", "."] + arguments, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("error: "))
    }
  }

  @Test(
    "a closed standard output ends a command quietly with 1",
    arguments: [
      "eval d --request r", "eval d --request r --format json", "eval d --requests r", "evaluate 1",
      "evaluate 1 --format json",
      "--help", "eval --help", "test s", "test s --format json", "test s --format junit",
    ]
  )
  func closedOutput(arguments: String) async throws {
    let folder = try Folder([
      "d/p.cedar": Policies.permit, "r": Ask.json(), "s/p.cedar": Policies.permit,
      "s/tests.json": #"[{"request":\#(Ask.json()),"decision":"allow"}]"#,
    ])
    let outcome = try await shell("\"$POLICY\" \(arguments) >&-", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.isEmpty)
  }

  @Test("a reader that goes away ends a stream of answers quietly with 1")
  func closedPipe() async throws {
    let lines = String(repeating: Ask.json() + "\n", count: 20_000)
    let folder = try Folder(["p.cedar": Policies.permit, "r": lines])
    let outcome = try await shell(
      """
      { "$POLICY" eval . --requests r --format json; echo $? >status; } | head -n 1
      cat status
      """,
      in: folder
    )
    #expect(outcome.lines == [answer("allow", ["policy0"], line: 1), "1"])
    #expect(outcome.errors.isEmpty)
  }

  @Test("an output that cannot be written says why, with 1")
  func fullDisk() async throws {
    let folder = try Folder(["p.cedar": Policies.permit, "r": Ask.json()])
    let outcome = try await shell("[ -e /dev/full ] || exit 1; \"$POLICY\" eval . --request r >/dev/full", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.isEmpty || outcome.errors == "error: cannot write the output: No space left on device\n")
  }

  @Test("a closed standard error changes nothing")
  func closedErrors() async throws {
    let folder = try Folder([
      "p.cedar": Policies.named("f", "forbid", "when { context.a }") + Policies.permit, "r": Ask.json(),
    ])
    let outcome = try await shell("\"$POLICY\" eval . --request r 2>&-", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("allow\n"))
    #expect(try await shell("\"$POLICY\" eval . --request absent 2>&-", in: folder).status == 1)
  }
}
