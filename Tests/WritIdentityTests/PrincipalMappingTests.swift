// SPDX-License-Identifier: Apache-2.0

import Testing
import WritTokens
import WritCedar
import WritIdentity
import WritPolicy

/// A verified token with the claims given as JSON members.
private func token(_ members: String) throws -> Verified<NoClaims> {
  let key = try SymmetricKey.generate(.hs256)
  let payload = Array("{\"exp\":2000000000\(members.isEmpty ? "" : ",")\(members)}".utf8)
  let text = try JSONWebSignature.sign(payload.span, with: SigningKey(key))
  let rules = TokenRules(issuer: nil, audience: nil)
  return try TokenVerifier(keys: VerificationKeys(key), rules: rules, clock: .fixed(1_900_000_000)).verify(text)
}

private func type(_ name: String) throws -> EntityTypeName { try #require(EntityTypeName(name)) }

private func mapping(_ json: String) throws -> PrincipalMapping { try PrincipalMapping(json: Array(json.utf8)) }

private func error(_ body: () throws -> some Any) -> PrincipalError? {
  do { _ = try body() } catch { return error as? PrincipalError }
  return nil
}

@Suite("A verified token becomes a principal")
struct PrincipalMappingTests {
  @Test("Identifier, parents, attributes and context come from the claims")
  func everything() throws {
    let mapping = try mapping(
      """
      {"principal": {"type": "User", "claim": "sub"},
       "parents": [{"type": "Role", "claim": ["realm_access", "roles"]}, {"type": "Group", "claim": "group"},
                   {"type": "Role", "claim": "more", "separator": ","}],
       "attributes": {"tenant": {"type": "Tenant", "claim": "tid"}, "level": {"claim": "level"},
                      "teams": {"type": "Team", "claim": "teams"}, "name": {"claim": "name"}},
       "context": {"scopes": {"claim": "scope", "separator": " "}, "amr": {"claim": "amr"}}}
      """
    )
    let token = try token(
      #"""
      "sub":"ann","realm_access":{"roles":["editor","reader","editor"]},"group":"staff","more":"admin,editor",
      "tid":"acme","level":4,"teams":["x","y"],"scope":"read  write","amr":["pwd","mfa"]
      """#
    )
    let principal = try mapping.principal(of: token)
    #expect(principal.uid == EntityUID(type: try type("User"), id: "ann"))
    #expect(
      principal.parents.map(\.description) == [
        #"Role::"editor""#, #"Role::"reader""#, #"Group::"staff""#, #"Role::"admin""#,
      ]
    )
    #expect(principal.attributes["level"] == .long(4))
    #expect(principal.attributes["tenant"] == .entity(EntityUID(type: try type("Tenant"), id: "acme")))
    #expect(principal.attributes["teams"]?.description == #"[Team::"x", Team::"y"]"#)
    #expect(principal.attributes["name"] == nil)
    let context = try mapping.context(of: token, for: EntityUID(type: type("Action"), id: "view"))
    #expect(context["scopes"]?.description == #"["read", "write"]"#)
    #expect(context["amr"]?.description == #"["mfa", "pwd"]"# || context["amr"]?.description == #"["pwd", "mfa"]"#)
  }

  @Test("The bearer of a token decides over the tables, without being stored")
  func decision() throws {
    let policies = try PolicySet(
      parsing: #"permit(principal in Role::"editor", action, resource) when { principal.tenant == resource.tenant };"#
    )
    let document = EntityUID(type: try type("Document"), id: "d")
    let tenant = Value.entity(EntityUID(type: try type("Tenant"), id: "acme"))
    let engine = try PolicyEngine(
      policies,
      entities: EntityStore([Entity(uid: document, attributes: RecordValue([("tenant", tenant)]))])
    )
    let mapping = PrincipalMapping(
      type: try type("User"),
      parents: [ClaimReference("roles", type: try type("Role"))],
      attributes: ["tenant": ClaimReference("tid", type: try type("Tenant"))]
    )
    let action = EntityUID(type: try type("Action"), id: "edit")
    for (roles, tid, decision) in [
      ("editor", "acme", Decision.allow), ("editor", "x", .deny), ("reader", "acme", .deny),
    ] {
      let principal = try mapping.principal(of: token(#""sub":"ann","roles":["\#(roles)"],"tid":"\#(tid)""#))
      let overlay = try engine.overlay([principal])
      let request = AuthorizationRequest(principal: principal.uid, action: action, resource: document)
      #expect(engine.decider().authorize(request, overlay: overlay).decision == decision)
    }
  }

  @Test("A stored user in a forbidden role is denied by token too, until the mapping says otherwise by name (S25)")
  func suspended() throws {
    let user = EntityUID(type: try type("User"), id: "ann")
    let suspended = EntityUID(type: try type("Role"), id: "suspended")
    let engine = try PolicyEngine(
      PolicySet(
        parsing: """
          permit(principal in Role::"editor", action, resource);
          forbid(principal in Role::"suspended", action, resource);
          """
      ),
      entities: EntityStore([Entity(uid: user, parents: [suspended])])
    )
    let parents = #""parents": [{"type": "Role", "claim": "roles"}]"#
    for (overlay, decision) in [
      ("", Decision.deny), (#","overlay":"merge""#, .deny), (#","overlay":"mergeWithoutConflicts""#, .deny),
      (#","overlay":"replace""#, .allow),
    ] {
      let mapping = try mapping(#"{"principal": {"type": "User", "claim": "sub"}, \#(parents)\#(overlay)}"#)
      let principal = try mapping.principal(of: token(#""sub":"ann","roles":["editor"]"#))
      let laid = try engine.overlay([principal], rule: mapping.overlayRule)
      let request = AuthorizationRequest(
        principal: user,
        action: EntityUID(type: try type("Action"), id: "edit"),
        resource: user
      )
      #expect(engine.isAuthorized(request, overlay: laid) == decision.isAllowed, "\(overlay)")
    }
  }

  @Test(
    "Claims that are not what the mapping says are refused by name, without their values",
    arguments: [
      #""sub":"""#, "", #""sub":"a","roles":{"a":1}"#, #""sub":"a","roles":[1]"#, #""sub":"a","roles":null"#,
      #""sub":"a","tid":["x",2]"#, #""sub":"a","level":1.5"#, #""sub":"a","level":null"#,
      #""sub":"a","level":{"__entity":{"type":"User","id":"admin"}}"#,
      #""sub":"a","level":[{"__extn":{"fn":"ip","arg":"10.0.0.1"}}]"#,
      #""sub":"a","level":9223372036854775808"#,
    ]
  )
  func refused(_ members: String) throws {
    let mapping = try mapping(
      """
      {"principal": {"type": "User", "claim": "sub"}, "parents": [{"type": "Role", "claim": "roles"}],
       "attributes": {"tenant": {"type": "Tenant", "claim": "tid"}, "level": {"claim": "level"}}}
      """
    )
    let token = try token(members)
    #expect(error { try mapping.principal(of: token) }?.code == .claim)
  }

  @Test("The schema guides what claims mean, and the principal must fit it")
  func schema() throws {
    let schema = try Schema(parsing: "entity Role; entity User in [Role] { limit: decimal };")
    let mapping = try mapping(
      #"""
      {"principal": {"type": "User", "claim": "sub"}, "parents": [{"type": "Role", "claim": "roles"}],
       "attributes": {"limit": {"claim": "limit"}}}
      """#
    )
    let fitting = try mapping.principal(of: token(#""sub":"a","limit":"12.50""#), schema: schema)
    #expect(fitting.attributes["limit"]?.description == #"decimal("12.5")"#)
    #expect(error { try mapping.principal(of: token(#""sub":"a","limit":"much""#), schema: schema) }?.code == .claim)
    #expect(error { try mapping.principal(of: token(#""sub":"a","limit":12"#), schema: schema) }?.code == .schema)
    // What is missing may be stored; a principal in place of a stored one is all that counts.
    #expect(try mapping.principal(of: token(#""sub":"a""#), schema: schema).attributes.isEmpty)
    var replacing = mapping
    replacing.overlayRule = .replace
    #expect(error { try replacing.principal(of: token(#""sub":"a""#), schema: schema) }?.code == .schema)
  }

  @Test("Names are compared by Unicode scalars")
  func scalars() throws {
    let mapping = PrincipalMapping(principal: ClaimReference("caf\u{E9}"), type: try type("User"))
    #expect(try mapping.principal(of: token("\"caf\u{E9}\":\"a\"")).uid.id == "a")
    #expect(error { try mapping.principal(of: token("\"cafe\u{301}\":\"a\"")) }?.code == .claim)
  }

  @Test(
    "Mappings that say something else are refused",
    arguments: [
      "", "[]", "{}", #"{"principal": "sub"}"#, #"{"principal": {"claim": "sub"}}"#,
      #"{"principal": {"type": "User"}}"#,
      #"{"principal": {"type": "a b", "claim": "sub"}}"#, #"{"principal": {"type": "User", "claim": []}}"#,
      #"{"principal": {"type": "User", "claim": [1]}}"#, #"{"principal": {"type": "User", "claim": {}}}"#,
      #"{"principal": {"type": "User", "claim": "sub", "x": 1}}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "x": 1}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "overlay": "Merge"}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "overlay": null}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "parents": {}}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "parents": [{"claim": "roles"}]}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "attributes": []}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "attributes": {"a": {"claim": "a", "separator": ""}}}"#,
      #"{"principal": {"type": "User", "claim": "sub"}, "attributes": {"a": {"claim": "a", "separator": ", "}}}"#,
      "{\"principal\": {\"type\": \"User\", \"claim\": \"sub\"}, \"attributes\": {\"\u{E9}\": {\"claim\": \"a\"}, \"e\u{301}\": {\"claim\": \"b\"}}}",
    ]
  )
  func mappings(_ json: String) {
    #expect(error { try mapping(json) }?.code == .mapping)
  }
}
