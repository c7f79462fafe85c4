// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import StrictJSON
internal import WritCedar

/// `policy evaluate`: shows the value of an expression.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Show the value of a Cedar expression.",
    discussion: """
      Examples:
        policy evaluate '1 + 2 * 3'
        policy evaluate 'ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))'
        policy evaluate -- '-1 - -2'
        policy evaluate --directory Policies/rbac --principal 'Staff::"ines"' 'principal in Role::"nurse"'

      Without --principal, --action and --resource the variables are entities that do not exist.
      """
  )

  @Argument(help: "The expression; `-` reads it from standard input. One that starts with `-` stands behind `--`.")
  var expression: String

  @Option(help: ArgumentHelp("A directory with *.cedarschema and entities.json.", valueName: "directory"))
  var directory: String?

  @Option(help: ArgumentHelp("A schema; may be repeated.", valueName: "file"))
  var schema: [String] = []

  @Option(help: ArgumentHelp("Entities in JSON; may be repeated.", valueName: "file"))
  var entities: [String] = []

  @Option(help: ArgumentHelp("The value of `principal`.", valueName: "uid"))
  var principal = "Unknown::\"principal\""

  @Option(help: ArgumentHelp("The value of `action`.", valueName: "uid"))
  var action = "Action::\"unknown\""

  @Option(help: ArgumentHelp("The value of `resource`.", valueName: "uid"))
  var resource = "Unknown::\"resource\""

  @Option(
    help: ArgumentHelp("The value of `context`: JSON that starts with `{`, or a file.", valueName: "file-or-json")
  )
  var context: String?

  @Option(help: "How to write the value.")
  var format = OutputFormat.text

  func run() throws {
    var options = ScenarioOptions()
    options.directory = directory
    options.schema = schema
    options.entities = entities
    options.policies = []
    let files = try options.files(of: [.schema, .entities])
    try InputFile.checkStandardInput(files.all + [expression, context].compactMap(\.self))
    let scenario = try Scenario(files)
    do {
      let text = expression == "-" ? try InputFile.contents(of: "-") : SourceInput(name: "expression", text: expression)
      let expression = try Expression(parsing: text)
      let action = try EntityArgument.read(action, "--action", .action)
      let request = AuthorizationRequest(
        principal: try EntityArgument.read(principal, "--principal", .principal),
        action: action,
        resource: try EntityArgument.read(resource, "--resource", .resource),
        context: try ContextArgument.read(context, for: action, scenario.schema)
      )
      let value = try expression.value(for: request, entities: scenario.entities)
      write(value)
    } catch let error as EvaluationError {
      throw Failure(Diagnostic(error.message, help: error.help, source: error.source, span: error.span).rendered)
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    }
  }

  private func write(_ value: Value) {
    switch format {
    case .text: Output.line(value.description)
    case .json:
      var json = JSONWriter()
      json.value(value)
      json.endLine()
      Output.write(json.bytes)
    }
  }
}
