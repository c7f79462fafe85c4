// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// State that threads change in turns, behind a lock that is held for as long as a look-up takes.
final class SharedState<State: Sendable>: Sendable {
  private let state: Mutex<State>
  /// Says the same as the lock to ThreadSanitizer, which does not see into it.
  private let turn = Atomic<Bool>(false)

  init(_ state: State) {
    self.state = Mutex(state)
  }

  @inline(__always)
  func withLock<Result: Sendable, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try state.withLock { (state) throws(Failure) -> Result in
      _ = turn.load(ordering: .acquiring)
      defer { turn.store(true, ordering: .releasing) }
      return try body(&state)
    }
  }
}
