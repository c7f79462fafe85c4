// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The mistakes that the scenarios' pages show")
struct ScenarioMistakeTests {
  private static let scenarios = [
    "abac", "break-glass", "folders", "payments", "rbac", "releases", "sharing", "sign-in", "tenants",
  ]

  /// The blocks of code behind a heading, without their indentation.
  private func blocks(_ page: String, behind heading: String) -> [String] {
    guard let start = page.range(of: heading)?.upperBound else { return [] }
    var blocks: [[Substring]] = []
    var isInside = false
    for line in page[start...].split(separator: "\n", omittingEmptySubsequences: false) {
      let isCode = line.hasPrefix("    ")
      if isCode, !isInside { blocks.append([]) }
      if isCode { blocks[blocks.count - 1].append(line.dropFirst(4)) }
      isInside = isCode
    }
    return blocks.map { $0.joined(separator: "\n") }
  }

  @Test("policy check says what the page says", arguments: scenarios)
  func mistake(scenario: String) async throws {
    let directory = PolicyProcess.repository + "/Policies/\(scenario)"
    let page = try String(contentsOfFile: directory + "/README.md", encoding: .utf8)
    let parts = blocks(page, behind: "## A mistake, and what the check says")
    try #require(parts.count == 2)
    let folder = try Folder(["mistake.cedar": parts[0] + "\n"])
    let flags = ["--policies", "mistake.cedar", "--schema", directory + "/schema.cedarschema"]
    let outcome = try await policy(["check"] + flags, in: folder)
    #expect(outcome.status == 3)
    #expect(outcome.output.hasPrefix(parts[1] + "\n\n"), "\(outcome.output)")
  }
}
