// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A value behind a lock, in an order that ThreadSanitizer sees too: it does not see into `Mutex`.
package struct Guarded<Value: Sendable & ~Copyable>: ~Copyable, Sendable {
  private let mutex: Mutex<Value>
  private let handover = Atomic<Bool>(false)

  package init(_ value: consuming Value) {
    mutex = Mutex(value)
  }

  /// Reads or changes the value, one thread at a time.
  package borrowing func withLock<Result: Sendable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try mutex.withLock { value throws(Failure) in
      _ = handover.load(ordering: .acquiring)
      defer { handover.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
