// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WritCedar
internal import WritPolicy

/// Measures small changes of an engine, and deciding meanwhile.
struct ChangeBench {
  struct Times {
    // Microseconds a change.
    var update = 0.0
    var update99 = 0.0
    // Nanoseconds a request, beside a thread that changes and beside one that only calculates.
    var decide = 0.0
    var decide99 = 0.0
    var decideBeside = 0.0
    var decideBeside99 = 0.0
    // Microseconds for moving a group with so many descendants, of a set of the bench's own.
    var move1000 = 0.0
    var move100000 = 0.0
  }

  /// Changes at most.
  private static let changes = 8_000

  let bench: DecisionBench
  private let policies: [Policy]
  /// Entities that are no entity's parent.
  private let leaves: [Entity]

  init(bench: DecisionBench, policies: PolicySet, entities: EntityStore) {
    self.bench = bench
    self.policies = Array(policies.policies)
    var parents: Set<EntityUID> = []
    for entity in entities { parents.formUnion(entity.parents) }
    leaves = entities.filter { !parents.contains($0.uid) && !$0.uid.type.isAction }
  }

  /// One thread changes, one after the other, while another decides: policies and entities come and go.
  func measure() throws -> Times {
    let isDone = Atomic<Bool>(false)
    let times = Mutex(Times())
    let failure = Mutex<(any Error)?>(nil)
    // The first change takes note of all that is stored.
    if let policy = policies.first { try change(policy) }
    let (beside, beside99) = decideBeside()
    Threads.run(2) { number in
      if number == 1 {
        let (median, tail) = bench.decideWhile { !isDone.load(ordering: .relaxed) }
        times.withLock { ($0.decide, $0.decide99) = (median, tail) }
      } else {
        do {
          let (median, tail) = try changeAll()
          times.withLock { ($0.update, $0.update99) = (median, tail) }
        } catch {
          failure.withLock { $0 = error }
        }
        isDone.store(true, ordering: .relaxed)
      }
    }
    bench.engine.waitForBackground()
    if let error = failure.withLock({ $0 }) { throw error }
    var found = times.withLock { $0 }
    (found.decideBeside, found.decideBeside99) = (beside, beside99)
    found.move1000 = try Self.move(descendants: 1_000)
    found.move100000 = try Self.move(descendants: 100_000)
    return found
  }

  /// Decides beside a thread that only calculates: where two processors are one core's, that alone takes its share.
  private func decideBeside() -> (median: Double, tail: Double) {
    let isDone = Atomic<Bool>(false)
    var times = (median: 0.0, tail: 0.0)
    Threads.run(2) { number in
      // The first one is this thread, and there whatever happens.
      if number == 0 {
        let end = WallClock.now + 200_000_000
        times = bench.decideWhile { WallClock.now < end }
        isDone.store(true, ordering: .relaxed)
      } else {
        var random = SplitMix64(seed: 6)
        while !isDone.load(ordering: .relaxed) {
          var sum = 0
          for _ in 0..<1_000 { sum &+= random.below(1_000) }
          BlackHole.take(sum)
        }
      }
    }
    return times
  }

  /// The median of moving a group of groups, each of which has a hundred users, from one parent to another and back.
  private static func move(descendants: Int) throws -> Double {
    func uid(_ type: String, _ number: Int) -> EntityUID {
      EntityUID(type: EntityTypeName(checked: type), id: "\(number)")
    }
    let moved = uid("Group", 0)
    let parents = [uid("Top", 0), uid("Top", 1)]
    let groups = (1...(descendants / 100)).map { Entity(uid: uid("Group", $0), parents: [moved]) }
    let users = (0..<descendants).map { Entity(uid: uid("User", $0), parents: [groups[$0 / 100].uid]) }
    let policies = try PolicySet(parsing: #"permit(principal in Top::"0", action, resource);"#)
    let engine = try PolicyEngine(policies, entities: EntityStore(groups + users))
    var times: [UInt64] = []
    for turn in 0..<11 {
      let start = WallClock.now
      try engine.upsert(replacing: [Entity(uid: moved, parents: [parents[turn % 2]])])
      // The first notes who is below whom.
      if turn > 0 { times.append(WallClock.now - start) }
      let request = AuthorizationRequest(principal: users[descendants - 1].uid, action: moved, resource: moved)
      guard engine.isAuthorized(request) == (turn % 2 == 0) else {
        throw Failure("error: a moved group is where it was")
      }
    }
    times.sort()
    return Double(times[times.count / 2]) / 1_000
  }

  private func change(_ policy: Policy) throws {
    try bench.engine.remove(policy.id)
    try bench.engine.apply(PolicyEngine.Change(addedPolicies: [policy]))
  }

  private func changeAll() throws -> (median: Double, tail: Double) {
    var random = SplitMix64(seed: 5)
    var times: [UInt64] = []
    func measure(_ change: () throws -> Void) throws {
      let start = WallClock.now
      try change()
      times.append(WallClock.now - start)
    }
    while times.count < Self.changes {
      if !policies.isEmpty {
        let policy = policies[random.below(policies.count)]
        try measure { try bench.engine.remove(policy.id) }
        try measure { try bench.engine.apply(PolicyEngine.Change(addedPolicies: [policy])) }
      }
      if !leaves.isEmpty {
        let entity = leaves[random.below(leaves.count)]
        try measure { try bench.engine.upsert(replacing: [entity]) }
        try measure { try bench.engine.remove([entity.uid]) }
        try bench.engine.upsert(replacing: [entity])
      }
      if policies.isEmpty && leaves.isEmpty { break }
    }
    times.sort()
    guard !times.isEmpty else { return (0, 0) }
    return (Double(times[times.count / 2]) / 1_000, Double(times[times.count * 99 / 100]) / 1_000)
  }
}
