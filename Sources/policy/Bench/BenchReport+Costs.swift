// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The cost of single requests, the policies that cost most, and the slope.
extension BenchReport {
  // MARK: Text

  func writeCosts() {
    Output.line("")
    Output.line("a request, median and worst: policies looked at, of them evaluated, and nanoseconds over and over")
    for group in costs.groups {
      let cells = [group.lookedAt, group.evaluated].map { "\(grouped($0.median)) / \(grouped($0.worst))" }
      Output.line(
        "\(padded(group.kind.name, 20)) \(padded(cells[0], 17, left: true)) \(padded(cells[1], 17, left: true)) "
          + "\(padded("\(rounded(group.times.median)) / \(rounded(group.times.worst)) ns", 24, left: true))   "
          + Style.dim("\(grouped(Double(group.requests))) requests")
      )
      guard let slowest = group.slowest else { continue }
      Output.line("                     " + Style.dim("worst: \(Self.shown(slowest))"))
    }
    guard !costs.policies.isEmpty else {
      Output.line("evaluations          none: no request evaluates a condition")
      return
    }
    Output.line(
      "evaluations          \(grouped(Double(costs.evaluations))) over all requests; the policies that cost most:"
    )
    for (policy, evaluations) in costs.policies {
      let share = Double(evaluations) / Double(Swift.max(1, costs.evaluations))
      Output.line(
        "\(padded(grouped(Double(evaluations)), 20, left: true)) \(padded(percent(share), 7, left: true))  "
          + CedarText.shown(policy.description)
      )
    }
  }

  func writeScale() {
    guard !scale.isEmpty else { return }
    Output.line("")
    Output.line(
      "with fewer policies: median of a decision, policies looked at and evaluated (median / worst), compiling"
    )
    for row in scale {
      let cells = [row.lookedAt, row.evaluated].map { "\(grouped($0.median)) / \(grouped($0.worst))" }
      Output.line(
        "\(padded(grouped(Double(row.policies)), 20, left: true)) \(padded(rounded(row.decide), 9, left: true)) ns "
          + "\(padded(cells[0], 17, left: true)) \(padded(cells[1], 17, left: true)) "
          + "\(padded(milliseconds(row.compiling), 9, left: true)) ms"
      )
    }
    guard let slope = ScaleBench.slope(scale) else { return }
    Output.line("slope                \(rounded(slope)): 1 is flat, \(ScaleBench.divisors[0]) grows as the policies do")
  }

  private static func shown(_ request: AuthorizationRequest) -> String {
    [request.principal, request.action, request.resource].map { CedarText.shown("\($0)") }.joined(separator: " ")
  }

  // MARK: JSON

  func writeCosts(to json: inout JSONWriter) {
    json.key("per_request")
    if let all = costs.groups.first { write(all, to: &json) } else { json.null() }
    json.key("request_groups")
    json.beginObject()
    for group in costs.groups.dropFirst() {
      json.key(group.kind.rawValue)
      write(group, to: &json)
    }
    json.endObject()
    json.key("evaluations")
    json.integer(costs.evaluations)
    json.key("costliest_policies")
    json.beginArray()
    for (policy, evaluations) in costs.policies {
      json.beginObject()
      json.key("policy")
      json.string(policy.description)
      json.key("evaluations")
      json.integer(evaluations)
      json.endObject()
    }
    json.endArray()
  }

  func writeScale(to json: inout JSONWriter) {
    guard !scale.isEmpty else { return }
    json.key("scale")
    json.beginArray()
    for row in scale {
      json.beginObject()
      json.key("policies")
      json.integer(row.policies)
      json.key("decide_ns_p50")
      json.number(row.decide)
      write("looked_at", row.lookedAt, to: &json)
      write("evaluated", row.evaluated, to: &json)
      json.key("compile_ms")
      json.number(row.compiling / .milliseconds(1))
      json.endObject()
    }
    json.endArray()
    json.key("slope")
    if let slope = ScaleBench.slope(scale) { json.number(slope) } else { json.null() }
  }

  private func write(_ group: RequestBench.Group, to json: inout JSONWriter) {
    json.beginObject()
    json.key("requests")
    json.integer(group.requests)
    write("looked_at", group.lookedAt, to: &json)
    write("evaluated", group.evaluated, to: &json)
    write("ns", group.times, to: &json)
    json.key("slowest")
    if let slowest = group.slowest { json.string(Self.shown(slowest)) } else { json.null() }
    json.endObject()
  }

  private func write(_ name: String, _ spread: RequestBench.Spread, to json: inout JSONWriter) {
    json.key(name)
    json.beginObject()
    json.key("median")
    json.number(spread.median)
    json.key("worst")
    json.number(spread.worst)
    json.endObject()
  }
}

extension RequestBench.Group.Kind {
  /// The name in the report.
  fileprivate var name: String {
    switch self {
    case .all: "all requests"
    case .stored: "stored entities"
    case .brought: "entities brought"
    case .absent: "absent resource"
    }
  }
}
