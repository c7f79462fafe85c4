// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar
internal import WritPolicy

/// `policy test`: runs the expectations of scenarios, or the conformance tests of Cedar.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run the tests of scenarios.",
    discussion: """
      A scenario is a directory with *.cedar, *.cedarschema, entities.json and tests.json; a directory of such directories
      runs them all. tests.json is an array of
        {"name", "request": {"principal", "action", "resource", "context"}, "entities", "overlay",
         "decision", "reason", "num_errors", "reasons", "errors"}
      of which `request` and `decision` are needed. `entities` stands in place of all of the scenario's; those of `overlay`
      each replace the entity of their name, and those of the request's own `entities` are merged with it, as in `policy
      eval`. `reason` names some of the determining policies, `reasons` all; `errors` names the erring ones.

      --coverage tells which policies, conditions, and operands of `&&`, `||` and `if` the tests have seen hold and not hold.

      Exit statuses: 0 all passed; 1 a test failed, or there was none, or the coverage is below --coverage-minimum; 3 policies
      that --validate-policies finds invalid.
      """
  )

  @Argument(help: "Scenarios, or directories of scenarios. The current directory if none is given.")
  var directories: [String] = []

  @Option(help: ArgumentHelp("Policies in place of the scenario's; may be repeated.", valueName: "file"))
  var policies: [String] = []

  @Option(help: ArgumentHelp("A schema in place of the scenario's; may be repeated.", valueName: "file"))
  var schema: [String] = []

  @Option(help: ArgumentHelp("Entities in place of the scenario's; may be repeated.", valueName: "file"))
  var entities: [String] = []

  @Option(help: ArgumentHelp("Tests in place of the scenario's.", valueName: "file"))
  var tests: String?

  @Option(help: ArgumentHelp("Run only tests whose name contains this.", valueName: "text"))
  var filter: String?

  @Option(help: ArgumentHelp("Run Cedar's integration tests in this directory.", valueName: "directory"))
  var conformance: String?

  @Flag(help: Scenario.validationHelp)
  var validatePolicies = false

  @Flag(help: ErringForbids.strictHelp)
  var strict = false

  @Option(help: "How to report.")
  var format = TestReport.Format.text

  @OptionGroup var coverage: CoverageOptions

  func run() throws {
    try coverage.check(isConformance: conformance != nil)
    var coverageReport = CoverageReport()
    var report = TestReport(format: format, listsPassedSuites: conformance == nil)
    if let conformance {
      try ConformanceSuite(directory: conformance, filter: filter).run { report.add($0) }
    } else {
      let scenarios = try scenarios()
      // Each scenario reads the files again, which standard input cannot be.
      let files = policies + schema + entities
      try InputFile.checkStandardInput(files + (tests.map { [$0] } ?? []) + (scenarios.count > 1 ? files : []))
      for scenario in scenarios {
        do {
          try run(scenario, &report, &coverageReport)
        } catch let failure as Failure where scenarios.count > 1 {
          Output.error(failure.text)
          let differences = ["the scenario cannot be read"]
          report.add(TestResult(suite: scenario ?? "", name: "can be read", differences: differences))
        }
      }
    }
    report.finish()
    try coverage.write(coverageReport)
    if report.total == 0 { throw Failure("error: there are no tests\(filter == nil ? "" : " with such a name")") }
    if report.failed > 0 || !coverage.isReached(by: coverageReport) { throw ExitCode(1) }
  }

  private func scenarios() throws -> [String?] {
    if tests != nil || !policies.isEmpty {
      guard directories.count <= 1 else { throw Failure("error: flags for one scenario, and several directories") }
      return [directories.first]
    }
    var found: [String] = []
    for directory in directories.isEmpty ? ["."] : directories {
      guard Directory.isDirectory(directory) else {
        throw Failure("error: `\(CedarText.shown(directory))` is not a directory")
      }
      if Directory.exists("\(directory)/tests.json") {
        found.append(directory)
      } else {
        let inner = try Directory.names(in: directory).map { "\(directory)/\($0)" }
        found += inner.filter { Directory.exists("\($0)/tests.json") }
      }
    }
    return found
  }

  private func run(_ directory: String?, _ report: inout TestReport, _ coverageReport: inout CoverageReport) throws {
    var options = ScenarioOptions()
    options.directory = directory
    options.policies = policies
    options.schema = schema
    options.entities = entities
    let scenario = try Scenario(deciding: options.files())
    if validatePolicies { try scenario.validatePolicies() }
    guard let file = tests ?? directory.map({ "\($0)/tests.json" }) else { throw Failure("error: there are no tests") }
    let source = try InputFile.contents(of: file)
    let cases: [TestCase]
    do {
      cases = try TestCaseReader(schema: scenario.schema).cases(in: source)
    } catch {
      throw Failure(error)
    }
    var runner = try TestRunner(scenario, source: source, erringForbids: ErringForbids(isStrict: strict))
    for test in cases where filter.map(test.name.contains) ?? true {
      report.add(TestResult(suite: directory ?? file, name: test.name, differences: runner.differences(test)))
    }
    coverageReport.add(runner.coverage)
  }
}
