// SPDX-License-Identifier: Apache-2.0

/// How much may change before tables are written anew.
package struct ChangeLimits: Sendable {
  /// Policies of the last index of those that were added, which each addition writes: at most about a millisecond.
  ///
  /// So many, because a request looks into each index.
  var last = 1 << 11
  // Beyond these, and a share of what there is, the tables are compiled anew, aside.
  var added = 1 << 11
  var removed = 1 << 12
  var upserted = 1 << 14
  /// Bytes that changes may leave behind beyond as many as there are.
  var bytes = 32 << 20
  /// Changes that may follow the new tables while others wait.
  var following = 16

  /// How many policies are added to so many before the tables are compiled anew.
  func addable(to policies: Int) -> Int { Swift.max(added, policies / 32) }

  /// What serves.
  package static let usual = ChangeLimits()

  /// So few that a test sees all of it.
  package static let few = ChangeLimits(last: 3, added: 9, removed: 6, upserted: 20, bytes: 1 << 18, following: 1)
}
