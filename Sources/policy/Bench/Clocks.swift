// SPDX-License-Identifier: Apache-2.0

internal import WorkThreads

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The processor time of the current thread, in nanoseconds: what other programs do does not count.
enum ThreadClock {
  static var now: UInt64 { nanoseconds(CLOCK_THREAD_CPUTIME_ID) }
}

/// Time as it passes, in nanoseconds: the cheapest clock, for single calls.
enum WallClock {
  static var now: UInt64 { nanoseconds(CLOCK_MONOTONIC) }
}

/// The time of day.
enum SystemTime {
  /// Seconds since 1970-01-01T00:00:00Z.
  static var seconds: Int64 { Int64(time(nil)) }
}

private func nanoseconds(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

enum CoreCount {
  /// The processors that this process may use.
  static var available: Int { AvailableCores.count }
}

/// Threads that run beside each other.
enum Threads {
  private final class Task: @unchecked Sendable {
    // Sendable: the thread that runs it is the only one to use it.
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
      self.body = body
    }
  }

  /// Runs the body on so many threads, and waits for them.
  static func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var threads: [pthread_t] = []
      for number in 1..<Swift.max(1, count) {
        let task = unsafe Unmanaged.passRetained(Task { body(number) })
        #if canImport(Darwin)
          var thread: pthread_t?
          let status = unsafe pthread_create(&thread, nil, Self.entry, task.toOpaque())
          if status == 0, let thread { threads.append(thread) }
        #else
          var thread = pthread_t()
          let status = unsafe pthread_create(&thread, nil, Self.entry, task.toOpaque())
          if status == 0 { threads.append(thread) }
        #endif
        if status != 0 { unsafe task.release() }
      }
      body(0)
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  #if canImport(Darwin)
    private static let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
      unsafe Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }
  #else
    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
      if let argument = unsafe argument { unsafe Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }
  #endif
}
