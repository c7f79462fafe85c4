// An engine in a server: schemas, handles, overlays, attributes on demand, changes while it decides.
#if canImport(WritPolicy)
  import WritCedar
  import WritPolicy

  func uid(_ text: String) throws -> EntityUID { try EntityUID(parsing: text) }

  func parse(_ json: String) throws -> RecordValue { try RecordValue(json: Array(json.utf8)) }

  func drive() throws -> PolicyEngine {
    // snippet.schema
    let schema = try Schema(
      parsing: """
        entity Tenant, Group;
        entity User in [Group] { tenant: Tenant, suspended: Bool };
        entity Document { tenant: Tenant, owner: User };
        action read, write appliesTo { principal: User, resource: Document, context: { mfa: Bool } };
        """
    )
    let policies = try PolicySet(
      parsing: """
        @id("owner") permit(principal, action, resource) when { resource.owner == principal };
        @id("staff-reads") permit(principal in Group::"staff", action == Action::"read", resource);
        @id("tenants-are-apart") forbid(principal, action, resource) unless { principal.tenant == resource.tenant };
        @id("suspended") forbid(principal, action, resource) when { principal.suspended };
        """
    )
    let entities = try EntityStore(
      json: Array(
        #"""
        [{"uid": {"type": "User", "id": "ann"}, "parents": [{"type": "Group", "id": "staff"}],
          "attrs": {"tenant": {"type": "Tenant", "id": "north"}, "suspended": false}},
         {"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": []},
         {"uid": {"type": "Document", "id": "plan"}, "parents": [],
          "attrs": {"tenant": {"type": "Tenant", "id": "north"}, "owner": {"type": "User", "id": "bob"}}}]
        """#.utf8
      ),
      schema: schema
    )
    let engine = try PolicyEngine(policies, schema: schema, entities: entities)
    // snippet.end
    return engine
  }

  let engine = try drive()
  let read = try uid(#"Action::"read""#)
  let ann = try uid(#"User::"ann""#)
  let plan = try uid(#"Document::"plan""#)

  func decide() throws {
    // snippet.reasons
    let context = try RecordValue(json: Array(#"{"mfa": true}"#.utf8))
    let request = AuthorizationRequest(principal: ann, action: read, resource: plan, context: context)
    let answer = engine.authorize(request)
    print(answer.decision, answer.reasons)  // prints: allow [staff-reads]
    for error in answer.errors { print("a policy failed to evaluate:", error) }
    for explanation in engine.explain(request) { print(explanation.policy.id, explanation.outcome) }
    // snippet.end
  }
  try decide()

  func handles() throws {
    let record = try parse(#"{"mfa": true}"#)
    // snippet.handles
    let decider = engine.decider()  // one for each thread, event loop or connection; not Sendable
    let context = engine.context(record)  // built once for requests that share it
    guard let user = engine.handle(for: ann), let action = engine.handle(for: read),
      let document = engine.handle(for: plan)
    else { return }  // nil: neither a policy nor an entity names it; decide by the identifiers instead
    let decision = decider.decide(principal: user, action: action, resource: document, context: context)
    // snippet.end
    print(decision)
  }
  try handles()

  func overlays() throws {
    let record = try parse(#"{"mfa": true}"#)
    let guest = Entity(
      uid: try uid(#"User::"gil""#),
      attributes: try parse(#"{"tenant": {"__entity": {"type": "Tenant", "id": "north"}}, "suspended": false}"#)
    )
    let freshDocument = Entity(
      uid: plan,
      attributes: try RecordValue([
        ("tenant", .entity(try uid(#"Tenant::"north""#))), ("owner", .entity(guest.uid)),
      ])
    )
    let decider = engine.decider()
    // snippet.overlay
    // The guest is added to what is stored; the document, just read, replaces the stored one.
    let overlay = try engine.overlay([guest], replacing: [freshDocument])
    let context = engine.context(record, over: overlay)
    let decision = decider.decide(
      principal: guest.uid,
      action: read,
      resource: plan,
      context: context,
      overlay: overlay
    )
    // snippet.end
    print(decision)
  }
  try overlays()

  // snippet.source
  struct Quotas: AttributeSource {
    let used: [EntityHandle: Int64]

    /// The value of an attribute that no entity has; `nil` when there is none.
    func value(of attribute: borrowing AskedAttribute) -> Value? {
      guard attribute.isNamed("used"), let user = attribute.handle else { return nil }
      return used[user].map { .long($0) }
    }
  }
  // snippet.end

  func sources() throws {
    let request = AuthorizationRequest(
      principal: ann,
      action: read,
      resource: plan,
      context: try parse(#"{"mfa": true}"#)
    )
    let decider = engine.decider()
    let used: [EntityHandle: Int64] = [:]
    // snippet.sourceUse
    let decision = decider.decide(request, attributes: Quotas(used: used))  // also authorize, isAuthorized and explain
    // snippet.end
    print(decision)
  }
  try sources()

  func changes() throws {
    let eve = try uid(#"User::"eve""#)
    let eves = Entity(
      uid: eve,
      attributes: try RecordValue([
        ("tenant", .entity(try uid(#"Tenant::"north""#))), ("suspended", .bool(false)),
      ])
    )
    let staff = try uid(#"Group::"staff""#)
    let corrected = try PolicySet(parsing: #"permit(principal in Group::"staff", action, resource);"#)
    let reloaded = EntityStore()
    // snippet.changes
    try engine.add(PolicySet(parsing: #"@id("grant-17") permit(principal == User::"ann", action, resource);"#))
    try engine.remove("grant-17")  // every decision that begins after the call follows the change
    try engine.insert([eves])  // an error when the entity is stored already
    try engine.patch([EntityPatch(eve, addingParents: [staff])])  // other attributes and parents stay
    try engine.upsert(replacing: [eves])  // replaces the stored entity as a whole
    try engine.remove([eve])
    let stored = engine.entity(ann)  // also engine.policy("owner")

    try engine.replace(policies: corrected)  // keepingLinks: true keeps linked policies
    try engine.replace(policies: corrected, entities: reloaded)
    // snippet.end
    print(stored == nil, engine.version)
  }
  try changes()

  func load() async throws {
    let database = Database()
    // snippet.load
    // Any asynchronous sequence of pages of entities; prepared in the background, then replaces all entities at once.
    try await engine.load(entities: database.pages)
    // snippet.end
  }

  struct Database {
    var pages: AsyncStream<[Entity]> {
      AsyncStream { pages in
        pages.yield([])
        pages.finish()
      }
    }
  }
  try await load()

  func templates() throws {
    // snippet.templates
    var policies = try PolicySet(
      parsing: #"@id("reader") permit(principal == ?principal, action == Action::"read", resource == ?resource);"#
    )
    try policies.link("reader", as: "ann-reads-plan", slots: [.principal: ann, .resource: plan])
    let engine = try PolicyEngine(policies)
    // snippet.end
    print(engine.isAuthorized(AuthorizationRequest(principal: ann, action: read, resource: plan)))
  }
  try templates()

  func cedarsRule() throws {
    let policies = try PolicySet(parsing: "permit(principal, action, resource);")
    // snippet.erringForbids
    let engine = try PolicyEngine(policies, erringForbids: .skip)  // Cedar's rule; by default such a forbid denies
    // snippet.end
    print(engine.version)
  }
  try cedarsRule()
#endif
