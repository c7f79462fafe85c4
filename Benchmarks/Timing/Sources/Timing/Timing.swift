// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Compares how long two sorts of input take, by Welch's t-test (ThreatModel.md, J45): `Timing [SAMPLES]`, a million
/// unless given.
///
/// The sorts come in random order, from inputs that lie among each other in memory. What takes longer than nine tenths
/// of all do is left out: the machine did something else meanwhile. A |t| below 4.5 is what chance makes of equal
/// times.
@main
struct Timing {
  static func main() throws {
    let samples = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
    print("| what | samples | ns, first | ns, second | difference | t |\n|---|--:|--:|--:|--:|--:|")
    for comparison in try Comparison.all() {
      print(comparison.measure(max(1000, samples / comparison.cost)))
      fflush(nil)
    }
  }
}

/// Two sorts of input, and what is done with them.
struct Comparison {
  let name: String
  /// How many times longer it takes than the quickest.
  var cost = 1
  /// The inputs of each sort, as many of one as of the other, made in turns.
  let inputs: [[String]]
  let body: (String) -> Bool

  init(
    _ name: String,
    cost: Int = 1,
    first: () throws -> String,
    second: () throws -> String,
    body: @escaping (String) -> Bool
  ) throws {
    self.name = name
    self.cost = cost
    self.body = body
    var inputs: [[String]] = [[], []]
    for _ in 0..<256 {
      inputs[0].append(try first())
      inputs[1].append(try second())
    }
    self.inputs = inputs
  }

  /// A line of the table.
  func measure(_ count: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    var times: [[Double]] = [[], []]
    var kept = 0
    for sample in 0..<count + count / 10 {
      let random = generator.next()
      let sort = Int(random & 1)
      let input = inputs[sort][Int(random >> 8 & 0xFF)]
      let start = nanoseconds()
      if body(input) { kept += 1 }
      let end = nanoseconds()
      // The first tenth warms up.
      if sample >= count / 10 { times[sort].append(Double(end - start)) }
    }
    precondition(kept == 0, "what must be refused was taken")
    let limit = (times[0] + times[1]).sorted()[count * 9 / 10]
    let (one, other) = (Moments(times[0].filter { $0 <= limit }), Moments(times[1].filter { $0 <= limit }))
    let error = (one.variance / one.count + other.variance / other.count).squareRoot()
    let t = error == 0 ? 0 : (one.mean - other.mean) / error
    func shown(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
    let values = [one.mean, other.mean, one.mean - other.mean, t].map(shown).joined(separator: " | ")
    return "| \(name) | \(count) | \(values) |"
  }
}

struct Moments {
  let count, mean, variance: Double

  init(_ values: [Double]) {
    count = Double(values.count)
    let mean = values.reduce(0, +) / max(1, count)
    self.mean = mean
    variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
  }
}

private func nanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
