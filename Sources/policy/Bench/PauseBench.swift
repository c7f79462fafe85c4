// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WritCedar
internal import WritPolicy

/// Measures the longest decisions beside a thread that changes policies and entities without a pause.
///
/// In turns a thread decides, decides by the clock of its own processor time, and calculates for about as long without
/// deciding: the longest of the last are the pauses that the machine makes.
struct PauseBench {
  /// The measurements beside a number of deciders that decide nothing.
  struct Row {
    let idle: Int
    var decisions = PauseHistogram()
    var calculations = PauseHistogram()
    /// Decisions by the processor time of their thread: pauses that the machine makes are not in it.
    var ownTimes = PauseHistogram()
    var changes = 0
    /// The most that replaced versions kept, and what they may keep, in bytes; the most versions.
    var bytes = 0
    var limit = 0
    var versions = 0
  }

  static let idleCounts = [0, 1_000, 10_000]
  /// The time of a turn in nanoseconds.
  private static let turn: UInt64 = 250_000_000

  let bench: DecisionBench
  private let policies: [Policy]
  private let leaves: [Entity]

  init(bench: DecisionBench, policies: PolicySet, entities: EntityStore) {
    self.bench = bench
    self.policies = Array(policies.policies)
    var parents: Set<EntityUID> = []
    for entity in entities { parents.formUnion(entity.parents) }
    leaves = entities.filter { !parents.contains($0.uid) && !$0.uid.type.isAction }
  }

  /// - Parameter seconds: how long to decide, and how long to calculate, for each count of idle deciders.
  func measure(seconds: Int) throws -> [Row] { try Self.idleCounts.map { try row(idle: $0, seconds) } }

  private func row(idle: Int, _ seconds: Int) throws -> Row {
    let deciders = (0..<idle).map { _ in bench.engine.decider() }
    for decider in deciders { _ = bench.decideOne(decider) }
    let isDone = Atomic<Bool>(false)
    let failure = Mutex<(any Error)?>(nil)
    let found = Mutex(Row(idle: idle))
    Threads.run(2) { number in
      if number == 0 {
        decideInTurns(UInt64(seconds) * 1_000_000_000, found)
        isDone.store(true, ordering: .relaxed)
      } else {
        do {
          try change(found) { !isDone.load(ordering: .relaxed) }
        } catch {
          failure.withLock { $0 = error }
        }
      }
    }
    bench.engine.waitForBackground()
    if let error = failure.withLock({ $0 }) { throw error }
    withExtendedLifetime(deciders) {}
    return found.withLock { $0 }
  }

  private func decideInTurns(_ time: UInt64, _ found: borrowing Mutex<Row>) {
    var (decisions, calculations, ownTimes) = (PauseHistogram(), PauseHistogram(), PauseHistogram())
    var random = SplitMix64(seed: 8)
    let decider = bench.engine.decider()
    for _ in 0..<Swift.max(1, time / Self.turn) {
      bench.timeEach(decider, for: Self.turn, &random) { decisions.add($0) }
      bench.timeEach(decider, for: Self.turn, by: { ThreadClock.now }, &random) { ownTimes.add($0) }
      Self.calculate(for: Self.turn, &random) { calculations.add($0) }
    }
    found.withLock { ($0.decisions, $0.calculations, $0.ownTimes) = (decisions, calculations, ownTimes) }
  }

  /// Times calculations of about a decision's length.
  private static func calculate(for time: UInt64, _ random: inout SplitMix64, _ add: (UInt64) -> Void) {
    var now = WallClock.now
    let end = now + time
    var sum = 0
    while now < end {
      let start = WallClock.now
      for _ in 0..<64 { sum &+= random.below(1_000) }
      now = WallClock.now
      add(now - start)
    }
    BlackHole.take(sum)
  }

  /// Removes and adds policies and leaves.
  private func change(_ found: borrowing Mutex<Row>, while isGoingOn: () -> Bool) throws {
    var random = SplitMix64(seed: 9)
    var (changes, bytes, limit, versions) = (0, 0, 0, 0)
    while isGoingOn(), !policies.isEmpty || !leaves.isEmpty {
      if !policies.isEmpty {
        let policy = policies[random.below(policies.count)]
        try bench.engine.remove(policy.id)
        try bench.engine.apply(PolicyEngine.Change(addedPolicies: [policy]))
        changes += 2
      }
      if !leaves.isEmpty {
        let entity = leaves[random.below(leaves.count)]
        try bench.engine.remove([entity.uid])
        try bench.engine.upsert(replacing: [entity])
        changes += 2
      }
      let kept = bench.engine.unreclaimed
      versions = Swift.max(versions, kept.versions)
      if kept.bytes > bytes { (bytes, limit) = (kept.bytes, kept.limit) }
    }
    found.withLock { ($0.changes, $0.bytes, $0.limit, $0.versions) = (changes, bytes, limit, versions) }
  }
}

extension PauseBench.Row {
  /// Nanoseconds of the longest decision, without the machine's longest pause.
  var longest: UInt64 { decisions.largest - Swift.min(decisions.largest, calculations.largest) }

  /// Nanoseconds that one decision in a million takes longer than, without such a pause of the machine.
  var tail: UInt64 {
    let (all, machine) = (decisions.time(exceededBy: 1), calculations.time(exceededBy: 1))
    return all - Swift.min(all, machine)
  }
}
