// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One thing that is measured: a subject doing an operation, as often as asked in a row.
struct Workload {
  /// The name as `subject/algorithm/operation`.
  let name: String
  let run: (_ times: Int) async throws -> Void

  /// Process CPU time of one operation in nanoseconds, over a batch.
  func measure(times: Int) async throws -> Double {
    let start = Self.cpuNanoseconds
    try await run(times)
    return Double(Self.cpuNanoseconds - start) / Double(times)
  }

  /// How many operations take about 20 ms.
  func calibrated() async throws -> Int {
    var times = 1
    while times < 1 << 24 {
      let start = Self.cpuNanoseconds
      try await run(times)
      let elapsed = Self.cpuNanoseconds - start
      if elapsed > 2_000_000 { return max(1, times * 20_000_000 / Int(elapsed)) }
      times *= 4
    }
    return times
  }

  private static var cpuNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// The six claims of every token: `iss`, `sub`, `aud`, `exp`, `iat` and a role.
enum Sample {
  static let issuer = "https://id.example"
  static let subject = "0b5c6c1e-7f0d-4c55"
  static let audience = "https://api.example"
  static let role = "editor"
  static let keyIdentifier = "2026-11"
}

struct WrongResult: Error {}
