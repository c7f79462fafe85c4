// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Measures an eighth, a quarter, half and all of the policies, each drawn at random, on the same requests.
struct ScaleBench {
  struct Row {
    let policies: Int
    /// Nanoseconds, the median.
    let decide: Double
    let lookedAt: RequestBench.Spread
    let evaluated: RequestBench.Spread
    let compiling: Duration
  }

  static let divisors = [8, 4, 2, 1]

  let policies: PolicySet
  let entities: EntityStore
  let erringForbids: ErringForbids
  let requests: [BenchRequest]

  /// The time of a decision among all policies, divided by that among an eighth: 1 is flat, 8 grows as the policies do.
  static func slope(_ rows: [Row]) -> Double? {
    guard let first = rows.first, let last = rows.last, rows.count > 1, first.decide > 0 else { return nil }
    return last.decide / first.decide
  }

  func measure(batches: Int) throws -> [Row] {
    var random = SplitMix64(seed: 10)
    let drawn = policies.policies.shuffled(using: &random)
    var rows: [Row] = []
    for divisor in Self.divisors {
      let count = drawn.count / divisor
      guard count > 0 else { continue }
      var part = PolicySet()
      // Under their own ids without their templates.
      for policy in drawn.prefix(count) { try part.add(policy, as: policy.id) }
      let clock = ContinuousClock()
      let start = clock.now
      let engine = try PolicyEngine(part, entities: entities, erringForbids: erringForbids)
      let end = clock.now
      // What no policy of the part names may have no handle.
      guard let bench = try? DecisionBench(engine: engine, requests: requests, entities: entities) else { continue }
      let all = try RequestBench(bench: bench, isTimed: false).measure().groups.first
      rows.append(
        Row(
          policies: count,
          decide: bench.decideMedian(batches: batches),
          lookedAt: all?.lookedAt ?? RequestBench.Spread(),
          evaluated: all?.evaluated ?? RequestBench.Spread(),
          compiling: start.duration(to: end)
        )
      )
    }
    return rows
  }
}
