// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads that run beside each other, more than there are processors if need be: tasks would wait for one another.
enum Threads {
  /// Runs each body on a thread of its own, and waits for them.
  static func run(_ bodies: (@Sendable () -> Void)...) {
    let threads = bodies.map { begin($0) }
    for case .some(let thread) in threads { pthread_join(thread, nil) }
  }

  /// A thread that was started, to be joined once.
  @safe
  struct Running: @unchecked Sendable {
    // Sendable: joining is the only thing done with it.
    fileprivate let thread: pthread_t?
  }

  /// Runs a body on a thread of its own.
  static func start(_ body: @escaping @Sendable () -> Void) -> Running { Running(thread: begin(body)) }

  /// Waits for a thread to end.
  static func join(_ running: Running) {
    if let thread = running.thread { pthread_join(thread, nil) }
  }

  /// Lets others run.
  static func yield() { _ = sched_yield() }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }

  #if canImport(Darwin)
    private static func begin(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
      var thread: pthread_t?
      let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
      unsafe pthread_create(&thread, nil, { unsafe Threads.enter($0) }, start)
      return thread
    }
  #else
    private static func begin(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
      var thread = pthread_t()
      let start = unsafe Unmanaged.passRetained(Start(body)).toOpaque()
      return unsafe pthread_create(&thread, nil, { unsafe Threads.enter($0) }, start) == 0 ? thread : nil
    }
  #endif

  private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument { unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
  }
}
