// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  /// A thread that no task and no queue waits for: what blocks in it blocks nothing else.
  enum DetachedThread {
    private final class Work: Sendable {
      let body: @Sendable () -> Void

      init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
      }
    }

    /// Runs something on a new thread.
    ///
    /// - Returns: whether there could be one.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
      let work = unsafe Unmanaged.passRetained(Work(body))
      #if canImport(Darwin)
        var thread: pthread_t?
        let status = unsafe pthread_create(&thread, nil, { DetachedThread.run($0) }, work.toOpaque())
        if status == 0, let thread = unsafe thread { unsafe pthread_detach(thread) }
      #else
        var thread = pthread_t()
        let status = unsafe pthread_create(
          &thread,
          nil,
          { context in unsafe context.flatMap { unsafe DetachedThread.run($0) } },
          work.toOpaque()
        )
        if status == 0 { pthread_detach(thread) }
      #endif
      if status != 0 { unsafe work.release() }
      return status == 0
    }

    private static func run(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
      // INVARIANT: the context is the work that `start` retained for this thread.
      unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }
  }
#endif
