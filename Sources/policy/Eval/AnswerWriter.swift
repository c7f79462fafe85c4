// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// Writes decisions: as text for a person, or as one line of JSON by the contract of `policy eval`.
struct AnswerWriter {
  let format: OutputFormat
  let explain: Explain?

  /// Writes the answer to a request.
  ///
  /// - Parameters:
  ///   - authorizer: explains it, when that is asked for.
  ///   - line: the number of the request's line in a file of requests.
  func write(
    _ response: AuthorizationResponse,
    to request: AuthorizationRequest,
    by authorizer: Authorizer,
    line: Int? = nil
  ) {
    let explanations = explain.map { limit in
      let all = authorizer.explain(request)
      return limit == .all ? all[...] : all.prefix(Explain.nearestLimit)
    }
    switch format {
    case .json: writeJSON(response, explanations, line)
    case .text: writeText(response, explanations, authorizer, line)
    }
    let place = line.map { "line \($0): " } ?? ""
    for warning in authorizer.erringForbids.warnings(about: response) {
      Output.error("warning: \(place)\(warning)")
    }
  }

  /// Reports a member of a line that means nothing.
  func warn(_ warning: Diagnostic, line: Int) {
    Output.error("warning: line \(line), column \(warning.location.column): \(CedarText.shown(warning.message))")
  }

  /// Writes what is wrong with a line of a file of requests, in place of its answer.
  func write(_ error: InputError, line: Int) {
    switch format {
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("line")
      json.integer(line)
      json.key("column")
      json.integer(error.diagnostic.location.column)
      json.key("error")
      json.beginObject()
      json.key("code")
      json.string(error.contractCode)
      json.key("message")
      json.string(error.diagnostic.message)
      json.endObject()
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    case .text:
      let place = "line \(line), column \(error.diagnostic.location.column)"
      Output.line("\(place): \(Style.red("error")): \(CedarText.shown(error.diagnostic.message))")
    }
  }

  // MARK: JSON

  private func writeJSON(_ response: AuthorizationResponse, _ explanations: ArraySlice<Explanation>?, _ line: Int?) {
    var json = JSONWriter()
    json.beginObject()
    if let line {
      json.key("line")
      json.integer(line)
    }
    json.key("decision")
    json.string(response.decision.rawValue)
    json.key("reasons")
    json.beginArray()
    for reason in response.reasons { json.string(reason.description) }
    json.endArray()
    json.key("errors")
    json.beginArray()
    for error in response.errors {
      json.beginObject()
      json.key("policy")
      json.string(error.policy.description)
      json.key("code")
      json.string(error.error.code.rawValue)
      json.key("message")
      json.string(error.error.message)
      json.endObject()
    }
    json.endArray()
    if let explanations {
      json.key("explain")
      json.beginArray()
      for explanation in explanations { write(explanation, to: &json) }
      json.endArray()
    }
    json.endObject()
    json.endLine()
    Output.write(json.bytes)
  }

