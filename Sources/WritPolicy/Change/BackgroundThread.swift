// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import WorkThreads

/// Threads of lower priority for work that takes long: compiling, merging, freeing.
///
/// Not Dispatch's queues: on Linux their threads are those that Swift's tasks run on, and a compile of seconds would
/// hold tasks up.
enum BackgroundThread {
  /// Runs the body on a thread of its own; in the caller's when the system has no thread to give.
  static func run(_ body: @escaping @Sendable () -> Void) {
    if !start(body) { body() }
  }

  /// Runs the body on a thread of its own.
  ///
  /// - Returns: whether the system had one to give.
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool { WorkThread.start(body) }

  /// Waits, in a thread that no task needs.
  static func sleep(milliseconds: Int) {
    var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
    _ = unsafe nanosleep(&time, nil)
  }
}
