// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  internal import Synchronization
  internal import WritTokens

  /// The first of several answers to one question: the result of a thread, the end of the time, or the cancellation.
  ///
  /// Later ones are dropped, so that a thread which is stuck delays nothing.
  final class FirstAnswer<Value: Sendable>: Sendable {
    private enum State: Sendable {
      case open
      case waiting(CheckedContinuation<Value, any Error>)
      case settled(Result<Value, any Error>)
      case done
    }

    private let state = Guarded(State.open)

    /// Answers, if nothing has answered before.
    func settle(_ result: Result<Value, any Error>) {
      let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
        switch state {
        case .open:
          state = .settled(result)
          return nil
        case .waiting(let continuation):
          state = .done
          return continuation
        case .settled, .done: return nil
        }
      }
      continuation?.resume(with: result)
    }

    private func wait(_ continuation: CheckedContinuation<Value, any Error>) {
      let result = state.withLock { state -> Result<Value, any Error>? in
        guard case .settled(let result) = state else {
          state = .waiting(continuation)
          return nil
        }
        state = .done
        return result
      }
      if let result { continuation.resume(with: result) }
    }

    /// Asks a question, and waits for the first answer.
    ///
    /// - Parameters:
    ///   - end: the time at which the answer is `timeout`.
    ///   - cancellation: told when the task is cancelled.
    ///   - ask: begins what answers; it does not block.
    static func of(
      by end: ContinuousClock.Instant,
      _ cancellation: Cancellation,
      _ ask: (FirstAnswer) throws -> Void
    ) async throws -> Value {
      let answer = FirstAnswer()
      let watch = Task.detached {
        guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
        cancellation.isWanted.store(true, ordering: .relaxed)
        answer.settle(.failure(KeyFetchError(.timeout, "the fetch of the key set took longer than its deadline")))
      }
      defer { watch.cancel() }
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          answer.wait(continuation)
          do {
            try ask(answer)
          } catch {
            answer.settle(.failure(error))
          }
        }
      } onCancel: {
        cancellation.isWanted.store(true, ordering: .relaxed)
        answer.settle(.failure(KeyFetchError(.cancelled, "the fetch of the key set was cancelled")))
      }
    }
  }
#endif
