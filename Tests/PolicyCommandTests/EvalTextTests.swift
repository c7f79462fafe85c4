// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval as text: for a person")
struct EvalTextTests {
  private func ask(_ policies: String, _ more: String...) async throws -> Outcome {
    try await policy(["eval", "--policies", "p.cedar"] + Ask.alice + more, in: Folder(["p.cedar": policies]))
  }

  @Test("an allow names the permits with their places")
  func allow() async throws {
    let outcome = try await ask(Policies.named("a") + Policies.named("b"))
    #expect(outcome.status == 0)
    #expect(outcome.output == "allow\n  permitted by a (p.cedar:1:1)\n  permitted by b (p.cedar:3:1)\n")
  }

  @Test("a deny names the forbids, or says that nothing permits")
  func deny() async throws {
    let outcome = try await ask(Policies.named("a") + Policies.named("f", "forbid"))
    #expect(outcome.status == 2)
    #expect(outcome.output == "deny\n  forbidden by f (p.cedar:3:1)\n")
    #expect(try await ask(Policies.named("a", "permit", "when { false }")).output == "deny\n  no policy permits it\n")
  }

  @Test("an error stands under its policy, with the place of the part that has no value")
  func errors() async throws {
    let outcome = try await ask("permit (principal, action, resource)\nwhen { context.a };\n")
    #expect(
      outcome.output == """
        deny
          no policy permits it
          error in policy0 (p.cedar:1:1)
            p.cedar:2:8: the record has no attribute "a"
            help: test first whether it exists, with `has`

        """
    )
  }

  @Test("a deny by --strict is not put down to a missing permit")
  func strict() async throws {
    let outcome = try await ask(Policies.named("p") + Policies.named("f", "forbid", "when { context.a }"), "--strict")
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix("deny\n"))
    #expect(!outcome.output.contains("no policy permits it"))
    #expect(outcome.output.contains("error in f (p.cedar:3:1)"))
  }

  @Test("nothing that a terminal would act on comes through, from ids, names of files, strings or comments (X03)")
  func escapes() async throws {
    let name = "\u{1B}[2J.cedar"
    let folder = try Folder([
      name: """
      @id("\\u{1b}[31m\\u{202e}\\u{9b}1m")
      permit (principal, action, resource)
      when { context["\\u{1b}]0;x\\u{7}"] == "\u{1B}[5m\u{200B}" } // \u{1B}[1m
      unless { principal is User && context == {a: "\u{1B}c"} };
      """
    ])
    for arguments in [["--explain=all"], ["--context", "{\"\\u001b]0;x\\u0007\":\"\\u001b[7m\"}", "--explain"]] {
      let outcome = try await policy(["eval", "--policies", name] + Ask.alice + arguments, in: folder)
      #expect(outcome.status == 2)
      let all = (outcome.output + outcome.errors).unicodeScalars
      #expect(
        !all.contains {
          $0 != "\n" && ($0.properties.generalCategory == .control || $0.properties.generalCategory == .format)
        }
      )
    }
  }

  @Test("there are no colours where the output is no terminal")
  func colours() async throws {
    #expect(try await !ask(Policies.permit, "--explain").output.contains("\u{1B}"))
  }

  @Test("files without a policy deny everything, which is warned of, also where there are only templates (P25)")
  func empty() async throws {
    for policies in ["", "// nothing\n", "permit (principal == ?principal, action, resource);"] {
      let outcome = try await ask(policies)
      #expect(outcome.status == 2)
      #expect(outcome.output == "deny\n  no policy permits it\n")
      #expect(outcome.errors.hasPrefix("warning: there are no policies in the files"), "\(policies)")
    }
  }
}
