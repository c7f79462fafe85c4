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

      For each request the policies are counted that an index proposes and that are evaluated, up to the one that decides.
      Policies are ranked by their evaluations over all requests. Requests about a resource that nothing knows are measured
      as well, and requests that bring entities, which are laid over the stored ones; both have lines of their own.
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

  @Flag(
    help: "Measure an eighth, a quarter, half and all of the policies too, each drawn at random, and print the slope."
  )
  var scale = false

  @Flag(help: "Measure decisions only: no changes, no attributes on demand, no throughput.")
  var decisionsOnly = false

  @Flag(help: "A forbid that errs denies; by default it is skipped, as Cedar says.")
  var strict = false

  @Option(help: "How to report.")
  var format = OutputFormat.text

  func run() throws {
    guard batches > 0, check > 0 else { throw Failure("error: --batches and --check are at least 1") }
    guard pauses == 0 || !decisionsOnly else {
      throw Failure("error: --pauses measures changes, which --decisions-only leaves out")
    }
    guard (0...3_600).contains(pauses) else { throw Failure("error: --pauses is at most 3600") }
    let files = try scenario.files()
    try InputFile.checkStandardInput(files.all + [requests])
    let clock = ContinuousClock()
    let start = clock.now
    let scenario = try Scenario(deciding: files)
    let loaded = clock.now
    let requests = try BenchRequest.requests(in: requests, scenario)
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
    let mix = try BenchCheck(authorizer: authorizer, engine: engine, schema: scenario.schema)
      .mix(of: requests, for: .seconds(check))
    let bench = try DecisionBench(engine: engine, requests: requests, entities: scenario.entities)
    let times = bench.measure(batches: batches)
    let costs = try RequestBench(bench: bench).measure()
    let rows =
      scale
      ? try ScaleBench(
        policies: scenario.policies,
        entities: scenario.entities,
        erringForbids: ErringForbids(isStrict: strict),
        requests: requests
      ).measure(batches: batches)
      : []
    let throughput = decisionsOnly ? nil : bench.throughput()
    let index = engine.indexReport
    // Last, for it leaves other tables.
    let changes = ChangeBench(bench: bench, policies: scenario.policies, entities: scenario.entities)
    let report = BenchReport(
      policies: scenario.policies.count,
      entities: scenario.entities.count,
      requests: requests.count,
      mix: mix,
      times: times,
      costs: costs,
      scale: rows,
      attributeSource: decisionsOnly ? nil : try AttributeBench().measure(batches: batches),
      changes: decisionsOnly ? nil : try changes.measure(),
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
}
