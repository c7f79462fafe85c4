// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The flags of `policy test` for coverage.
struct CoverageOptions: ParsableArguments {
  @Flag(help: "Tell which policies, conditions and operands the tests have seen hold and not hold.")
  var coverage = false

  @Option(help: "How to write the coverage: text, json, lcov, or html with the source marked.")
  var coverageFormat = CoverageReport.Format.text

  @Option(help: ArgumentHelp("Where to write the coverage; standard output if it is not given.", valueName: "file"))
  var coverageOutput: String?

  @Option(help: ArgumentHelp("End with 1 if less than so many per cent are covered.", valueName: "percent"))
  var coverageMinimum: Double?

  private var isWanted: Bool { coverage || coverageOutput != nil || coverageMinimum != nil }

  /// - Throws: a ``Failure`` for flags that do not go together.
  func check(isConformance: Bool) throws {
    if let coverageMinimum, !(0...100).contains(coverageMinimum) {
      throw Failure("error: --coverage-minimum is 0 to 100")
    }
    if isConformance, isWanted { throw Failure("error: there is no coverage of conformance tests") }
  }

  /// Writes the report where it is wanted.
  func write(_ report: CoverageReport) throws {
    guard coverage || coverageOutput != nil else { return }
    let bytes =
      switch coverageFormat {
      case .text: Array(report.text().utf8)
      case .json: report.json()
      case .lcov: Array(report.lcov().utf8)
      case .html: Array(report.html().utf8)
      }
    guard let coverageOutput, coverageOutput != "-" else { return Output.write(bytes) }
    try OutputFile.write(bytes, to: coverageOutput)
  }

  /// Whether as much is covered as must be; says on standard error where it is not.
  func isReached(by report: CoverageReport) -> Bool {
    guard let coverageMinimum, report.percentage < coverageMinimum else { return true }
    Output.error("error: the coverage is \(CoverageReport.shown(report.percentage)), less than \(coverageMinimum) %")
    return false
  }
}
