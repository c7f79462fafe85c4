// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import WritCedar
import WritPolicy

/// Threads that decide while policies and entities are replaced ten thousand times.
///
/// A version allows one of two actions, and its conditions fit its entities only: who decided by parts of two versions
/// would deny what all allow.
@Suite("Readers under change")
struct ReadersUnderChangeTests {
  private static let replacements: UInt64 = 10_000
  private static let levels: UInt64 = 7

  /// Every other version has new entities; the one between has them from the one before.
  private static func level(_ version: UInt64) -> UInt64 { version / 2 % levels }
  private static func action(_ version: UInt64) -> EntityUID { uid("Action", version % 2 == 0 ? "even" : "odd") }
  private static func name(_ version: UInt64) -> String { "\(action(version).id) \(level(version))" }

  private static func policies(_ version: UInt64) throws -> PolicySet {
    try PolicySet(
      parsing: """
        @id("\(name(version))") permit(principal in Group::"staff", action == \(action(version)), resource)
          when { principal.level == \(level(version)) };
        @id("all") permit(principal, action == Action::"all", resource) when { principal.level == \(level(version)) };
        @id("none") forbid(principal, action, resource) when { principal.level != \(level(version)) };
        """
    )
  }

  private static func entities(_ version: UInt64) throws -> EntityStore {
    try EntityStore([
      Entity(
        uid: uid("User", "ann"),
        attributes: try RecordValue([("level", .long(Int64(level(version))))]),
        parents: [uid("Group", "staff")]
      )
    ])
  }

  /// The state that the threads share.
  private final class Stage: Sendable {
    let engine: PolicyEngine
    /// The last version whose replacement has begun, and the last one whose replacement has returned.
    let begun = Atomic<UInt64>(1)
    let returned = Atomic<UInt64>(1)
    let isDone = Atomic<Bool>(false)
    let wrong = Atomic<Int>(0)
    let decided = Atomic<Int>(0)

    init() throws {
      engine = try PolicyEngine(try policies(1), entities: try entities(1))
    }

    func expect(_ isRight: Bool) {
      if !isRight { wrong.add(1, ordering: .relaxed) }
    }

    /// Asks whether an action is allowed, and expects the answer of the current version when there was only one.
    func decide(_ asked: UInt64, _ decide: (EntityUID) -> Decision) {
      let before = returned.load(ordering: .sequentiallyConsistent)
      let decision = decide(action(asked))
      let after = begun.load(ordering: .sequentiallyConsistent)
      if before == after { expect(decision.isAllowed == (asked % 2 == before % 2)) }
      expect(decide(uid("Action", "all")).isAllowed)
      decided.add(1, ordering: .relaxed)
    }

    func read() {
      let decider = engine.decider()
      let (ann, doc) = (uid("User", "ann"), uid("Doc", "new"))
      guard let handle = engine.handle(for: ann), let all = engine.handle(for: uid("Action", "all")) else {
        return expect(false)
      }
      var kept: EngineResponse?
      var asked: UInt64 = 0
      while !isDone.load(ordering: .relaxed) {
        asked += 1
        decide(asked) { decider.decide(principal: ann, action: $0, resource: doc) }
        decide(asked) { action in
          // The first version names one of the actions only.
          guard let number = engine.handle(for: action) else {
            return decider.decide(principal: ann, action: action, resource: doc)
          }
          return decider.decide(principal: handle, action: number, resource: handle)
        }
        expect(decider.decide(principal: handle, action: all, resource: handle).isAllowed)
        let oldest = returned.load(ordering: .sequentiallyConsistent)
        let answer = decider.authorize(AuthorizationRequest(principal: ann, action: action(asked), resource: doc))
        let isRight = asked % 2 == answer.version % 2
        expect(answer.version >= oldest)
        expect(answer.decision.isAllowed == isRight)
        expect(answer.reasons.map(\.description) == (isRight ? [name(answer.version)] : []))
        if let kept { expect(kept.errors.isEmpty && kept.version <= answer.version) }
        if asked % 16 == 0 { kept = answer }
      }
    }
  }

  private final class Box: Sendable {
    let value = Atomic<UInt64>(0)
  }

  private struct Weak {
    weak var version: (any AnyObject & Sendable)?
  }

  @Test("no answer mixes versions, none is late, and no version stays (P21)")
  func mix() throws {
    let stage = try Stage()
    let count = Self.levels * 2
    let sets = try (0..<count).map { try Self.policies($0) }
    let stores = try (0..<count).map { try Self.entities($0) }
    let versions = Mutex<[Weak]>([])
    Threads.run(
      {
        for number in 2...(Self.replacements + 1) {
          let place = Int(number % count)
          stage.begun.store(number, ordering: .sequentiallyConsistent)
          let new =
            number % 2 == 0
            ? try? stage.engine.replace(policies: sets[place], entities: stores[place])
            : try? stage.engine.replace(policies: sets[place])
          stage.returned.store(number, ordering: .sequentiallyConsistent)
          stage.expect(new == number)
          stage.engine.withVersion { version in versions.withLock { $0.append(Weak(version: version)) } }
        }
        stage.isDone.store(true, ordering: .sequentiallyConsistent)
      },
      { stage.read() },
      { stage.read() }
    )
    #expect(stage.wrong.load(ordering: .relaxed) == 0)
    #expect(stage.decided.load(ordering: .relaxed) > 1_000)
    #expect(stage.engine.version == Self.replacements + 1)
    // What a reader held last goes in the background, or now.
    #expect(stage.engine.reclaim())
    #expect(versions.withLock { $0.count { $0.version != nil } } == 1)
  }

