// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy link`: makes a policy of a template by filling its slots.
struct LinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Make a policy of a template.",
    discussion: """
      Fills the slots of a template and writes the policy, in Cedar's syntax to add to a file, or with --format json the whole set in
      JSON, in which it stays a link of its template. What fills a slot is an entity, never text of a policy.

        policy link Policies/sharing --template share --as share-7 --principal 'User::"ann"' --resource 'Score::"7"'

      Exit statuses: 0 success; 1 an error: no such template, slots that do not match, an id that is taken.
      """
  )

  @OptionGroup var scenario: ScenarioOptions

  @Option(help: ArgumentHelp("The id of the template.", valueName: "id"))
  var template: String

  @Option(name: .customLong("as"), help: ArgumentHelp("The id of the new policy.", valueName: "id"))
  var newID: String

  @Option(help: ArgumentHelp("What fills the slot ?principal.", valueName: "uid"))
  var principal: String?

  @Option(help: ArgumentHelp("What fills the slot ?resource.", valueName: "uid"))
  var resource: String?

  @Option(help: "How to write: text for the policy in Cedar's syntax, json for the whole set.")
  var format = OutputFormat.text

  func run() throws {
    let files = try scenario.files(of: [.policies])
    guard !files.policies.isEmpty else {
      throw Failure("error: there are no policies: give a directory with *.cedar files, or --policies FILE")
    }
    guard !newID.isEmpty else { throw Failure("error: --as is the id of the new policy, and is empty") }
    try InputFile.checkStandardInput(files.policies)
    do {
      var policies = try PolicySet(parsing: files.policies.map(InputFile.contents))
      var slots: [Slot: EntityUID] = [:]
      if let principal { slots[.principal] = try EntityArgument.read(principal, "--principal", .principal) }
      if let resource { slots[.resource] = try EntityArgument.read(resource, "--resource", .resource) }
      try policies.link(PolicyID(template), as: PolicyID(newID), slots: slots)
      switch format {
      case .json: Output.write(IndentedJSON.text(of: policies.json))
      case .text:
        guard let policy = policies[PolicyID(newID)] else { throw Failure("error: the policy was not linked") }
        try Output.write(CedarFormatter().format(policies: SourceInput(name: newID, text: text(of: policy))))
      }
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    } catch let error as PolicySetError {
      throw Failure("error: \(error)")
    }
  }

  /// The policy with its own id in place of its template's.
  private func text(of policy: Policy) -> String {
    var out = ""
    for annotation in policy.annotations where !annotation.name.hasSameScalars(as: "id") {
      out += "@\(annotation.name)"
      if let value = annotation.value { out += "(\(CedarText.quoted(value)))" }
      out += "\n"
    }
    let said = policy.descriptionWithoutAnnotations
    return "@id(\(CedarText.quoted(newID)))\n\(out)\(said)\n"
  }
}
