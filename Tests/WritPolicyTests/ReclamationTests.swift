// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import WritCedar
import WritPolicy

@Suite("Freeing replaced versions")
struct ReclamationTests {
  private let ann = uid("User", "ann")
  private let view = uid("Action", "view")

  private func engine(_ limits: ChangeLimits = .foreground) throws -> PolicyEngine {
    let policies = try PolicySet(parsing: #"permit(principal == User::"ann", action, resource);"#)
    return try PolicyEngine(
      Array(policies.policies),
      nil,
      EntityStore([Entity(uid: ann)]),
      erringForbids: .skip,
      limits: limits
    )
  }

  private func change(_ engine: PolicyEngine, _ number: Int) throws {
    try engine.upsert(replacing: [Entity(uid: ann, attributes: RecordValue([("n", .long(Int64(number)))]))])
  }

  private func decide(_ decider: Decider) { _ = decider.decide(principal: ann, action: view, resource: ann) }

  @Test("a change looks at the readers of late only, whether 0 or 10,000 deciders are idle")
  func idleDeciders() throws {
    var looks: [Int] = []
    for count in [0, 1_000, 10_000] {
      let engine = try engine()
      let deciders = (0..<count).map { _ in engine.decider() }
      for decider in deciders { decide(decider) }
      // After a few looks they are known to be idle.
      for number in 0..<100 { try change(engine, number) }
      let before = engine.unreclaimed.looks
      let decider = engine.decider()
      for number in 0..<100 {
        try change(engine, number)
        decide(decider)
      }
      looks.append(engine.unreclaimed.looks - before)
      withExtendedLifetime(deciders) {}
    }
    // The pins for single reads are looked at as well.
    #expect(looks.max() ?? .max <= 1_000, "\(looks)")
  }

  @Test("a change looks at a bounded number of readers, even when 2,500 have just decided")
  func boundedChange() throws {
    let engine = try engine()
    let deciders = (0..<2_500).map { _ in engine.decider() }
    for number in 0..<8 {
      for decider in deciders { decide(decider) }
      try change(engine, number)
    }
    #expect(engine.unreclaimed.mostLooks == ReclaimLimits.usual.pins)
    #expect(engine.reclaim())
    #expect(engine.unreclaimed.bytes == 0)
  }

  /// The current version, to see whether it goes.
  private struct Weak {
    weak var version: (any AnyObject & Sendable)?

    init(_ engine: PolicyEngine) { version = engine.withVersion { $0 } }
  }

  @Test("a reader that leaves frees nothing itself; its version goes in the background, without another change")
  func background() throws {
    let engine = try engine()
    let first = Weak(engine)
    engine.withVersion { _ in
      for number in 0..<10 { try? change(engine, number) }
      // Only the version that is being read is left of the ten.
      _ = engine.reclaim()
      #expect(engine.unreclaimed.versions == 1)
      #expect(first.version != nil)
    }
    let end = ContinuousClock.now + .seconds(20)
    while first.version != nil, ContinuousClock.now < end { Threads.yield() }
    #expect(first.version == nil)
    #expect(engine.unreclaimed.versions == 0)
    #expect(engine.unreclaimed.bytes == 0)
  }

  @Test("one reader that stays keeps one version, however much changes meanwhile")
  func oneReader() throws {
    let engine = try engine()
    engine.withVersion { _ in
      for number in 0..<500 { try? change(engine, number) }
      _ = engine.reclaim()
      #expect(engine.unreclaimed.versions == 1)
      #expect(engine.unreclaimed.bytes <= 1 << 20)
    }
    #expect(engine.reclaim())
    #expect(engine.unreclaimed.bytes == 0)
  }

  @Test("whole sets that are replaced are counted, and go")
  func replacedSets() throws {
    let engine = try engine()
    let policies = try PolicySet(
      parsing: (0..<2_000).map { "permit(principal == User::\"u\($0)\", action, resource);" }.joined()
    )
    engine.withVersion { _ in
      for _ in 0..<5 { _ = try? engine.replace(policies: policies) }
    }
    #expect(engine.reclaim())
    #expect(engine.unreclaimed.bytes == 0)
    // What an answer keeps counts as well, until it goes.
    do {
      let answer = engine.authorize(AuthorizationRequest(principal: ann, action: view, resource: ann))
      try engine.replace(policies: PolicySet())
      #expect(engine.reclaim())
      #expect(engine.unreclaimed.bytes > 10_000)
      withExtendedLifetime(answer) {}
    }
    #expect(engine.unreclaimed.bytes == 0)
  }

  @Test("with more versions unreclaimed than the cap, a change waits for readers, and goes on when they leave")
  func waiting() throws {
    var limits = ChangeLimits.foreground
    limits.reclaim.versions = 4
    limits.reclaim.patience = 600_000
    let engine = try engine(limits)
    let entered = Atomic<Int>(0)
    let released = Atomic<Bool>(false)
    let read: @Sendable () -> Void = {
      engine.withVersion { _ in
        entered.add(1, ordering: .sequentiallyConsistent)
        while !released.load(ordering: .relaxed) { Threads.yield() }
      }
    }
    let left = Atomic<Int>(-1)
    let write: @Sendable () -> Void = {
      // Each change when one reader more is there: five of them read five versions.
      for number in 1...5 {
        while entered.load(ordering: .sequentiallyConsistent) < number { Threads.yield() }
        try? change(engine, number)
      }
      left.store(engine.unreclaimed.versions, ordering: .sequentiallyConsistent)
    }
    let readAfter: (Int) -> (@Sendable () -> Void) = { number in
      {
        while entered.load(ordering: .sequentiallyConsistent) < number || engine.version <= UInt64(number) {
          Threads.yield()
        }
        read()
      }
    }
    Threads.run(
      write,
      read,
      readAfter(1),
      readAfter(2),
      readAfter(3),
      readAfter(4),
      {
        // The fifth change waits until the readers are let go.
        while engine.unreclaimed.waits == 0, left.load(ordering: .sequentiallyConsistent) < 0 { Threads.yield() }
        released.store(true, ordering: .relaxed)
      }
    )
    #expect(engine.version == 6)
    #expect((0...4).contains(left.load(ordering: .sequentiallyConsistent)))
    #expect(engine.unreclaimed.waits == 1)
  }

  @Test("a reader that itself changes is not waited for without end")
  func patience() throws {
    let engine = try engine(.few)
    func read(_ count: Int) {
      guard count > 0 else { return }
      engine.withVersion { _ in
        try? change(engine, count)
        read(count - 1)
      }
    }
    read(6)
    #expect(engine.version >= 7)
    #expect(engine.unreclaimed.waits > 0)
  }

  // MARK: Deciders

  @Test("deciders that come and go use the same pins")
  func pins() throws {
    let engine = try engine()
    for _ in 0..<5 {
      let deciders = (0..<1_000).map { _ in engine.decider() }
      for decider in deciders.prefix(10) { decide(decider) }
      #expect(engine.pins <= 1_024)
    }
    var few: [Decider] = []
    for _ in 0..<5_000 { few = [engine.decider()] }
    withExtendedLifetime(few) {}
    #expect(engine.pins <= 1_024)
  }

  @Test("a decider that has decided nothing keeps no version and has looked at none")
  func lazyDecider() throws {
    let engine = try engine()
    let deciders = (0..<100).map { _ in engine.decider() }
    let before = engine.unreclaimed.looks
    for number in 0..<10 { try change(engine, number) }
    #expect(engine.unreclaimed.looks - before <= 10 * 8)
    for decider in deciders { #expect(decider.decide(principal: ann, action: view, resource: ann) == .allow) }
    for decider in deciders { #expect(decider.changedHierarchies == 0) }
  }
}
