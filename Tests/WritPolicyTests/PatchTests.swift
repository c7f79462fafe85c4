// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Reading entities and policies back, and changing parts of them")
struct PatchTests {
  private let ann = uid("User", "ann")
  private let suspended = uid("Group", "suspended")
  private let staff = uid("Group", "staff")

  private func engine(schema: Schema? = nil) throws -> PolicyEngine {
    let entity = Entity(
      uid: ann,
      attributes: try record("{\"level\": 1, \"name\": \"Ann\"}"),
      tags: try RecordValue([("t", .long(1))]),
      parents: [suspended, staff]
    )
    return try PolicyEngine(
      PolicySet(
        parsing: """
          @id("all") permit(principal, action, resource);
          @id("suspended") forbid(principal in Group::"suspended", action, resource);
          """
      ),
      schema: schema,
      entities: EntityStore([entity])
    )
  }

  private func code(_ body: () throws(PolicyEngineError) -> Void) -> PolicyEngineError.Code? {
    do throws(PolicyEngineError) {
      try body()
      return nil
    } catch {
      return error.code
    }
  }

  private func isAllowed(_ engine: PolicyEngine) -> Bool {
    engine.isAuthorized(AuthorizationRequest(principal: ann, action: uid("Action", "view"), resource: ann))
  }

  @Test("A patch changes what it names, and a suspended user stays suspended")
  func patch() throws {
    let engine = try engine()
    try engine.patch([EntityPatch(ann, attributes: record("{\"level\": 2, \"new\": true}"))])
    #expect(!isAllowed(engine))
    var entity = try #require(engine.entity(ann))
    #expect(entity.attributes == (try record("{\"level\": 2, \"name\": \"Ann\", \"new\": true}")))
    #expect(entity.tags == (try RecordValue([("t", .long(1))])))
    #expect(entity.parents == [suspended, staff])
    try engine.patch([
      EntityPatch(
        ann,
        attributes: record("{\"level\": 3}"),
        removingAttributes: ["name", "level", "never there"],
        tags: RecordValue([("u", .long(2))]),
        removingTags: ["t"],
        addingParents: [staff, uid("Group", "more"), uid("Group", "more")],
        removingParents: [suspended, uid("Group", "never there")]
      )
    ])
    entity = try #require(engine.entity(ann))
    #expect(entity.attributes == (try record("{\"level\": 3, \"new\": true}")))
    #expect(entity.tags == (try RecordValue([("u", .long(2))])))
    #expect(entity.parents == [staff, uid("Group", "more")])
    #expect(isAllowed(engine))
    // What is replaced is replaced whole, by name.
    try engine.upsert(replacing: [Entity(uid: ann)])
    #expect(engine.entity(ann) == Entity(uid: ann))
  }

  @Test("Names are told apart by scalars")
  func scalars() throws {
    let engine = try engine()
    try engine.patch([EntityPatch(ann, attributes: RecordValue([("\u{E9}", 1), ("e\u{301}", 2)]))])
    try engine.patch([EntityPatch(ann, removingAttributes: ["e\u{301}", "name", "level"])])
    #expect(engine.entity(ann)?.attributes == (try RecordValue([("\u{E9}", 1)])))
  }

  @Test("Inserting what is stored and patching what is not are refused, and nothing has changed")
  func refused() throws {
    let engine = try engine()
    let bob = uid("User", "bob")
    #expect(code { () throws(PolicyEngineError) in try engine.insert([Entity(uid: ann)]) } == .duplicate)
    #expect(code { () throws(PolicyEngineError) in try engine.patch([EntityPatch(bob)]) } == .unknownEntity)
    let twice = PolicyEngine.Change(
      replacedEntities: [Entity(uid: ann)],
      patchedEntities: [EntityPatch(ann, addingParents: [staff])]
    )
    #expect(code { () throws(PolicyEngineError) in try engine.apply(twice) } == .duplicate)
    let circle = PolicyEngine.Change(
      insertedEntities: [Entity(uid: staff, parents: [bob])],
      patchedEntities: [EntityPatch(bob, addingParents: [ann], createsIfAbsent: true)]
    )
    #expect(code { () throws(PolicyEngineError) in try engine.apply(circle) } == .cycle)
    #expect(engine.version == 1)
    #expect(engine.entity(bob) == nil && engine.entity(staff) == nil)
    // What is removed is removed first.
    let again = PolicyEngine.Change(removedEntities: [ann], insertedEntities: [Entity(uid: ann, parents: [staff])])
    try engine.apply(again)
    #expect(engine.entity(ann) == Entity(uid: ann, parents: [staff]))
    let gone = PolicyEngine.Change(removedEntities: [ann], patchedEntities: [EntityPatch(ann)])
    #expect(code { () throws(PolicyEngineError) in try engine.apply(gone) } == .unknownEntity)
    try engine.patch([EntityPatch(bob, addingParents: [staff], createsIfAbsent: true)])
    #expect(engine.entity(bob) == Entity(uid: bob, parents: [staff]))
  }

