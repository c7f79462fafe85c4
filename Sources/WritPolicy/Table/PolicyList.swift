// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Policies by number, as they were written: those of a whole set, and those that were added since.
///
/// Adding one copies what was added last, at most ``chunk`` policies.
struct PolicyList: Sendable {
  private static let chunk = 64

  private let whole: WholeSet
  private var added: [[Policy]] = []
  private(set) var count: Int

  init(_ whole: [Policy]) {
    self.whole = WholeSet(whole)
    count = whole.count
  }

  /// The policies of a whole set.
  private final class WholeSet: Sendable {
    /// The smallest set that a thread of its own frees: policies have memory of their own, each several blocks.
    private static let large = 1 << 12

    let policies: [Policy]

    init(_ policies: [Policy]) { self.policies = policies }

    deinit {
      guard policies.count >= Self.large else { return }
      BackgroundThread.run { [policies] in withExtendedLifetime(policies) {} }
    }
  }

  subscript(number: Int) -> Policy {
    guard number >= whole.policies.count else { return whole.policies[number] }
    let place = number - whole.policies.count
    return added[place / Self.chunk][place % Self.chunk]
  }

  mutating func append(_ policy: Policy) {
    if (count - whole.policies.count) % Self.chunk == 0 { added.append([]) }
    added[added.count - 1].append(policy)
    count += 1
  }
}
