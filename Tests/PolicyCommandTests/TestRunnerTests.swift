// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar

@testable import policy

@Suite("policy test: engines are compiled once a scenario")
struct TestRunnerTests {
  private static let user = #"{"uid":{"type":"User","id":"a"},"attrs":{},"parents":[]}"#
  private static let action = #"{"uid":{"type":"Action","id":"new"},"attrs":{},"parents":[]}"#

  /// - Parameter more: the members of a test behind its request.
  private static func test(_ more: String = "") -> String {
    #"{"request":{"principal":"User::\"a\"","action":"Action::\"v\"","resource":"User::\"a\"","context":{}},"decision":"allow"\#(more)}"#
  }

  private func engineCount(_ tests: [String]) throws -> Int {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let policies = folder.appending(path: "p.cedar")
    try Data("permit(principal, action, resource);".utf8).write(to: policies)
    let files = ScenarioOptions.Files(policies: [policies.path], schema: [], entities: [])
    let scenario = try Scenario(deciding: files)
    let named = tests.enumerated().map { #"{"name":"\#($0.offset)","# + $0.element.dropFirst() }
    let source = SourceInput(name: "tests.json", text: "[\(named.joined(separator: ","))]")
    var runner = try TestRunner(scenario, source: source, erringForbids: .skip)
    for test in try TestCaseReader(schema: nil).cases(in: source) { #expect(runner.differences(test) == []) }
    return runner.engineCount
  }

  @Test("A hundred tests compile one engine, also where they bring entities")
  func shared() throws {
    #expect(try engineCount(Array(repeating: Self.test(), count: 100)) == 1)
    #expect(try engineCount(Array(repeating: Self.test(#","overlay":[\#(Self.user)]"#), count: 10)) == 1)
  }

  @Test("Tests with entities of their own share one more engine, and only one with its own actions has another")
  func own() throws {
    let own = Self.test(#","entities":[\#(Self.user)]"#)
    #expect(try engineCount(Array(repeating: own, count: 10)) == 2)
    #expect(try engineCount([own, Self.test(#","entities":[\#(Self.action)]"#), own]) == 3)
  }
}
