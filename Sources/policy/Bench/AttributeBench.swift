// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Measures what an attribute on demand costs, over policies of its own: a decision that looks at eight attributes,
/// stored and then supplied by a source that has nothing to compute.
struct AttributeBench {
  private static let count = 8

  /// Supplies one value for everything.
  private struct Constant: AttributeSource {
    let value: Value

    func value(of attribute: borrowing AskedAttribute) -> Value? { value }
  }

  /// The additional nanoseconds for an attribute that a source supplies.
  struct Times {
    /// A long or a bool, whichever takes longer.
    let scalar: Double
    /// An entity that the engine knows, whose UID is looked up.
    let entity: Double
  }

  func measure(batches: Int) throws -> Times {
    let user = EntityUID(type: EntityTypeName(checked: "User"), id: "u")
    return Times(
      scalar: Swift.max(try measure(1, of: user, batches), try measure(true, of: user, batches)),
      entity: try measure(.entity(user), of: user, batches)
    )
  }

  private func measure(_ value: Value, of user: EntityUID, _ batches: Int) throws -> Double {
    let names = (0..<Self.count).map { "a\($0)" }
    let tests = names.map { "principal.\($0) == \(value)" }.joined(separator: " && ")
    let policies = try PolicySet(parsing: "permit(principal, action, resource) when { \(tests) };")
    let entity = Entity(uid: user, attributes: try RecordValue(names.map { ($0, value) }))
    let stored = try PolicyEngine(policies, entities: EntityStore([entity]))
    let empty = try PolicyEngine(policies, entities: EntityStore([Entity(uid: user)]))
    guard let here = stored.handle(for: user), let there = empty.handle(for: user) else { return 0 }
    let (decider, asking, source) = (stored.decider(), empty.decider(), Constant(value: value))
    var allowed = 0
    var differences: [Double] = []
    for _ in 0..<batches {
      let start = ThreadClock.now
      for _ in 0..<DecisionBench.batchSize {
        allowed += decider.decide(principal: here, action: here, resource: here).isAllowed ? 1 : 0
      }
      let middle = ThreadClock.now
      for _ in 0..<DecisionBench.batchSize {
        let decision = asking.decide(principal: there, action: there, resource: there, attributes: source)
        allowed += decision.isAllowed ? 1 : 0
      }
      let end = ThreadClock.now
      differences.append(Double(end - middle) - Double(middle - start))
    }
    guard allowed == 2 * batches * DecisionBench.batchSize else {
      throw Failure("error: supplied attributes decide otherwise than stored ones, which is a fault of Writ")
    }
    differences.sort()
    return differences[differences.count / 2] / Double(DecisionBench.batchSize * Self.count)
  }
}
