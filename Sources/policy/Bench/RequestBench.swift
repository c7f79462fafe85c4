// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Measures requests one by one: the policies that each looks at and evaluates, and the time of each.
struct RequestBench {
  /// Requests that are measured at most, spread over all.
  static let maximumRequests = 2_000
  /// Nanoseconds for the times of a group.
  private static let limit: UInt64 = 3_000_000_000

  /// The median over requests, and the most of any.
  struct Spread {
    var median = 0.0
    var worst = 0.0

    init(_ values: [Double] = []) {
      guard !values.isEmpty else { return }
      let sorted = values.sorted()
      median = sorted[sorted.count / 2]
      worst = sorted[sorted.count - 1]
    }
  }

  /// Requests of one sort.
  struct Group {
    /// The sort of requests.
    enum Kind: String {
      /// All requests of the file.
      case all
      /// About entities that the engine knows.
      case stored
      /// With entities of their own.
      case brought
      /// The requests with a resource in place of theirs that nothing knows, and those of the file that name such
      /// entities.
      case absent
    }

    let kind: Kind
    let requests: Int
    let lookedAt: Spread
    let evaluated: Spread
    /// Nanoseconds of a request that is decided over and over, of the absent ones by text.
    let times: Spread
    /// The request that takes longest.
    let slowest: AuthorizationRequest?
  }

  struct Costs {
    var groups: [Group] = []
    /// All evaluations of the requests of the file.
    var evaluations = 0
    /// The policies that were evaluated most often, with how often.
    var policies: [(policy: PolicyID, evaluations: Int)] = []
  }

  /// A request with its cost.
  private struct Measured {
    let request: AuthorizationRequest
    let lookedAt: Double
    let evaluated: Double
    /// `nil` when there was no time left for it.
    let time: Double?
  }

  let bench: DecisionBench
  /// Whether requests are timed, and not only their policies counted.
  var isTimed = true

  func measure() throws -> Costs {
    var counter = DecisionCounter()
    let places = sample(bench.requests.count)
    let known = Dictionary(bench.prepared.map { ($0.index, $0) }) { first, _ in first }
    let stored = try measure(places.filter { known[$0] != nil && bench.overlays[$0] == nil }, known, &counter)
    let brought = try measure(places.filter { known[$0] != nil && bench.overlays[$0] != nil }, known, &counter)
    let unknown = try measure(places.filter { known[$0] == nil }, known, &counter)
    var costs = Costs()
    costs.evaluations = counter.evaluated
    costs.policies = bench.engine.costliest(of: counter, limit: BenchReport.namedPolicies)
    var rest = DecisionCounter()
    let absent = try !isTimed ? [] : measure(places.filter { bench.overlays[$0] == nil }, [:], replacing: true, &rest)
    for (kind, measured) in [
      (Group.Kind.all, stored + brought + unknown), (.stored, stored), (.brought, brought), (.absent, unknown + absent),
    ] where !measured.isEmpty {
      costs.groups.append(Self.group(kind, measured))
    }
    return costs
  }

  /// Places spread over so many.
  private func sample(_ count: Int) -> [Int] {
    guard count > Self.maximumRequests else { return Array(0..<count) }
    return (0..<Self.maximumRequests).map { $0 * count / Self.maximumRequests }
  }

  private static func group(_ kind: Group.Kind, _ all: [Measured]) -> Group {
    let slowest = all.filter { $0.time != nil }.max { ($0.time ?? 0) < ($1.time ?? 0) }
    return Group(
      kind: kind,
      requests: all.count,
      lookedAt: Spread(all.map(\.lookedAt)),
      evaluated: Spread(all.map(\.evaluated)),
      times: Spread(all.compactMap(\.time)),
      slowest: slowest?.request
    )
  }

  /// - Parameters:
  ///   - known: the requests by handles, where they are decided so.
  ///   - replacing: whether each is asked about a resource that nothing knows.
  private func measure(
    _ places: [Int],
    _ known: [Int: DecisionBench.Prepared],
    replacing: Bool = false,
    _ counter: inout DecisionCounter
  ) throws -> [Measured] {
    let decider = bench.engine.decider()
    let end = isTimed ? WallClock.now + Self.limit : 0
    return try places.map { place in
      var request = bench.requests[place]
      if replacing {
        let resource = EntityUID(type: request.resource.type, id: request.resource.id + " (absent)")
        request = AuthorizationRequest(
          principal: request.principal,
          action: request.action,
          resource: resource,
          context: request.context
        )
      }
      let overlay = bench.overlays[place]
      let (lookedAt, evaluated) = (counter.lookedAt, counter.evaluated)
      let counted = decider.decide(request, overlay: overlay, counting: &counter)
      guard counted == decider.decide(request, overlay: overlay) else {
        throw Failure("error: counting policies changes a decision, which is a fault of Writ: \(request.principal)")
      }
      let context = request.context.isEmpty ? nil : bench.engine.context(request.context, over: overlay)
      let taken: Double? =
        if WallClock.now > end {
          nil
        } else if let prepared = known[place] {
          Self.time {
            decider.decide(
              principal: prepared.principal,
              action: prepared.action,
              resource: prepared.resource,
              context: context,
              overlay: overlay
            )
          }
        } else {
          Self.time {
            decider.decide(
              principal: request.principal,
              action: request.action,
              resource: request.resource,
              context: context,
              overlay: overlay
            )
          }
        }
      return Measured(
        request: request,
        lookedAt: Double(counter.lookedAt - lookedAt),
        evaluated: Double(counter.evaluated - evaluated),
        time: taken
      )
    }
  }

  /// The least of five rounds, each of so many decisions that the clock does not matter.
  private static func time(_ decide: () -> Decision) -> Double {
    let start = WallClock.now
    var allowed = decide().isAllowed ? 1 : 0
    let once = Swift.max(1, WallClock.now - start)
    let count = Int(Swift.min(64, Swift.max(1, 20_000 / once)))
    var least = UInt64.max
    for _ in 0..<5 {
      let start = WallClock.now
      for _ in 0..<count { allowed += decide().isAllowed ? 1 : 0 }
      least = Swift.min(least, WallClock.now - start)
    }
    BlackHole.take(allowed)
    return Double(least) / Double(count)
  }
}
