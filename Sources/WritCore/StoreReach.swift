// SPDX-License-Identifier: Apache-2.0

/// The servers that see the contents of a store or a feed, from fewest to most.
public enum StoreReach: Int, Sendable, Hashable, Comparable, CaseIterable {
  /// One process: another has a store of its own, and neither knows of the other's sessions.
  case process
  /// The processes of one machine.
  case machine
  /// All servers that are given the same store.
  case network

  /// Whether fewer servers see the left store.
  public static func < (one: StoreReach, other: StoreReach) -> Bool { one.rawValue < other.rawValue }
}
