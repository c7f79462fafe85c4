// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar
internal import WritPolicy

/// The report of `policy bench`.
struct BenchReport {
  let policies: Int
  let entities: Int
  let requests: Int
  let mix: BenchCheck.Mix
  let times: DecisionBench.Times
  let costs: RequestBench.Costs
  /// Empty unless it was asked for.
  let scale: [ScaleBench.Row]
  /// Nanoseconds more for an attribute on demand; like changes and throughput `nil` where decisions only are measured.
  let attributeSource: AttributeBench.Times?
  let changes: ChangeBench.Times?
  /// Empty unless they were asked for.
  let pauses: [PauseBench.Row]
  let growth: GrowthBench.Times?
  let throughput: DecisionBench.Throughput?
  let loading: Duration
  let compiling: Duration
  let index: IndexReport

  /// The number of policies that are named.
  static let namedPolicies = 20

  // MARK: Text

  func writeText() {
    Output.line("\(policies) policies, \(entities) entities, \(requests) requests")
    Output.line(
      "\(percent(mix.allowed)) are allowed, \(percent(1 - mix.allowed)) denied, for \(percent(mix.erring)) a policy errs"
    )
    Output.line("\(mix.checked) answers were compared with the literal evaluator's and are the same")
    Output.line("")
    var rows: [(String, Double, String)] = [
      ("decide, median", times.decide, "three handles and a built context"),
      ("decide, p99", times.decide99, "single calls; looking at the clock takes \(rounded(times.timer)) ns of it"),
      ("decide, cold", times.cold, "principals and resources from all entities"),
      ("decide by text", times.text, "three look-ups more"),
      ("authorize", times.authorize, "with the determining policies"),
      ("engine.isAuthorized", times.pooled, "by text, a decider from the pool, the context built"),
      ("context", times.contextBuild, "building it"),
      ("decide, overlay", times.overlay, "with the principal as an entity that the request brings"),
      ("overlay", times.overlayBuild, "building it"),
    ]
    if let attributeSource {
      rows += [
        ("attribute on demand", attributeSource.scalar, "more than a stored one; on a policy of the bench's own"),
        ("... an entity", attributeSource.entity, "whose identifier is looked up"),
      ]
    }
    if let changes {
      rows += [
        ("change, median", changes.update * 1_000, "a policy or an entity comes or goes"),
        ("change, p99", changes.update99 * 1_000, ""),
        ("decide, changing", changes.decide, "while another thread makes such changes"),
        ("decide, changing, p99", changes.decide99, ""),
        ("decide, beside", changes.decideBeside, "while another thread calculates something of its own"),
        ("decide, beside, p99", changes.decideBeside99, ""),
        ("moving a group", changes.move1000 * 1_000, "with 1,000 descendants, of a set of the bench's own"),
        ("... a large one", changes.move100000 * 1_000, "with 100,000 descendants"),
      ]
    }
    for (name, value, note) in rows {
      Output.line("\(padded(name, 20)) \(padded(rounded(value), 9, left: true)) ns   \(Style.dim(note))")
    }
    Output.line("")
    writePauses()
    if let throughput {
      let (one, all) = (grouped(throughput.one), grouped(throughput.all))
      Output.line("decisions a second   \(one) on one core, \(all) on \(throughput.cores)")
    }
    if let allocations = times.allocations { Output.line("allocations          \(rounded(allocations)) a decision") }
    Output.line("compiled in          \(milliseconds(compiling)) ms, after reading in \(milliseconds(loading)) ms")
    let parts = index.parts.map { "\($0.name) \(grouped(Double($0.bytes)))" }.joined(separator: ", ")
    Output.line("tables               \(index.tables), \(grouped(Double(index.bytes))) bytes: \(parts)")
    Output.line("longest posting      \(index.longestPosting) policies under one key")
    writeUnindexed()
    writeCosts()
    writeScale()
  }

