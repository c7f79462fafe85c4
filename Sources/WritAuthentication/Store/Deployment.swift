// SPDX-License-Identifier: Apache-2.0

/// Who sees what a store keeps; the larger, the more.
public enum StoreReach: Int, Sendable, Hashable, Comparable, CaseIterable {
  /// One process: another has a store of its own, and neither knows of the other's sessions.
  case process
  /// The processes of one machine.
  case machine
  /// All servers that are given the same store.
  case network

  /// Whether fewer see it.
  public static func < (one: StoreReach, other: StoreReach) -> Bool { one.rawValue < other.rawValue }
}

/// How many servers there are, as an application is started: what its stores must reach.
///
///     let deployment = Deployment(processes: workers, machines: replicas)
///     deployment.check(store, events: events)  // tells of a store in memory where there are several servers
///
/// A library cannot count servers, so it believes what it is told. With a store that reaches too few of them, a session is there on
/// one server and not on the next, a code is accepted once on each, and a limit holds as often as there are servers.
public struct Deployment: Sendable, Hashable {
  /// What a store must reach.
  public let reach: StoreReach

  /// - Parameters:
  ///   - processes: of each machine; fewer than one counts as one.
  ///   - machines: fewer than one counts as one.
  public init(processes: Int, machines: Int = 1) {
    reach = machines > 1 ? .network : processes > 1 ? .machine : .process
  }

  /// Tells the events when not all servers see a store of records: ``SecurityEvent/storeNotShared(store:reach:)``.
  ///
  /// - Returns: whether all do.
  @discardableResult
  public func check(_ store: some RecordStore, events: SecurityEvents) -> Bool {
    check("\(type(of: store))", store.reach, events)
  }

  /// The same of a store of limits.
  @discardableResult
  public func check(limits store: some RateLimitStore, events: SecurityEvents) -> Bool {
    check("\(type(of: store))", store.reach, events)
  }

  /// The same of a feed of revocations.
  @discardableResult
  public func check(feed: some RevocationFeed, events: SecurityEvents) -> Bool {
    check("\(type(of: feed))", feed.reach, events)
  }

  private func check(_ name: String, _ storeReach: StoreReach, _ events: SecurityEvents) -> Bool {
    guard storeReach < reach else { return true }
    events.record(.storeNotShared(store: name, reach: storeReach))
    return false
  }
}

// What is in the memory of one process.
extension MemoryRecordStore {
  /// One process.
  public var reach: StoreReach { .process }
}

extension MemoryRateLimitStore {
  /// One process.
  public var reach: StoreReach { .process }
}

extension MemoryRevocationFeed {
  /// One process.
  public var reach: StoreReach { .process }
}
