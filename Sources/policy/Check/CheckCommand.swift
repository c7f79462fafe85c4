// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy check`: validates the policies of scenarios against their schemas.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Validate policies against a schema.",
    discussion: """
      Reads policies, schema and entities, looks up every name, and finds the types of all conditions for each kind of request
      that the schema allows (Cedar's strict validation). A directory without policies of its own stands for the scenarios in it.

      Exit statuses: 0 valid; 3 invalid, with --deny-warnings also for warnings; 1 an error: something cannot be read, or there
      is no schema.
      """
  )

  @Argument(help: "Scenarios, or directories of scenarios. The current directory if nothing is given.")
  var directories: [String] = []

  @Option(help: ArgumentHelp("Policies in place of the directory's; may be repeated.", valueName: "file"))
  var policies: [String] = []

  @Option(help: ArgumentHelp("A schema in place of the directory's; may be repeated.", valueName: "file"))
  var schema: [String] = []

  @Option(help: ArgumentHelp("Entities in place of the directory's; may be repeated.", valueName: "file"))
  var entities: [String] = []

  @Option(help: ArgumentHelp("How many entities deep from the request policies may look (RFC 76).", valueName: "n"))
  var level: Int?

  @Flag(help: "End with 3 for warnings, too.")
  var denyWarnings = false

  @Option(help: "How to report: text, json, or sarif for code review tools.")
  var format = CheckReport.Format.text

  func run() throws {
    if let level, level < 0 { throw Failure("error: --level is 0 or more") }
    let scenarios = try scenarios()
    let files = policies + schema + entities
    try InputFile.checkStandardInput(files + (scenarios.count > 1 ? files : []))
    var report = CheckReport()
    for scenario in scenarios { try check(scenario, &report, isOnly: scenarios.count == 1) }
    report.write(format)
    if report.hasFailed { throw ExitCode(1) }
    if !report.isValid || denyWarnings && report.warningCount > 0 { throw ExitCode(3) }
  }

  /// The directories to check, `nil` for files that are named.
  private func scenarios() throws -> [String?] {
    if directories.isEmpty, !policies.isEmpty, !schema.isEmpty { return [nil] }
    var found: [String?] = []
    for directory in directories.isEmpty ? ["."] : directories {
      guard Directory.isDirectory(directory) else {
        throw Failure("error: `\(CedarText.shown(directory))` is not a directory")
      }
      let names = try Directory.names(in: directory)
      let inner = names.map { "\(directory)/\($0)" }.filter { (try? Self.holdsScenario($0)) == true }
      if try policies.isEmpty && schema.isEmpty && !Self.holdsScenario(directory) && !inner.isEmpty {
        found += inner
      } else {
        found.append(directory)
      }
    }
    return found
  }

  private static func holdsScenario(_ directory: String) throws -> Bool {
    guard Directory.isDirectory(directory) else { return false }
    return try Directory.names(in: directory).contains { InputKind(readAs: $0) == .policies }
  }

  private func check(_ directory: String?, _ report: inout CheckReport, isOnly: Bool) throws {
    var options = ScenarioOptions()
    options.directory = directory
    options.policies = policies
    options.schema = schema
    options.entities = entities
    do {
      let files = try options.files()
      let place = directory.map { " in `\(CedarText.shown($0))`" } ?? ""
      guard !files.policies.isEmpty else {
        throw Failure("error: there are no policies\(place): give a directory with *.cedar files, or --policies FILE")
      }
      guard !files.schema.isEmpty else {
        throw Failure("error: there is no schema\(place): give a directory with a *.cedarschema file, or --schema FILE")
      }
      report.add(try Self.report(files, level: level))
    } catch let error as SyntaxError {
      report.add(error.diagnostics)
    } catch let error as InputError {
      report.add([error.diagnostic])
    } catch let failure as Failure where !isOnly {
      Output.error(failure.text)
      report.hasFailed = true
    }
  }

  private static func report(_ files: ScenarioOptions.Files, level: Int?) throws -> ValidationReport {
    let schema = try Schema(parsing: files.schema.map(InputFile.contents))
    _ = try EntityStore(parsing: files.entities.map(InputFile.contents), schema: schema) { warning in
      Output.error(warning.rendered(as: "warning"))
    }
    return try PolicySet(parsing: files.policies.map(InputFile.contents)).validate(against: schema, level: level)
  }
}
