// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Threads that hash passwords: few, for each takes a core and much memory, and none that tasks wait on.
///
/// Hashers share ``shared`` unless they are given others.
public final class PasswordWorkers: Sendable {
  /// The most threads that can be asked for.
  public static let maximumThreads = 256
  /// The most passwords that can be asked to wait.
  public static let maximumWaiting = 65536

  /// As many threads as there are cores, and sixteen waiting passwords for each.
  public static let shared: PasswordWorkers = {
    let cores = min(max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), maximumThreads)
    return PasswordWorkers(checkedThreads: cores, waiting: 16 * cores)
  }()

  private struct State: Sendable {
    var running = 0
    var waiting: [@Sendable () -> Void] = []
  }

  private enum Turn { case now, later, never }

  private let threads: Int
  private let limit: Int
  private let state = Guarded(State())
  private let queue = DispatchQueue(label: "writ.passwords", attributes: .concurrent)

  private init(checkedThreads threads: Int, waiting: Int) {
    self.threads = threads
    limit = waiting
  }

  /// - Parameters:
  ///   - threads: how many passwords are hashed at once, at most one a core.
  ///   - waiting: how many wait at most; the next one is refused with the code `busy`.
  /// - Throws: `PasswordError` with the code `configuration`.
  public convenience init(threads: Int, waiting: Int) throws(PasswordError) {
    guard (1...Self.maximumThreads).contains(threads), (0...Self.maximumWaiting).contains(waiting) else {
      throw PasswordError(.configuration, "\(threads) threads and \(waiting) waiting passwords were asked for")
    }
    self.init(checkedThreads: threads, waiting: waiting)
  }

  /// Runs work on one of the threads.
  ///
  /// - Throws: `PasswordError` with the code `busy` when too many wait, `cancelled` when the task was cancelled before its turn.
  func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws(PasswordError) -> Result
  ) async throws(PasswordError) -> Result {
    let cancellation = PasswordCancellation()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        submit(continuation) { () throws(PasswordError) in
          guard !cancellation.isWanted.load(ordering: .relaxed) else {
            throw PasswordError(.cancelled, "the task was cancelled before its password was hashed")
          }
          return try body()
        }
      }
    } onCancel: {
      cancellation.isWanted.store(true, ordering: .relaxed)
    }
    return try result.get()
  }

  private func submit<Result: Sendable>(
    _ continuation: CheckedContinuation<Swift.Result<Result, PasswordError>, Never>,
    _ body: @escaping @Sendable () throws(PasswordError) -> Result
  ) {
    let job: @Sendable () -> Void = {
      do throws(PasswordError) {
        continuation.resume(returning: .success(try body()))
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
    let turn = state.withLock { state -> Turn in
      if state.running < threads {
        state.running += 1
        return .now
      }
      guard state.waiting.count < limit else { return .never }
      state.waiting.append(job)
      return .later
    }
    switch turn {
    case .now: queue.async { self.work(job) }
    case .later: break
    case .never:
      continuation.resume(returning: .failure(PasswordError(.busy, "\(limit) passwords wait to be hashed")))
    }
  }

  /// Does one job, then those that wait.
  private func work(_ first: @Sendable () -> Void) {
    first()
    while true {
      let next = state.withLock { state -> (@Sendable () -> Void)? in
        guard !state.waiting.isEmpty else {
          state.running -= 1
          return nil
        }
        return state.waiting.removeFirst()
      }
      guard let next else { return }
      next()
    }
  }
}

/// Whether a task has given up.
private final class PasswordCancellation: Sendable {
  let isWanted = Atomic<Bool>(false)
}
