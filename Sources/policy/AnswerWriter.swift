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
  func write(_ response: Response, to request: Request, by authorizer: Authorizer, line: Int? = nil) {
    let explanations = explain.map { limit in
      let all = authorizer.explain(request)
      return limit == .all ? all[...] : all.prefix(Explain.nearestLimit)
    }
    switch format {
    case .json: writeJSON(response, explanations)
    case .text: writeText(response, explanations, authorizer, line)
    }
    for error in response.errors where error.effect == .forbid { warn(error, authorizer.erringForbids == .deny, line) }
  }

  /// Writes what is wrong with a line of a file of requests, in place of its answer.
  func write(_ error: InputError, line: Int) {
    switch format {
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("line")
      json.integer(line)
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
      Output.line("line \(line): \(Style.red("error")): \(CedarText.shown(error.diagnostic.message))")
    }
  }

  private func warn(_ error: PolicyError, _ isStrict: Bool, _ line: Int?) {
    let place = line.map { " (line \($0))" } ?? ""
    let consequence =
      isStrict ? "and so denies (--strict)" : "and was skipped, so it does not deny; with --strict it would"
    Output.error("warning: the forbid `\(CedarText.shown(error.policy.description))` erred \(consequence)\(place)")
  }

  // MARK: JSON

  private func writeJSON(_ response: Response, _ explanations: ArraySlice<Explanation>?) {
    var json = JSONWriter()
    json.beginObject()
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
      }
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }

  // MARK: Text

  private func writeText(
    _ response: Response,
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
    let text = part.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let mark = part.holds ? Style.green("+") : Style.red("-")
    Output.line("  \(mark) \(part.isUnless ? "unless " : "")\(CedarText.shown(text))")
    if case .failure(let error) = part.value {
      Output.line("      \(Style.yellow("error")): \(CedarText.shown(error.message))")
    }
    for operand in part.operands where !part.holds {
      let text = operand.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      Output.line("      \(CedarText.shown(text)) is \(operand.value)")
    }
  }
}

extension InputError {
  /// The code that `policy eval` writes for a line that cannot be answered.
  var contractCode: String {
    switch code {
    case .json: "json"
    case .uid: "uid"
    case .context: "context"
    case .form, .value, .duplicate, .cycle, .schema, .policy, .link: "request"
    }
  }
}
