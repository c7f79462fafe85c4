// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar
internal import WritPolicy

/// `policy bench`: measures how fast requests are decided.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast your policies decide your requests.",
    discussion: """
      Decisions are compared with the literal evaluator's first; a difference ends the command with 1.

      Times are nanoseconds. A decision by handle takes three handles and a built context; p50 is the median of batches of
      1,000 requests in random order, p99 is of single calls, the clock's own cost (timer_ns) included. `cold` draws
      principals and resources from all entities of the requests' types, `text` looks the three identifiers up. What would
      take longer than ten seconds comes from fewer batches.
      """
  )

  @OptionGroup var scenario: ScenarioOptions

  @Option(help: ArgumentHelp("Requests in JSON, one a line. `-` is standard input.", valueName: "file"))
  var requests: String

  @Option(help: ArgumentHelp("How many batches of 1,000 requests.", valueName: "number"))
  var batches = 1_000

  @Option(help: ArgumentHelp("How long to compare with the literal evaluator at most.", valueName: "seconds"))
  var check = 5

  @Option(
    help: ArgumentHelp(
      "Measure the longest decisions too, beside a thread that changes without a pause and 0, 1,000 and 10,000 deciders "
        + "that decide nothing: so long each, and as long again without deciding; and changes of large sets of the "
        + "bench's own.",
      valueName: "seconds"
    )
  )
  var pauses = 0

  @Flag(help: "A forbid that errs denies; by default it is skipped, as Cedar says.")
  var strict = false

  @Option(help: "How to report.")
  var format = OutputFormat.text

  func run() throws {
    guard batches > 0, check > 0 else { throw Failure("error: --batches and --check are at least 1") }
    guard (0...3_600).contains(pauses) else { throw Failure("error: --pauses is at most 3600") }
    let files = try scenario.files()
    try InputFile.checkStandardInput(files.all + [requests])
    let clock = ContinuousClock()
    let start = clock.now
    let scenario = try Scenario(deciding: files)
    let loaded = clock.now
    let requests = try requests(in: requests, scenario.schema)
    let compiling = clock.now
    let engine = try PolicyEngine(
      scenario.policies,
      entities: scenario.entities,
      erringForbids: ErringForbids(isStrict: strict)
    )
    let compiled = clock.now
    let authorizer = Authorizer(
      policies: scenario.policies,
      entities: scenario.entities,
      erringForbids: ErringForbids(isStrict: strict)
    )
    let mix = try BenchCheck(authorizer: authorizer, engine: engine).mix(of: requests, for: .seconds(check))
    let bench = try DecisionBench(engine: engine, requests: requests, entities: scenario.entities)
    let times = bench.measure(batches: batches)
    let throughput = bench.throughput()
    let index = engine.indexReport
    // Last, for it leaves other tables.
    let changes = ChangeBench(bench: bench, policies: scenario.policies, entities: scenario.entities)
    let report = BenchReport(
      policies: scenario.policies.count,
      entities: scenario.entities.count,
      requests: requests.count,
      mix: mix,
      times: times,
      attributeSource: try AttributeBench().measure(batches: batches),
      changes: try changes.measure(),
      pauses: pauses == 0
        ? []
        : try PauseBench(bench: bench, policies: scenario.policies, entities: scenario.entities)
          .measure(seconds: pauses),
      growth: pauses == 0 ? nil : try GrowthBench().measure(),
      throughput: throughput,
      loading: start.duration(to: loaded),
      compiling: compiling.duration(to: compiled),
      index: index
    )
    switch format {
    case .text: report.writeText()
    case .json: report.writeJSON()
    }
  }

  private func requests(in path: String, _ schema: Schema?) throws -> [Request] {
    let source = try InputFile.contents(of: path)
    var requests: [Request] = []
    do throws(InputError) {
      for line in source.bytes.split(separator: UInt8(ascii: "\n")) {
        if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
        let input = try RequestInput(json: Array(line), name: source.name, schema: schema, validates: true)
        guard input.entities.isEmpty, input.replacing.isEmpty else {
          throw InputError(
            .form,
            Diagnostic("requests that bring entities are not measured yet", at: Array(line), name: source.name)
          )
        }
        requests.append(input.request)
      }
    } catch {
      throw Failure(error)
    }
    guard !requests.isEmpty else { throw Failure("error: there are no requests in `\(CedarText.shown(path))`") }
    return requests
  }
}

/// Compares the tables' answers with the literal evaluator's.
struct BenchCheck {
  let authorizer: Authorizer
  let engine: PolicyEngine

  /// How the requests end.
  struct Mix {
    /// The share of all requests that are allowed.
    var allowed = 0.0
    /// The share of the checked requests for which a policy errs.
    var erring = 0.0
    /// How many requests the literal evaluator has answered as well.
    var checked = 0
  }

  /// - Throws: a ``Failure`` that names the first request that the tables decide otherwise.
  func mix(of requests: [Request], for limit: Duration) throws -> Mix {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    let decider = engine.decider()
    var checked = 0
    var erring = 0
    // Spread over all requests, should the time not do for all.
    var random = SplitMix64(seed: 1)
    for request in requests.shuffled(using: &random) {
      let expected = authorizer.authorize(request)
      let answer = decider.authorize(request)
      guard answer.decision == expected.decision, answer.reasons == expected.reasons,
        answer.errors.map(\.policy) == expected.errors.map(\.policy), decider.decide(request) == expected.decision
      else {
        throw Failure(
          "error: the decision tables differ from the literal evaluator, which is a fault of Writ:\n"
            + "  \(request.principal) \(request.action) \(request.resource): "
            + "literally \(expected.decision.rawValue), by tables \(answer.decision.rawValue)"
        )
      }
      checked += 1
      if !expected.errors.isEmpty { erring += 1 }
      if clock.now >= end, checked >= 10 { break }
    }
    let allowed = requests.count { decider.decide($0).isAllowed }
    return Mix(
      allowed: Double(allowed) / Double(requests.count),
      erring: Double(erring) / Double(checked),
      checked: checked
    )
  }
}
