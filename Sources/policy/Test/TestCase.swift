// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// One expectation: a request, and the answer it should get.
struct TestCase {
  let name: String
  let request: AuthorizationRequest
  /// Entities in place of the scenario's.
  let entities: [Entity]?
  /// Entities over the scenario's: those of its request, and those of the test's `overlay`, which replace.
  let brought: RequestEntities
  let decision: Decision
  /// Policies that must be among the determining ones (Cedar's `reason`).
  let includedReasons: [PolicyID]
  /// All the determining policies.
  let reasons: [PolicyID]?
  let errors: [PolicyID]?
  let errorCount: Int?

  /// Returns the differences between a response and the expectation; empty when the test passes.
  func differences(from response: AuthorizationResponse) -> [String] {
    var differences: [String] = []
    if response.decision != decision {
      differences.append("decision: expected \(decision.rawValue), found \(response.decision.rawValue)")
    }
    let actual = Set(response.reasons)
    if let reasons, Set(reasons) != actual {
      differences.append("reasons: expected \(Self.list(reasons)), found \(Self.list(response.reasons))")
    }
    let missing = includedReasons.filter { !actual.contains($0) }
    if !missing.isEmpty {
      differences.append("reasons: expected \(Self.list(missing)) among them, found \(Self.list(response.reasons))")
    }
    let erring = response.errors.map(\.policy)
    if let errors, Set(errors) != Set(erring) {
      differences.append("errors: expected \(Self.list(errors)), found \(Self.list(erring))")
    }
    if let errorCount, errorCount != erring.count {
      differences.append("errors: expected \(errorCount) of them, found \(Self.list(erring))")
    }
    return differences
  }

  /// Returns the differences between a response and the expectation, and between the decision tables and the literal
  /// evaluator.
  func differences(from response: AuthorizationResponse, tables: AuthorizationResponse) -> [String] {
    var differences = differences(from: response)
    func compare<Part: Equatable>(_ name: String, _ part: (AuthorizationResponse) -> Part) {
      guard part(response) != part(tables) else { return }
      differences.append(
        "the decision tables differ in \(name): literally \(part(response)), by tables \(part(tables))"
      )
    }
    compare("the decision") { $0.decision }
    compare("reasons") { $0.reasons }
    compare("errors") { $0.errors.map(\.policy) }
    compare("the kinds of errors") { $0.errors.map(\.error.code) }
    return differences
  }

  private static func list(_ ids: [PolicyID]) -> String {
    ids.isEmpty ? "none" : ids.map { CedarText.shown($0.description) }.joined(separator: ", ")
  }
}

/// Reads `tests.json`: Cedar's run-tests form, with the members that Writ adds.
struct TestCaseReader {
  let schema: Schema?

  private static let members = [
    "name", "request", "entities", "overlay", "decision", "reason", "num_errors", "reasons", "errors",
  ]

  /// - Throws: an ``InputError`` with its place.
  func cases(in source: SourceInput) throws(InputError) -> [TestCase] {
    do throws(JSONFailure) {
      let document: JSONDocument
      do throws(JSONError) {
        document = try JSONDocument(parsing: source.bytes, maximumDepth: JSONLimits.tests)
      } catch {
        throw JSONFailure(error)
      }
      guard document.kind(of: document.root) == .array else {
        throw JSONFailure(.form, "tests are an array of objects", at: document.offset(of: document.root))
      }
      var reader = RequestReader(schema: schema)
      var cases: [TestCase] = []
      for (number, element) in document.elements(of: document.root).enumerated() {
        cases.append(try self.testCase(element, of: document, number: number, &reader))
      }
      reader.reportIgnored(in: source) { Output.error($0.rendered(as: "warning")) }
      return cases
    } catch {
      throw error.inputError(name: source.name, bytes: source.bytes)
    }
  }

  private func testCase(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    number: Int,
    _ requests: inout RequestReader
  ) throws(JSONFailure) -> TestCase {
    let offset = document.offset(of: index)
    for (key, _) in document.members(of: index) {
      let name = document.string(at: key) ?? ""
      guard Self.members.contains(where: { $0.hasSameScalars(as: name) }) else {
        throw JSONFailure(.form, "a test has no member \(CedarText.quoted(name))", at: document.offset(of: key))
      }
    }
    guard let request = document.member("request", of: index) else {
      throw JSONFailure(.form, "the test has no `request`", at: offset)
    }
    let name = document.member("name", of: index)
    if let name, document.kind(of: name) != .string {
      throw JSONFailure(.form, "`name` is a string", at: document.offset(of: name))
    }
    let errorCount = document.member("num_errors", of: index)
    if let errorCount, document.integer(at: errorCount) == nil {
      throw JSONFailure(.form, "`num_errors` is an integer", at: document.offset(of: errorCount))
    }
    let input = try requests.request(request, of: document, validates: true)
    let own = try requests.entities("entities", of: index, document).entities
    let hasOwn = document.member("entities", of: index) != nil
    let overlay = try requests.entities("overlay", of: index, document)
    return TestCase(
      name: name.flatMap { document.string(at: $0) } ?? "test \(number)",
      request: input.request,
      entities: hasOwn ? own : nil,
      brought: RequestEntities(input, replacing: overlay),
      decision: try Self.decision(index, of: document),
      includedReasons: try Self.ids("reason", of: index, document) ?? [],
      reasons: try Self.ids("reasons", of: index, document),
      errors: try Self.ids("errors", of: index, document),
      errorCount: errorCount.flatMap { document.integer(at: $0) }.map { Int($0) }
    )
  }

  static func decision(_ index: JSONDocument.Index, of document: JSONDocument) throws(JSONFailure) -> Decision {
    guard let member = document.member("decision", of: index),
      let decision = document.string(at: member).flatMap(Decision.init)
    else {
      throw JSONFailure(.form, "`decision` is \"allow\" or \"deny\"", at: document.offset(of: index))
    }
    return decision
  }

  static func ids(
    _ name: String,
    of index: JSONDocument.Index,
    _ document: JSONDocument
  ) throws(JSONFailure) -> [PolicyID]? {
    guard let member = document.member(name, of: index) else { return nil }
    guard document.kind(of: member) == .array else {
      throw JSONFailure(.form, "`\(name)` is an array of policy ids", at: document.offset(of: member))
    }
    var ids: [PolicyID] = []
    for element in document.elements(of: member) {
      guard let id = document.string(at: element) else {
        throw JSONFailure(.form, "a policy id is a string", at: document.offset(of: element))
      }
      ids.append(PolicyID(id))
    }
    return ids
  }
}

/// The depth to which the JSON of tests may nest: that of the values in them.
enum JSONLimits {
  static let tests = 3 * Nesting.limit + 16
}
