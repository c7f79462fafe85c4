// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Threads for work that takes long or blocks, apart from those that Swift's tasks run on.
///
/// On Linux, Dispatch's concurrent queues of default quality of service share their threads with Swift's tasks: work of
/// a second there holds every task up. These threads belong to no queue, and have a lower priority than the rest of the
/// process.
package enum WorkThread {
  /// The nice value that a thread adds to that of the process (setpriority(2)).
  ///
  /// It is about a tenth of a processor's time where other threads want it too, and all of it where they do not.
  /// SCHED_IDLE would be less: on a busy machine the work would never end.
  package static let niceness: Int32 = 10

  /// Starts a thread that runs a body and then ends.
  ///
  /// - Parameter body: runs on the thread, which receives no signals but those of its own faults.
  /// - Returns: whether the system had a thread to give; if not, the body does not run.
  package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    let job = unsafe Unmanaged.passRetained(Job(body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    guard unsafe pthread_create(&thread, nil, entry, job.toOpaque()) == 0 else {
      unsafe job.release()
      return false
    }
    return true
  }

  private final class Job: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }

    func run() {
      pthread_detach(pthread_self())
      WorkThread.lowerPriority()
      WorkThread.blockSignals()
      body()
    }
  }

  #if canImport(Darwin)
    private static let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { argument in
      unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }
  #else
    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
      if let argument = unsafe argument { unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
      return nil
    }
  #endif

  private static func lowerPriority() {
    #if canImport(Darwin)
      // There nice(2) would change the whole process.
      pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
    #else
      // On Linux it is the calling thread's (sched(7)); where it fails, the work only competes with the rest.
      _ = nice(niceness)
    #endif
  }

  /// Leaves signals to the program's own threads, but not those that a fault of this one raises.
  private static func blockSignals() {
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGPROF] {
      unsafe sigdelset(&signals, signal)
    }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
