// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The findings of `policy check` in all scenarios, and what could not be read.
struct CheckReport {
  /// The format of the report.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif
  }

  /// One thing found.
  struct Entry {
    let code: String
    let severity: ValidationFinding.Severity
    let diagnostic: Diagnostic
    /// The finding of validation; `nil` for a text that cannot be read.
    let finding: ValidationFinding?
  }

  /// The code of what cannot be read.
  static let unreadable = "unreadable"

  private(set) var entries: [Entry] = []
  private(set) var policyCount = 0
  /// Whether something could not be read.
  var hasFailed = false

  var errorCount: Int { entries.count { $0.severity == .error } }
  var warningCount: Int { entries.count { $0.severity == .warning } }
  var isValid: Bool { errorCount == 0 && !hasFailed }

  mutating func add(_ report: ValidationReport) {
    policyCount += report.policyCount
    entries += report.findings.map { finding in
      Entry(
        code: finding.code.rawValue,
        severity: finding.severity,
        diagnostic: finding.diagnostic,
        finding: finding
      )
    }
  }

  /// Adds what cannot be read.
  mutating func add(_ diagnostics: [Diagnostic]) {
    hasFailed = true
    entries += diagnostics.map {
      Entry(code: Self.unreadable, severity: .error, diagnostic: $0, finding: nil)
    }
  }

  func write(_ format: Format) {
    switch format {
    case .text: writeText()
    case .json: Output.write(json())
    case .sarif: Output.write(sarif())
    }
  }

  private func writeText() {
    for entry in entries {
      Output.line((entry.finding?.rendered ?? entry.diagnostic.rendered) + "\n")
    }
    if hasFailed { return }
    let policies = Self.count(policyCount, "policy", "policies")
    guard !entries.isEmpty else { return Output.line(Style.green("valid: \(policies)")) }
    let verdict = isValid ? Style.yellow("valid") : Style.red("invalid")
    let found = [
      errorCount > 0 ? Self.count(errorCount, "error", "errors") : nil,
      warningCount > 0 ? Self.count(warningCount, "warning", "warnings") : nil,
    ]
    Output.line("\(verdict): \(found.compactMap(\.self).joined(separator: ", ")) in \(policies)")
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }
}

extension Diagnostic {
  /// The place behind the last character.
  var end: SourceLocation { source.location(of: Swift.max(span.end, span.start)) }
}
