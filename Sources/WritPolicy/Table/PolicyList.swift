// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Policies by number, as they were written: those of a whole set, and those that were added since.
///
/// Adding one copies what was added last, at most ``chunk`` policies.
struct PolicyList: Sendable {
  private static let chunk = 64

  private let whole: [Policy]
  private var added: [[Policy]] = []
  private(set) var count: Int

  init(_ whole: [Policy]) {
    self.whole = whole
    count = whole.count
  }

  subscript(number: Int) -> Policy {
    guard number >= whole.count else { return whole[number] }
    let place = number - whole.count
    return added[place / Self.chunk][place % Self.chunk]
  }

  mutating func append(_ policy: Policy) {
    if (count - whole.count) % Self.chunk == 0 { added.append([]) }
    added[added.count - 1].append(policy)
    count += 1
  }
}
