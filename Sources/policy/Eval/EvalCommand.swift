// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar
internal import WritIdentity
internal import WritPolicy

/// `policy eval`: decides one request or a file of them.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Decide one request, or a file of them.",
    usage: """
      policy eval [DIRECTORY] [--policies FILE]... [--schema FILE]... [--entities FILE]... [--no-validate] [--validate-policies] [--strict]
                  (--principal UID --action UID --resource UID [--context FILE-OR-JSON]
                   | --token FILE --keys FILE [--mapping FILE] [--issuer TEXT]... [--audience TEXT]... [--type TEXT]
                     [--leeway SECONDS] [--expiration-leeway SECONDS] [--without-proof] [--time UNIX] [--algorithm NAME]... [--password-file FILE]
                     --action UID --resource UID [--context FILE-OR-JSON]
                   | --request FILE | --requests FILE)
                  [--format text|json] [--explain[=all]]
      """,
    discussion: """
      Example:
        policy eval Policies/rbac --principal 'Staff::"ines"' --action 'Action::"readChart"' --resource 'Patient::"4711"'

      With --token the bearer of a verified token is the principal: its claims are mapped to the principal's id, parents and
      attributes and to a part of the context, and it is laid over the stored entities. A token that is refused is an error.

      A request in JSON may bring `entities`, which are merged with the stored ones, and `replacing`, entities that stand in
      place of the stored ones.

      Exit statuses: 0 allow, 2 deny, 1 any error, 3 policies that --validate-policies finds invalid. With --requests: 0 when every line was answered, 1 when one had an error.
      """
  )

  @OptionGroup var scenario: ScenarioOptions

  @Option(help: ArgumentHelp("Who wants to act, as in 'User::\"alice\"'.", valueName: "uid"))
  var principal: String?

  @Option(help: ArgumentHelp("What they want to do, as in 'Action::\"view\"'.", valueName: "uid"))
  var action: String?

  @Option(help: ArgumentHelp("On what, as in 'Photo::\"sea.jpg\"'.", valueName: "uid"))
  var resource: String?

  @Option(help: ArgumentHelp("What else is known: JSON that starts with `{`, or a file.", valueName: "file-or-json"))
  var context: String?

  @Option(
    help: ArgumentHelp(
      "A request in JSON: principal, action, resource, context, entities, replacing.",
      valueName: "file"
    )
  )
  var request: String?

  @Option(help: ArgumentHelp("Requests in JSON, one a line; entities they bring as in --request.", valueName: "file"))
  var requests: String?

  @OptionGroup var bearerOptions: TokenPrincipalOptions

  @Flag(
    name: .customLong("no-validate"),
    help: "Do not check requests against the schema; entities are checked anyway."
  )
  var skipsValidation = false

  @Flag(help: Scenario.validationHelp)
  var validatePolicies = false

  @Flag(help: ErringForbids.strictHelp)
  var strict = false

  @Option(help: "How to write the answer.")
  var format = OutputFormat.text

  @Option(
    help: ArgumentHelp("Show the policies that could have mattered, part by part; =all for all.", valueName: "all")
  )
  var explain: Explain?

  func run() throws {
    let files = try scenario.files()
    try InputFile.checkStandardInput(files.all + [request, requests, context].compactMap(\.self) + bearerOptions.files)
    let mode = try requestMode()
    let bearer = try bearerOptions.bearer(in: self.scenario.directory)
    let scenario = try Scenario(deciding: files)
    if validatePolicies { try scenario.validatePolicies() }
    let authorizer = Authorizer(
      policies: scenario.policies,
      entities: scenario.entities,
      erringForbids: ErringForbids(isStrict: strict)
    )
    let answer = AnswerWriter(format: format, explain: explain)
    if case .stream(let path) = mode {
      let stream = RequestStream(
        authorizer: authorizer,
        decider: try PolicyEngine(authorizer).decider(),
        schema: scenario.schema,
        validates: !skipsValidation,
        writer: answer
      )
      if try stream.answerAll(in: path) { return }
      throw ExitCode(1)
    }
    let input = try self.input(mode, bearer, scenario.schema)
    let asked = authorizer.overlaid(entities: try input.entities(over: scenario))
    let response = asked.authorize(input.request)
    answer.write(response, to: input.request, by: asked)
    throw ExitCode(response.decision == .allow ? 0 : 2)
  }

  // MARK: What is asked

  private enum RequestMode {
    case arguments(principal: String?, action: String, resource: String)
    case file(String)
    case stream(String)
  }

  private func requestMode() throws -> RequestMode {
    let arguments = [principal, action, resource, context]
    if principal != nil, bearerOptions.token != nil {
      throw Failure("error: --principal and --token both say who wants to act")
    }
    let given =
      (arguments.contains { $0 != nil } || bearerOptions.token != nil ? 1 : 0) + (request == nil ? 0 : 1)
      + (requests == nil ? 0 : 1)
    guard given == 1 else {
      throw Failure(
        """
        error: \(given == 0 ? "there is no request" : "there is more than one kind of request")
        Give --principal (or --token), --action and --resource, or --request FILE, or --requests FILE.
        """
      )
    }
    if let request { return .file(request) }
    if let requests { return .stream(requests) }
    guard principal != nil || bearerOptions.token != nil, let action, let resource else {
      let missing = [
        ("--principal (or --token)", principal ?? bearerOptions.token), ("--action", action), ("--resource", resource),
      ]
      .filter { $0.1 == nil }.map(\.0)
      throw Failure("error: a request needs \(missing.joined(separator: " and ")) as well")
    }
    return .arguments(principal: principal, action: action, resource: resource)
  }

  /// A request with what it brings, and the text it was read from.
  private struct Asked {
    let request: AuthorizationRequest
    let brought: RequestEntities
    var source = SourceInput(name: "--token", bytes: [])

    /// - Throws: a ``Failure`` at what cannot be laid over the stored entities.
    func entities(over scenario: Scenario) throws -> EntityStore {
      do throws(JSONFailure) {
        let stored = scenario.entities
        return try brought.withoutActions(of: stored).laid(over: stored, fitting: scenario.schema)
      } catch {
        guard !source.bytes.isEmpty else { throw Failure("error: \(CedarText.shown(error.message))") }
        throw Failure(error.inputError(name: source.name, bytes: source.bytes))
      }
    }
  }

  private func input(
    _ mode: RequestMode,
    _ bearer: TokenPrincipalOptions.Bearer?,
    _ schema: Schema?
  ) throws -> Asked {
    do {
      switch mode {
      case .arguments(let principal, let action, let resource):
        let action = try EntityArgument.read(action, "--action", .action)
        let resource = try EntityArgument.read(resource, "--resource", .resource)
        var context = try ContextArgument.read(context, for: action, schema)
        let entity = try bearer?.principal(schema)
        if let bearer { context = try bearer.context(adding: context, for: action, schema) }
        let request = AuthorizationRequest(
          principal: try entity?.uid ?? EntityArgument.read(principal ?? "", "--principal", .principal),
          action: action,
          resource: resource,
          context: context
        )
        if let schema, !skipsValidation { try request.validate(against: schema) }
        return Asked(
          request: request,
          brought: bearer.map { RequestEntities(entity, rule: $0.mapping.overlayRule) } ?? RequestEntities()
        )
      case .file(let path), .stream(let path):
        let source = try InputFile.contents(of: path)
        let input = try RequestInput(
          json: source.bytes,
          name: source.name,
          schema: schema,
          validates: !skipsValidation
        ) { Output.error($0.rendered(as: "warning")) }
        return Asked(request: input.request, brought: RequestEntities(input), source: source)
      }
    } catch let error as SyntaxError {
      throw Failure(error)
    } catch let error as InputError {
      throw Failure(error)
    } catch let error as SchemaMismatch {
      throw Failure(
        "error: the request does not fit the schema: \(CedarText.shown(error.description))\n"
          + "help: --no-validate skips this check"
      )
    }
  }
}

