// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One thing that is measured, batch by batch.
struct Workload {
  /// Batches of a round.
  private static let batches = 20

  let name: String
  /// Makes what a batch needs, which is not measured, and answers with what is measured.
  let prepare: () throws -> (times: Int, run: () async throws -> Void)
  private var nanoseconds: [Double] = []

  init(_ name: String, prepare: @escaping () throws -> (times: Int, run: () async throws -> Void)) {
    self.name = name
    self.prepare = prepare
  }

  nonisolated(nonsending) mutating func measure() async throws {
    var sum = 0.0
    for _ in 0..<Self.batches {
      let (times, run) = try prepare()
      let start = Self.cpuNanoseconds
      try await run()
      sum += Double(Self.cpuNanoseconds - start) / Double(times)
    }
    nanoseconds.append(sum / Double(Self.batches))
  }

  var summary: String {
    let sorted = nanoseconds.sorted()
    guard let least = sorted.first else { return name }
    return "  \(name): \(Int(least)) ns, \(Int(sorted[sorted.count / 2])) ns"
  }

  private static var cpuNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

struct WrongResult: Error {}
