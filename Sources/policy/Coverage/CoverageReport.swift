// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The coverage of the policies of all scenarios.
///
/// Each policy, each condition and each operand of `&&`, `||` and `if` counts twice: that a test sees it hold, and
/// that one sees it not hold.
struct CoverageReport {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, lcov, html
  }

  /// The policies of one text, in their order.
  struct File {
    let source: SourceText
    var units: [CoverageRecorder.Unit]

    var parts: [CoverageRecorder.Part] { units.flatMap(\.parts) }
  }

  private(set) var files: [File] = []

  mutating func add(_ recorder: CoverageRecorder) {
    for unit in recorder.units {
      if files.last?.source === unit.source {
        files[files.count - 1].units.append(unit)
      } else {
        files.append(File(source: unit.source, units: [unit]))
      }
    }
  }

  var goals: Int { files.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.goals } } }
  var reached: Int { files.reduce(0) { $0 + $1.parts.reduce(0) { $0 + $1.reached } } }
  /// 100 where there is nothing to cover.
  var percentage: Double { goals == 0 ? 100 : Double(reached) * 100 / Double(goals) }

  /// A percentage with one decimal, rounded down so that only all is 100.
  static func shown(_ percentage: Double) -> String {
    let tenths = Int(percentage * 10)
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }

  /// The gaps, each with its place, and the sum.
  func text() -> String {
    var out = ""
    for file in files {
      for unit in file.units {
        for part in unit.parts where part.reached < part.goals {
          let location = file.source.location(of: part.span.start)
          let what = part.kind == .policy ? "the policy" : "the \(part.kind.rawValue) `\(Self.excerpt(part, of: file))`"
          let id = CedarText.shown(unit.id.description)
          out += "\(location): \(Self.gap(part)): \(what) (\(id))\n"
        }
      }
    }
    return out + "coverage: \(Self.shown(percentage)) (\(reached) of \(goals))\n"
  }

  /// Describes the outcomes of a part that the tests have not seen.
  static func gap(_ part: CoverageRecorder.Part) -> String {
    if part.held == 0 {
      let never = part.didNotHold == 0 && !part.alwaysHolds ? "never evaluated" : "never held"
      return part.erred > 0 ? "\(never), and erred" : never
    }
    return part.didNotHold == 0 && !part.alwaysHolds ? "always held" : "covered"
  }

  private static let excerptLimit = 60

  /// The beginning of a part's text on one line.
  static func excerpt(_ part: CoverageRecorder.Part, of file: File) -> String {
    let words = file.source.text(of: part.span).split { $0.isWhitespace }.joined(separator: " ")
    return CedarText.shown(words.count > excerptLimit ? words.prefix(excerptLimit) + "…" : words)
  }
}
