// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import WritCedar
import WritPolicy

@Suite("An engine: its schema, strictness, pool and explanations")
struct EngineTests {
  private static let schema = """
    entity User { level: Long };
    entity Doc;
    action read;
    action view, print in [read] appliesTo { principal: User, resource: Doc };
    """
  private static let ann = """
    {"uid": {"type": "User", "id": "ann"}, "parents": [], "attrs": {"level": 3}}
    """
  private static let policies = """
    @id("readers") permit(principal, action in Action::"read", resource) when { principal.level > 2 };
    @id("broken") forbid(principal, action, resource == Doc::"secret") when { principal.missing };
    @id("nobody") permit(principal == User::"nobody", action, resource);
    """

  private func request(_ action: String = "view", _ doc: String = "plan") -> AuthorizationRequest {
    AuthorizationRequest(principal: uid("User", "ann"), action: uid("Action", action), resource: uid("Doc", doc))
  }

  private func engine(_ json: String = "[\(ann)]", schema: Bool = true, strict: Bool = false) throws -> PolicyEngine {
    try PolicyEngine(
      try PolicySet(parsing: Self.policies),
      schema: schema ? try Schema(parsing: Self.schema) : nil,
      entities: try store(json),
      erringForbids: strict ? .deny : .skip,
      // The policy `broken` is there to err.
      validation: .skip
    )
  }

  // MARK: Schema

  @Test("a schema brings its actions and their groups")
  func actions() throws {
    #expect(try engine().isAuthorized(request()))
    #expect(try !engine(schema: false).isAuthorized(request()))
  }

  @Test("entities that do not fit the schema are refused by name")
  func misfit() throws {
    let misfit = #"{"uid": {"type": "User", "id": "bob"}, "parents": [], "attrs": {"level": "high"}}"#
    let error = try #require(throws: PolicyEngineError.self) { try engine("[\(Self.ann), \(misfit)]") }
    #expect(error.code == .schema)
    #expect(error.description.contains(#"User::"bob""#))
    // Without a schema they are as good as any.
    #expect(try !engine("[\(Self.ann), \(misfit)]", schema: false).isAuthorized(request()))
  }

  // MARK: Strictness

  @Test("a forbid that errs is skipped, or denies in a strict engine; either way it is an error and no reason")
  func strictness() throws {
    for strict in [false, true] {
      let answer = try engine(strict: strict).authorize(request("view", "secret"))
      #expect(answer.decision == (strict ? .deny : .allow))
      #expect(answer.reasons.map(\.description) == (strict ? [] : ["readers"]))
      #expect(answer.errors.map(\.policy.description) == ["broken"])
      #expect(answer.errors.map(\.error.code) == [.attributeMissing])
      #expect(answer.response.decision == answer.decision)
      #expect(answer.response.reasons == answer.reasons)
      #expect(answer.response.errors.map(\.policy) == answer.errors.map(\.policy))
    }
  }

  @Test("A forbid that errs denies unless Cedar's rule is asked for, after every change of the engine too")
  func strictByDefault() throws {
    let text = """
      permit(principal, action, resource);
      @id("suspended") forbid(principal, action, resource) when { principal.suspendedd };
      """
    let policies = try PolicySet(parsing: text)
    let entities = try store("[\(Self.ann)]")
    for (engine, authorizer, decision) in [
      (
        try PolicyEngine(policies, entities: entities), Authorizer(policies: policies, entities: entities),
        Decision.deny
      ),
      (
        try PolicyEngine(policies, entities: entities, erringForbids: .skip),
        Authorizer(policies: policies, entities: entities, erringForbids: .skip), .allow
      ),
    ] {
      #expect(authorizer.authorize(request()).decision == decision)
      #expect(engine.authorize(request()).decision == decision)
      try engine.add(PolicySet(parsing: "@id(\"more\") permit(principal, action, resource);"))
      #expect(engine.authorize(request()).decision == decision)
      try engine.replace(policies: policies)
      #expect(engine.authorize(request()).errors.map(\.policy.description) == ["suspended"])
      #expect(engine.authorize(request()).decision == decision)
      #expect(try engine.compact().authorize(request()).decision == decision)
    }
  }

  @Test("where no policy can err, an answer says so")
  func noErrors() throws {
    #expect(try engine().authorize(request()).mayHaveErrors)
    let scopesOnly = try PolicyEngine(
      try PolicySet(parsing: "permit(principal, action, resource) unless { principal in Group::\"guests\" };")
    )
    let answer = scopesOnly.authorize(request())
    #expect(answer.decision == .allow)
    #expect(!answer.mayHaveErrors)
    #expect(answer.errors.isEmpty)
  }

  // MARK: Ways to ask

  @Test("an answer keeps what was asked, by handles as by text")
  func question() throws {
    let engine = try engine()
    let handles = try [uid("User", "ann"), uid("Action", "view"), uid("Doc", "secret")]
      .map { try #require(engine.handle(for: $0)) }
    #expect(engine.handle(type: EntityTypeName(checked: "User"), id: "ann") == handles[0])
    #expect(engine.handle(type: EntityTypeName(checked: "User"), id: "Ann") == nil)
    let context = try record(#"{"n": 1}"#)
    let answer = engine.decider().authorize(
      principal: handles[0],
      action: handles[1],
      resource: handles[2],
      context: engine.context(context)
    )
    #expect(
      answer.request
        == AuthorizationRequest(
          principal: uid("User", "ann"),
          action: uid("Action", "view"),
          resource: uid("Doc", "secret"),
          context: context
        )
    )
    #expect("\(answer.response)" == "\(engine.authorize(answer.request).response)")
  }

  @Test("an answer outlives its decider and its engine")
  func lifetime() throws {
    let answer = try engine().decider().authorize(request("view", "secret"))
    #expect(answer.reasons.map(\.description) == ["readers"])
    #expect(answer.errors.count == 1)
  }

  @Test("explanations are those of the literal authorizer")
  func explanations() throws {
    let policies = try PolicySet(parsing: Self.policies)
    var entities = try store("[\(Self.ann)]")
    try entities.upsert(replacing: EntityStore(actionsOf: try Schema(parsing: Self.schema)))
    let authorizer = Authorizer(policies: policies, entities: entities)
    let engine = try engine()
    for asked in [request(), request("view", "secret"), request("delete")] {
      let explained = engine.explain(asked)
      #expect(!explained.isEmpty)
      #expect(explained.map { "\($0)" } == authorizer.explain(asked).map { "\($0)" })
    }
  }

  @Test("an engine that was asked through its pool is freed")
  func freed() throws {
    weak var freed: PolicyEngine?
    do {
      let engine = try engine()
      freed = engine
      #expect(engine.isAuthorized(request()))
      #expect(engine.authorize(request()).decision.isAllowed)
    }
    #expect(freed == nil)
  }

  @Test("the pool serves many threads at once")
  func pool() async throws {
    let engine = try engine()
    let (allowed, denied) = (request(), request("delete"))
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<500).count { _ in
            engine.isAuthorized(allowed) && !engine.isAuthorized(denied) && !engine.authorize(denied).decision.isAllowed
          }
        }
      }
      for await right in group { #expect(right == 500) }
    }
  }
}