  /// The longest decisions beside changes without a pause.
  private func writePauses() {
    guard !pauses.isEmpty else { return }
    Output.line("longest decisions beside changes without a pause, without the machine's own pauses:")
    for row in pauses {
      let (decisions, machine) = (row.decisions, row.calculations)
      Output.line(
        "  \(grouped(Double(row.idle))) idle deciders: longest \(micro(row.longest)) µs "
          + "(\(micro(decisions.largest)), the machine's \(micro(machine.largest))), "
          + "p99.9999 \(micro(row.tail)) µs (\(micro(decisions.time(exceededBy: 1))), "
          + "\(micro(machine.time(exceededBy: 1)))), p99 \(decisions.time(exceededBy: 10_000)) ns"
      )
      Output.line(
        "    by the thread's own processor time: longest \(micro(row.ownTimes.largest)) µs, p99.9999 "
          + "\(micro(row.ownTimes.time(exceededBy: 1))) µs, of \(grouped(Double(row.ownTimes.count))) decisions"
      )
      Output.line(
        "    \(grouped(Double(decisions.count))) decisions, \(grouped(Double(row.changes))) changes; replaced versions kept "
          + "\(grouped(Double(row.bytes))) bytes of at most \(grouped(Double(row.limit))), \(row.versions) at once"
      )
    }
    Output.line("")
    guard let growth else { return }
    Output.line(
      "\(grouped(Double(GrowthBench.policies))) policies added one by one in \(micro(growth.oneByOne / 1_000)) ms, in one call "
        + "in \(micro(growth.together / 1_000)) ms"
    )
    Output.line(
      "\(grouped(Double(GrowthBench.deciders))) deciders made in \(micro(growth.making / 1_000)) ms, dropped in "
        + "\(micro(growth.dropping / 1_000)) ms"
    )
    Output.line(
      "a group with \(grouped(Double(GrowthBench.members))) members put in with the same parents in "
        + "\(micro(growth.upsert)) µs"
    )
    Output.line("")
  }

  private func micro(_ nanoseconds: UInt64) -> String { rounded(Double(nanoseconds) / 1_000) }

  private func writeUnindexed() {
    guard !index.unindexed.isEmpty else {
      Output.line("index                no action has more than a few policies to evaluate that no table narrows")
      return
    }
    Output.line(
      "index                \(index.unindexed.count) policies that no table narrows: they are evaluated for every request "
        + "with their action and types"
    )
    for id in index.unindexed.prefix(Self.namedPolicies) {
      Output.line("                     \(CedarText.shown(id.description))")
    }
    let rest = index.unindexed.count - Self.namedPolicies
    if rest > 0 { Output.line("                     and \(rest) more") }
  }

  func percent(_ share: Double) -> String { "\(rounded(share * 100)) %" }

  func rounded(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  func milliseconds(_ duration: Duration) -> String { rounded(duration / .milliseconds(1)) }

  func grouped(_ value: Double) -> String {
    var digits = String(Int(value.rounded()))
    var groups: [String] = []
    while digits.count > 3 {
      groups.append(String(digits.suffix(3)))
      digits = String(digits.dropLast(3))
    }
    return ([digits] + groups.reversed()).joined(separator: ",")
  }

  func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
    let padding = String(repeating: " ", count: Swift.max(0, width - text.count))
    return left ? padding + text : text + padding
  }

  // MARK: JSON

