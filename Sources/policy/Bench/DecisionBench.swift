// SPDX-License-Identifier: Apache-2.0

internal import CAllocationCount
internal import Synchronization
internal import WritCedar
internal import WritPolicy

/// Measures deciders on a list of requests.
///
/// Nothing is cached between requests: the order is random, and drawn again for each batch.
struct DecisionBench {
  /// A request by handles.
  struct Prepared: BitwiseCopyable {
    /// The place of the request as text, and of its context.
    let index: Int
    let principal: EntityHandle
    let action: EntityHandle
    let resource: EntityHandle
  }

  /// Nanoseconds a request.
  struct Times {
    var decide = 0.0
    var decide99 = 0.0
    var cold = 0.0
    var text = 0.0
    var authorize = 0.0
    var pooled = 0.0
    var contextBuild = 0.0
    var overlay = 0.0
    var overlayBuild = 0.0
    var timer = 0.0
    /// `nil` where they cannot be counted.
    var allocations: Double?
  }

  static let batchSize = 1_000
  /// Nanoseconds after which a figure has enough batches, should decisions be slow.
  private static let limit: UInt64 = 10_000_000_000

  let engine: PolicyEngine
  let requests: [AuthorizationRequest]
  let prepared: [Prepared]
  /// Of each request, in its place; `nil` for those that bring nothing.
  let overlays: [EntityOverlay?]
  private let hasOverlays: Bool
  /// Built beforehand; empty when no request has a context, so that nothing of them is counted then.
  private let contexts: [RequestContext?]
  /// Each request's principal as it is stored.
  private let brought: [[Entity]]
  private let principals: [EntityHandle]
  private let resources: [EntityHandle]

  init(engine: PolicyEngine, requests asked: [BenchRequest], entities: EntityStore) throws {
    self.engine = engine
    let requests = asked.map(\.request)
    let decider = engine.decider()
    let overlays = try asked.map { try $0.overlay(by: decider) }
    self.overlays = overlays
    hasOverlays = overlays.contains { $0 != nil }
    // Identifiers that the engine does not know have no handles; those requests are decided by text only.
    self.requests = requests
    let prepared = requests.enumerated().compactMap { index, request -> Prepared? in
      func handle(_ uid: EntityUID) -> EntityHandle? { engine.handle(for: uid) ?? overlays[index]?.handle(for: uid) }
      guard let principal = handle(request.principal), let action = handle(request.action),
        let resource = handle(request.resource)
      else { return nil }
      return Prepared(
        index: index,
        principal: principal,
        action: action,
        resource: resource
      )
    }
    guard !prepared.isEmpty else { throw Failure("error: no request is about known entities") }
    func handles(_ type: (AuthorizationRequest) -> EntityTypeName, _ own: (Prepared) -> EntityHandle) -> [EntityHandle]
    {
      let types = Set(requests.map(type))
      let found = entities.filter { types.contains($0.uid.type) }.compactMap { engine.handle(for: $0.uid) }
      return found.isEmpty ? prepared.map(own) : found
    }
    self.prepared = prepared
    let hasContexts = requests.contains { !$0.context.isEmpty }
    contexts =
      hasContexts
      ? zip(requests, overlays).map { $0.context.isEmpty ? nil : engine.context($0.context, over: $1) } : []
    brought = requests.map { [entities[$0.principal] ?? Entity(uid: $0.principal)] }
    principals = handles({ $0.principal.type }, { $0.principal })
    resources = handles({ $0.resource.type }, { $0.resource })
  }

  // MARK: Times

