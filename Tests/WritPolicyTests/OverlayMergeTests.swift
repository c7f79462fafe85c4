// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Entities that a request brings, merged with stored ones")
struct OverlayMergeTests {
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"limit": 10, "tenant": "a"}, "tags": {"t": 1},
       "parents": [{"type": "Role", "id": "suspended"}, {"type": "Group", "id": "staff"}]},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {"limit": 10}, "parents": [{"type": "Group", "id": "staff"}]},
      {"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": [{"type": "Group", "id": "all"}]},
      {"uid": {"type": "Doc", "id": "d"}, "attrs": {"owner": "ann"}, "parents": []}
    ]
    """

  private static let policies = """
    permit(principal in Role::"editor", action == Action::"edit", resource);
    forbid(principal in Role::"suspended", action == Action::"edit", resource);
    permit(principal, action == Action::"spend", resource) when { principal.limit > 50 };
    permit(principal, action == Action::"tenant", resource) when { principal.tenant == "b" };
    permit(principal, action == Action::"tags", resource)
    when { principal.hasTag("t") && principal.getTag("t") == 1 && principal.hasTag("u") && principal.getTag("u") == 2 };
    permit(principal in Group::"all", action == Action::"all", resource);
    permit(principal, action == Action::"own", resource) when { resource.owner == "bob" };
    permit(principal, action == Action::"level", resource) when { principal.level == 1 };
    """

  private static let actions = ["edit", "spend", "tenant", "tags", "all", "own", "level"]
  private let ann = uid("User", "ann")
  private let bob = uid("User", "bob")
  private let editor = uid("Role", "editor")
  private let document = uid("Doc", "d")

  private func rivals() throws -> Rivals { try Rivals(Self.policies, entities: try store(Self.entities)) }

  /// The actions that a principal may, in every way that there is, all of which must say the same as the literal
  /// evaluator.
  private func allowed(
    _ rivals: Rivals,
    _ principal: EntityUID,
    _ brought: [Entity] = [],
    rule: OverlayRule = .merge,
    replacing: [Entity] = [],
    _ location: Testing.SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let overlay = try rivals.engine.overlay(brought, rule: rule, replacing: replacing)
    let authorizer = Authorizer(
      policies: rivals.authorizer.policies,
      entities: try rivals.authorizer.entities.overlaid(with: brought, rule: rule, replacing: replacing),
      erringForbids: .skip
    )
    return try Self.actions.filter { name in
      let request = AuthorizationRequest(principal: principal, action: uid("Action", name), resource: document)
      let expected = authorizer.authorize(request)
      let answer = rivals.decider.authorize(request, overlay: overlay)
      #expect("\(answer.response)" == "\(expected)", sourceLocation: location)
      #expect(rivals.decider.decide(request, overlay: overlay) == expected.decision, sourceLocation: location)
      #expect(
        rivals.engine.explain(request, overlay: overlay).map(\.outcome) == authorizer.explain(request).map(\.outcome),
        sourceLocation: location
      )
      let handles = try [principal, request.action, document].map {
        try #require(overlay.handle(for: $0) ?? rivals.engine.handle(for: $0))
      }
      let byHandles = rivals.decider.decide(
        principal: handles[0],
        action: handles[1],
        resource: handles[2],
        overlay: overlay
      )
      #expect(byHandles == expected.decision, sourceLocation: location)
      return expected.decision.isAllowed
    }
  }

  @Test("A suspended user stays suspended, whatever roles a token brings (S25)")
  func suspension() throws {
    let rivals = try rivals()
    let token = Entity(uid: ann, attributes: try record("{\"level\": 1}"), parents: [editor])
    #expect(try allowed(rivals, ann) == ["all"])
    #expect(try allowed(rivals, ann, [token]) == ["all", "level"])
    #expect(try allowed(rivals, bob, [Entity(uid: bob, parents: [editor])]) == ["edit", "all"])
    // By name, the token's word is all that counts.
    #expect(try allowed(rivals, ann, [token], rule: .replace) == ["edit", "level"])
    #expect(try allowed(rivals, ann, replacing: [token]) == ["edit", "level"])
  }

  @Test("A stored attribute or tag stands, and what is not stored is added (S25)")
  func attributes() throws {
    let rivals = try rivals()
    let rich = try record("{\"limit\": 1000, \"tenant\": \"b\", \"level\": 1}")
    let tags = try RecordValue([("t", .long(9)), ("u", .long(2))])
    let token = Entity(uid: ann, attributes: rich, tags: tags, parents: [uid("Group", "staff")])
    #expect(try allowed(rivals, ann, [token]) == ["tags", "all", "level"])
    #expect(try allowed(rivals, ann, [token], rule: .replace) == ["spend", "tenant", "all", "level"])
    // Nothing is stored of Bob's tenant and tags.
    let other = Entity(uid: bob, attributes: rich, tags: try RecordValue([("t", .long(1)), ("u", .long(2))]))
    #expect(try allowed(rivals, bob, [other]) == ["tenant", "tags", "all", "level"])
  }

  @Test("A conflict is refused by name, where that is asked for; equal values are none")
  func conflicts() throws {
    let engine = try rivals().engine
    func error(_ attributes: String, tags: RecordValue = .empty) throws -> PolicyEngineError? {
      let entity = Entity(uid: ann, attributes: try record(attributes), tags: tags, parents: [editor])
      do throws(PolicyEngineError) {
        _ = try engine.overlay([entity], rule: .mergeWithoutConflicts)
        return nil
      } catch {
        return error
      }
    }
    let refused = try #require(try error("{\"limit\": 1000}"))
    #expect(refused.code == .conflict)
    #expect(refused.description == #"the attribute "limit" of User::"ann" differs from the stored value"#)
    #expect(try error("{}", tags: RecordValue([("t", .long(2))]))?.description.contains(#"the tag "t""#) == true)
    #expect(try error("{\"limit\": 10, \"more\": 1}", tags: RecordValue([("t", .long(1))])) == nil)
  }

  @Test("Some entities are added to the stored ones while others stand in their place, not both at once")
  func mixed() throws {
    let rivals = try rivals()
    let row = Entity(uid: document, attributes: try record("{\"owner\": \"bob\"}"))
    let token = Entity(uid: ann, attributes: try record("{\"level\": 1}"), parents: [editor])
    #expect(try allowed(rivals, ann, [token], replacing: [row]) == ["all", "own", "level"])
    #expect(try allowed(rivals, ann, [token, row]) == ["all", "level"])
    #expect(try allowed(rivals, ann, [], replacing: [row, token]) == ["edit", "own", "level"])
    let error = #expect(throws: PolicyEngineError.self) { try rivals.engine.overlay([token], replacing: [token]) }
    #expect(error?.code == .duplicate)
    #expect(throws: EntityStoreError.self) {
      try rivals.authorizer.entities.overlaid(with: [token], replacing: [token])
    }
  }

  @Test("What is stored after an overlay was built counts at once, and what is removed does not come back (S25)")
  func laterChanges() throws {
    let engine = try rivals().engine
    let decider = engine.decider()
    let overlay = try engine.overlay([
      Entity(uid: bob, attributes: record("{\"limit\": 1000, \"tenant\": \"b\"}"), parents: [editor])
    ])
    let handle = try #require(overlay.handle(for: bob))
    func may() throws -> [String] {
      try Self.actions.filter { name in
        let action = try #require(engine.handle(for: uid("Action", name)))
        let resource = try #require(engine.handle(for: document))
        let byUID = decider.decide(principal: bob, action: uid("Action", name), resource: document, overlay: overlay)
        let byHandle = decider.decide(principal: handle, action: action, resource: resource, overlay: overlay)
        #expect(byUID == byHandle)
        return byUID.isAllowed
      }
    }
    #expect(try may() == ["edit", "tenant", "all"])
    let staff = uid("Group", "staff")
    let limit = try record("{\"limit\": 10}")
    try engine.upsert(replacing: [Entity(uid: bob, attributes: limit, parents: [staff, uid("Role", "suspended")])])
    #expect(try may() == ["tenant", "all"])
    try engine.upsert(replacing: [Entity(uid: bob, attributes: limit)])
    #expect(try may() == ["edit", "tenant"])
    try engine.upsert(replacing: [
      Entity(uid: bob, attributes: record("{\"limit\": 60, \"tenant\": \"a\"}"), parents: [staff])
    ])
    #expect(try may() == ["edit", "spend", "all"])
    try engine.remove([bob])
    #expect(try may() == ["edit", "spend", "tenant"])
    try engine.replace(entities: store(Self.entities))
    #expect(try may() == ["edit", "tenant", "all"])
  }

  @Test("A group that a request merges keeps its stored parents; only new ones make deciding walk")
  func groups() throws {
    let rivals = try rivals()
    let staff = uid("Group", "staff")
    #expect(try allowed(rivals, ann, [Entity(uid: staff, attributes: record("{\"level\": 1}"))]) == ["all"])
    #expect(try allowed(rivals, ann, [Entity(uid: staff, parents: [uid("Group", "all")])]) == ["all"])
    #expect(rivals.decider.changedHierarchies == 0)
    #expect(try allowed(rivals, bob, [Entity(uid: staff, parents: [editor])]) == ["edit", "all"])
    #expect(try allowed(rivals, bob, [Entity(uid: bob, parents: [uid("Group", "new")])]) == ["all"])
    #expect(rivals.decider.changedHierarchies > 0)
    // A parent that is an ancestor already is a parent all the same, where the way there changes.
    let all = uid("Group", "all")
    #expect(try allowed(rivals, bob, [Entity(uid: bob, parents: [all])], replacing: [Entity(uid: staff)]) == ["all"])
    #expect(try allowed(rivals, bob, [Entity(uid: bob)], replacing: [Entity(uid: staff)]) == [])
  }

  @Test("An entity that would be its own ancestor with its stored parents is refused")
  func circles() throws {
    let engine = try rivals().engine
    let (staff, all, new) = (uid("Group", "staff"), uid("Group", "all"), uid("Group", "new"))
    let circles = [
      [Entity(uid: all, parents: [ann])], [Entity(uid: all, parents: [new]), Entity(uid: new, parents: [staff])],
      [Entity(uid: ann, parents: [new]), Entity(uid: new, parents: [ann])], [Entity(uid: ann, parents: [ann])],
    ]
    for entities in circles {
      let error = #expect(throws: PolicyEngineError.self, "\(entities)") { try engine.overlay(entities) }
      #expect(error?.code == .cycle)
    }
  }

  @Test("Lists of ancestors of any length are merged", arguments: [2, 200, 3_000])
  func manyGroups(count: Int) throws {
    let groups = (0..<count).map { Entity(uid: uid("Group", "g\($0)"), parents: [uid("Group", "h\($0)")]) }
    let user = Entity(uid: ann, parents: groups.map(\.uid))
    let rivals = try Rivals(
      """
      permit(principal in Group::"h1", action == Action::"edit", resource);
      permit(principal in Role::"editor", action == Action::"all", resource);
      permit(principal in Group::"none", action == Action::"own", resource);
      forbid(principal in Group::"unheard of", action, resource) when { principal.level == 1 };
      permit(principal == Doc::"d", action, resource);
      """,
      entities: EntityStore(groups + [user])
    )
    let brought = Entity(uid: ann, attributes: try record("{\"level\": 1}"), parents: [editor])
    func may(_ entities: [Entity]) throws -> [Bool] {
      let overlay = try rivals.engine.overlay(entities)
      return ["edit", "all", "own"].map {
        let request = AuthorizationRequest(principal: ann, action: uid("Action", $0), resource: document)
        return rivals.decider.decide(request, overlay: overlay).isAllowed
      }
    }
    #expect(try may([brought]) == [true, true, false])
    #expect(try may([Entity(uid: ann)]) == [true, false, false])
    #expect(
      try may([brought, Entity(uid: uid("Group", "g0"), parents: [uid("Group", "none")])]) == [true, true, true]
    )
    #expect(try may([brought, Entity(uid: editor, parents: [uid("Group", "unheard of")])]) == [false, false, false])
  }

  @Test("With a schema, the stored and the brought part must fit together, also for a decider's overlay")
  func schema() throws {
    let schema = try Schema(
      parsing: """
        entity Role; entity User in [Role] { level: Long, name?: String };
        action view appliesTo { principal: User, resource: User };
        """
    )
    let engine = try PolicyEngine(
      try PolicySet(parsing: "permit(principal, action, resource) when { principal.level == 1 };"),
      schema: schema,
      entities: EntityStore([Entity(uid: ann, attributes: record("{\"level\": 1}"))])
    )
    func code(_ uid: EntityUID, _ attributes: String, _ rule: OverlayRule = .merge) throws -> PolicyEngineError.Code? {
      let entity = Entity(uid: uid, attributes: try record(attributes), parents: [editor])
      var codes: [PolicyEngineError.Code?] = []
      for build in [engine.overlay, engine.decider().overlay] {
        do throws(PolicyEngineError) {
          _ = try build([entity], rule, [])
          codes.append(nil)
        } catch {
          codes.append(error.code)
        }
      }
      #expect(codes[0] == codes[1])
      return codes[0]
    }
    #expect(try code(ann, "{\"name\": \"Ann\"}") == nil)
    #expect(try code(ann, "{\"name\": \"Ann\"}", .replace) == .schema)
    #expect(try code(ann, "{\"name\": 1}") == .schema)
    #expect(try code(ann, "{\"unheard\": 1}") == .schema)
    #expect(try code(bob, "{\"name\": \"Bob\"}") == .schema)
    #expect(try code(bob, "{\"level\": 1}") == nil)
  }
}
