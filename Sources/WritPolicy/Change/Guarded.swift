// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value for one thread at a time, behind a lock that ThreadSanitizer sees.
struct Guarded<Value>: ~Copyable {
  private let value: Mutex<Value>
  /// Says the same as the lock to ThreadSanitizer, which does not see into it.
  private let handover = Atomic<Bool>(false)

  init(_ value: consuming sending Value) { self.value = Mutex(value) }

  /// Does something with the value while other threads wait for it.
  func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try value.withLock { value throws(Failure) in
      _ = handover.load(ordering: .acquiring)
      defer { handover.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