  func measure(batches: Int) -> Times {
    var times = Times()
    times.timer = timer()
    let decider = engine.decider()
    var random = SplitMix64(seed: 2)
    var allowed = 0
    for request in prepared { allowed += decide(request, decider) }

    let before = writ_allocation_count()
    for request in prepared { allowed += decide(request, decider) }
    if before >= 0 { times.allocations = Double(writ_allocation_count() - before) / Double(prepared.count) }

    times.decide = median(batches, &random) { allowed += decide($0, decider) }
    times.text = median(batches, &random) { request in
      let asked = requests[request.index]
      let decision = decider.decide(
        principal: asked.principal,
        action: asked.action,
        resource: asked.resource,
        context: context(of: request),
        overlay: overlay(of: request)
      )
      allowed += decision.isAllowed ? 1 : 0
    }
    times.authorize = median(batches, &random) { request in
      let answer = decider.authorize(
        principal: request.principal,
        action: request.action,
        resource: request.resource,
        context: context(of: request),
        overlay: overlay(of: request)
      )
      allowed += answer.decision.isAllowed ? 1 : 0
    }
    times.pooled = median(batches, &random) { request in
      allowed += engine.isAuthorized(requests[request.index], overlay: overlay(of: request)) ? 1 : 0
    }
    times.contextBuild = median(Swift.max(10, batches / 10), &random) { request in
      allowed += engine.context(requests[request.index].context).record.count
    }
    measureOverlays(batches, &random, &times)
    times.cold = median(batches, &random, drawing: cold) { allowed += decide($0, decider) }
    times.decide99 = percentile99(batches, decider, &random)
    BlackHole.take(allowed)
    return times
  }

  /// The median of a decision by handles alone.
  func decideMedian(batches: Int) -> Double {
    let decider = engine.decider()
    var random = SplitMix64(seed: 2)
    var allowed = 0
    for request in prepared { allowed += decide(request, decider) }
    let median = median(batches, &random) { allowed += decide($0, decider) }
    BlackHole.take(allowed)
    return median
  }

  /// Requests that bring their principals.
  private func measureOverlays(_ batches: Int, _ random: inout SplitMix64, _ times: inout Times) {
    let decider = engine.decider()
    let overlays = zip(self.overlays, brought).map { own, principal in own ?? (try? decider.overlay(principal)) }
    let contexts = zip(requests, overlays).map { request, overlay in
      request.context.isEmpty ? nil : engine.context(request.context, over: overlay)
    }
    var allowed = 0
    times.overlay = median(batches, &random) { request in
      let decision = decider.decide(
        principal: request.principal,
        action: request.action,
        resource: request.resource,
        context: contexts[request.index],
        overlay: overlays[request.index]
      )
      allowed += decision.isAllowed ? 1 : 0
    }
    times.overlayBuild = median(Swift.max(10, batches / 10), &random) { request in
      allowed += (try? decider.overlay(brought[request.index]))?.entities.count ?? 0
    }
    BlackHole.take(allowed)
  }

  @inline(__always)
  private func context(of request: Prepared) -> RequestContext? { contexts.isEmpty ? nil : contexts[request.index] }

  @inline(__always)
  private func overlay(of request: Prepared) -> EntityOverlay? { hasOverlays ? overlays[request.index] : nil }

  @inline(__always)
  private func decide(_ request: Prepared, _ decider: Decider) -> Int {
    let decision = decider.decide(
      principal: request.principal,
      action: request.action,
      resource: request.resource,
      context: context(of: request),
      overlay: overlay(of: request)
    )
    return decision.isAllowed ? 1 : 0
  }

  /// A request's action and context with a principal and a resource out of all.
  private func cold(_ random: inout SplitMix64) -> Prepared {
    let request = prepared[random.below(prepared.count)]
    return Prepared(
      index: request.index,
      principal: principals[random.below(principals.count)],
      action: request.action,
      resource: resources[random.below(resources.count)]
    )
  }

  /// The median over batches of the mean within one.
  @inline(__always)
  private func median(_ batches: Int, _ random: inout SplitMix64, _ body: (Prepared) -> Void) -> Double {
    median(batches, &random, drawing: { prepared[$0.below(prepared.count)] }, body)
  }

  @inline(__always)
  private func median(
    _ batches: Int,
    _ random: inout SplitMix64,
    drawing draw: (inout SplitMix64) -> Prepared,
    _ body: (Prepared) -> Void
  ) -> Double {
    var times: [UInt64] = []
    var spent: UInt64 = 0
    var batch: [Prepared] = []
    for _ in 0..<batches where spent < Self.limit {
      batch.removeAll(keepingCapacity: true)
      for _ in 0..<Self.batchSize { batch.append(draw(&random)) }
      let start = ThreadClock.now
      for index in batch.indices { body(batch[index]) }
      times.append(ThreadClock.now - start)
      spent += times[times.count - 1]
    }
    times.sort()
    return Double(times[times.count / 2]) / Double(Self.batchSize)
  }