  private func write(_ explanation: Explanation, to json: inout JSONWriter) {
    json.beginObject()
    json.key("policy")
    json.string(explanation.policy.id.description)
    json.key("effect")
    json.string(explanation.policy.effect.description)
    json.key("outcome")
    json.string(explanation.outcome.rawValue)
    json.key("parts")
    json.beginArray()
    for part in explanation.parts {
      json.beginObject()
      json.key("text")
      json.string(part.text)
      json.key("line")
      json.integer(part.location.line)
      json.key("column")
      json.integer(part.location.column)
      switch part.value {
      case .success(let value):
        json.key("value")
        if case .bool(let truth) = value { json.boolean(truth) } else { json.string(value.description) }
      case .failure(let error):
        json.key("error")
        json.string(error.message)
      case nil:
        json.key("reached")
        json.boolean(false)
      }
      write(part.memberships, to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  private func write(_ memberships: [Explanation.Membership], to json: inout JSONWriter) {
    guard !memberships.isEmpty else { return }
    json.key("memberships")
    json.beginArray()
    for membership in memberships {
      json.beginObject()
      json.key("text")
      json.string(membership.text)
      json.key("entity")
      json.string(membership.entity.description)
      json.key("stored")
      json.boolean(membership.isStored)
      json.key("groups")
      json.beginArray()
      for group in membership.groups { json.string(group.description) }
      json.endArray()
      json.endObject()
    }
    json.endArray()
  }

  // MARK: Text

  private func writeText(
    _ response: AuthorizationResponse,
    _ explanations: ArraySlice<Explanation>?,
    _ authorizer: Authorizer,
    _ line: Int?
  ) {
    let policies = authorizer.policies
    let decision = response.decision == .allow ? Style.green("allow") : Style.red("deny")
    Output.line(line.map { "line \($0): \(decision)" } ?? decision)
    let verb = response.decision == .allow ? "permitted by" : "forbidden by"
    for reason in response.reasons { Output.line("  \(verb) \(named(reason, in: policies))") }
    if response.reasons.isEmpty {
      let isStrictDeny = authorizer.erringForbids == .deny && response.errors.contains { $0.effect == .forbid }
      Output.line("  \(Style.dim(isStrictDeny ? "a forbid erred (--strict)" : "no policy permits it"))")
    }
    for error in response.errors {
      Output.line("  \(Style.yellow("error")) in \(named(error.policy, in: policies))")
      Output.line("    \(error.error.location): \(CedarText.shown(error.error.message))")
      if let help = error.error.help { Output.line("    help: \(CedarText.shown(help))") }
    }
    if let explanations { writeText(explanations) }
  }

  private func named(_ id: PolicyID, in policies: PolicySet) -> String {
    let name = Style.bold(CedarText.shown(id.description))
    return policies[id].map { "\(name) (\($0.location))" } ?? name
  }

  private func writeText(_ explanations: ArraySlice<Explanation>) {
    if explanations.isEmpty {
      Output.line("  no policy comes near: none matches the action and at least one of principal and resource")
    }
    for explanation in explanations {
      let policy = explanation.policy
      Output.line("")
      let name = Style.bold(CedarText.shown(policy.id.description))
      Output.line("\(policy.effect) \(name) (\(policy.location)): \(explanation.outcome.rawValue)")
      for part in explanation.parts { write(part) }
    }
  }

  private func write(_ part: Explanation.Part) {
    let mark = part.holds ? Style.green("+") : part.fails ? Style.red("-") : Style.dim("?")
    let note = part.value == nil ? Style.dim(" (not reached)") : ""
    Output.line("  \(mark) \(part.isUnless ? "unless " : "")\(Self.line(part.text))\(note)")
    if case .failure(let error) = part.value {
      Output.line("      \(Style.yellow("error")): \(CedarText.shown(error.message))")
    }
    if part.holds { return }
    for operand in part.operands { Output.line("      \(Self.line(operand.text)) is \(operand.value)") }
    for membership in part.memberships { write(membership) }
  }

  /// The number of groups of an entity that are listed.
  private static let shownGroups = 10

  private func write(_ membership: Explanation.Membership) {
    let uid = membership.entity.description
    let text = Self.line(membership.text)
    let subject = text.hasSameScalars(as: uid) ? uid : "\(text), \(uid),"
    let groups = membership.groups.prefix(Self.shownGroups).map(\.description).joined(separator: ", ")
    let more = membership.groups.count - Self.shownGroups
    let place = groups.isEmpty ? "no group" : more > 0 ? "\(groups) and \(more) more" : groups
    let absent = membership.isStored ? "" : "; there is no such entity"
    Output.line("      \(subject) is in \(place)\(absent)")
  }

  /// Source text on one line, safe to show.
  private static func line(_ text: String) -> String {
    CedarText.shown(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
  }
}

extension InputError {
  /// The code that `policy eval` writes for a line that cannot be answered.
  var contractCode: String {
    switch code.kind {
    case .json: "json"
    case .uid: "uid"
    case .context: "context"
    case .form, .value, .duplicate, .cycle, .schema, .policy, .link: "request"
    }
  }
}
