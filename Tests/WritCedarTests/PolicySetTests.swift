// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Policy sets, ids and templates (acceptance A11 and F)")
struct PolicySetTests {
  static let any = "permit(principal, action, resource);"

  @Test("ids are the @id annotation or the position, counted through all texts, templates included")
  func ids() throws {
    let set = try PolicySet(parsing: [
      SourceInput(name: "a", text: "\(Self.any) permit(principal == ?principal, action, resource);"),
      SourceInput(name: "b", text: "@id(\"named\") \(Self.any) \(Self.any)"),
    ])
    #expect(set.members.map(\.id) == ["policy0", "policy1", "named", "policy3"])
    #expect(set.count == 3)
    #expect(set.policies.map(\.id) == ["policy0", "named", "policy3"])
    #expect(set.templates.map(\.id) == ["policy1"])
    let plain = try PolicySet(
      parsing: [SourceInput(name: "b", text: "@id(\"named\") \(Self.any) \(Self.any)")],
      identifiers: .position
    )
    #expect(plain.members.map(\.id) == ["policy0", "policy1"])
  }

  @Test("an id that occurs twice is refused, naming both places (attacks P12)")
  func duplicates() throws {
    let error = try #require(throws: SyntaxError.self) {
      try PolicySet(parsing: [
        SourceInput(name: "a", text: "\(Self.any)\n@id(\"policy2\") \(Self.any)"),
        SourceInput(name: "b", text: Self.any),
      ])
    }
    #expect(
      error.diagnostics.map(\.description) == ["b:1:1: two policies have the id `policy2`: the other is at a:2:1"]
    )
    let empty = try #require(throws: SyntaxError.self) { try PolicySet(parsing: "@id(\"\") \(Self.any)") }
    #expect(empty.diagnostics.map(\.message) == ["the `@id` is empty"])
    #expect(isRefused("@id \(Self.any)"))
    #expect(!isRefused("@id(\"é\") \(Self.any) @id(\"e\\u{301}\") \(Self.any)"))
  }

  @Test("a link fills exactly the slots of its template")
  func linking() throws {
    var set = try PolicySet(
      parsing: """
        @id("view") permit(principal == ?principal, action == Action::"view", resource in ?resource)
        when { principal != resource };
        @id("static") forbid(principal, action == Action::"no", resource);
        """
    )
    let alice = uid("User", "al\"ice")
    #expect(throws: PolicySetError.self) { try set.link("view", as: "l", slots: [.principal: alice]) }
    #expect(throws: PolicySetError.self) { try set.link("static", as: "l", slots: [:]) }
    #expect(throws: PolicySetError.self) { try set.link("none", as: "l", slots: [:]) }
    #expect(throws: PolicySetError.self) {
      try set.link("view", as: "static", slots: [.principal: alice, .resource: uid("Album", "a")])
    }
    try set.link("view", as: "l", slots: [.principal: alice, .resource: uid("Album", "a")])
    let link = try #require(set["l"])
    #expect(!link.isTemplate)
    #expect(link.template == "view")
    #expect(link.principalConstraint == .equal(.entity(alice)))
    #expect(link.resourceConstraint == .in(.entity(uid("Album", "a"))))
    #expect(
      link.description == """
        @id("view")
        permit (principal == User::"al\\"ice", action == Action::"view", resource in Album::"a")
        when { principal != resource };
        """
    )
    #expect(set.policies.map(\.id) == ["static", "l"])
  }

  @Test(
    "Syntax in the id that fills a slot stays part of the id (P28)",
    arguments: [
      #"a", action, resource) when { true }; permit(principal, action, resource); //"#, "?resource", "\n\u{0}\\\"", "*",
    ]
  )
  func slotInjection(id: String) throws {
    var set = try PolicySet(parsing: "permit(principal == ?principal, action, resource);")
    try set.link("policy0", as: "l", slots: [.principal: uid("User", id)])
    let link = try #require(set["l"])
    #expect(link.principalConstraint == .equal(.entity(uid("User", id))))
    // What is printed reads back as one policy about the same principal.
    let printed = try PolicySet(parsing: link.description)
    #expect(printed.policies.map(\.principalConstraint) == [link.principalConstraint])
    for (other, decision) in [(id, Decision.allow), ("ann", .deny)] {
      let request = AuthorizationRequest(
        principal: uid("User", other),
        action: uid("Action", "view"),
        resource: uid("Doc", "d")
      )
      #expect(Authorizer(policies: set, entities: EntityStore()).authorize(request).decision == decision)
    }
  }

  @Test("a template with links stays until they are gone")
  func removing() throws {
    var set = try PolicySet(parsing: "permit(principal == ?principal, action, resource);\(Self.any)")
    try set.link("policy0", as: "l", slots: [.principal: uid("User", "a")])
    let error = try #require(throws: PolicySetError.self) { try set.remove("policy0") }
    #expect(error.code == .templateInUse)
    try set.remove("l")
    try set.remove("policy0")
    #expect(set.members.map(\.id) == ["policy1"])
    #expect(set["policy0"] == nil)
    let missing = try #require(throws: PolicySetError.self) { try set.remove("policy0") }
    #expect(missing.code == .unknownID)
  }

  @Test("adding and merging refuse ids that are taken, or rename")
  func merging() throws {
    var set = try PolicySet(parsing: Self.any)
    var other = try PolicySet(parsing: "forbid(principal == ?principal, action, resource); @id(\"x\") \(Self.any)")
    try other.link("policy0", as: "l", slots: [.principal: uid("User", "a")])
    let error = try #require(throws: PolicySetError.self) { try set.merge(other) }
    #expect(error.code == .duplicateID)
    #expect(set.members.count == 1)
    let renamings = try set.merge(other, renaming: true)
    #expect(renamings == ["policy0": "policy1"])
    #expect(set.members.map(\.id) == ["policy0", "policy1", "x", "l"])
    #expect(set["l"]?.template == "policy1")
    let policy = try #require(set["x"])
    #expect(throws: PolicySetError.self) { try set.add(policy) }
    try set.add(policy, as: "y")
    #expect(set["y"]?.effect == .permit)
  }

  @Test("a policy prints as text that means the same (attacks P19)")
  func printing() throws {
    let text = """
      @id("p0")
      @flag
      permit (principal is User in ?principal, action in [Action::"x", Action::"y"], resource == ?resource)
      when { principal.a && !(1 - (2 - 3) == -4) || resource has b.c }
      unless { context["if"] like "a*\\*" };
      """
    let set = try PolicySet(parsing: text)
    let printed = try #require(set["p0"]).description
    #expect(printed == text)
    let plain = "forbid (principal in Group::\"g\", action == Action::\"x\", resource is Doc);"
    #expect(try PolicySet(parsing: plain)["policy0"]?.description == plain)
    let actions = "forbid (principal, action in Action::\"x\", resource is Doc in Folder::\"f\");"
    #expect(try PolicySet(parsing: actions)["policy0"]?.description == actions)
  }
}
