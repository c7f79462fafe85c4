// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The sources of policies, schema and entities: a directory, and flags that replace what it gives of their kind.
struct ScenarioOptions: ParsableArguments {
  @Argument(
    help: """
      A directory with *.cedar, *.cedar.json, *.cedarschema, *.cedarschema.json and entities.json. What else in it or in its \
      folders looks like one of these is an error.
      """
  )
  var directory: String?

  @Option(
    help: ArgumentHelp("Policies in Cedar's syntax or JSON; may be repeated. `-` is standard input.", valueName: "file")
  )
  var policies: [String] = []

  @Option(help: ArgumentHelp("A schema in Cedar's syntax or JSON; may be repeated.", valueName: "file"))
  var schema: [String] = []

  @Option(help: ArgumentHelp("Entities in JSON; may be repeated.", valueName: "file"))
  var entities: [String] = []

  /// The files to read, by kind.
  struct Files {
    var policies: [String]
    var schema: [String]
    var entities: [String]

    var all: [String] { policies + schema + entities }
  }

  /// The files to read: those of flags, and those of the directory of the kinds that no flag gives.
  ///
  /// - Parameter kinds: the kinds that the command reads.
  /// - Throws: a ``Failure``, also when the directory holds something of a kind that would not be read.
  func files(of kinds: Set<InputKind> = Set(InputKind.allCases)) throws -> Files {
    var files = Files(policies: policies, schema: schema, entities: entities)
    guard let directory else { return files }
    var wanted = kinds
    if !policies.isEmpty { wanted.remove(.policies) }
    if !schema.isEmpty { wanted.remove(.schema) }
    if !entities.isEmpty { wanted.remove(.entities) }
    let found = try ScenarioDirectory(directory, for: wanted).files.filter { wanted.contains($0.key) }
    files.policies += found[.policies] ?? []
    files.schema += found[.schema] ?? []
    files.entities += found[.entities] ?? []
    return files
  }
}

/// Policies, schema and entities, read.
struct Scenario {
  let policies: PolicySet
  let schema: Schema?
  let entities: EntityStore

  /// - Throws: a ``Failure`` that shows everything wrong with the first kind of file that cannot be read.
  init(_ files: ScenarioOptions.Files) throws {
    do {
      policies = try PolicySet(parsing: files.policies.map(InputFile.contents))
      let schema = files.schema.isEmpty ? nil : try Schema(parsing: files.schema.map(InputFile.contents))
      self.schema = schema
      entities = try EntityStore(parsing: files.entities.map(InputFile.contents), schema: schema) { warning in
        Output.error(warning.rendered(as: "warning"))
      }
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    }
  }

  static let validationHelp: ArgumentHelp =
    "First validate the policies against the schema, as `policy check` does; end with 3 where they are not valid."

  /// Ends the command with 3, and tells what was found, where policies are not valid by the schema.
  ///
  /// - Throws: a ``Failure`` without a schema.
  func validatePolicies() throws {
    guard let schema else { throw Failure("error: there is no schema to validate the policies against") }
    let report = policies.validate(against: schema)
    for finding in report.findings { Output.error(finding.rendered) }
    if !report.isValid { throw ExitCode(3) }
  }

  /// For commands that decide.
  init(deciding files: ScenarioOptions.Files) throws {
    guard !files.policies.isEmpty else {
      throw Failure("error: there are no policies: give a directory with *.cedar files, or --policies FILE")
    }
    try self.init(files)
    if policies.count == 0 { Output.error("warning: there are no policies in the files, so everything is denied") }
  }
}

extension Failure {
  init(_ error: SyntaxError) {
    self.init(error.diagnostics.map(\.rendered).joined(separator: "\n\n"))
  }

  init(_ error: InputError) {
    self.init(error.diagnostic.rendered)
  }
}