/// `--context`: JSON when it starts with `{`, otherwise a file.
enum ContextArgument {
  static func read(_ argument: String?, for action: EntityUID, _ schema: Schema?) throws -> RecordValue {
    guard let argument else { return .empty }
    let start = argument.utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let source =
      start == UInt8(ascii: "{") ? SourceInput(name: "--context", text: argument) : try file(argument)
    return try RecordValue(json: source.bytes, name: source.name, for: action, schema: schema)
  }
}

extension ContextArgument {
  /// The file of this name; where there is none, an error that also says how JSON is given.
  private static func file(_ path: String) throws -> SourceInput {
    do {
      return try InputFile.contents(of: path)
    } catch let failure as Failure where path != "-" && !Directory.exists(path) {
      throw Failure(
        "\(failure.text)\nhelp: a context is a file or a JSON object, as in --context '{\"mfa\": true}'"
      )
    }
  }
}

/// The number of policies that `--explain` shows.
enum Explain: String, ExpressibleByArgument {
  case nearest, all

  /// The number of policies that `--explain` alone shows.
  static let nearestLimit = 20

  /// `--explain` may stand alone, which the argument parser has no form for.
  static func spelledOut(_ arguments: [String]) -> [String] {
    let options = arguments.prefix { $0 != "--" }
    return options.map { $0 == "--explain" ? "--explain=nearest" : $0 } + arguments.dropFirst(options.count)
  }
}