  @Test("A patched entity must fit the schema as a whole")
  func schema() throws {
    let schema = try Schema(
      parsing: """
        entity Group; entity User in [Group] { level: Long, name?: String } tags Long;
        action view appliesTo { principal: User, resource: User };
        """
    )
    let engine = try engine(schema: schema)
    func patch(_ patch: EntityPatch) -> PolicyEngineError.Code? {
      code { () throws(PolicyEngineError) in try engine.patch([patch]) }
    }
    #expect(patch(EntityPatch(ann, removingAttributes: ["name"])) == nil)
    #expect(patch(EntityPatch(ann, removingAttributes: ["level"])) == .schema)
    #expect(patch(EntityPatch(ann, attributes: try record("{\"name\": 1}"))) == .schema)
    #expect(patch(EntityPatch(uid("User", "bob"), createsIfAbsent: true)) == .schema)
    #expect(patch(EntityPatch(uid("Action", "view"), addingParents: [uid("Action", "all")])) == .action)
    #expect(engine.entity(uid("Action", "view")) == Entity(uid: uid("Action", "view")))
  }

  @Test("Changes of one entity by several threads at once all stay")
  func threads() async throws {
    let engine = try engine()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          for turn in 0..<20 {
            let name = "a\(number)-\(turn)"
            let attributes = (try? RecordValue([(name, .long(1))])) ?? .empty
            _ = try? engine.patch([EntityPatch(ann, attributes: attributes, addingParents: [uid("Group", name)])])
          }
        }
      }
    }
    engine.waitForBackground()
    let entity = try #require(engine.entity(ann))
    #expect(entity.attributes.count == 2 + 160)
    #expect(entity.parents.count == 2 + 160)
  }

  @Test("An action in what is not an action is refused by every way in, as by the reader")
  func actions() throws {
    let (view, all, group) = (uid("Action", "view"), uid("Action", "all"), uid("Group", "all"))
    let wrong = Entity(uid: view, parents: [all, group])
    func storeCode(_ body: () throws(EntityStoreError) -> Void) -> EntityStoreError.Code? {
      do throws(EntityStoreError) {
        try body()
        return nil
      } catch {
        return error.code
      }
    }
    var store = try EntityStore([Entity(uid: view, parents: [all]), Entity(uid: ann, parents: [all])])
    #expect(storeCode { () throws(EntityStoreError) in _ = try EntityStore([wrong]) } == .action)
    #expect(storeCode { () throws(EntityStoreError) in try store.upsert(replacing: [wrong]) } == .action)
    let patch = EntityPatch(view, addingParents: [group])
    #expect(storeCode { () throws(EntityStoreError) in try store.patch([patch]) } == .action)
    #expect(storeCode { () throws(EntityStoreError) in _ = try store.overlaid(with: [wrong]) } == .action)
    let engine = try engine()
    #expect(code { () throws(PolicyEngineError) in try engine.upsert(replacing: [wrong]) } == .action)
    #expect(code { () throws(PolicyEngineError) in try engine.insert([wrong]) } == .action)
    try engine.insert([Entity(uid: view, parents: [all])])
    #expect(code { () throws(PolicyEngineError) in try engine.patch([patch]) } == .action)
    #expect(engine.entity(view)?.parents == [all])
  }

  @Test("A store is patched as an engine is")
  func storePatch() throws {
    var store = try EntityStore([Entity(uid: ann, attributes: record("{\"a\": 1}"), parents: [suspended])])
    try store.patch([
      EntityPatch(ann, attributes: record("{\"b\": 2}"), addingParents: [staff]),
      EntityPatch(ann, removingParents: [suspended]),
    ])
    #expect(store[ann] == Entity(uid: ann, attributes: try record("{\"a\": 1, \"b\": 2}"), parents: [staff]))
    let error = #expect(throws: EntityStoreError.self) { try store.patch([EntityPatch(staff)]) }
    #expect(error?.code == .unknown)
  }

  @Test("A policy is read back by its id, as long as it is there")
  func policies() throws {
    let engine = try engine()
    #expect(engine.policy("suspended")?.effect == .forbid)
    #expect(engine.policy("never") == nil)
    try engine.remove("suspended")
    #expect(engine.policy("suspended") == nil)
    try engine.add(PolicySet(parsing: "@id(\"suspended\") permit(principal, action, resource);"))
    #expect(engine.policy("suspended")?.effect == .permit)
    try engine.replace(policies: PolicySet())
    #expect(engine.policy("all") == nil)
  }
}