  private func write(_ row: PauseBench.Row, to json: inout JSONWriter) {
    json.beginObject()
    let values: [(String, UInt64)] = [
      ("idle_deciders", UInt64(row.idle)), ("longest_ns", row.longest), ("p99_9999_ns", row.tail),
      ("longest_with_pauses_ns", row.decisions.largest), ("longest_pause_ns", row.calculations.largest),
      ("p99_9999_with_pauses_ns", row.decisions.time(exceededBy: 1)),
      ("p99_9999_pause_ns", row.calculations.time(exceededBy: 1)), ("p99_ns", row.decisions.time(exceededBy: 10_000)),
      ("longest_own_ns", row.ownTimes.largest), ("p99_9999_own_ns", row.ownTimes.time(exceededBy: 1)),
      ("decisions", row.decisions.count), ("changes", UInt64(row.changes)), ("unreclaimed_bytes", UInt64(row.bytes)),
      ("unreclaimed_limit_bytes", UInt64(row.limit)), ("unreclaimed_versions", UInt64(row.versions)),
    ]
    for (name, value) in values {
      json.key(name)
      json.integer(Int(value))
    }
    json.endObject()
  }

  func writeJSON() {
    var json = JSONWriter()
    json.beginObject()
    for (name, value) in [("policies", policies), ("entities", entities), ("requests", requests)] {
      json.key(name)
      json.integer(value)
    }
    json.key("mix")
    json.beginObject()
    for (name, value) in [
      ("allow", mix.allowed), ("deny", 1 - mix.allowed), ("errors", mix.erring),
    ] {
      json.key(name)
      json.number(value)
    }
    json.endObject()
    json.key("checked")
    json.integer(mix.checked)
    var values: [(String, Double)] = [
      ("decide_ns_p50", times.decide), ("decide_ns_p99", times.decide99), ("decide_cold_ns_p50", times.cold),
      ("decide_text_ns_p50", times.text), ("authorize_ns_p50", times.authorize),
      ("is_authorized_ns_p50", times.pooled), ("context_build_ns", times.contextBuild),
      ("overlay_ns_p50", times.overlay), ("overlay_build_ns", times.overlayBuild),
      ("timer_ns", times.timer),
    ]
    if let attributeSource {
      values += [
        ("attribute_source_ns_p50", attributeSource.scalar), ("attribute_source_entity_ns_p50", attributeSource.entity),
      ]
    }
    if let changes {
      values += [
        ("update_us_p50", changes.update), ("update_us_p99", changes.update99),
        ("decide_changing_ns_p50", changes.decide), ("decide_changing_ns_p99", changes.decide99),
        ("decide_beside_ns_p50", changes.decideBeside), ("decide_beside_ns_p99", changes.decideBeside99),
        ("move_group_1000_us", changes.move1000), ("move_group_100000_us", changes.move100000),
      ]
    }
    if let throughput {
      values += [
        ("decisions_per_second_one_core", throughput.one), ("decisions_per_second_all_cores", throughput.all),
      ]
    }
    for (name, value) in values {
      json.key(name)
      json.number(value)
    }
    if !pauses.isEmpty {
      json.key("pauses")
      json.beginArray()
      for row in pauses { write(row, to: &json) }
      json.endArray()
    }
    if let growth {
      for (name, value) in [
        ("add_one_by_one_ns", growth.oneByOne), ("add_together_ns", growth.together),
        ("make_deciders_ns", growth.making), ("drop_deciders_ns", growth.dropping),
        ("upsert_large_group_ns", growth.upsert),
      ] {
        json.key(name)
        json.integer(Int(value))
      }
    }
    if let throughput {
      json.key("cores")
      json.integer(throughput.cores)
    }
    json.key("allocations_per_decide")
    if let allocations = times.allocations { json.number(allocations) } else { json.null() }
    json.key("load_ms")
    json.number(loading / .milliseconds(1))
    json.key("compile_ms")
    json.number(compiling / .milliseconds(1))
    json.key("tables")
    json.integer(index.tables)
    json.key("table_bytes")
    json.integer(index.bytes)
    json.key("longest_posting")
    json.integer(index.longestPosting)
    json.key("unindexed_policies")
    json.beginArray()
    for id in index.unindexed { json.string(id.description) }
    json.endArray()
    writeCosts(to: &json)
    writeScale(to: &json)
    json.endObject()
    json.endLine()
    Output.write(json.bytes)
  }
}
