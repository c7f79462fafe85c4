// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Work is counted in steps, without what the background would take over: so times and threads do not matter.
@Suite("The cost of a change follows what changes")
struct ChangeGrowthTests {
  private let view = uid("Action", "view")
  private let doc = uid("Doc", "d")

  private func engine(_ entities: [Entity] = [], _ policies: String = "", _ limits: ChangeLimits = .foreground) throws
    -> PolicyEngine
  {
    let set = try PolicySet(parsing: policies)
    return try PolicyEngine(Array(set.policies), nil, try EntityStore(entities), erringForbids: .skip, limits: limits)
  }

  // MARK: Policies

  /// Forms of policies: told apart by scope, by condition, and not at all.
  private static let forms = [
    "permit(principal == User::\"u{n}\", action == Action::\"view\", resource);",
    "permit(principal, action, resource) when { context.k == {n} };",
    "forbid(principal in Group::\"g{n}\", action in [Action::\"view\", Action::\"edit\"], resource) unless { resource.x };",
  ]

  private func policy(_ form: Int, _ number: Int) throws -> PolicySet {
    let text = Self.forms[form].replacing("{n}", with: "\(number)")
    return try PolicySet(parsing: "@id(\"\(number)\") " + text)
  }

  /// How many policies adding so many one by one writes into indexes.
  private func written(_ count: Int, _ form: Int, _ limits: ChangeLimits = .foreground) throws -> Int {
    let engine = try engine([], "", limits)
    for number in 0..<count { try engine.add(try policy(form, number)) }
    return engine.changeWork.indexedPolicies
  }

  @Test("adding policies one by one writes each a few times, also when they are eight times as many", arguments: 0..<3)
  func adding(form: Int) throws {
    let (few, many) = (try written(250, form), try written(2_000, form))
    #expect(few <= 250 * 20)
    // Four times a level, of which there are at most log4(2,000).
    #expect(many <= 2_000 * 24)
    #expect(many <= few * 8 * 2)
  }

  @Test("adding in one call writes each policy once")
  func addingTogether() throws {
    let engine = try engine()
    var set = PolicySet()
    for number in 0..<3_000 { try set.merge(try policy(0, number)) }
    try engine.add(set)
    #expect(engine.changeWork.indexedPolicies == 3_000)
    try engine.add(try policy(0, 3_000))
    #expect(engine.changeWork.indexedPolicies == 3_001)
  }

  @Test("one by one while others stay: removing and adding again grows no faster")
  func replacing() throws {
    let engine = try engine()
    var most = 0
    for number in 0..<1_000 { try engine.add(try policy(0, number)) }
    for number in 0..<1_000 {
      let before = engine.changeWork.indexedPolicies
      try engine.remove(PolicyID("\(number)"))
      // A removal writes no index.
      #expect(engine.changeWork.indexedPolicies == before)
      try engine.add(try policy(0, number))
      most = Swift.max(most, engine.changeWork.indexedPolicies - before)
    }
    #expect(engine.changeWork.indexedPolicies <= 2_000 * 24)
    #expect(most <= 2_049)
  }

  @Test("links of a template that are added one by one are written a few times each")
  func links() throws {
    let engine = try engine()
    let template = try PolicySet(parsing: "@id(\"t\") permit(principal == ?principal, action, resource);")
    for number in 0..<1_000 {
      var set = template
      try set.link("t", as: PolicyID("link \(number)"), slots: [.principal: uid("User", "u\(number)")])
      try engine.add(set)
    }
    #expect(engine.changeWork.indexedPolicies <= 1_000 * 24)
    #expect(engine.isAuthorized(AuthorizationRequest(principal: uid("User", "u999"), action: view, resource: doc)))
  }

  @Test("all that was added one by one decides, with several indexes and after they are merged in the background")
  func decisions() throws {
    for limits in [ChangeLimits.foreground, .usual] {
      let engine = try engine([], "", limits)
      let decider = engine.decider()
      for number in 0..<700 {
        try engine.add(try policy(0, number))
        if number % 7 == 3 { try engine.remove(PolicyID("\(number - 1)")) }
      }
      engine.waitForBackground()
      for number in 0..<700 {
        let answer = decider.authorize(
          AuthorizationRequest(principal: uid("User", "u\(number)"), action: view, resource: doc)
        )
        #expect(answer.reasons == (number % 7 == 2 ? [] : [PolicyID("\(number)")]))
      }
    }
  }

