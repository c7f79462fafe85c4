// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar

@testable import policy

/// Cedar's own integration tests, when they are at hand: in the directory that `WRIT_CEDAR_CONFORMANCE` names, or in
/// `shared/cedar-conformance` beside the checkout.
///
/// The project's other tests pin every rule without them.
@Suite("Cedar's integration tests")
struct CedarConformanceTests {
  static let directory: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let beside = root.deletingLastPathComponent().appending(path: "shared/cedar-conformance").path
    let named = ProcessInfo.processInfo.environment["WRIT_CEDAR_CONFORMANCE"]
    let directory = named ?? beside
    let isThere = Directory.isDirectory(directory)
    print(isThere ? "Cedar's integration tests: running them." : "Cedar's integration tests: not there, left out.")
    return isThere ? directory : nil
  }()

  /// The corpus tests older than Cedar 4.15, and how many of each one's results differ from what they expect: since RFC
  /// 99 `isInRange` takes several ranges, so such a call neither errs nor fails validation. (The first one fails
  /// validation for another reason.)
  static let superseded = [
    "corpus-tests/353a093d29fea2d1f5edda2d9ea5eeac3dac0885.json": 7,
    "corpus-tests/3a39b10251d3df6d7a728339bab20d01d8fa00b9.json": 9,
    "corpus-tests/6094d4d81c306351e3c93335322b2d97110b6958.json": 3,
    "corpus-tests/748ec5bea02c61496dd03f09ebdd87dacba99c6a.json": 4,
  ]

  /// The differences accepted in those tests: the results before RFC 99.
  static let supersededDifferences: Set<String> = [
    "validation: expected an error, found none", "errors: expected policy0, found none",
  ]

  @Test(
    "validity, decision, reasons and errors equal the reference's for every test and request",
    .enabled(if: directory != nil)
  )
  func conformance() throws {
    let directory = try #require(Self.directory)
    var total = 0
    var validated = 0
    var superseded: [String: Int] = [:]
    var failures: [String] = []
    try ConformanceSuite(directory: directory, filter: nil).run { result in
      total += 1
      if result.name == "validation" { validated += 1 }
      guard !result.differences.isEmpty else { return }
      if Self.superseded.keys.contains(result.suite), result.differences.count == 1,
        Self.supersededDifferences.isSuperset(of: result.differences)
      {
        superseded[result.suite, default: 0] += 1
      } else {
        failures.append("\(result.suite), \(result.name): \(result.differences)")
      }
    }
    #expect(superseded == Self.superseded)
    #expect(total > 39_000)
    #expect(validated > 4_950)
    #expect(failures.isEmpty, "\(failures.count) of \(total): \(failures.prefix(10).joined(separator: "\n"))")
  }
}

@Suite("Cedar's integration tests: their policies in JSON")
struct PolicyJSONConformanceTests {
  @Test(
    "every policy written to JSON and read back prints the same",
    .enabled(if: CedarConformanceTests.directory != nil)
  )
  func roundTrip() throws {
    let directory = try #require(CedarConformanceTests.directory)
    var texts = try Archive.files(in: "\(directory)/corpus-tests.tar.gz").filter { $0.key.hasSuffix(".cedar") }
    let files = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
    for file in files where file.hasSuffix(".cedar") {
      texts[file] = try InputFile.contents(of: "\(directory)/\(file)").bytes
    }
    var count = 0
    var failures: [String] = []
    for (name, bytes) in texts {
      let set = try PolicySet(parsing: [SourceInput(name: name, bytes: bytes)], identifiers: .position)
      let json = set.json
      let again = try PolicySet(json: json)
      count += set.members.count
      // Templates stand behind the other policies.
      let before = set.members.map { "\($0.id) \($0)" }.sorted()
      let after = again.members.map { "\($0.id) \($0)" }.sorted()
      if before != after || again.json != json { failures.append(name) }
    }
    #expect(texts.count > 4_900)
    #expect(failures.isEmpty, "\(failures.count) of \(texts.count): \(failures.sorted().prefix(10))")
    print("Policies in JSON: \(count) policies and templates of \(texts.count) files")
  }
}

@Suite("The runner of Cedar's integration tests")
struct ConformanceSuiteTests {
  /// A suite of one test in a temporary directory, with the answer it expects.
  private func run(decision: String, reason: String, errors: String = "[]", archived: Bool = false) throws
    -> [TestResult]
  {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let folder = archived ? "corpus-tests" : "tests/one"
    let tests = directory.appending(path: folder)
    try FileManager.default.createDirectory(at: tests, withIntermediateDirectories: true)
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: tests.appending(path: name))
    }
    try write("p.cedar", "@id(\"named\") permit(principal, action, resource);")
    try write("s.cedarschema", "entity User; action view appliesTo { principal: [User], resource: [User] };")
    try write("e.entities.json", "[]")
    let user = "{\"type\": \"User\", \"id\": \"a\"}"
    try write(
      "t.json",
      """
      {"policies": "\(folder)/p.cedar", "schema": "\(folder)/s.cedarschema", "entities": "\(folder)/e.entities.json",
       "shouldValidate": true, "requests": [{"description": "the request", "principal": \(user),
       "action": {"type": "Action", "id": "view"}, "resource": \(user), "context": {},
       "decision": "\(decision)", "reason": \(reason), "errors": \(errors)}]}
      """
    )
    if archived {
      let tar = Process()
      tar.executableURL = URL(filePath: "/usr/bin/env")
      tar.arguments = [
        "tar", "-C", directory.path, "-czf", directory.appending(path: "corpus-tests.tar.gz").path, folder,
      ]
      try tar.run()
      tar.waitUntilExit()
      try FileManager.default.removeItem(at: tests)
    }
    var results: [TestResult] = []
    try ConformanceSuite(directory: directory.path, filter: nil).run { results.append($0) }
    return results
  }

  @Test("a right answer passes, from a folder and from an archive; ids are positions", arguments: [false, true])
  func passes(archived: Bool) throws {
    let results = try run(decision: "allow", reason: "[\"policy0\"]", archived: archived)
    #expect(results.map(\.name) == ["validation", "the request"])
    #expect(results.map(\.differences) == [[], []])
  }

  @Test("a wrong decision, reason or error is seen")
  func fails() throws {
    #expect(try run(decision: "deny", reason: "[\"policy0\"]").map(\.differences.count) == [0, 1])
    #expect(try run(decision: "allow", reason: "[]").map(\.differences.count) == [0, 1])
    #expect(
      try run(decision: "allow", reason: "[\"policy0\"]", errors: "[\"policy0\"]").map(\.differences.count) == [0, 1]
    )
  }
}
