// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing
import WritCedar
import WritPolicy

@Suite("Adding and removing policies and entities")
struct SmallChangeTests {
  private let view = uid("Action", "view")
  private let ann = uid("User", "ann")
  private let doc = uid("Doc", "d")

  private func request(_ user: EntityUID, _ resource: EntityUID? = nil) -> AuthorizationRequest {
    AuthorizationRequest(principal: user, action: view, resource: resource ?? doc)
  }

  private func policies(_ text: String) throws -> PolicySet { try PolicySet(parsing: text) }

  // MARK: What changes

  @Test("a policy that is added decides, one that is removed does not, and reasons are in the order they came")
  func policies() throws {
    let engine = try PolicyEngine(policies(#"@id("first") permit(principal == User::"ann", action, resource);"#))
    let decider = engine.decider()
    #expect(decider.authorize(request(ann)).reasons == ["first"])
    #expect(try engine.add(policies(#"@id("second") permit(principal, action, resource == Doc::"d");"#)) == 2)
    let both = decider.authorize(request(ann))
    #expect(both.reasons == ["first", "second"])
    #expect(both.version == 2)
    #expect(try engine.remove("first") == 3)
    #expect(decider.authorize(request(ann)).reasons == ["second"])
    try engine.add(policies(#"@id("first") forbid(principal, action, resource) unless { resource.open };"#))
    let errors = decider.authorize(request(ann)).errors
    #expect(errors.map(\.policy) == ["first"])
    #expect(decider.authorize(request(ann)).reasons == [])
    try engine.remove("second")
    #expect(!decider.decide(request(ann)).isAllowed)
    // An answer goes on telling what it was given by.
    #expect(both.reasons == ["first", "second"])
    #expect(both.errors.isEmpty)
  }

  @Test("one change replaces a policy under its id")
  func replacedPolicy() throws {
    let engine = try PolicyEngine(policies(#"@id("p") permit(principal == User::"ann", action, resource);"#))
    let other = try policies(#"@id("p") permit(principal == User::"bob", action, resource);"#)
    try engine.apply(.init(removedPolicies: ["p"], addedPolicies: Array(other.policies)))
    #expect(!engine.isAuthorized(request(ann)))
    #expect(engine.authorize(request(uid("User", "bob"))).reasons == ["p"])
  }

  @Test("an entity is put in, changed and removed, and a handle stands for it all the time")
  func entities() throws {
    let engine = try PolicyEngine(
      policies(#"permit(principal in Group::"staff", action, resource) when { principal.level > 2 };"#),
      entities: EntityStore([Entity(uid: ann)])
    )
    let decider = engine.decider()
    let user = try #require(engine.handle(for: ann))
    let staff = try #require(engine.handle(for: uid("Group", "staff")))
    func isAllowed() -> Bool { decider.decide(principal: user, action: staff, resource: staff).isAllowed }
    func put(_ level: Int64, _ parents: [EntityUID]) throws {
      try engine.upsert(replacing: [
        Entity(uid: ann, attributes: RecordValue([("level", .long(level))]), parents: parents)
      ])
    }
    #expect(!isAllowed())
    try put(3, [uid("Group", "staff")])
    #expect(isAllowed())
    try put(2, [uid("Group", "staff")])
    #expect(!isAllowed())
    try put(9, [uid("Group", "other")])
    #expect(!isAllowed())
    try put(9, [uid("Group", "other"), uid("Group", "staff")])
    #expect(isAllowed())
    try engine.remove([ann])
    #expect(!isAllowed())
    #expect(engine.handle(for: ann) == user)
  }

  @Test("who moves takes all descendants along, and who is removed leaves them")
  func groups() throws {
    // A chain of groups with users at each level, who have one list of ancestors together.
    let groups = (0..<6).map { uid("Group", "g\($0)") }
    var entities = groups.indices.map { Entity(uid: groups[$0], parents: $0 == 0 ? [] : [groups[$0 - 1]]) }
    let users = (0..<60).map { uid("User", "u\($0)") }
    for (number, user) in users.enumerated() { entities.append(Entity(uid: user, parents: [groups[number % 6]])) }
    let engine = try PolicyEngine(
      policies(
        """
        @id("top") permit(principal in Group::"top", action, resource);
        @id("g0") permit(principal in Group::"g0", action, resource);
        @id("g3") permit(principal in Group::"g3", action, resource);
        """
      ),
      entities: EntityStore(entities)
    )
    let decider = engine.decider()
    func reasons(_ number: Int) -> [PolicyID] { decider.authorize(request(users[number])).reasons }
    #expect((0..<6).map(reasons) == [["g0"], ["g0"], ["g0"], ["g0", "g3"], ["g0", "g3"], ["g0", "g3"]])
    try engine.upsert(replacing: [Entity(uid: groups[2], parents: [uid("Group", "top")])])
    #expect((0..<6).map(reasons) == [["g0"], ["g0"], ["top"], ["top", "g3"], ["top", "g3"], ["top", "g3"]])
    #expect((54..<60).map(reasons) == (0..<6).map(reasons))
    try engine.remove([groups[4]])
    #expect((0..<6).map(reasons) == [["g0"], ["g0"], ["top"], ["top", "g3"], [], []])
    // Below itself, by way of two that change at once.
    try engine.upsert(replacing: [
      Entity(uid: groups[4], parents: [groups[0]]), Entity(uid: groups[0], parents: [groups[3]]),
    ])
    #expect((0..<6).map(reasons).map(\.count) == [3, 3, 1, 2, 3, 3])
  }

  // MARK: What is refused

  @Test("what cannot be changed is refused with a reason, and nothing has changed")
  func refused() throws {
    let text = #"@id("p") permit(principal in Group::"a", action, resource);"#
    let (a, b) = (uid("Group", "a"), uid("Group", "b"))
    let engine = try PolicyEngine(
      policies(text),
      entities: EntityStore([Entity(uid: ann, parents: [b]), Entity(uid: b, parents: [a]), Entity(uid: a)])
    )
    func expect(_ code: PolicyEngineError.Code, _ change: PolicyEngine.Change) {
      var change = change
      change.addedPolicies.append(
        contentsOf: (try? policies(#"@id("new") permit(principal, action, resource);"#).members) ?? []
      )
      change.replacedEntities.append(Entity(uid: uid("User", "new"), parents: [a]))
      #expect { try engine.apply(change) } throws: { ($0 as? PolicyEngineError)?.code == code }
      #expect(engine.version == 1)
      #expect(engine.authorize(request(ann)).reasons == ["p"])
      #expect(!engine.isAuthorized(request(uid("User", "new"))))
    }
    expect(.unknownPolicy, .init(removedPolicies: ["q"]))
    expect(.duplicatePolicy, .init(addedPolicies: try policies(text).members))
    expect(
      .duplicatePolicy,
      .init(addedPolicies: try policies(#"@id("new") permit(principal, action, resource);"#).members)
    )
    expect(.duplicate, .init(replacedEntities: [Entity(uid: b), Entity(uid: b)]))
    expect(.cycle, .init(replacedEntities: [Entity(uid: a, parents: [ann])]))
    expect(.cycle, .init(replacedEntities: [Entity(uid: doc, parents: [doc])]))
    // So often that the index of texts would be full of what was refused.
    for number in 0..<2_000 {
      let (x, y) = (uid("X", "x\(number)"), uid("X", "y\(number)"))
      expect(.cycle, .init(replacedEntities: [Entity(uid: x, parents: [y]), Entity(uid: y, parents: [x])]))
    }
    try engine.upsert(replacing: [Entity(uid: uid("User", "new"), parents: [b])])
    #expect(engine.isAuthorized(request(uid("User", "new"))))
  }

  @Test("entities that change must fit the schema, whose actions do not")
  func schema() throws {
    let schema = try Schema(
      parsing: """
        entity Group; entity Doc; entity User in [Group] { level: Long };
        action view appliesTo { principal: User, resource: Doc };
        """
    )
    let engine = try PolicyEngine(policies("permit(principal, action, resource);"), schema: schema)
    func code(_ change: PolicyEngine.Change) -> PolicyEngineError.Code? {
      do {
        try engine.apply(change)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code(.init(replacedEntities: [Entity(uid: ann)])) == .schema)
    #expect(
      code(.init(replacedEntities: [Entity(uid: ann, attributes: try RecordValue([("level", .long(1))]))])) == nil
    )
    #expect(code(.init(replacedEntities: [Entity(uid: view)])) == .action)
    #expect(code(.init(removedEntities: [view])) == .action)
    #expect(code(.init(removedEntities: [ann, uid("User", "never heard of")])) == nil)
  }

  // MARK: Much of it

  @Test("thousands of policies and entities come, go and come again, and the tables do not grow for it")
  func memory() throws {
    let count = isOptimised ? 20_000 : 1_000
    let grants = try (0..<50).map {
      try policies(
        #"@id("grant \#($0)") permit(principal == User::"u\#($0)", action, resource) when { principal.n < 5 };"#
      )
    }
    let engine = try PolicyEngine(policies("@id(\"all\") permit(principal, action, resource == Doc::\"all\");"))
    for grant in grants { try engine.add(grant) }
    let first = engine.indexReport.bytes
    for number in 0..<count {
      let place = number % grants.count
      let user = uid("User", "u\(place)")
      try engine.upsert(replacing: [Entity(uid: user, attributes: RecordValue([("n", .long(Int64(number % 9)))]))])
      #expect(engine.isAuthorized(request(user)) == (number % 9 < 5))
      try engine.remove(PolicyID("grant \(place)"))
      #expect(!engine.isAuthorized(request(user)))
      try engine.add(grants[place])
    }
    engine.waitForBackground()
    #expect(engine.indexReport.bytes < first + (2 << 20))
    // What is left is what the changes since the last compilation left behind.
    try engine.replace(policies: PolicySet())
    for grant in grants { try engine.add(grant) }
    #expect(engine.indexReport.bytes < 2 * first)
  }

  /// `WRIT_REMOVALS` says how many grants are removed.
  @Test("a removed grant is honoured by nobody who begins afterwards")
  func removal() throws {
    let engine = try PolicyEngine(policies("@id(\"other\") permit(principal == User::\"bob\", action, resource);"))
    let grant = try policies(#"@id("grant") permit(principal == User::"ann", action, resource);"#)
    let wanted = ProcessInfo.processInfo.environment["WRIT_REMOVALS"].flatMap { Int($0) }
    let rounds = wanted ?? (isOptimised ? 100_000 : 2_000)
    let asked = Atomic<Int>(0)
    let answered = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    let (ann, doc, view) = (ann, doc, view)
    Threads.run(
      {
        // Asks when it is told to, as another thread of a server would.
        let decider = engine.decider()
        for round in 1...(rounds / 100) {
          while asked.load(ordering: .acquiring) < round { Threads.yield() }
          if decider.decide(principal: ann, action: view, resource: doc).isAllowed { wrong.add(1, ordering: .relaxed) }
          answered.store(round, ordering: .releasing)
        }
      },
      {
        let decider = engine.decider()
        for round in 1...rounds {
          guard (try? engine.add(grant)) != nil, decider.decide(principal: ann, action: view, resource: doc).isAllowed,
            (try? engine.remove("grant")) != nil, !decider.decide(principal: ann, action: view, resource: doc).isAllowed
          else { wrong.add(1, ordering: .relaxed); continue }
          guard round % 100 == 0 else { continue }
          asked.store(round / 100, ordering: .releasing)
          while answered.load(ordering: .acquiring) < round / 100 { Threads.yield() }
        }
      }
    )
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test("contexts and overlays that were built before a change say the same after it")
  func builtBefore() throws {
    let engine = try PolicyEngine(
      policies(#"permit(principal in Group::"new", action, resource) when { context.who == User::"later" };"#)
    )
    let decider = engine.decider()
    let overlay = try engine.overlay([Entity(uid: ann, parents: [uid("Group", "below")])])
    let context = engine.context(try RecordValue([("who", .entity(uid("User", "later")))]), over: overlay)
    func isAllowed() -> Bool {
      decider.decide(principal: ann, action: view, resource: doc, context: context, overlay: overlay).isAllowed
    }
    #expect(!isAllowed())
    // What only the overlay and the context had named gets numbers.
    try engine.upsert(replacing: [
      Entity(uid: uid("Group", "below"), parents: [uid("Group", "new")]), Entity(uid: uid("User", "later")),
    ])
    #expect(isAllowed())
    try engine.remove([uid("Group", "below")])
    #expect(!isAllowed())
  }
}
