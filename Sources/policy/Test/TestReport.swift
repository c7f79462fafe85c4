// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import StrictJSON
internal import WritCedar

/// The result of one test.
struct TestResult {
  let suite: String
  let name: String
  /// Empty when the test passed.
  let differences: [String]
}

/// Collects results and writes them as text, JSON or JUnit XML.
struct TestReport {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit
  }

  let format: Format
  /// Whether text names the suites in which everything passed, too.
  let listsPassedSuites: Bool
  private(set) var total = 0
  private(set) var failed = 0
  /// All results, or for text those of the suite that runs now.
  private var results: [TestResult] = []

  init(format: Format, listsPassedSuites: Bool) {
    self.format = format
    self.listsPassedSuites = listsPassedSuites
  }

  mutating func add(_ result: TestResult) {
    if format == .text, let last = results.last, !last.suite.hasSameScalars(as: result.suite) { finishSuite() }
    total += 1
    if !result.differences.isEmpty { failed += 1 }
    results.append(result)
  }

  mutating func finish() {
    switch format {
    case .text:
      finishSuite()
      if total > 0 { Output.line("\(total - failed) passed, \(failed) failed") }
    case .json: writeJSON()
    case .junit: writeJUnit()
    }
  }

  private mutating func finishSuite() {
    defer { results.removeAll() }
    guard let suite = results.first?.suite else { return }
    let failures = results.filter { !$0.differences.isEmpty }
    guard listsPassedSuites || !failures.isEmpty else { return }
    Output.line("\(Style.bold(CedarText.shown(suite))): \(results.count - failures.count) of \(results.count) passed")
    for failure in failures {
      Output.line("  \(Style.red("failed")) \(CedarText.shown(failure.name))")
      for difference in failure.differences { Output.line("      \(CedarText.shown(difference))") }
    }
  }

  private func writeJSON() {
    var json = JSONWriter()
    json.beginObject()
    json.key("passed")
    json.integer(total - failed)
    json.key("failed")
    json.integer(failed)
    json.key("tests")
    json.beginArray()
    for result in results {
      json.beginObject()
      json.key("suite")
      json.string(result.suite)
      json.key("name")
      json.string(result.name)
      json.key("passed")
      json.boolean(result.differences.isEmpty)
      json.key("differences")
      json.beginArray()
      for difference in result.differences { json.string(difference) }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endLine()
    Output.write(json.bytes)
  }

  private func writeJUnit() {
    Output.line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    Output.line("<testsuites tests=\"\(total)\" failures=\"\(failed)\">")
    var rest = results[...]
    while let first = rest.first {
      let suite = rest.prefix { $0.suite.hasSameScalars(as: first.suite) }
      rest = rest.dropFirst(suite.count)
      let failures = suite.count { !$0.differences.isEmpty }
      let name = Self.escaped(first.suite)
      Output.line("  <testsuite name=\"\(name)\" tests=\"\(suite.count)\" failures=\"\(failures)\">")
      for result in suite {
        let start = "    <testcase classname=\"\(name)\" name=\"\(Self.escaped(result.name))\""
        if result.differences.isEmpty {
          Output.line("\(start)/>")
        } else {
          let message = Self.escaped(result.differences.joined(separator: "; "))
          Output.line("\(start)>\n      <failure message=\"\(message)\"/>\n    </testcase>")
        }
      }
      Output.line("  </testsuite>")
    }
    Output.line("</testsuites>")
  }

  /// Text for an XML attribute; what XML cannot hold is shown as an escape.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in CedarText.shown(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