  // MARK: Entities

  /// A group in a group, with members.
  private func members(_ count: Int) throws -> PolicyEngine {
    let group = Entity(uid: uid("Group", "g"), parents: [uid("Group", "top"), uid("Group", "other")])
    let users = (0..<count).map { Entity(uid: uid("User", "u\($0)"), parents: [group.uid]) }
    return try engine(
      users + [
        group, Entity(uid: uid("Group", "top"), parents: [uid("Group", "root")]), Entity(uid: uid("Group", "other")),
      ],
      """
      @id("top") permit(principal in Group::"top", action, resource);
      @id("root") permit(principal in Group::"root", action, resource);
      @id("new") permit(principal in Group::"new", action, resource);
      """
    )
  }

  private func reasons(_ engine: PolicyEngine) -> Set<PolicyID> {
    Set(engine.authorize(AuthorizationRequest(principal: uid("User", "u7"), action: view, resource: doc)).reasons)
  }

  @Test("an upsert that leaves a group's ancestors lists no member again")
  func unchangedParents() throws {
    let engine = try members(2_000)
    let (top, other, root) = (uid("Group", "top"), uid("Group", "other"), uid("Group", "root"))
    func put(_ parents: [EntityUID], _ attributes: RecordValue = .empty) throws {
      try engine.upsert(replacing: [Entity(uid: uid("Group", "g"), attributes: attributes, parents: parents)])
      #expect(reasons(engine) == ["top", "root"])
    }
    try put([top, other])
    try put([top, other], try RecordValue([("n", .long(3))]))
    // The same set in another order, and twice.
    try put([other, top])
    try put([other, top, other])
    // An ancestor already, and no longer a parent but an ancestor still.
    try put([top, other, root])
    try put([top, other])
    // A group without parents comes, changes, goes and comes.
    try engine.upsert(replacing: [Entity(uid: root)])
    try engine.upsert(replacing: [Entity(uid: root, attributes: try RecordValue([("n", .long(4))]))])
    try engine.remove([root])
    try engine.remove([root])
    #expect(reasons(engine) == ["top", "root"])
    #expect(engine.changeWork.listedEntities == 0)
    // Members themselves.
    try engine.upsert(replacing: [Entity(uid: uid("User", "u7"), parents: [uid("Group", "g")])])
    #expect(engine.changeWork.listedEntities == 0)
    try engine.upsert(replacing: [Entity(uid: uid("User", "u8"), parents: [top])])
    #expect(engine.changeWork.listedEntities == 1)
  }

  @Test("an upsert that changes a group's ancestors lists its members once, in a part too")
  func changedParents() throws {
    let engine = try members(500)
    try engine.upsert(replacing: [Entity(uid: uid("Group", "g"), parents: [uid("Group", "top"), uid("Group", "new")])])
    #expect(reasons(engine) == ["top", "root", "new"])
    #expect(engine.changeWork.listedEntities == 501)
    try engine.remove([uid("Group", "top")])
    #expect(reasons(engine) == ["top", "new"])
    #expect(engine.changeWork.listedEntities == 501 + 502)
  }

  @Test("in one change some entities keep their ancestors by what others give up")
  func severalMove() throws {
    // b has a for a parent, which is in root; then b is in root itself, and a is not any more.
    let (a, b, root) = (uid("Group", "a"), uid("Group", "b"), uid("Group", "root"))
    let user = uid("User", "u7")
    let engine = try engine(
      [Entity(uid: a, parents: [root]), Entity(uid: b, parents: [a]), Entity(uid: user, parents: [b])],
      """
      @id("a") permit(principal in Group::"a", action, resource);
      @id("root") permit(principal in Group::"root", action, resource);
      """
    )
    #expect(reasons(engine) == ["a", "root"])
    try engine.upsert(replacing: [Entity(uid: b, parents: [a, root]), Entity(uid: a)])
    #expect(reasons(engine) == ["a", "root"])
    try engine.upsert(replacing: [Entity(uid: b, parents: [a]), Entity(uid: a)])
    #expect(reasons(engine) == ["a"])
    try engine.upsert(replacing: [Entity(uid: b, parents: [root]), Entity(uid: a, parents: [b])])
    #expect(reasons(engine) == ["root"])
    try engine.upsert(replacing: [Entity(uid: user, parents: [a])])
    #expect(reasons(engine) == ["a", "root"])
  }
}
