// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Hierarchies at scale")
struct HierarchyTableTests {
  private static func entity(_ type: String, _ id: String, in parents: [EntityUID]) -> Entity {
    Entity(uid: uid(type, id), parents: parents)
  }

  private static func bytes(_ engine: PolicyEngine) -> Int {
    engine.indexReport.parts.first { $0.name == "entities" }?.bytes ?? 0
  }

  @Test(
    "a chain of 100,000: nothing recurses, memory stays within the budget, and the answers are right",
    .enabled(if: isOptimised, "needs an optimised build")
  )
  func chain() throws {
    let length = 100_000
    let entities = (0..<length).map { number in
      Self.entity("Group", "g\(number)", in: number == 0 ? [] : [uid("Group", "g\(number - 1)")])
    }
    let engine = try PolicyEngine(
      try PolicySet(
        parsing: """
          permit(principal in Group::"g0", action == Action::"root", resource);
          permit(principal in Group::"g50000", action == Action::"half", resource);
          permit(principal, action == Action::"beside", resource) when { principal in Group::"g99998" };
          """
      ),
      entities: try EntityStore(entities)
    )
    // 32 MB and 64 bytes an entity and parent, and what is stored of each beside.
    #expect(Self.bytes(engine) < 32 << 20 + 2 * length * 64 + length * 64)
    let decider = engine.decider()
    func isAllowed(_ action: String, _ number: Int) -> Bool {
      let group = uid("Group", "g\(number)")
      return decider.decide(AuthorizationRequest(principal: group, action: uid("Action", action), resource: group))
        .isAllowed
    }
    for number in [0, 1, 127, 128, 129, 5_000, 49_999, 50_000, 50_001, 99_998, 99_999] {
      #expect(isAllowed("root", number))
      #expect(isAllowed("half", number) == (number >= 50_000))
      #expect(isAllowed("beside", number) == (number >= 99_998))
    }
  }

  @Test("a user in 10,000 groups, and 100,000 users in one group")
  func wide() throws {
    let groups = (0..<10_000).map { uid("Group", "g\($0)") }
    var entities = groups.map { Entity(uid: $0, parents: [uid("Group", "all")]) }
    entities.append(Self.entity("User", "wide", in: groups))
    entities += (0..<100_000).map { Self.entity("User", "u\($0)", in: [uid("Group", "g7")]) }
    let engine = try PolicyEngine(
      try PolicySet(
        parsing: (0..<100).map { "permit(principal in Group::\"g\($0 * 7)\", action, resource == Doc::\"d\($0)\");" }
          .joined()
          + "permit(principal in Group::\"all\", action == Action::\"any\", resource);"
      ),
      entities: try EntityStore(entities)
    )
    #expect(Self.bytes(engine) < 110_000 * 100 + 10_000 * 8)
    let decider = engine.decider()
    func isAllowed(_ user: String, _ action: String, _ doc: String) -> Bool {
      let request = AuthorizationRequest(
        principal: uid("User", user),
        action: uid("Action", action),
        resource: uid("Doc", doc)
      )
      return decider.decide(request).isAllowed
    }
    #expect(isAllowed("wide", "view", "d5"))
    #expect(isAllowed("wide", "view", "d99"))
    #expect(!isAllowed("wide", "view", "d100"))
    #expect(isAllowed("u99999", "view", "d1"))
    #expect(!isAllowed("u99999", "view", "d2"))
    #expect(isAllowed("u99999", "any", "d2"))
  }

  @Test("sets of ancestors are shared by all who have them")
  func sharing() throws {
    func bytes(users: Int) throws -> Int {
      let groups = (0..<200).map { uid("Group", "g\($0)") }
      let users = (0..<users).map { Self.entity("User", "u\($0)", in: [uid("Group", "leaf")]) }
      let leaf = Self.entity("Group", "leaf", in: groups)
      return Self.bytes(try PolicyEngine(PolicySet(), entities: try EntityStore(users + [leaf])))
    }
    // Row, record and parent: 40 bytes a user, and not the 800 of the groups.
    #expect(try bytes(users: 3_000) - bytes(users: 1_000) < 2_000 * 64)
  }

  @Test("ladders, where the ways double at each step, are walked once")
  func ladder() throws {
    var entities: [Entity] = []
    for step in 0..<400 {
      for side in ["a", "b"] {
        let above = step == 0 ? [] : ["a", "b"].map { uid("Group", "\($0)\(step - 1)") }
        entities.append(Self.entity("Group", "\(side)\(step)", in: above))
      }
    }
    let rivals = try Rivals(
      "permit(principal in Group::\"a3\", action, resource);",
      entities: try EntityStore(entities)
    )
    let (allowed, denied) = rivals.agree(
      principals: ["a0", "b2", "a3", "b3", "b4", "b399"].map { uid("Group", $0) },
      actions: [uid("Action", "view")],
      resources: [uid("Doc", "d")]
    )
    #expect(allowed == 3)
    #expect(denied == 3)
  }

  @Test("parents that are not stored, and a stored entity under one")
  func absentParents() throws {
    let entities = [
      Self.entity("User", "ann", in: [uid("Group", "unstored")]),
      Self.entity("Group", "stored", in: [uid("Group", "unstored"), uid("Group", "unnamed")]),
    ]
    let rivals = try Rivals(
      "permit(principal in Group::\"unstored\", action, resource); forbid(principal in Group::\"unnamed\", action, resource);",
      entities: try EntityStore(entities)
    )
    rivals.agree(
      principals: [uid("User", "ann"), uid("Group", "stored"), uid("Group", "unstored"), uid("Group", "unnamed")],
      actions: [uid("Action", "view")],
      resources: [uid("Doc", "d")]
    )
  }

  @Test("a cycle is refused by name before there is an engine")
  func cycle() throws {
    #expect(throws: EntityStoreError.self) {
      try EntityStore([
        Self.entity("Group", "a", in: [uid("Group", "b")]), Self.entity("Group", "b", in: [uid("Group", "a")]),
      ])
    }
  }

  @Test(
    "`in` of a condition, and of the scope of a policy that errs, walks for ancestors that are not listed",
    .enabled(if: isOptimised, "needs an optimised build")
  )
  func walks() throws {
    let chains = ["g", "h"].flatMap { letter in
      let names = (0..<4_300).map { uid("Group", "\(letter)\($0)") }
      return names.indices.map { Entity(uid: names[$0], parents: Array(names[($0 + 1)...].prefix(1))) }
    }
    let rivals = try Rivals(
      """
      permit(principal, action, resource) when { context.e in Group::"g4299" };
      forbid(principal, action, resource) when { context.e in Group::"g4299" && context.f in Group::"g4299" };
      permit(principal in Group::"g4299", action, resource) when { principal.missing };
      """,
      entities: try EntityStore(chains)
    )
    for (principal, count) in [("g0", 1), ("g4299", 1), ("g9999", 0)] {
      let request = AuthorizationRequest(
        principal: uid("Group", principal),
        action: uid("Action", "view"),
        resource: uid("Doc", "d"),
        context: try RecordValue([("e", .entity(uid("Group", "g7"))), ("f", .entity(uid("Group", "h0")))])
      )
      let response = rivals.agree(request)
      #expect(response.decision == .allow)
      #expect(response.errors.count == count)
    }
  }
}
