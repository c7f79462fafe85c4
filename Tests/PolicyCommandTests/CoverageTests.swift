// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy test --coverage")
struct CoverageTests {
  private static func folder() throws -> Folder {
    try Folder([
      "s/p.cedar": """
      @id("<a>") permit(principal, action, resource)
      when { context.a || context.b };
      """,
      "s/tests.json": """
      [{"request": {"principal": "U::\\"u\\"", "action": "Action::\\"v\\"", "resource": "U::\\"r\\"",
        "context": {"a": true, "b": true}}, "decision": "allow"}]
      """,
    ])
  }

  @Test("The text names each gap with its place, an operand that was never reached too, and the sum")
  func text() async throws {
    let outcome = try await policy("test", "s", "--coverage", in: Self.folder())
    #expect(outcome.status == 0)
    #expect(
      outcome.output.hasSuffix(
        """
        s/p.cedar:1:1: always held: the policy (<a>)
        s/p.cedar:2:8: always held: the condition `context.a || context.b` (<a>)
        s/p.cedar:2:8: always held: the operand `context.a` (<a>)
        s/p.cedar:2:21: never evaluated: the operand `context.b` (<a>)
        coverage: 37.5 % (3 of 8)

        """
      )
    )
  }

  @Test("Less than --coverage-minimum ends with 1, as much with 0, and a percentage there cannot be is refused")
  func minimum() async throws {
    let folder = try Self.folder()
    #expect(try await policy("test", "s", "--coverage-minimum", "37.5", in: folder).status == 0)
    let below = try await policy("test", "s", "--coverage-minimum", "38", in: folder)
    #expect(below.status == 1)
    #expect(below.errors.contains("the coverage is 37.5 %, less than 38.0 %"))
    for wrong in ["101", "nan", "x"] {
      #expect(try await policy("test", "s", "--coverage-minimum", wrong, in: folder).status == 1)
    }
  }

  @Test("JSON, LCOV and HTML say the same, and HTML escapes the source")
  func formats() async throws {
    let folder = try Self.folder()
    for format in ["json", "lcov", "html"] {
      let outcome = try await policy(
        "test",
        "s",
        "--coverage",
        "--coverage-format",
        format,
        "--coverage-output",
        "out.\(format)",
        in: folder
      )
      #expect(outcome.status == 0)
    }
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(folder.path)/out.json")))
    let object = try #require(json as? [String: Any])
    #expect(object["reached"] as? Int == 3)
    #expect(object["goals"] as? Int == 8)
    let lcov = try String(contentsOfFile: "\(folder.path)/out.lcov", encoding: .utf8)
    for line in ["SF:s/p.cedar", "FN:1,<a>", "FNDA:1,<a>", "BRDA:2,3,0,-", "BRF:8", "BRH:3", "DA:2,1", "end_of_record"]
    {
      #expect(lcov.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    let html = try String(contentsOfFile: "\(folder.path)/out.html", encoding: .utf8)
    #expect(html.contains("@id(&quot;&lt;a&gt;&quot;)"))
    #expect(html.contains("class=\"none operand\""))
    #expect(html.components(separatedBy: "<span").count == html.components(separatedBy: "</span>").count)
  }
}
