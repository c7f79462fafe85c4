// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How much is compared, from the environment: `Scripts/differential` sets it.
struct Settings: Sendable {
  /// `WRIT_DIFFERENTIAL_SEED`.
  let seed: UInt64
  /// `WRIT_DIFFERENTIAL_FIRST`: the number of the first set.
  let first: Int
  /// `WRIT_DIFFERENTIAL_SETS`: how many sets.
  let sets: Int
  /// `WRIT_DIFFERENTIAL_REQUESTS`: how many requests a set.
  let requests: Int
  /// `WRIT_DIFFERENTIAL_WORKERS`: how many sets at a time.
  let workers: Int
  /// `WRIT_DIFFERENTIAL_TRACE`: whether each set is named before it is compared, for finding the one that traps.
  let isTracing: Bool

  static let current = Settings(ProcessInfo.processInfo.environment)

  private init(_ environment: [String: String]) {
    func number(_ name: String, _ otherwise: Int) -> Int {
      environment["WRIT_DIFFERENTIAL_\(name)"].flatMap { Int($0) } ?? otherwise
    }
    seed = environment["WRIT_DIFFERENTIAL_SEED"].flatMap { UInt64($0) } ?? 1
    first = number("FIRST", 0)
    #if DEBUG
      sets = number("SETS", 60)
      requests = number("REQUESTS", 40)
    #else
      sets = number("SETS", 2_000)
      requests = number("REQUESTS", 160)
    #endif
    workers = number("WORKERS", Swift.max(1, ProcessInfo.processInfo.activeProcessorCount))
    isTracing = environment["WRIT_DIFFERENTIAL_TRACE"] != nil
  }

  /// How often everything must have been tested: a thousand times in a run of ten million requests; in a short one it
  /// must have been tested at all, and in one of a few sets even that is chance.
  var wanted: Int {
    if sets >= 20_000, requests >= 400 { return 1_000 }
    return sets >= 500 && requests >= 100 ? 1 : 0
  }
}
