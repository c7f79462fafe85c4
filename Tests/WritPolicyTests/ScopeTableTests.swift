// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Each form that a scope can have, on each side, against all requests of a small world.
@Suite("Tables of scopes")
struct ScopeTableTests {
  private static let entities = """
    [
      {"uid": {"type": "Group", "id": "root"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Group", "id": "staff"}, "attrs": {}, "parents": [{"type": "Group", "id": "root"}]},
      {"uid": {"type": "Group", "id": "guests"}, "attrs": {}, "parents": [{"type": "Group", "id": "root"}]},
      {"uid": {"type": "User", "id": "ann"}, "attrs": {}, "parents": [{"type": "Group", "id": "staff"}]},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": [{"type": "Group", "id": "guests"}]},
      {"uid": {"type": "User", "id": "cy"}, "attrs": {}, "parents": [
        {"type": "Group", "id": "staff"}, {"type": "Group", "id": "guests"}]},
      {"uid": {"type": "Bot", "id": "ann"}, "attrs": {}, "parents": [{"type": "Group", "id": "staff"}]},
      {"uid": {"type": "Folder", "id": "top"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Folder", "id": "sub"}, "attrs": {}, "parents": [{"type": "Folder", "id": "top"}]},
      {"uid": {"type": "Doc", "id": "a"}, "attrs": {}, "parents": [{"type": "Folder", "id": "sub"}]},
      {"uid": {"type": "Doc", "id": "b"}, "attrs": {}, "parents": [{"type": "Folder", "id": "top"}]},
      {"uid": {"type": "Action", "id": "view"}, "attrs": {}, "parents": [{"type": "Action", "id": "read"}]},
      {"uid": {"type": "Action", "id": "list"}, "attrs": {}, "parents": [{"type": "Action", "id": "read"}]},
      {"uid": {"type": "Action", "id": "read"}, "attrs": {}, "parents": [{"type": "Action", "id": "all"}]},
      {"uid": {"type": "Action", "id": "edit"}, "attrs": {}, "parents": [{"type": "Action", "id": "all"}]},
      {"uid": {"type": "Action", "id": "all"}, "attrs": {}, "parents": []}
    ]
    """

  private static let principals = [
    uid("User", "ann"), uid("User", "bob"), uid("User", "cy"), uid("Bot", "ann"), uid("Group", "staff"),
    uid("User", "nobody"), uid("Alien", "ann"),
  ]
  private static let actions = ["view", "list", "edit", "read", "unheard-of"].map { uid("Action", $0) }
  private static let resources = [
    uid("Doc", "a"), uid("Doc", "b"), uid("Folder", "sub"), uid("Folder", "top"), uid("Doc", "nowhere"),
  ]

  static let principalScopes = [
    "principal", "principal == User::\"ann\"", "principal in Group::\"staff\"", "principal in Group::\"root\"",
    "principal is User", "principal is Bot in Group::\"staff\"", "principal in User::\"nobody\"",
    "principal is Alien",
  ]
  static let actionScopes = [
    "action", "action == Action::\"view\"", "action in Action::\"read\"",
    "action in [Action::\"edit\", Action::\"read\"]", "action in []", "action in [Action::\"view\", Action::\"view\"]",
  ]
  static let resourceScopes = [
    "resource", "resource == Doc::\"a\"", "resource in Folder::\"top\"", "resource is Doc",
    "resource is Folder in Folder::\"top\"", "resource == Doc::\"nowhere\"",
  ]

  @Test("each combination of scopes alone", arguments: principalScopes)
  func alone(principal: String) throws {
    let entities = try store(Self.entities)
    for action in Self.actionScopes {
      for resource in Self.resourceScopes {
        let rivals = try Rivals("permit(\(principal), \(action), \(resource));", entities: entities)
        rivals.agree(principals: Self.principals, actions: Self.actions, resources: Self.resources)
      }
    }
  }

  @Test("all combinations at once, every third a forbid")
  func together() throws {
    var policies: [String] = []
    for principal in Self.principalScopes {
      for action in Self.actionScopes {
        for resource in Self.resourceScopes {
          let effect = policies.count % 3 == 2 ? "forbid" : "permit"
          policies.append("\(effect)(\(principal), \(action), \(resource));")
        }
      }
    }
    // Without the policies for everything, of which one alone would decide.
    policies.removeAll { $0.contains("(principal,") && $0.contains(", resource)") }
    for kept in [1, 2, 5, 11, 23] {
      let some = policies.enumerated().filter { $0.offset % kept == 0 }.map(\.element)
      let rivals = try Rivals(some.joined(), entities: try store(Self.entities))
      rivals.agree(principals: Self.principals, actions: Self.actions, resources: Self.resources)
    }
  }

