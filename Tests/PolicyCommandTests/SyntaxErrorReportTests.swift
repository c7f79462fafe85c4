// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: how an error in a text is shown")
struct SyntaxErrorReportTests {
  private func report(_ policies: String) async throws -> String {
    let folder = try Folder(["p.cedar": policies])
    let outcome = try await policy(["eval", "--policies", "p.cedar"] + Ask.alice, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    return outcome.errors
  }

  /// The policy's line stands third from the start of the report, the carets below.
  private func marked(_ report: String) -> String {
    let lines = report.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    guard lines.count > 4, let first = lines[4].firstIndex(of: "^"), let last = lines[4].lastIndex(of: "^") else {
      return ""
    }
    return String(lines[3].dropFirst(first).prefix(last - first + 1))
  }

  @Test("message, place, line, carets and help")
  func shape() async throws {
    let text = "permit (principal, action, resource)\nwhen { context.a = 1 };\n"
    #expect(
      try await report(text) == """
        error: `=` is not an operator
         --> p.cedar:2:18
          |
        2 | when { context.a = 1 };
          |                  ^
          = help: equality is written `==`

        """
    )
  }

  @Test("the gutter is as wide as the number of the line; CR LF does not show")
  func lineNumbers() async throws {
    let text = String(repeating: "// x\r\n", count: 99) + "permit (who, action, resource);\r\n"
    #expect(
      try await report(text) == """
        error: expected `principal` as the first element of the scope, found `who`
           --> p.cedar:100:9
            |
        100 | permit (who, action, resource);
            |         ^^^
            = help: a scope is `(principal, action, resource)`

        """
    )
  }

  @Test(
    "the carets stand under the place behind tabs, accents and escaped characters",
    arguments: [
      "\t\tpermit\t(who, action, resource);", "@a(\"é\") permit (who, action, resource);",
      "@a(\"\u{1B}\u{200B}\") permit (who, action, resource);", "@a(\"\\u{e9}\") permit (who, action, resource);",
    ]
  )
  func carets(text: String) async throws {
    let report = try await report(text)
    #expect(marked(report) == "who", "\(report)")
    #expect(report.contains(" --> p.cedar:1:\((text.unicodeScalars.prefix { $0 != "w" }).count + 1)\n"))
  }

  @Test(
    "characters that take two columns or none move the carets by as much",
    arguments: [
      ("@a(\"日本語\") permit (who, action, resource);", 25), ("@a(\"한글\") permit (who, action, resource);", 23),
      ("@a(\"e\u{301}\") permit (who, action, resource);", 20), ("@a(\"😀\") permit (who, action, resource);", 21),
      ("@a(\"ｗ\") permit (who, action, resource);", 21), ("@a(\"äöü\") permit (who, action, resource);", 22),
    ]
  )
  func wide(text: String, padding: Int) async throws {
    let report = try await report(text)
    let lines = report.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[4] == "  | " + String(repeating: " ", count: padding - 4) + "^^^", "\(report)")
  }

  @Test("a long line is cut on both sides, the carets still under the place")
  func longLine() async throws {
    let filler = String(repeating: "x", count: 5000)
    for text in [
      "@a(\"\(filler)\") permit (who, action, resource); // \(filler)", "permit (who, action, resource); // \(filler)",
      "@a(\"\(filler)\") permit (who",
    ] {
      let report = try await report(text)
      #expect(marked(report) == "who", "\(report)")
      #expect(report.split(separator: "\n").allSatisfy { $0.count < 200 })
    }
    let cut = try await report("@a(\"\(filler)\") permit (who, action, resource); // \(filler)")
    let line = cut.split(separator: "\n")[3]
    #expect(line.hasPrefix("1 | …") && line.hasSuffix("…"))
  }

  @Test("an error at the end of the text is shown behind its last character")
  func end() async throws {
    let report = try await report("permit (principal, action, resource)")
    #expect(
      report == """
        error: the policy does not end with `;`
         --> p.cedar:1:37
          |
        1 | permit (principal, action, resource)
          |                                     ^
          = help: add `;` here

        """
    )
    #expect(try await self.report("permit").contains("--> p.cedar:1:7\n"))
    #expect(try await self.report("permit\n\n").contains("--> p.cedar:3:1\n"))
    // A missing `;` is told of where it is missing, not on the empty line behind it.
    #expect(try await self.report("permit (principal, action, resource)\n\n").contains("--> p.cedar:1:37\n"))
  }

  @Test("one pass finds the errors of all policies and all files, in order")
  func several() async throws {
    let folder = try Folder([
      "a.cedar":
        "permit (a, action, resource);\npermit (principal, action, resource);\nforbid (principal, action, resource)\npermit (c, action, resource);",
      "b.cedar":
        "permit (principal, action, resource) when { \"';'\" == };\n@id(\"\") permit (principal, action, resource);\npermit (d",
    ])
    let outcome = try await policy(["eval", "."] + Ask.alice, in: folder)
    #expect(outcome.status == 1)
    let places = outcome.errors.split(separator: "\n").filter { $0.contains(" --> ") }.map {
      $0.trimmingPrefix { $0 != "." }
    }
    #expect(places == ["./a.cedar:1:9", "./a.cedar:3:37", "./a.cedar:4:9", "./b.cedar:1:54", "./b.cedar:3:9"])
  }

  @Test("errors are counted up to 50 a text")
  func limit() async throws {
    let report = try await report(String(repeating: "permit (who, action, resource);\n", count: 500))
    #expect(report.split(separator: "\n").count { $0.hasPrefix("error: ") } == 50)
  }

  @Test("a control character in the text or in a file's name is shown as an escape")
  func escapes() async throws {
    let folder = try Folder(["\u{1B}[1m.cedar": "permit (\u{1B}[31m, action, resource);"])
    let outcome = try await policy(["eval", "--policies", "\u{1B}[1m.cedar"] + Ask.alice, in: folder)
    #expect(outcome.errors.contains(" --> \\u{1b}[1m.cedar:1:9\n"))
    #expect(outcome.errors.contains("1 | permit (\\u{1b}[31m, action, resource);\n"))
    #expect(!outcome.errors.contains("\u{1B}"))
  }
}
