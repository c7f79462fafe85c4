// SPDX-License-Identifier: Apache-2.0

import Dispatch
import WritAuthentication

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How late a task wakes that sleeps for 5 ms, while the queue of passwords to hash is full (ThreatModel.md, S22).
///
/// The machine's own pauses are measured beside it, by a thread that does nothing but ask for the time: the longest
/// time between two answers.
enum Stalls {
  private static let seconds = 10
  private static let pause = Duration.milliseconds(5)

  static func report() async throws {
    print("How much later than asked for a task wakes that sleeps for 5 ms, in ms, within \(seconds) s:\n")
    print("| meanwhile | wakes | median | p99 | worst | the machine's own longest pause |\n|---|--:|--:|--:|--:|--:|")
    await measure("nothing") { _ in }
    let workers = PasswordWorkers.shared
    let hasher = PasswordHasher(parameters: .scrypt)
    let count = workers.threads + workers.waiting
    await measure("\(count) logins at once, \(workers.threads) hashed at once, always full") { flag in
      for _ in 0..<count {
        Task {
          while !flag.isSet { _ = try? await hasher.verify("a password that is wrong", against: nil) }
        }
      }
    }
    await measure("for comparison: twenty times three hashes on a concurrent queue of Dispatch's, once") { _ in
      let queue = DispatchQueue(label: "comparison", attributes: .concurrent)
      for _ in 0..<20 { queue.async { _ = try? PasswordCalibration(wanted: .nanoseconds(1), algorithm: .scrypt) } }
    }
    print("")
  }

  private static func measure(_ name: String, _ begin: (Flag) -> Void) async {
    let flag = Flag()
    begin(flag)
    let pauses = MachinePauses()
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times = Times()
    while clock.now < end {
      let start = clock.now
      try? await Task.sleep(for: pause)
      times.add(start.duration(to: clock.now) - pause)
    }
    flag.set()
    let values = [times.percentile(0.5), times.percentile(0.99), times.percentile(1), await pauses.longest()]
    print("| \(name) | \(times.sorted.count) | \(values.map(shown).joined(separator: " | ")) |")
    fflush(nil)
    // What was begun ends before something else is measured.
    try? await Task.sleep(for: .seconds(4))
  }
}
