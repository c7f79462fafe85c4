// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Replacing policies and entities")
struct ReplaceTests {
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "parents": [{"type": "Group", "id": "staff"}],
       "attrs": {"level": 3, "a name longer than a row": "x"}, "tags": {"t": {"__entity": {"type": "User", "id": "bob"}}}},
      {"uid": {"type": "User", "id": "bob"}, "parents": [], "attrs": {"level": 1}},
      {"uid": {"type": "Group", "id": "staff"}, "parents": [{"type": "Group", "id": "all"}], "attrs": {}}
    ]
    """
  private static let users = ["ann", "bob", "eve"].map { uid("User", $0) }
  private static let docs = ["d", "e"].map { uid("Doc", $0) }
  private static let actions = ["view", "edit", "other"].map { uid("Action", $0) }

  private static let policySets = [
    "",
    "permit(principal in Group::\"all\", action == Action::\"view\", resource);",
    "permit(principal, action, resource) when { principal.level > 2 };",
    """
    permit(principal, action == Action::"edit", resource == Doc::"d") when { principal.hasTag("t") &&
      principal.getTag("t") == User::"bob" };
    forbid(principal == User::"bob", action, resource);
    """,
    "permit(principal, action, resource is Doc) unless { principal.missing == \"new\" };",
  ]

  /// Expects of an engine what the literal authorizer says of the same policies and entities.
  private func agree(
    _ engine: PolicyEngine,
    _ decider: Decider,
    _ policies: PolicySet,
    _ entities: EntityStore,
    _ location: Testing.SourceLocation = #_sourceLocation
  ) {
    let authorizer = Authorizer(policies: policies, entities: entities)
    for principal in Self.users {
      for action in Self.actions {
        for resource in Self.docs {
          let request = AuthorizationRequest(principal: principal, action: action, resource: resource)
          let expected = authorizer.authorize(request)
          #expect(decider.decide(request) == expected.decision, sourceLocation: location)
          #expect("\(decider.authorize(request).response)" == "\(expected)", sourceLocation: location)
          #expect(engine.isAuthorized(request) == expected.decision.isAllowed, sourceLocation: location)
        }
      }
    }
  }

  @Test("policies over the same entities decide as literally, replacement after replacement")
  func policies() throws {
    let entities = try store(Self.entities)
    let sets = try Self.policySets.map { try PolicySet(parsing: $0) }
    let engine = try PolicyEngine(sets[0], entities: entities)
    let decider = engine.decider()
    #expect(engine.version == 1)
    var number: UInt64 = 1
    for set in sets + sets.reversed() {
      number += 1
      #expect(try engine.replace(policies: set) == number)
      #expect(engine.version == number)
      agree(engine, decider, set, entities)
      agree(engine, engine.decider(), set, entities)
    }
  }

  @Test("policies and entities are replaced at once")
  func both() throws {
    let stores = try [Self.entities, "[]", Self.entities.replacing("\"level\": 1", with: "\"level\": 5")].map(store)
    let sets = try Self.policySets.map { try PolicySet(parsing: $0) }
    let engine = try PolicyEngine(sets[0], entities: stores[0])
    let decider = engine.decider()
    for (set, entities) in sets.flatMap({ set in stores.map { (set, $0) } }) {
      try engine.replace(policies: set, entities: entities)
      agree(engine, decider, set, entities)
    }
  }

  @Test("handles stand for the same UIDs through every replacement; what is gone is absent")
  func handles() throws {
    let all = try PolicySet(parsing: "permit(principal in Group::\"all\", action, resource);")
    let engine = try PolicyEngine(all, entities: try store(Self.entities))
    let decider = engine.decider()
    let ann = try #require(engine.handle(for: Self.users[0]))
    let staff = try #require(engine.handle(for: uid("Group", "all")))
    #expect(decider.decide(principal: ann, action: ann, resource: ann) == .allow)
    #expect(engine.handle(for: Self.users[2]) == nil)

    let eve = "[{\"uid\": {\"type\": \"User\", \"id\": \"eve\"}, \"parents\": [], \"attrs\": {}}]"
    try engine.replace(policies: all, entities: try store(eve))
    #expect(engine.handle(for: Self.users[0]) == ann)
    #expect(engine.handle(for: Self.users[2]) != nil)
    #expect(decider.decide(principal: ann, action: ann, resource: ann) == .deny)
    #expect(decider.decide(principal: staff, action: ann, resource: ann) == .allow)
    #expect(decider.authorize(principal: ann, action: ann, resource: ann).request.principal == Self.users[0])

    try engine.replace(policies: all, entities: try store(Self.entities))
    #expect(engine.handle(for: Self.users[0]) == ann)
    #expect(decider.decide(principal: ann, action: ann, resource: ann) == .allow)
  }

  @Test("entities that do not fit the schema leave the old version serving; the schema's actions stay")
  func refused() throws {
    let schema = try Schema(
      parsing: """
        entity User { level: Long };
        entity Doc;
        action read;
        action view in [read] appliesTo { principal: User, resource: Doc };
        """
    )
    let ann = #"[{"uid": {"type": "User", "id": "ann"}, "parents": [], "attrs": {"level": 3}}]"#
    let policies = try PolicySet(parsing: "permit(principal, action in Action::\"read\", resource);")
    let engine = try PolicyEngine(policies, schema: schema, entities: try store(ann))
    let request = AuthorizationRequest(principal: Self.users[0], action: Self.actions[0], resource: Self.docs[0])
    let error = #expect(throws: PolicyEngineError.self) {
      try engine.replace(policies: PolicySet(), entities: try store(ann.replacing("3", with: "\"high\"")))
    }
    #expect(error?.code == .schema)
    #expect(engine.version == 1)
    #expect(engine.isAuthorized(request))
    try engine.replace(policies: policies, entities: EntityStore())
    #expect(engine.isAuthorized(request))
    try engine.replace(policies: PolicySet())
    #expect(!engine.isAuthorized(request))
    try engine.replace(policies: policies)
    #expect(engine.isAuthorized(request))
  }

  @Test("a strict engine stays strict")
  func strictness() throws {
    let policies = try PolicySet(
      parsing: "permit(principal, action, resource); forbid(principal, action, resource) when { principal.missing };"
    )
    let request = AuthorizationRequest(principal: Self.users[0], action: Self.actions[0], resource: Self.docs[0])
    for strict in [false, true] {
      let engine = try PolicyEngine(PolicySet(), erringForbids: strict ? .deny : .skip)
      try engine.replace(policies: policies)
      #expect(engine.isAuthorized(request) == !strict)
    }
  }

  @Test("a context whose texts had no number yet is built anew once, by handles and by UIDs")
  func contexts() throws {
    let engine = try PolicyEngine(
      try PolicySet(parsing: "permit(principal == User::\"ann\", action == Action::\"view\", resource == Doc::\"d\");"),
      erringForbids: .skip
    )
    let decider = engine.decider()
    let late = try RecordValue([("who", .entity(uid("New", "n"))), ("word", .string("late")), ("n", .long(1))])
    let context = engine.context(late)
    let (ann, view, doc) = (Self.users[0], Self.actions[0], Self.docs[0])
    let handles = try [ann, view, doc].map { try #require(engine.handle(for: $0)) }
    func decisions(_ context: RequestContext) -> [Decision] {
      [
        decider.decide(principal: handles[0], action: handles[1], resource: handles[2], context: context),
        decider.decide(principal: ann, action: view, resource: doc, context: context),
        decider.authorize(principal: handles[0], action: handles[1], resource: handles[2], context: context).decision,
      ]
    }
    for condition in ["context.word == \"late\"", "context.who == New::\"n\"", "context.who is New", "context.n == 1"] {
      try engine.replace(
        policies: try PolicySet(parsing: "permit(principal, action, resource) when { \(condition) };")
      )
      #expect(decisions(context) == [.allow, .allow, .allow], "\(condition)")
      // One after the other, as the decider keeps one.
      let other = engine.context(try RecordValue([("word", .string("never")), ("n", .long(2))]))
      try engine.replace(
        policies: try PolicySet(
          parsing: "forbid(principal, action, resource) when { \(condition) };"
            + "permit(principal, action, resource) when { context.n > 0 };"
        )
      )
      #expect(decisions(other) == [.allow, .allow, .allow], "\(condition)")
      #expect(decisions(context) == [.deny, .deny, .deny], "\(condition)")
      #expect(decisions(other) == [.allow, .allow, .allow], "\(condition)")
    }
  }

  // MARK: What is kept

  /// The current version, to see whether it goes.
  private struct Weak {
    weak var version: (any AnyObject & Sendable)?

    init(_ engine: PolicyEngine) {
      version = engine.withVersion { $0 }
    }
  }

  @Test("an answer keeps its version, and with it its number, reasons and errors")
  func answers() throws {
    let old = try PolicySet(
      parsing: """
        @id("old") permit(principal, action, resource);
        @id("bad") forbid(principal, action, resource) when { principal.missing };
        """
    )
    let engine = try PolicyEngine(old, entities: try store(Self.entities), erringForbids: .skip)
    let decider = engine.decider()
    let request = AuthorizationRequest(principal: Self.users[0], action: Self.actions[0], resource: Self.docs[0])
    let first = Weak(engine)
    do {
      let answer = decider.authorize(request)
      try engine.replace(policies: PolicySet(), entities: EntityStore())
      #expect(decider.authorize(request).version == 2)
      #expect(answer.version == 1)
      #expect(answer.reasons.map(\.description) == ["old"])
      #expect(answer.errors.map(\.error.code) == [.attributeMissing])
      #expect(answer.response.decision == .allow)
      #expect(first.version != nil)
      withExtendedLifetime(answer) {}
    }
    #expect(first.version == nil)
  }

  @Test("a decider at rest keeps no version")
  func atRest() throws {
    let engine = try PolicyEngine(try PolicySet(parsing: "permit(principal, action, resource);"))
    let deciders = (0..<200).map { _ in engine.decider() }
    let request = AuthorizationRequest(principal: Self.users[0], action: Self.actions[0], resource: Self.docs[0])
    for decider in deciders { #expect(decider.decide(request) == .allow) }
    #expect(engine.isAuthorized(request))
    let first = Weak(engine)
    try engine.replace(policies: PolicySet())
    #expect(first.version == nil)
    for decider in deciders { #expect(decider.decide(request) == .deny) }
  }

  @Test("deciders outlive their engine, and keep its last version only")
  func outliving() throws {
    var deciders: [Decider] = []
    let request = AuthorizationRequest(principal: Self.users[0], action: Self.actions[0], resource: Self.docs[0])
    let last: Weak
    do {
      let engine = try PolicyEngine(PolicySet())
      deciders = (0..<100).map { _ in engine.decider() }
      try engine.replace(policies: try PolicySet(parsing: "permit(principal, action, resource);"))
      last = Weak(engine)
    }
    #expect(last.version != nil)
    for decider in deciders { #expect(decider.decide(request) == .allow) }
    deciders.removeAll()
    #expect(last.version == nil)
  }

  @Test("a version that is being read is kept until the last reader has left")
  func readers() throws {
    let engine = try PolicyEngine(PolicySet())
    let first = Weak(engine)
    // More than there are pins in a block.
    func read(_ count: Int) {
      guard count > 0 else {
        _ = try? engine.replace(policies: PolicySet())
        let second = Weak(engine)
        _ = try? engine.replace(policies: PolicySet())
        #expect(second.version == nil)
        return #expect(engine.version == 3)
      }
      engine.withVersion { _ in read(count - 1) }
      #expect(engine.reclaim() == (count == 70))
      #expect((first.version == nil) == (count == 70))
    }
    read(70)
  }

  @Test("a compacted engine decides the same, and has forgotten what nothing names any more", arguments: [false, true])
  func compaction(isStrict: Bool) throws {
    let entities = try store(Self.entities)
    let names = (0..<1_000).map { Entity(uid: uid("User", "once \($0)"), parents: [uid("Group", "once \($0)")]) }
    let engine = try PolicyEngine(
      PolicySet(),
      entities: try EntityStore(names),
      erringForbids: isStrict ? .deny : .skip
    )
    for text in Self.policySets {
      let policies = try PolicySet(parsing: text)
      try engine.replace(policies: policies, entities: entities)
      let compacted = try engine.compact()
      let authorizer = Authorizer(policies: policies, entities: entities, erringForbids: isStrict ? .deny : .skip)
      for principal in Self.users {
        for action in Self.actions {
          let request = AuthorizationRequest(principal: principal, action: action, resource: Self.docs[0])
          #expect("\(compacted.authorize(request).response)" == "\(authorizer.authorize(request))")
        }
      }
      #expect(engine.handle(for: names[7].uid) != nil)
      #expect(compacted.handle(for: names[7].uid) == nil)
      #expect(compacted.handle(for: uid("Group", "once 7")) == nil)
      #expect(compacted.indexReport.bytes * 10 < engine.indexReport.bytes)
    }
  }

  // MARK: Loading

  /// Pages of entities, and at last an error when there is one.
  private struct Pages: AsyncSequence, AsyncIteratorProtocol {
    var pages: [[Entity]]
    var error: (any Error)?

    func makeAsyncIterator() -> Pages { self }

    mutating func next() async throws -> [Entity]? {
      if pages.isEmpty {
        if let error { throw error }
        return nil
      }
      return pages.removeFirst()
    }
  }

  private struct Unreachable: Error {}

  @Test("entities that arrive in pages replace the others at once, with policies or without")
  func loading() async throws {
    let all = Array(try store(Self.entities))
    let sets = try Self.policySets.map { try PolicySet(parsing: $0) }
    let engine = try PolicyEngine(sets[2])
    try engine.add(try PolicySet(parsing: "@id(\"added\") permit(principal == User::\"eve\", action, resource);"))
    let decider = engine.decider()
    #expect(try await engine.load(entities: Pages(pages: [[], [all[0]], [all[1], all[2]]])) == 3)
    var set = sets[2]
    try set.merge(try PolicySet(parsing: "@id(\"added\") permit(principal == User::\"eve\", action, resource);"))
    agree(engine, decider, set, try EntityStore(all))
    #expect(try await engine.load(policies: sets[3], entities: Pages(pages: all.map { [$0] })) == 4)
    agree(engine, decider, sets[3], try EntityStore(all))
    // What does not load leaves the old ones serving, with the reason.
    let (ann, staff) = (uid("User", "ann"), uid("Group", "staff"))
    await #expect(throws: Unreachable.self) {
      try await engine.load(policies: sets[0], entities: Pages(pages: [[Entity(uid: ann)]], error: Unreachable()))
    }
    await #expect(throws: EntityStoreError.self) {
      try await engine.load(
        entities: Pages(pages: [[Entity(uid: ann, parents: [staff])], [Entity(uid: staff, parents: [ann])]])
      )
    }
    await #expect(throws: EntityStoreError.self) {
      try await engine.load(entities: Pages(pages: [[Entity(uid: ann)], [Entity(uid: ann, parents: [staff])]]))
    }
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      try await engine.load(entities: Pages(pages: []))
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(engine.version == 4)
    agree(engine, decider, sets[3], try EntityStore(all))
  }
}
