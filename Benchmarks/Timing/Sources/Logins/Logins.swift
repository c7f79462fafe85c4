// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

/// Measures what logins cost others, and what their times tell: `Logins [stalls|answers]`, both unless asked.
@main
struct Logins {
  static func main() async throws {
    let asked = CommandLine.arguments.dropFirst().first
    if asked != "answers" { try await Stalls.report() }
    if asked != "stalls" { try await Answers.report() }
  }
}

/// Times in milliseconds.
struct Times {
  private(set) var sorted: [Double] = []

  mutating func add(_ time: Duration) {
    let value = time / .milliseconds(1)
    sorted.insert(value, at: sorted.firstIndex { $0 > value } ?? sorted.endIndex)
  }

  var mean: Double { sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count) }

  func percentile(_ part: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }
}

func shown(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded())
  let rest = "\(hundredths % 100)"
  return "\(hundredths / 100)." + (rest.utf8.count == 1 ? "0" : "") + rest
}
