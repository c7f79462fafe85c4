// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// No table explodes: conditions made to blow an index up cost memory in proportion to their text, and where they do
/// not narrow, the policies are looked at one by one.
///
/// A policy stands under at most 16 keys for each action that its scope lists, a key takes at most 27 bytes, and a
/// condition about 30 bytes a node.
@Suite("Tables grow with the text of the policies, whatever the conditions (P16)")
struct GrowthTests {
  private func engine(_ policies: [String], _ entities: EntityStore = EntityStore()) throws -> PolicyEngine {
    try PolicyEngine(try PolicySet(parsing: policies.joined(separator: "\n")), entities: entities)
  }

  private func request(_ context: String = "{}") throws -> AuthorizationRequest {
    AuthorizationRequest(
      principal: uid("User", "ann"),
      action: uid("Action", "view"),
      resource: uid("Doc", "d"),
      context: try record(context)
    )
  }

  /// How many policies the tables propose for the decision.
  private func candidates(_ engine: PolicyEngine, _ request: AuthorizationRequest) -> Int {
    let use = engine.tableUse(of: request)
    return use["forbids", default: 0] + use["permits", default: 0]
  }

  /// Bytes for each byte of text are bounded, and no more with twice as many policies.
  private func expectLinear(
    _ policies: (Int) -> [String],
    _ count: Int,
    _ location: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let (few, many) = (policies(count), policies(2 * count))
    let (first, second) = (try engine(few).indexReport.bytes, try engine(many).indexReport.bytes)
    #expect(second < 3 * first, sourceLocation: location)
    #expect(second < 24 * many.reduce(0) { $0 + $1.utf8.count }, sourceLocation: location)
  }

  /// Tests of `width` truths in all combinations: what makes a decision diagram of 2^width leaves.
  private func combinations(_ width: Int) -> [String] {
    (0..<1 << width).map { number in
      let tests = (0..<width).map { "context.b\($0) == \(number >> $0 & 1 == 1)" }
      return "permit(principal, action, resource) when { \(tests.joined(separator: " && ")) };"
    }
  }

  @Test("k tests in all 2^k combinations: two tests narrow, the rest is evaluated")
  func combinations() throws {
    try expectLinear({ combinations($0 == 8 ? 8 : 9) }, 8)
    let engine = try engine(combinations(10))
    let context = (0..<10).map { "\"b\($0)\": \($0 % 3 == 0)" }.joined(separator: ",")
    let asked = try request("{\(context)}")
    #expect(engine.authorize(asked).reasons.count == 1)
    #expect(candidates(engine, asked) == 256)
  }

  @Test("alternatives of alternatives: 16 entries a policy at most")
  func alternatives() throws {
    // Sixty policies share a value of the one, and are told apart by those of the other.
    func list(_ name: String, _ number: Int, _ count: Int, of values: Int) -> String {
      "[\((0..<count).map { "\((number * 31 + $0 * 7) % values)" }.joined(separator: ","))].contains(context.\(name))"
    }
    for width in [16, 17] {
      try expectLinear(
        { count in
          (0..<count).map {
            let (first, second) = (list("a", $0 * 5, width, of: 797), list("b", $0, width, of: 727))
            return "permit(principal, action, resource) when { \(first) && \(second) };"
          }
        },
        1_500
      )
    }
  }

  @Test("long chains of alternatives, deep conditions and large sets narrow nothing, and no table is the larger for it")
  func unindexable() throws {
    let chain = (0..<300).map { "context.n == \($0)" }.joined(separator: " || ")
    let set = "[\((0..<300).map(String.init).joined(separator: ","))].containsAny(context.set)"
    let negated = String(repeating: "!(", count: 100) + "context.n < 5" + String(repeating: ")", count: 100)
    for condition in [chain, set, negated] {
      let policies = { (count: Int) in
        (0..<count).map { "permit(principal, action, resource) when { \(condition) && context.k == \($0) || false };" }
      }
      try expectLinear(policies, 50)
      let engine = try engine(policies(50))
      #expect(engine.indexReport.unindexed.count == 50)
      #expect(candidates(engine, try request()) == 50)
    }
  }

  @Test("an action of many groups, a principal of many ancestors, and policies for each pair")
  func wideHierarchies() throws {
    let groups = (0..<300).map { uid("Group", "g\($0)") }
    let actions = (0..<300).map { uid("Action", "a\($0)") }
    let entities = try EntityStore([
      Entity(uid: uid("User", "ann"), parents: groups), Entity(uid: uid("Doc", "d"), parents: groups),
      Entity(uid: uid("Action", "view"), parents: actions),
    ])
    let policies = { (count: Int) in
      (0..<count).map { number in
        let (left, right) = (number % 300, number * 7 % 300)
        return "permit(principal in Group::\"g\(left)\", action in [Action::\"a\(right)\", Action::\"none\"],"
          + " resource in Group::\"g\(right)\");"
      }
    }
    try expectLinear(policies, 500)
    let engine = try engine(policies(1_000), entities)
    // All of them are satisfied, each once.
    #expect(engine.authorize(try request()).reasons.count == 1_000)
    #expect(candidates(engine, try request()) == 1_000)
  }
}
