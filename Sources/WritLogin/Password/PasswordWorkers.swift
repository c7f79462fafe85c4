// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WorkThreads

/// Threads that hash passwords: few, for each takes a core and much memory, and none that Swift's tasks run on.
///
/// The threads have a lower priority than the rest of the process, and there is one fewer than there are processors
/// where there are several: however many passwords wait, tasks and event loops go on. Threads begin when a password
/// comes, and end when none waits. Hashers share ``shared`` unless they are given others.
public final class PasswordWorkers: Sendable {
  /// The most threads that can be asked for.
  public static let maximumThreads = 256
  /// The most passwords that can be asked to wait.
  public static let maximumWaiting = 65536
  /// The passwords that may wait for each thread of ``shared``.
  public static let waitingPerThread = 16

  /// One thread fewer than there are processors, at least one, and ``waitingPerThread`` waiting passwords for each.
  ///
  /// Processors are counted when it is first asked for: those of the affinity mask, and of the limits of Linux's
  /// control groups (`cpu.max`), so that a container with two processors of sixty-four hashes one password at once.
  public static let shared = PasswordWorkers(processors: AvailableCores.count)

  /// The passwords that are hashed at once.
  public let threads: Int
  /// The passwords that wait at most; the next one is refused with the code `busy`.
  public let waiting: Int

  private struct State: Sendable {
    /// Places that are taken: passwords that are hashed or wait, or whose tries are still being counted.
    var places = 0
    /// Threads that were started and have not ended.
    var running = 0
    var jobs = JobQueue()
  }

  private let state = Guarded(State())

  /// - Parameters:
  ///   - threads: how many passwords are hashed at once, at most one a processor; leave one for the rest of the
  ///     program.
  ///   - waiting: how many wait at most; the next one is refused with the code `busy`.
  /// - Throws: `PasswordError` with the code `configuration`.
  public convenience init(threads: Int, waiting: Int) throws(PasswordError) {
    guard (1...Self.maximumThreads).contains(threads), (0...Self.maximumWaiting).contains(waiting) else {
      throw PasswordError(.configuration, "\(threads) threads and \(waiting) waiting passwords were asked for")
    }
    self.init(checkedThreads: threads, waiting: waiting)
  }

  convenience init(processors: Int) {
    let threads = min(max(1, processors - 1), Self.maximumThreads)
    self.init(checkedThreads: threads, waiting: Self.waitingPerThread * threads)
  }

  private init(checkedThreads threads: Int, waiting: Int) {
    self.threads = threads
    self.waiting = waiting
  }

  // MARK: Places

  /// A place among the passwords that are hashed or wait, to be left once.
  final class Place: Sendable {
    fileprivate let workers: PasswordWorkers
    private let isLeft = Atomic(false)

    fileprivate init(_ workers: PasswordWorkers) { self.workers = workers }

    /// Gives the place to another password; once is enough.
    func leave() {
      guard !isLeft.exchange(true, ordering: .acquiringAndReleasing) else { return }
      workers.state.withLock { $0.places -= 1 }
    }

    deinit { leave() }
  }

  /// Takes a place, before anything is written for a try that would be refused as busy.
  ///
  /// - Throws: `PasswordError` with the code `busy` when there is none.
  func enter() throws(PasswordError) -> Place {
    let isFree = state.withLock { state in
      // INVARIANT: at most 256 and 65,536.
      guard state.places < threads + waiting else { return false }
      state.places += 1
      return true
    }
    guard isFree else { throw PasswordError(.busy, "\(waiting) passwords wait to be hashed") }
    return Place(self)
  }

  // MARK: Work

  /// Runs work on one of the threads.
  ///
  /// - Parameter place: one that was taken before, which is left when the work ends; another one is taken unless given.
  /// - Throws: `PasswordError` with the code `busy` when too many wait, `cancelled` when the task was cancelled before
  ///   its turn, `failure` when the system has no thread to give.
  func run<Result: Sendable>(
    in place: Place? = nil,
    _ body: @escaping @Sendable () throws(PasswordError) -> Result
  ) async throws(PasswordError) -> Result {
    let place = if let place { place } else { try enter() }
    let cancellation = PasswordCancellation()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Swift.Result<Result, PasswordError>, Never>) in
        submit { isRunning in
          let result = Swift.Result { () throws(PasswordError) in
            guard isRunning else { throw PasswordError(.failure, "the system has no thread to hash a password") }
            guard !cancellation.isWanted.load(ordering: .relaxed) else {
              throw PasswordError(.cancelled, "the task was cancelled before its password was hashed")
            }
            return try body()
          }
          // Before the answer: a task that has it finds the place free.
          place.leave()
          continuation.resume(returning: result)
        }
      }
    } onCancel: {
      cancellation.isWanted.store(true, ordering: .relaxed)
    }
    return try result.get()
  }

  private func submit(_ job: @escaping JobQueue.Job) {
    let begins = state.withLock { state in
      state.jobs.append(job)
      guard state.running < threads else { return false }
      state.running += 1
      return true
    }
    guard begins, !WorkThread.start({ self.work() }) else { return }
    // Other threads go on with what waits; without any, nothing would ever be done.
    let abandoned = state.withLock { state -> [JobQueue.Job] in
      state.running -= 1
      return state.running == 0 ? state.jobs.removeAll() : []
    }
    for job in abandoned { job(false) }
  }

  /// Does the jobs that wait, one after the other, until there is none.
  private func work() {
    while let job = next() { job(true) }
  }

  private func next() -> JobQueue.Job? {
    state.withLock { state in
      if let job = state.jobs.removeFirst() { return job }
      state.running -= 1
      return nil
    }
  }
}

/// Jobs in the order in which they came.
private struct JobQueue: Sendable {
  /// The work, which is told whether a thread runs it.
  typealias Job = @Sendable (Bool) -> Void

  private var jobs: [Job?] = []
  private var first = 0

  mutating func append(_ job: @escaping Job) { jobs.append(job) }

  mutating func removeFirst() -> Job? {
    guard first < jobs.count else { return nil }
    let job = jobs[first]
    jobs[first] = nil
    first += 1
    // Moved once for each time that it doubles, so that a job costs the same however many wait.
    if first * 2 >= jobs.count {
      jobs.removeFirst(first)
      first = 0
    }
    return job
  }

  mutating func removeAll() -> [Job] {
    let rest = jobs[first...].compactMap(\.self)
    jobs = []
    first = 0
    return rest
  }
}

/// Whether a task has given up.
private final class PasswordCancellation: Sendable {
  let isWanted = Atomic<Bool>(false)
}