  @Test("a lead with many pairs, alone and narrowed by columns", arguments: [false, true])
  func manyPairs(hasColumns: Bool) throws {
    var entities = "[{\"uid\": {\"type\": \"User\", \"id\": \"ann\"}, \"attrs\": {}, \"parents\": ["
    entities += (0..<40).map { "{\"type\": \"Group\", \"id\": \"g\($0)\"}" }.joined(separator: ",") + "]}]"
    var policies = ""
    for group in 0..<60 {
      // Six policies a key, so that those with conditions are narrowed.
      for color in 0..<(hasColumns ? 6 : 1) {
        policies += "permit(principal in Group::\"g\(group)\", action, resource == Doc::\"d\(group % 2)\")"
        policies += hasColumns ? " when { context.color == \(group * 10 + color) };" : ";"
      }
    }
    let rivals = try Rivals(policies, entities: try store(entities))
    let contexts = try hasColumns ? [0, 5, 395, 394, 595, 7].map { try record("{\"color\": \($0)}") } : [.empty]
    let (allowed, denied) = rivals.agree(
      principals: [uid("User", "ann"), uid("Group", "g59"), uid("Group", "g3"), uid("User", "bob")],
      actions: [uid("Action", "view")],
      resources: [uid("Doc", "d0"), uid("Doc", "d1"), uid("Doc", "d2")],
      contexts: contexts
    )
    #expect(allowed > 0)
    #expect(denied > 0)
    let use = rivals.engine.tableUse(
      of: AuthorizationRequest(
        principal: uid("Group", "g3"),
        action: uid("Action", "view"),
        resource: uid("Doc", "d1"),
        context: contexts[0]
      )
    )
    #expect(use["lead resource", default: 0] > 0 || hasColumns)
  }

  @Test("both sides in hierarchies, whichever side leads")
  func leads() throws {
    for (groups, folders) in [(30, 3), (3, 30)] {
      var policies = ""
      for group in 0..<groups {
        for folder in 0..<folders where (group + folder) % 3 == 0 {
          policies += "permit(principal in Group::\"g\(group)\", action, resource in Folder::\"f\(folder)\");"
        }
      }
      var entities: [String] = []
      for index in 0..<12 {
        let parents = [index, index * 5 % 30, index * 7 % 30]
        let groups = Set(parents).map { "{\"type\": \"Group\", \"id\": \"g\($0)\"}" }.joined(separator: ",")
        entities.append(
          "{\"uid\": {\"type\": \"User\", \"id\": \"u\(index)\"}, \"attrs\": {}, \"parents\": [\(groups)]}"
        )
        let folders = Set(parents).map { "{\"type\": \"Folder\", \"id\": \"f\($0)\"}" }.joined(separator: ",")
        entities.append(
          "{\"uid\": {\"type\": \"Doc\", \"id\": \"d\(index)\"}, \"attrs\": {}, \"parents\": [\(folders)]}"
        )
      }
      let rivals = try Rivals(policies, entities: try store("[\(entities.joined(separator: ","))]"))
      let (allowed, denied) = rivals.agree(
        principals: (0..<12).map { uid("User", "u\($0)") },
        actions: [uid("Action", "view")],
        resources: (0..<12).map { uid("Doc", "d\($0)") }
      )
      #expect(allowed > 20)
      #expect(denied > 20)
    }
  }

  @Test("templates count through their links")
  func links() throws {
    var policies = try PolicySet(
      parsing: """
        @id("share") permit(principal == ?principal, action == Action::"view", resource in ?resource);
        permit(principal, action == Action::"list", resource);
        """
    )
    let entities = try store(Self.entities)
    try policies.link(
      "share",
      as: "ann-top",
      slots: [.principal: uid("User", "ann"), .resource: uid("Folder", "top")]
    )
    let authorizer = Authorizer(policies: policies, entities: entities)
    let decider = try PolicyEngine(policies, entities: entities).decider()
    for principal in Self.principals {
      for resource in Self.resources {
        let request = AuthorizationRequest(principal: principal, action: uid("Action", "view"), resource: resource)
        #expect(decider.authorize(request).reasons == authorizer.authorize(request).reasons)
      }
    }
    let asked = AuthorizationRequest(
      principal: uid("User", "ann"),
      action: uid("Action", "view"),
      resource: uid("Doc", "a")
    )
    #expect(decider.authorize(asked).reasons == ["ann-top"])
  }
}
