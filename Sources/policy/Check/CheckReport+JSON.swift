// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The report for programs.
extension CheckReport {
  /// One object and a newline: whether all is valid, how many policies there are, and the findings.
  func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("valid")
    writer.boolean(isValid)
    writer.key("policies")
    writer.integer(policyCount)
    writer.key("errors")
    writer.integer(errorCount)
    writer.key("warnings")
    writer.integer(warningCount)
    writer.key("findings")
    writer.beginArray()
    for entry in entries { write(entry, to: &writer) }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func write(_ entry: Entry, to writer: inout JSONWriter) {
    let start = entry.diagnostic.location
    let end = entry.diagnostic.end
    writer.beginObject()
    func text(_ name: String, _ value: String?) {
      guard let value else { return }
      writer.key(name)
      writer.string(value)
    }
    func number(_ name: String, _ value: Int) {
      writer.key(name)
      writer.integer(value)
    }
    text("severity", entry.severity.rawValue)
    text("code", entry.code)
    text("policy", entry.finding?.policy.description)
    text("message", entry.diagnostic.message)
    text("help", entry.diagnostic.help)
    text("file", start.name)
    number("line", start.line)
    number("column", start.column)
    number("endLine", end.line)
    number("endColumn", end.column)
    if let environment = entry.finding?.environment {
      writer.key("environment")
      writer.beginObject()
      text("principal", environment.principal.description)
      text("action", environment.action.description)
      text("resource", environment.resource.description)
      writer.endObject()
    }
    text("expected", entry.finding?.expected)
    text("found", entry.finding?.found)
    text("suggestion", entry.finding?.suggestion)
    writer.endObject()
  }
}
