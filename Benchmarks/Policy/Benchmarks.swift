// SPDX-License-Identifier: Apache-2.0

import Benchmark
import WritCedar
import WritPolicy

/// An engine, and what it is asked.
private struct Scene {
  let engine: PolicyEngine
  let requests: [AuthorizationRequest]

  init(policies count: Int) throws {
    let roles = try Roles(policies: count)
    // Cedar's rule, as the peers have it.
    engine = try PolicyEngine(
      PolicySet(parsing: roles.text),
      entities: EntityStore(roles.entities),
      erringForbids: .skip
    )
    requests = roles.requests
  }
}

/// Policies and entities, parsed.
private struct Parsed {
  let policies: PolicySet
  let entities: EntityStore
}

/// A request by handles.
private struct Asked {
  let principal: EntityHandle
  let action: EntityHandle
  let resource: EntityHandle
}

private func asked(_ requests: [AuthorizationRequest], _ engine: PolicyEngine) -> [Asked] {
  requests.compactMap { request in
    guard let principal = engine.handle(for: request.principal), let action = engine.handle(for: request.action),
      let resource = engine.handle(for: request.resource)
    else { return nil }
    return Asked(principal: principal, action: action, resource: resource)
  }
}

let benchmarks: @Sendable () -> Void = {
  // Each iteration is a thousand decisions, so that the clock does not count.
  let decisions = Benchmark.Configuration(
    metrics: [.wallClock, .throughput],
    scalingFactor: .kilo,
    maxDuration: .seconds(2)
  )
  let loading = Benchmark.Configuration(
    metrics: [.cpuTotal, .wallClock, .peakMemoryResident],
    maxDuration: .seconds(3)
  )

  for count in [10, 1_000, 100_000] {
    Benchmark("decide by handles, \(count) policies", configuration: decisions) { (benchmark, scene: Scene) in
      let decider = scene.engine.decider()
      let questions = asked(scene.requests, scene.engine)
      benchmark.startMeasurement()
      for index in benchmark.scaledIterations {
        let question = questions[index % questions.count]
        blackHole(
          decider.decide(principal: question.principal, action: question.action, resource: question.resource)
        )
      }
    } setup: {
      try Scene(policies: count)
    }

    Benchmark("authorize by text, \(count) policies", configuration: decisions) { (benchmark, scene: Scene) in
      let decider = scene.engine.decider()
      benchmark.startMeasurement()
      for index in benchmark.scaledIterations {
        blackHole(decider.authorize(scene.requests[index % scene.requests.count]))
      }
    } setup: {
      try Scene(policies: count)
    }
  }

  Benchmark("parse 10,000 policies", configuration: loading) { (_, roles: Roles) in
    blackHole(try PolicySet(parsing: roles.text))
  } setup: {
    try Roles(policies: 10_000)
  }

  Benchmark("compile 10,000 policies", configuration: loading) { (_, parsed: Parsed) in
    blackHole(try PolicyEngine(parsed.policies, entities: parsed.entities, erringForbids: .skip))
  } setup: {
    let roles = try Roles(policies: 10_000)
    return Parsed(policies: try PolicySet(parsing: roles.text), entities: try EntityStore(roles.entities))
  }
}
