// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The part of a store that records take which strangers can make without an account, as many as they like.
///
/// A store that is bounded keeps room beside them: visitors take at most half of it, buckets of limits at most three
/// eighths. So whatever strangers do, an eighth is left for passwords, sessions and the like.
package enum RecordPart: Sendable, CaseIterable {
  /// Sessions of visitors, and the wrong passwords of names that are no accounts.
  case visitors
  /// Buckets of rate limits.
  case buckets

  /// - Returns: `nil` for what belongs to accounts, or to the application.
  package init?(_ kind: RecordKind, hasOwner: Bool) {
    switch kind {
    case .session where !hasOwner, .password where !hasOwner: self = .visitors
    case .rateLimit: self = .buckets
    default: return nil
    }
  }

  /// Eighths of the store at most.
  private var eighths: Int {
    switch self {
    case .visitors: 4
    case .buckets: 3
    }
  }

  /// Returns the part's share of a whole; at least one.
  package func share(of whole: Int) -> Int { Self.eighths(eighths, of: whole) }

  /// The use of a whole from which on the part gets no more, where a store does not count its parts: three quarters,
  /// seven eighths.
  package func ceiling(of whole: Int) -> Int {
    switch self {
    case .visitors: Self.eighths(6, of: whole)
    case .buckets: Self.eighths(7, of: whole)
    }
  }

  private static func eighths(_ count: Int, of whole: Int) -> Int {
    // INVARIANT: no product is larger than the whole.
    let (quotient, remainder) = whole.quotientAndRemainder(dividingBy: 8)
    return max(1, quotient * count + remainder * count / 8)
  }
}

/// The records of a store in memory: how many there are, and how many of each part that is bounded.
final class RecordRoom: Sendable {
  let maximumCount: Int
  private let all = Atomic<Int>(0)
  private let visitors = Atomic<Int>(0)
  private let buckets = Atomic<Int>(0)

  init(maximumCount: Int) {
    self.maximumCount = maximumCount
  }

  /// Records that are kept now.
  var count: Int { all.load(ordering: .relaxed) }

  /// Takes room for one more record.
  ///
  /// - Returns: whether there was some.
  func reserve(_ part: RecordPart?) -> Bool {
    if let part, !reserveShare(part) { return false }
    guard Self.reserve(all, upTo: maximumCount) else {
      if let part { add(-1, to: part) }
      return false
    }
    return true
  }

  /// Gives back the room of a record that is gone.
  func release(_ part: RecordPart?) {
    all.subtract(1, ordering: .relaxed)
    if let part { add(-1, to: part) }
  }

  /// Counts a record that is replaced by one of another part.
  func move(from old: RecordPart?, to new: RecordPart?) {
    guard old != new else { return }
    if let old { add(-1, to: old) }
    if let new { add(1, to: new) }
  }

  private func reserveShare(_ part: RecordPart) -> Bool {
    let share = part.share(of: maximumCount)
    return switch part {
    case .visitors: Self.reserve(visitors, upTo: share)
    case .buckets: Self.reserve(buckets, upTo: share)
    }
  }

  private func add(_ count: Int, to part: RecordPart) {
    switch part {
    case .visitors: visitors.add(count, ordering: .relaxed)
    case .buckets: buckets.add(count, ordering: .relaxed)
    }
  }

  private static func reserve(_ count: borrowing Atomic<Int>, upTo maximum: Int) -> Bool {
    var current = count.load(ordering: .relaxed)
    while current < maximum {
      let (isExchanged, original) = count.compareExchange(expected: current, desired: current + 1, ordering: .relaxed)
      if isExchanged { return true }
      current = original
    }
    return false
  }
}
