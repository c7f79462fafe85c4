// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension RemoteKeySet {
  /// Fetches the keys, unless the cool-down has not passed since the last fetch; waits for a fetch that runs.
  ///
  /// - Throws: ``KeyFetchError`` when no keys are in force afterwards. A fetch that failed while older keys are still
  ///   in force is in ``status``.
  public func refresh() async throws(KeyFetchError) {
    if begin(at: clock.now) { await wait() }
    do throws(TokenError) {
      _ = try generation()
    } catch {
      throw status.failure
        ?? KeyFetchError(
          Task.isCancelled ? .cancelled : .noKeys,
          "no keys of the issuer are in force; see `RemoteKeySet.status` for the last failure"
        )
    }
  }

  /// Looks for a key that a token asked for, and that was not there.
  ///
  /// - Parameters:
  ///   - identifier: what the token calls it.
  ///   - generation: the number of the keys in which it was missed; `nil` when none were in force.
  /// - Returns: whether there may be others now.
  func refresh(missing identifier: String?, in generation: UInt64?) async -> Bool {
    let now = clock.now
    if let present = try? self.generation(), present != generation { return true }
    let isUnknown = state.withLock { generation != nil && $0.unknown.contains(identifier, at: now) }
    guard !isUnknown, begin(at: now) else { return false }
    await wait()
    guard !Task.isCancelled, let present = try? self.generation() else { return false }
    guard present == generation else { return true }
    let lifetime = Timing.milliseconds(Self.unknownLifetime)
    state.withLock { state in
      // A fetch that failed, or has not ended, says nothing of the issuer's keys.
      guard !state.isFetching, state.failure == nil, let started = state.started else { return }
      state.unknown.insert(identifier, until: started + lifetime)
    }
    return false
  }

  /// Waits until the fetch has ended, its deadline has passed or the task is cancelled.
  private func wait() async {
    let waiter = state.withLock { state in
      state.nextWaiter &+= 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isWaiting = state.withLock { state in
          // A task that is cancelled later is let go by the handler, which finds it here.
          guard state.isFetching, !state.isOverdue, !Task.isCancelled, state.waiters.count < Self.maximumWaiters
          else { return false }
          state.waiters[waiter] = continuation
          return true
        }
        if !isWaiting { continuation.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { $0.waiters.removeValue(forKey: waiter) }
      continuation?.resume()
    }
  }
}

/// A text by its digest.
struct HashedText {
  let digest: [UInt8]

  init(_ bytes: [UInt8]) throws(KeyFetchError) {
    do throws(LibCryptoError) {
      let digest = try HashFunction.sha256.digest(of: bytes.span)
      self.digest = digest.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    } catch {
      throw KeyFetchError(.source, error.description)
    }
  }
}