  private func percentile99(_ batches: Int, _ decider: Decider, _ random: inout SplitMix64) -> Double {
    var times: [UInt64] = []
    var allowed = 0
    for _ in 0..<Swift.min(batches, 200) * Self.batchSize {
      let request = prepared[random.below(prepared.count)]
      let start = WallClock.now
      allowed += decide(request, decider)
      times.append(WallClock.now - start)
    }
    BlackHole.take(allowed)
    times.sort()
    return Double(times[times.count * 99 / 100])
  }

  /// Decides as long as something else is going on: the median of batches, and the 99th percentile of single calls.
  func decideWhile(_ isGoingOn: () -> Bool) -> (median: Double, tail: Double) {
    let decider = engine.decider()
    var random = SplitMix64(seed: 4)
    var batches: [UInt64] = []
    var singles: [UInt64] = []
    var allowed = 0
    while isGoingOn() {
      let batch = (0..<Self.batchSize).map { _ in prepared[random.below(prepared.count)] }
      let start = ThreadClock.now
      for index in batch.indices { allowed += decide(batch[index], decider) }
      batches.append(ThreadClock.now - start)
      for request in batch.prefix(Self.batchSize / 4) {
        let start = WallClock.now
        allowed += decide(request, decider)
        singles.append(WallClock.now - start)
      }
    }
    BlackHole.take(allowed)
    guard !batches.isEmpty, !singles.isEmpty else { return (0, 0) }
    batches.sort()
    singles.sort()
    return (Double(batches[batches.count / 2]) / Double(Self.batchSize), Double(singles[singles.count * 99 / 100]))
  }

  /// Decides something.
  func decideOne(_ decider: Decider) -> Int { decide(prepared[0], decider) }

  /// Times decisions one by one.
  func timeEach(
    _ decider: Decider,
    for time: UInt64,
    by clock: () -> UInt64 = { WallClock.now },
    _ random: inout SplitMix64,
    _ add: (UInt64) -> Void
  ) {
    var now = clock()
    let end = now + time
    var allowed = 0
    while now < end {
      let request = prepared[random.below(prepared.count)]
      let start = clock()
      allowed += decide(request, decider)
      now = clock()
      add(now - start)
    }
    BlackHole.take(allowed)
  }

  /// Measures the cost of looking at the clock that times single calls.
  private func timer() -> Double {
    var times: [UInt64] = []
    for _ in 0..<10_000 {
      let start = WallClock.now
      times.append(WallClock.now - start)
    }
    times.sort()
    return Double(times[times.count / 2])
  }

  // MARK: Throughput

  /// Decisions a second.
  struct Throughput {
    let cores: Int
    let one: Double
    let all: Double
  }

  /// The best of five runs each, alternately on one core and on all.
  func throughput() -> Throughput {
    let cores = CoreCount.available
    var one = 0.0
    var all = 0.0
    for _ in 0..<5 {
      one = Swift.max(one, decisionsPerSecond(threads: 1))
      all = Swift.max(all, decisionsPerSecond(threads: cores))
    }
    return Throughput(cores: cores, one: one, all: all)
  }

  private func decisionsPerSecond(threads: Int) -> Double {
    let total = Mutex(0.0)
    Threads.run(threads) { number in
      let decider = engine.decider()
      var random = SplitMix64(seed: UInt64(number) + 3)
      let order = (0..<4 * Self.batchSize).map { _ in random.below(prepared.count) }
      var allowed = 0
      var rounds = 0
      let start = WallClock.now
      var end = start
      while end - start < 200_000_000 {
        for index in order { allowed += decide(prepared[index], decider) }
        rounds += 1
        end = WallClock.now
      }
      BlackHole.take(allowed)
      let rate = Double(rounds * order.count) / Double(end - start) * 1e9
      total.withLock { $0 += rate }
    }
    return total.withLock { $0 }
  }
}

/// Takes results, so that the optimiser may not leave out what makes them.
enum BlackHole {
  private static let sum = Atomic<Int>(0)

  static func take(_ result: Int) { sum.wrappingAdd(result, ordering: .relaxed) }
}

/// A small generator of random numbers whose seed makes runs repeatable (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
  }
}
