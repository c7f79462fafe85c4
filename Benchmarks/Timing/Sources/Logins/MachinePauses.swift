// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Whether to go on.
final class Flag: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

/// A thread that does nothing but ask for the time, and finds out when the machine keeps it from doing so.
final class MachinePauses: Sendable {
  private let end = Flag()
  private let result: Task<Double, Never>

  init() {
    let end = end
    result = Task {
      await withCheckedContinuation { continuation in
        // A serial queue has a thread of its own, which Swift's tasks do not use.
        DispatchQueue(label: "pauses", qos: .userInteractive).async {
          let clock = ContinuousClock()
          var (longest, last) = (Duration.zero, clock.now)
          while !end.isSet {
            let now = clock.now
            longest = max(longest, last.duration(to: now))
            last = now
          }
          continuation.resume(returning: longest / .milliseconds(1))
        }
      }
    }
  }

  /// The longest pause until now, in milliseconds; it ends the thread.
  func longest() async -> Double {
    end.set()
    return await result.value
  }
}
