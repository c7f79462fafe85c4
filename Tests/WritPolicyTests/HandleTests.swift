// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Handles and contexts")
struct HandleTests {
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 3}, "parents": [{"type": "Group", "id": "gone"}]},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {"level": 1}, "parents": []}
    ]
    """

  private static let policies = """
    permit(principal == User::"ann", action, resource);
    permit(principal in Group::"gone", action == Action::"join", resource);
    permit(principal, action == Action::"self", resource) when { principal == resource };
    permit(principal, action == Action::"level", resource) when { principal.level == 3 };
    permit(principal, action == Action::"context", resource) when { context.who == principal };
    """

  private func rivals() throws -> Rivals { try Rivals(Self.policies, entities: try store(Self.entities)) }

  @Test("a UID that neither policies nor entities name has no handle; one that only a policy names has")
  func existence() throws {
    let engine = try rivals().engine
    #expect(engine.handle(for: uid("User", "carol")) == nil)
    #expect(engine.handle(for: uid("Group", "gone")) != nil)
    #expect(engine.handle(for: uid("User", "ann")) == engine.handle(type: EntityTypeName(checked: "User"), id: "ann"))
    #expect(engine.handle(for: uid("User", "ann")) != engine.handle(for: uid("User", "bob")))
    #expect(engine.handle(for: uid("Group", "ann")) == nil)
  }

  @Test("identifiers are told apart by scalars, not by what looks the same")
  func scalars() throws {
    let composed = uid("User", "\u{E9}")
    let decomposed = uid("User", "e\u{301}")
    let rivals = try Rivals("permit(principal == User::\"\u{E9}\", action, resource);")
    #expect(rivals.engine.handle(for: composed) != nil)
    #expect(rivals.engine.handle(for: decomposed) == nil)
    rivals.agree(principals: [composed, decomposed], actions: [uid("Action", "a")], resources: [composed])
  }

  @Test("an absent entity equals itself and is in itself, has nothing, and errs when asked")
  func absence() throws {
    let rivals = try rivals()
    let group = uid("Group", "gone")
    for principal in [group, uid("User", "ann"), uid("User", "never"), uid("Never", "ann")] {
      for action in ["join", "self", "level", "context"] {
        rivals.agree(AuthorizationRequest(principal: principal, action: uid("Action", action), resource: principal))
      }
    }
    let joined = AuthorizationRequest(principal: group, action: uid("Action", "join"), resource: group)
    #expect(rivals.decider.decide(joined) == .allow)
    let asked = AuthorizationRequest(principal: group, action: uid("Action", "level"), resource: group)
    #expect(rivals.decider.authorize(asked).errors.map(\.error.code) == [.entityMissing])
  }

  @Test("UIDs that only the request names are told apart, and the context's are the same as the principal's")
  func unknown() throws {
    let rivals = try rivals()
    let people = [uid("User", "x"), uid("User", "y"), uid("Alien", "x"), uid("User", "ann")]
    let contexts = try people.map { try RecordValue([("who", .entity($0))]) }
    let (allowed, denied) = rivals.agree(
      principals: people,
      actions: ["self", "context"].map { uid("Action", $0) },
      resources: people,
      contexts: contexts
    )
    #expect(allowed > 0)
    #expect(denied > 0)
  }

  @Test("UIDs that only the context names are told apart by type and id")
  func unknownInContext() throws {
    let rivals = try Rivals("permit(principal, action, resource) when { context.a == context.b };")
    let ann = uid("User", "ann")
    for (other, decision) in [(uid("A", "x"), Decision.allow), (uid("B", "x"), .deny), (uid("A", "y"), .deny)] {
      let context = try RecordValue([("a", .entity(uid("A", "x"))), ("b", .entity(other))])
      let request = AuthorizationRequest(principal: ann, action: uid("Action", "view"), resource: ann, context: context)
      #expect(rivals.agree(request).decision == decision)
    }
  }

  @Test("requests do not grow the tables")
  func noGrowth() throws {
    let rivals = try rivals()
    let before = rivals.engine.indexReport.bytes
    for number in 0..<1_000 {
      let stranger = uid("User", "stranger\(number)")
      let context = try RecordValue([("who", .string("text\(number)")), ("new\(number)", .entity(stranger))])
      _ = rivals.decider.decide(
        AuthorizationRequest(
          principal: stranger,
          action: uid("Action", "context"),
          resource: stranger,
          context: context
        )
      )
    }
    #expect(rivals.engine.indexReport.bytes == before)
    #expect(rivals.engine.handle(for: uid("User", "stranger5")) == nil)
  }

  @Test("a context of another engine means the same here")
  func foreignContext() throws {
    let rivals = try rivals()
    let other = try rivals.engine(with: "permit(principal, action, resource) when { context.a == \"b\" };")
    let ann = uid("User", "ann")
    let context = other.context(try RecordValue([("who", .entity(uid("User", "bob"))), ("a", .string("b"))]))
    let action = uid("Action", "context")
    #expect(
      rivals.decider.decide(principal: uid("User", "bob"), action: action, resource: ann, context: context) == .allow
    )
    #expect(
      rivals.decider.decide(principal: uid("User", "eve"), action: action, resource: ann, context: context) == .deny
    )
    let handles = try ["bob"].map { try #require(rivals.engine.handle(for: uid("User", $0))) }
    let asked = try #require(rivals.engine.handle(for: action))
    #expect(
      rivals.decider.decide(principal: handles[0], action: asked, resource: handles[0], context: context) == .allow
    )
  }

  @Test("one context serves many requests and threads")
  func sharedContext() async throws {
    let rivals = try rivals()
    let engine = rivals.engine
    let context = engine.context(try RecordValue([("who", .entity(uid("User", "bob")))]))
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let decider = engine.decider()
          let action = uid("Action", "context")
          let bob = uid("User", "bob")
          return (0..<1_000).count { _ in
            decider.decide(principal: bob, action: action, resource: bob, context: context).isAllowed
          }
        }
      }
      for await allowed in group { #expect(allowed == 1_000) }
    }
  }
}

extension Rivals {
  /// Another engine over the same entities.
  func engine(with policies: String) throws -> PolicyEngine {
    try PolicyEngine(try PolicySet(parsing: policies), entities: authorizer.entities)
  }
}
