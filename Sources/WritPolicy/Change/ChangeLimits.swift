// SPDX-License-Identifier: Apache-2.0

/// How much may change before tables are written again.
package struct ChangeLimits: Sendable {
  /// How many times as many policies an index has than the next one: fewer are merged where they are added.
  ///
  /// So a policy is written as often as there are indexes behind its own, a few times each.
  static let growth = 4

  /// The most policies that one change merges, but for what it adds itself: about half a millisecond.
  ///
  /// Larger indexes are merged in the background.
  var merged = 1 << 11
  /// The number of indexes of added policies that may stay when nothing changes, as a request may have to look into
  /// each; one more beside a large one.
  var atRest = 2
  /// How long changes must rest before indexes are merged in the background, in milliseconds.
  var rest = 10
  // Beyond these, and a share of what there is, the tables are compiled again, in the background.
  var added = 1 << 11
  var removed = 1 << 12
  var upserted = 1 << 14
  /// Bytes that changes may leave behind beyond as many as there are.
  var bytes = 32 << 20
  /// Changes that may follow the new tables while others wait.
  var following = 16
  package var reclaim = ReclaimLimits.usual

  /// How many policies are added to so many before the tables are compiled again.
  func addable(to policies: Int) -> Int { Swift.max(added, policies / 32) }

  /// The usual limits.
  package static let usual = ChangeLimits()

  /// So few that a test sees all of it.
  package static let few = ChangeLimits(
    merged: 3,
    atRest: 2,
    rest: 0,
    added: 9,
    removed: 6,
    upserted: 20,
    bytes: 1 << 18,
    following: 1,
    reclaim: .few
  )

  /// As ``usual``, but that nothing is compiled or merged in the background: all work is that of changes.
  package static let foreground = ChangeLimits(
    atRest: .max - 1,
    added: 1 << 18,
    removed: 1 << 18,
    upserted: 1 << 30,
    bytes: 1 << 40
  )
}