  @Test("no answer sees a part of a small change, and none is late", arguments: [ChangeLimits.usual, .few])
  func smallChanges(limits: ChangeLimits) throws {
    // The state k: its policies demand the level that its entity has.
    let ann = uid("User", "ann")
    let cycle = 50
    let changes = isOptimised ? 10_000 : 500
    func entity(_ state: Int) throws -> Entity {
      Entity(uid: ann, attributes: try RecordValue([("level", .long(Int64(state)))]), parents: [uid("Group", "staff")])
    }
    let states = try (0..<cycle).map { state in
      (
        policies: Array(
          try PolicySet(
            parsing: """
              @id("\(state)") permit(principal in Group::"staff", action, resource) when { principal.level == \(state) };
              @id("not \(state)") forbid(principal, action, resource) when { principal.level != \(state) };
              """
          ).policies
        ), entity: try entity(state)
      )
    }
    let engine = try PolicyEngine(
      states[0].policies,
      nil,
      EntityStore([states[0].entity]),
      erringForbids: .deny,
      limits: limits
    )
    // Numbers of changes, each of which leads to the next state.
    let begun = Atomic<Int>(0)
    let returned = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let isDone = Atomic<Bool>(false)
    let read: @Sendable () -> Void = {
      let decider = engine.decider()
      let request = AuthorizationRequest(principal: ann, action: uid("Action", "a"), resource: uid("Doc", "d"))
      while !isDone.load(ordering: .relaxed) {
        let before = returned.load(ordering: .sequentiallyConsistent)
        let answer = decider.authorize(request)
        let after = begun.load(ordering: .sequentiallyConsistent)
        let states = (before...after).prefix(cycle).map { "\($0 % cycle)" }
        let isRight =
          answer.reasons.count == 1 && states.contains(answer.reasons[0].description) && answer.errors.isEmpty
        if !answer.decision.isAllowed || !isRight { wrong.add(1, ordering: .relaxed) }
      }
    }
    Threads.run(
      {
        for number in 1...changes {
          let (old, new) = (states[(number - 1) % cycle], states[number % cycle])
          begun.store(number, ordering: .sequentiallyConsistent)
          let change = PolicyEngine.Change(
            removedPolicies: old.policies.map(\.id),
            addedPolicies: new.policies,
            replacedEntities: [new.entity]
          )
          if (try? engine.apply(change)) == nil { wrong.add(1, ordering: .relaxed) }
          returned.store(number, ordering: .sequentiallyConsistent)
        }
        isDone.store(true, ordering: .sequentiallyConsistent)
      },
      read,
      read
    )
    #expect(wrong.load(ordering: .relaxed) == 0)
    engine.waitForBackground()
    #expect(engine.version > UInt64(changes))
  }

  @Test("what one thread publishes another reads whole, with no order but the gate's")
  func turns() throws {
    let engine = try PolicyEngine(PolicySet())
    let rounds = 300
    // Relaxed, so that ThreadSanitizer sees the order of the gate only.
    let turn = Atomic<Int>(0)
    @Sendable func wait(for number: Int) { while turn.load(ordering: .relaxed) != number { Threads.yield() } }
    Threads.run(
      {
        for round in 0..<rounds {
          wait(for: round * 2 + 1)
          _ = try? engine.replace(policies: PolicySet())
          turn.store(round * 2 + 2, ordering: .relaxed)
        }
      },
      {
        let decider = engine.decider()
        let (user, action) = (uid("User", "x"), uid("Action", "y"))
        for round in 0..<rounds {
          wait(for: round * 2)
          _ = decider.decide(principal: user, action: action, resource: user)
          turn.store(round * 2 + 1, ordering: .relaxed)
        }
      }
    )
    #expect(engine.version == UInt64(rounds) + 1)
  }

  @Test("replacements from several threads follow one another")
  func writers() throws {
    let engine = try PolicyEngine(PolicySet())
    // Atomics, as ThreadSanitizer does not see into a mutex.
    let (count, sum) = (Box(), Box())
    let replace: @Sendable () -> Void = {
      for _ in 0..<200 {
        guard let number = try? engine.replace(policies: PolicySet()) else { continue }
        count.value.add(1, ordering: .relaxed)
        sum.value.add(number, ordering: .relaxed)
      }
    }
    Threads.run(replace, replace, replace)
    #expect(count.value.load(ordering: .relaxed) == 600)
    #expect(sum.value.load(ordering: .relaxed) == (2...601).reduce(0, +))
    #expect(engine.version == 601)
  }

  @Test("deciders come and go while versions do")
  func deciders() throws {
    let stage = try Stage()
    let read: @Sendable () -> Void = {
      while !stage.isDone.load(ordering: .relaxed) {
        let deciders = (0..<100).map { _ in stage.engine.decider() }
        for decider in deciders {
          stage.expect(
            decider.decide(principal: uid("User", "x"), action: uid("Action", "y"), resource: uid("Doc", "z")) == .deny
          )
        }
        stage.expect(
          !stage.engine.isAuthorized(
            AuthorizationRequest(principal: uid("User", "x"), action: uid("Action", "y"), resource: uid("Doc", "z"))
          )
        )
      }
    }
    Threads.run(
      {
        for _ in 0..<500 { _ = try? stage.engine.replace(policies: PolicySet()) }
        stage.isDone.store(true, ordering: .sequentiallyConsistent)
      },
      read,
      read
    )
    #expect(stage.wrong.load(ordering: .relaxed) == 0)
    #expect(stage.engine.version == 501)
  }
}
