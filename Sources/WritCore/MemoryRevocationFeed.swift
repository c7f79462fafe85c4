// SPDX-License-Identifier: Apache-2.0

/// A feed within this process.
///
/// Who follows too slowly for ``bufferCount`` is told so by the error `full`, and misses nothing without knowing.
public final class MemoryRevocationFeed: RevocationFeed, Sendable {
  /// Revocations that wait for one follower at most.
  public static let bufferCount = 4096
  /// Followers at once, at most.
  public static let maximumFollowers = 1024

  private typealias Stream = AsyncThrowingStream<Revocation, any Error>

  private struct State: Sendable {
    var followers: [Int: Stream.Continuation] = [:]
    var last = 0
  }

  private let state = Guarded(State())

  /// A feed without followers.
  public init() {}

  /// Those that follow now.
  public var followerCount: Int { state.withLock { $0.followers.count } }

  /// Tells all that follow now; it never throws.
  public func publish(_ revocation: Revocation) async {
    // Those that are ended are ended outside of the lock: that calls back.
    let slow = state.withLock { state in
      var slow: [Stream.Continuation] = []
      for (number, follower) in state.followers {
        switch follower.yield(revocation) {
        case .enqueued: continue
        case .dropped: slow.append(follower)
        default: break
        }
        state.followers[number] = nil
      }
      return slow
    }
    for follower in slow {
      follower.finish(throwing: StoreError(.full, "a follower of revocations is more than \(Self.bufferCount) behind"))
    }
  }

  /// Returns the revocations that are published from now on.
  ///
  /// - Throws: ``StoreError`` with the code `full` when there are ``maximumFollowers`` already.
  public func follow() async throws(StoreError) -> AsyncThrowingStream<Revocation, any Error> {
    let (stream, continuation) = Stream.makeStream(bufferingPolicy: .bufferingOldest(Self.bufferCount))
    let number = state.withLock { state -> Int? in
      guard state.followers.count < Self.maximumFollowers else { return nil }
      state.last += 1
      state.followers[state.last] = continuation
      return state.last
    }
    guard let number else {
      throw StoreError(.full, "there are \(Self.maximumFollowers) followers of revocations already")
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { state in state.followers[number] = nil }
    }
    return stream
  }

  deinit {
    for follower in state.withLock({ Array($0.followers.values) }) { follower.finish() }
  }
}
