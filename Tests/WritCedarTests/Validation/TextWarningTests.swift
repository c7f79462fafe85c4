// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Validation: names and strings that can pass for others (J2)")
struct TextWarningTests {
  @Test(
    "strings, names and patterns",
    arguments: [
      ("principal.name == \"test\\t\"", []), ("principal.name == \"say_\u{4BB}ello\"", ["mixedScriptString"]),
      ("principal.name == \"\u{4BB}\u{435}\"", []), ("principal.name == \"日本のカタカナ\"", []),
      ("principal.name == \"한국 韓國\"", []), ("principal.name == \"α1 β\"", []),
      ("principal.name == \"e\u{301} é\"", []), ("principal.name == \"a\u{440}\"", ["mixedScriptString"]),
      ("principal.name like \"*_\u{4BB}ello\"", ["mixedScriptString"]),
      ("principal.name == \"user\u{202E} \u{2066}// admin\u{2069}\"", ["bidiCharsInString"]),
      ("principal.name == \"a\\u{202e}b\"", ["bidiCharsInString"]),
      ("principal.name == \"\u{200E}\"", ["bidiCharsInString"]),
      ("principal has \"is\u{200B}Admin\"", ["confusableIdentifier", "impossiblePolicy"]),
      ("{\"a\u{440}\": 1}[\"a\u{440}\"] == 1", ["mixedScriptIdentifier", "mixedScriptIdentifier"]),
      ("principal == App::User::\"new\\nline\"", ["confusableIdentifier"]),
      ("principal == App::User::\"🍌\"", ["confusableIdentifier"]),
      ("principal == App::User::\"o'brien +1@x.example {y}\"", []),
      ("principal == App::User::\"a\u{202E}\"", ["bidiCharsInIdentifier"]),
      ("principal in App::Team::\"admin\u{455}\"", ["mixedScriptIdentifier"]),
    ] as [(String, [String])]
  )
  func texts(condition: String, codes: [String]) throws {
    #expect(try Set(Example.codes(of: condition)) == Set(codes))
  }

  @Test("The scope is looked at, and the message names the character")
  func scope() throws {
    let report = try Example.report("permit(principal == App::User::\"a\u{202E}\", action, resource);")
    #expect(report.isValid)
    let finding = try #require(report.warnings.first)
    #expect(finding.message == "the name \"a\\u{202e}\" changes the direction of text: U+202E")
    #expect(finding.found == "U+202E")
  }
}
