// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Authorization (acceptance E)")
struct AuthorizerTests {
  private func response(_ policies: String, strict: Bool = false, entities: EntityStore = EntityStore()) throws
    -> AuthorizationResponse
  {
    Authorizer(policies: try PolicySet(parsing: policies), entities: entities, erringForbids: strict ? .deny : .skip)
      .authorize(request())
  }

  static let permit = "permit(principal, action, resource)"
  static let forbid = "forbid(principal, action, resource)"
  static let errs = "when { context.nope }"

  @Test("nothing satisfied denies, for no reason")
  func defaultDeny() throws {
    for policies in ["", "\(Self.permit) when { false };", "\(Self.forbid) when { false };"] {
      let response = try response(policies)
      #expect(response.decision == .deny)
      #expect(response.reasons.isEmpty)
      #expect(response.errors.isEmpty)
    }
  }

  @Test("all satisfied permits are the reasons of an allow, in order")
  func permits() throws {
    let response = try response("\(Self.permit);\(Self.permit) when { false };\(Self.permit) when { true };")
    #expect(response.decision == .allow)
    #expect(response.reasons == ["policy0", "policy2"])
  }

  @Test("a satisfied forbid denies; only forbids are its reasons")
  func forbidOverrides() throws {
    let response = try response("\(Self.permit);\(Self.forbid);\(Self.forbid) unless { false };")
    #expect(response.decision == .deny)
    #expect(response.reasons == ["policy1", "policy2"])
  }

  @Test("a policy that errs is skipped and reported (attacks P13, P14)")
  func skipOnError() throws {
    let response = try response("\(Self.permit);\(Self.forbid) \(Self.errs);\(Self.permit) \(Self.errs);")
    #expect(response.decision == .allow)
    #expect(response.reasons == ["policy0"])
    #expect(response.errors.map(\.policy) == ["policy1", "policy2"])
    #expect(response.errors.map(\.effect) == [.forbid, .permit])
    #expect(response.errors.map(\.error.code) == [.attributeMissing, .attributeMissing])
    #expect(response.errors[0].error.source.text(of: response.errors[0].error.span) == "context.nope")
  }

  @Test("under strict an erring forbid denies, without being a reason; an erring permit does not")
  func strict() throws {
    let denied = try response("\(Self.permit);\(Self.forbid) \(Self.errs);", strict: true)
    #expect(denied.decision == .deny)
    #expect(denied.reasons.isEmpty)
    #expect(denied.errors.map(\.policy) == ["policy1"])
    #expect(try response("\(Self.permit);\(Self.permit) \(Self.errs);", strict: true).decision == .allow)
  }

  @Test("conditions are joined in order: a false one hides later errors, an earlier error stands")
  func conditionOrder() throws {
    #expect(try response("\(Self.permit) when { false } \(Self.errs);").errors.isEmpty)
    #expect(try response("\(Self.permit) unless { true } \(Self.errs);").errors.isEmpty)
    #expect(try response("\(Self.permit) \(Self.errs) when { false };").errors.count == 1)
    #expect(try response("permit(principal == User::\"x\", action, resource) \(Self.errs);").errors.isEmpty)
  }

  @Test("a condition that is no bool errs, in unless too")
  func conditionType() throws {
    for condition in ["when { 1 }", "unless { 1 }", "when { \"true\" }", "unless { principal }"] {
      let response = try response("\(Self.permit) \(condition);")
      #expect(response.errors.map(\.error.code) == [.type], "\(condition)")
      #expect(response.decision == .deny)
    }
  }

  @Test("templates are never evaluated; their links are")
  func templates() throws {
    var set = try PolicySet(parsing: "permit(principal == ?principal, action, resource in ?resource);")
    let store = try EntityStore([Entity(uid: uid("Photo", "sea"), parents: [uid("Album", "a")])])
    #expect(Authorizer(policies: set, entities: store).authorize(request()).decision == .deny)
    try set.link("policy0", as: "bob", slots: [.principal: uid("User", "bob"), .resource: uid("Album", "a")])
    #expect(Authorizer(policies: set, entities: store).authorize(request()).decision == .deny)
    try set.link("policy0", as: "alice", slots: [.principal: uid("User", "alice"), .resource: uid("Album", "a")])
    #expect(Authorizer(policies: set, entities: store).authorize(request()).reasons == ["alice"])
  }

  @Test(
    "scopes",
    arguments: [
      ("principal == User::\"alice\", action, resource", true), ("principal == User::\"bob\", action, resource", false),
      ("principal in Group::\"staff\", action, resource", true),
      ("principal in User::\"alice\", action, resource", true),
      ("principal in Group::\"other\", action, resource", false), ("principal is User, action, resource", true),
      ("principal is Admin, action, resource", false),
      ("principal is User in Group::\"staff\", action, resource", true),
      ("principal is Admin in Group::\"staff\", action, resource", false),
      ("principal, action == Action::\"view\", resource", true),
      ("principal, action == Action::\"edit\", resource", false),
      ("principal, action in Action::\"read\", resource", true), ("principal, action in [], resource", false),
      ("principal, action in [Action::\"edit\", Action::\"read\"], resource", true),
      ("principal, action, resource == Photo::\"sea\"", true), ("principal, action, resource in Album::\"a\"", false),
      ("principal, action, resource is Photo", true), ("principal, action, resource is Album in Photo::\"sea\"", false),
    ]
  )
  func scopes(scope: String, isSatisfied: Bool) throws {
    let store = try EntityStore([
      Entity(uid: uid("User", "alice"), parents: [uid("Group", "staff")]),
      Entity(uid: uid("Action", "view"), parents: [uid("Action", "read")]),
    ])
    #expect(try response("permit(\(scope));", entities: store).decision == (isSatisfied ? .allow : .deny))
  }

  @Test("an explanation shows each part with its value, nearest policies first")
  func explanation() throws {
    let text = """
      permit(principal == User::"bob", action, resource is Album);
      permit(principal == User::"bob", action, resource) when { 1 == 1 && (context.n > 3 && 2 == 2) };
      permit(principal, action == Action::"edit", resource);
      forbid(principal, action, resource) when { context.nope } unless { context.n == 4 };
      permit(principal, action, resource);
      """
    let authorizer = Authorizer(policies: try PolicySet(parsing: text, name: "p"), entities: EntityStore())
    let context = try RecordValue([("n", 4)])
    let explanations = authorizer.explain(request(context: context))
    #expect(explanations.map(\.policy.id) == ["policy4", "policy1", "policy3"])
    #expect(explanations.map(\.outcome) == [.satisfied, .unsatisfied, .error])
    #expect(explanations.map(\.failures) == [0, 1, 2])
    let parts = explanations[1].parts
    #expect(
      parts.map(\.text) == ["principal == User::\"bob\"", "action", "resource", "1 == 1", "context.n > 3", "2 == 2"]
    )
    #expect(parts.map(\.holds) == [false, true, true, true, true, true])
    #expect(parts[4].location.description == "p:2:70")
    #expect(parts[4].operands.map(\.text) == ["context.n"])
    #expect(parts[4].operands.map(\.value) == [4])
    let last = explanations[2].parts
    #expect(last.map(\.isUnless) == [false, false, false, false, true])
    #expect(last.map(\.holds) == [true, true, true, false, false])
    guard case .failure(let error) = last[3].value else {
      Issue.record("a part that errs has no value")
      return
    }
    #expect(error.code == .attributeMissing)
  }
}
