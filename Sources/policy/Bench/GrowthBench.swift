// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Measures what must not grow with what is there, on sets of the bench's own.
struct GrowthBench {
  /// Policies that are added, deciders that are made, and members of a group.
  static let policies = 20_000
  static let deciders = 100_000
  static let members = 1_000_000

  /// In the processor time of the thread that does it, but for the upsert.
  struct Times {
    /// Nanoseconds for ``policies`` that are added one by one, and in one call.
    var oneByOne: UInt64 = 0
    var together: UInt64 = 0
    /// Nanoseconds for making ``deciders``, and for dropping them.
    var making: UInt64 = 0
    var dropping: UInt64 = 0
    /// Nanoseconds for putting in a group with ``members`` that keeps its parents, the median of several times.
    var upsert: UInt64 = 0
  }

  func measure() throws -> Times {
    var times = Times()
    try add(&times)
    try decide(&times)
    try upsert(&times)
    return times
  }

  private func add(_ times: inout Times) throws {
    let sets = try (0..<Self.policies).map {
      try PolicySet(parsing: #"@id("\#($0)") permit(principal == User::"u\#($0)", action, resource);"#)
    }
    let engine = try PolicyEngine(PolicySet())
    var start = ThreadClock.now
    for set in sets { try engine.add(set) }
    times.oneByOne = ThreadClock.now - start
    engine.waitForBackground()
    var all = PolicySet()
    for set in sets { try all.merge(set) }
    let other = try PolicyEngine(PolicySet())
    start = ThreadClock.now
    try other.add(all)
    times.together = ThreadClock.now - start
    other.waitForBackground()
  }

  private func decide(_ times: inout Times) throws {
    let engine = try PolicyEngine(PolicySet())
    var start = ThreadClock.now
    var deciders = (0..<Self.deciders).map { _ in engine.decider() }
    times.making = ThreadClock.now - start
    withExtendedLifetime(deciders) {}
    start = ThreadClock.now
    deciders = []
    times.dropping = ThreadClock.now - start
    withExtendedLifetime(deciders) {}
  }

  private func upsert(_ times: inout Times) throws {
    func uid(_ type: String, _ number: Int) -> EntityUID {
      EntityUID(type: EntityTypeName(checked: type), id: "\(number)")
    }
    let group = Entity(uid: uid("Group", 0), parents: [uid("Top", 0)])
    let users = (0..<Self.members).map { Entity(uid: uid("User", $0), parents: [group.uid]) }
    let engine = try PolicyEngine(PolicySet(), entities: EntityStore([group] + users))
    var all: [UInt64] = []
    for number in 0..<11 {
      let changed = Entity(
        uid: group.uid,
        attributes: try RecordValue([("n", .long(Int64(number)))]),
        parents: group.parents
      )
      let start = WallClock.now
      try engine.upsert(replacing: [changed])
      // The first notes what is there.
      if number > 0 { all.append(WallClock.now - start) }
    }
    all.sort()
    times.upsert = all[all.count / 2]
  }
}
