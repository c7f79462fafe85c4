// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WorkThreads

@Suite("Threads for long work")
struct WorkThreadTests {
  private struct Seen: Sendable {
    let niceness: Int32
    let isTermBlocked: Bool
    let isFaultBlocked: Bool
  }

  private static var seen: Seen {
    var mask = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
    return Seen(
      niceness: niceness,
      isTermBlocked: unsafe sigismember(&mask, SIGTERM) == 1,
      isFaultBlocked: unsafe sigismember(&mask, SIGSEGV) == 1
    )
  }

  /// The nice value of the thread on Linux, of the process elsewhere.
  private static var niceness: Int32 {
    #if os(Linux)
      getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    #else
      getpriority(PRIO_PROCESS, 0)
    #endif
  }

  @Test("A thread runs its body once, below the priority of the rest, and takes no signals of the process")
  func start() async {
    let before = Self.seen.niceness
    let seen = await withCheckedContinuation { continuation in
      let isStarted = WorkThread.start { continuation.resume(returning: Self.seen) }
      #expect(isStarted)
    }
    #if os(Linux)
      #expect(seen.niceness == min(19, before + WorkThread.niceness))
    #endif
    #expect(seen.isTermBlocked && !seen.isFaultBlocked)
    #expect(Self.seen.niceness == before)
  }

  @Test("There is a processor at least, and never more than the machine has")
  func cores() {
    #expect((1...max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))).contains(AvailableCores.count))
  }
}
