// SPDX-License-Identifier: Apache-2.0

/// The work that a password costs: the algorithm and what decides on its time.
enum HashWork: Sendable, Hashable {
  case derived(PasswordParameters)
  case bcrypt(cost: Int)
  case shaCrypt(is512: Bool, rounds: Int)
  case pbkdf2(iterations: Int)
}

/// Makes wrong answers take as long as the longest of them, whatever was computed for each.
///
/// Hashes that were adopted take another time than this hasher's own, which would tell strangers which accounts were
/// adopted, and which there are at all. So the least time of each kind of work is remembered, and a wrong answer after
/// shorter work waits for what it lacks, not on a thread. A machine that is busy makes the one work longer as it does
/// the other: the wait is longer by the same factor.
final class AnswerPace: Sendable {
  /// The kinds of work that are remembered; stored hashes of more kinds wait no longer for each other.
  static let maximumKinds = 64
  /// The factor by which a busy machine makes waits longer, at most.
  static let longestFactor = 4.0

  private let least = Guarded<[HashWork: Duration]>([:])

  /// Remembers how long work took.
  ///
  /// - Returns: how long a wrong answer that follows still waits.
  func rest(after work: HashWork, taking time: Duration) -> Duration {
    let time = max(time, .nanoseconds(1))
    return least.withLock { least in
      let own = min(least[work] ?? time, time)
      if least[work] != nil || least.count < Self.maximumKinds { least[work] = own }
      guard let longest = least.values.max(), longest > own else { return .zero }
      return max(.zero, longest * min(time / own, Self.longestFactor) - time)
    }
  }
}
