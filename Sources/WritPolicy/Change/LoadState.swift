// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Whether a load is cancelled or published, whichever comes first.
final class LoadState: Sendable {
  private enum State {
    case waiting(CheckedContinuation<UInt64, any Error>?)
    /// It is being published: cancelling comes too late.
    case publishing(CheckedContinuation<UInt64, any Error>?)
    case cancelled
    case ended
  }

  private let state = Mutex(State.waiting(nil))
  /// Stops compiling.
  let stop = StopFlag()

  /// Notes what waits for the load.
  ///
  /// - Returns: whether it may begin: otherwise it was cancelled, and nothing waits any more.
  func begin(_ continuation: CheckedContinuation<UInt64, any Error>) -> Bool {
    let begins = state.withLock { state in
      guard case .waiting = state else { return false }
      state = .waiting(continuation)
      return true
    }
    if !begins { continuation.resume(throwing: CancellationError()) }
    return begins
  }

  /// Stops the load, and lets go of what waits for it, unless it is being published.
  func cancel() {
    let waiting: CheckedContinuation<UInt64, any Error>? = state.withLock { state in
      guard case .waiting(let continuation) = state else { return nil }
      state = .cancelled
      stop.set()
      return continuation
    }
    waiting?.resume(throwing: CancellationError())
  }

  /// Whether the load may publish, which from then on is not cancelled any more.
  func mayPublish() -> Bool {
    state.withLock { state in
      guard case .waiting(let continuation) = state else { return false }
      state = .publishing(continuation)
      return true
    }
  }

  /// Tells what waits for the load how it ended, unless that was cancelled.
  func end(_ result: Result<UInt64, any Error>) {
    let waiting: CheckedContinuation<UInt64, any Error>? = state.withLock { state in
      defer { state = .ended }
      switch state {
      case .waiting(let continuation), .publishing(let continuation): return continuation
      case .cancelled, .ended: return nil
      }
    }
    waiting?.resume(with: result)
  }
}
