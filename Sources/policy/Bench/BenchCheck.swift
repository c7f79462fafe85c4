// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Compares the tables' answers with the literal evaluator's.
struct BenchCheck {
  let authorizer: Authorizer
  let engine: PolicyEngine
  let schema: Schema?

  /// The outcomes of the requests.
  struct Mix {
    /// The share of all requests that are allowed.
    var allowed = 0.0
    /// The share of the checked requests for which a policy errs.
    var erring = 0.0
    /// The number of requests that the literal evaluator has answered as well.
    var checked = 0
  }

  /// - Throws: a ``Failure`` that names the first request that the tables decide otherwise.
  func mix(of requests: [BenchRequest], for limit: Duration) throws -> Mix {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    let decider = engine.decider()
    var checked = 0
    var erring = 0
    // Spread over all requests, should the time not do for all.
    var random = SplitMix64(seed: 1)
    for asked in requests.shuffled(using: &random) {
      let request = asked.request
      let overlay = try asked.overlay(by: decider)
      let expected = try asked.authorizer(over: authorizer, fitting: schema).authorize(request)
      let answer = decider.authorize(request, overlay: overlay)
      guard answer.decision == expected.decision, answer.reasons == expected.reasons,
        answer.errors.map(\.policy) == expected.errors.map(\.policy),
        decider.decide(request, overlay: overlay) == expected.decision
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
    let allowed = try requests.count { decider.decide($0.request, overlay: try $0.overlay(by: decider)).isAllowed }
    return Mix(
      allowed: Double(allowed) / Double(requests.count),
      erring: Double(erring) / Double(checked),
      checked: checked
    )
  }
}
