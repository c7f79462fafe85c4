// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar
internal import WritPolicy

/// Cedar's integration tests: JSON files that name policies, entities and a schema, say whether the policies are valid,
/// and list requests with their answers, in the directory itself and in an archive `corpus-tests.tar.gz` beside them.
struct ConformanceSuite {
  let directory: String
  let filter: String?

  private static let archive = "corpus-tests.tar.gz"

  /// Runs all tests in the order of their paths.
  func run(_ report: (TestResult) -> Void) throws {
    guard Directory.isDirectory(directory) else {
      throw Failure("error: `\(CedarText.shown(directory))` is not a directory")
    }
    var archived: [String: [UInt8]] = [:]
    if Directory.exists("\(directory)/\(Self.archive)"), !Directory.isDirectory("\(directory)/corpus-tests") {
      archived = try Archive.files(in: "\(directory)/\(Self.archive)")
    }
    let paths = try testPaths(in: "tests") + testPaths(in: "corpus-tests")
    let archivedPaths = archived.keys.filter { isTest($0) }.sorted { $0.scalarOrder(comparedTo: $1) < 0 }
    for path in paths + archivedPaths {
      func contents(_ path: String) throws -> SourceInput {
        if let bytes = archived[path] { return SourceInput(name: path, bytes: bytes) }
        return try InputFile.contents(of: "\(directory)/\(path)")
      }
      try run(path, contents, report)
    }
  }

  private func isTest(_ path: String) -> Bool {
    path.hasSuffix(".json") && !path.hasSuffix(".entities.json") && !path.hasSuffix(".cedarschema.json")
      && !path.hasSuffix(".cedar.json")
  }

  private func testPaths(in folder: String) throws -> [String] {
    guard Directory.isDirectory("\(directory)/\(folder)") else { return [] }
    return try Directory.names(in: "\(directory)/\(folder)").flatMap { name in
      let path = "\(folder)/\(name)"
      return isTest(path) ? [path] : try testPaths(in: path)
    }
  }

  private func run(
    _ path: String,
    _ contents: (String) throws -> SourceInput,
    _ report: (TestResult) -> Void
  ) throws {
    do {
      let test = try contents(path)
      let document = try JSONDocument(parsing: test.bytes, maximumDepth: JSONLimits.tests)
      func file(_ member: String) throws -> SourceInput {
        guard let index = document.member(member, of: document.root), let path = document.string(at: index) else {
          throw Failure("the test names no `\(member)`")
        }
        return try contents(path)
      }
      let schema = try Schema(parsing: [file("schema")])
      let authorizer = Authorizer(
        policies: try PolicySet(parsing: [file("policies")], identifiers: .position),
        entities: try EntityStore(parsing: [file("entities")], schema: schema),
        erringForbids: .skip
      )
      let decider = try PolicyEngine(authorizer).decider()
      if let expected = document.member("shouldValidate", of: document.root).flatMap({ document.boolean(at: $0) }),
        filter.map({ path.contains($0) || "validation".contains($0) }) ?? true
      {
        let differences = Self.differences(authorizer.policies.validate(against: schema), isValid: expected)
        report(TestResult(suite: path, name: "validation", differences: differences))
      }
      guard let requests = document.member("requests", of: document.root) else {
        throw Failure("the test has no `requests`")
      }
      for (number, index) in document.elements(of: requests).enumerated() {
        let description = document.member("description", of: index).flatMap { document.string(at: $0) }
        let name = description ?? "request \(number)"
        guard filter.map({ path.contains($0) || name.contains($0) }) ?? true else { continue }
        let differences = try self.differences(index, of: document, authorizer, decider, schema)
        report(TestResult(suite: path, name: name, differences: differences))
      }
    } catch {
      report(TestResult(suite: path, name: "can be read", differences: [Self.text(of: error)]))
    }
  }

  /// Returns the differences between a report and the expected validity of the policies.
  private static func differences(_ report: ValidationReport, isValid: Bool) -> [String] {
    if report.isValid == isValid { return [] }
    return isValid
      ? ["validation: expected valid policies, found \(report)"] : ["validation: expected an error, found none"]
  }

  private func differences(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ authorizer: Authorizer,
    _ decider: Decider,
    _ schema: Schema
  ) throws -> [String] {
    let validates = document.member("validateRequest", of: index).flatMap { document.boolean(at: $0) } ?? true
    do throws(JSONFailure) {
      let expected = ["description", "decision", "reason", "errors", "validateRequest"]
      var reader = RequestReader(schema: schema)
      let request = try reader.request(index, of: document, validates: validates, amongMembers: expected)
      let test = TestCase(
        name: "",
        request: request.request,
        entities: nil,
        brought: RequestEntities(),
        decision: try TestCaseReader.decision(index, of: document),
        includedReasons: [],
        reasons: try TestCaseReader.ids("reason", of: index, document) ?? [],
        errors: try TestCaseReader.ids("errors", of: index, document) ?? [],
        errorCount: nil
      )
      return test.differences(
        from: authorizer.authorize(request.request),
        tables: decider.authorize(request.request).response
      )
    } catch {
      return [error.message]
    }
  }

  private static func text(of error: any Error) -> String {
    switch error {
    case let failure as Failure: failure.text
    case let failure as JSONFailure: failure.message
    default: String(describing: error)
    }
  }
}
