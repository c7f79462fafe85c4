// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// Where policies, schema and entities come from: a directory, and flags that replace what it gives of their kind.
struct ScenarioOptions: ParsableArguments {
  @Argument(help: "A directory with *.cedar, *.cedar.json, *.cedarschema and entities.json.")
  var directory: String?

  @Option(
    help: ArgumentHelp("Policies in Cedar's syntax or JSON; may be repeated. `-` is standard input.", valueName: "file")
  )
  var policies: [String] = []

  @Option(help: ArgumentHelp("A schema; may be repeated.", valueName: "file"))
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

  func files() throws -> Files {
    var files = Files(policies: policies, schema: schema, entities: entities)
    guard let directory else { return files }
    guard Directory.isDirectory(directory) else {
      throw Failure("error: `\(CedarText.shown(directory))` is not a directory")
    }
    let names = try Directory.names(in: directory)
    func paths(_ suffixes: String...) -> [String] {
      names.filter { name in suffixes.contains { name.utf8.reversed().starts(with: $0.utf8.reversed()) } }
        .map { "\(directory)/\($0)" }
    }
    if policies.isEmpty { files.policies = paths(".cedar", ".cedar.json") }
    if schema.isEmpty { files.schema = paths(".cedarschema") }
    if entities.isEmpty, names.contains("entities.json") { files.entities = ["\(directory)/entities.json"] }
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
