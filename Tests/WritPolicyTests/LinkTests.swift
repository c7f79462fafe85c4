// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Templates and linked policies of an engine")
struct LinkTests {
  private let ann = uid("User", "ann")
  private let bob = uid("User", "bob")
  private let doc = uid("Doc", "d")

  private func set(_ condition: String = "", links: [PolicyID: EntityUID] = [:]) throws -> PolicySet {
    var set = try PolicySet(
      parsing: """
        @id("share") permit(principal == ?principal, action, resource) \(condition);
        @id("other") permit(principal == User::"carol", action, resource);
        """
    )
    for (id, principal) in links { try set.link("share", as: id, slots: [.principal: principal]) }
    return set
  }

  private func may(_ engine: PolicyEngine) -> [Bool] {
    [ann, bob].map {
      engine.isAuthorized(AuthorizationRequest(principal: $0, action: uid("Action", "view"), resource: doc))
    }
  }

  private func error(_ body: () throws(PolicyEngineError) -> Void) -> PolicyEngineError? {
    do throws(PolicyEngineError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test("Replacing policies drops links, or keeps them when it is told to, linked from the new templates")
  func replacing() throws {
    let engine = try PolicyEngine(set(links: ["a": ann]))
    try engine.apply(.init(addedPolicies: set(links: ["b": bob]).policies.filter { $0.id == "b" }))
    #expect(may(engine) == [true, true])
    try engine.replace(policies: set(), keepingLinks: true)
    #expect(may(engine) == [true, true])
    #expect(engine.policy("b")?.slotValues == [.principal: bob])
    // The new template's words count, and a link of the new set stands.
    try engine.replace(policies: set("when { false }"), keepingLinks: true)
    #expect(may(engine) == [false, false])
    try engine.replace(policies: set(links: ["a": bob]), entities: EntityStore(), keepingLinks: true)
    #expect(may(engine) == [false, true])
    try engine.replace(policies: set())
    #expect(may(engine) == [false, false])
    #expect(engine.policy("a") == nil)
  }

  @Test("A link that cannot be kept is an error that names it, and nothing has changed")
  func refusals() throws {
    let engine = try PolicyEngine(set(links: ["a": ann]))
    let cases: [(String, PolicyEngineError.Code)] = [
      ("permit(principal, action, resource);", .template),
      (#"@id("share") permit(principal, action, resource);"#, .template),
      (#"@id("share") permit(principal == ?principal, action, resource in ?resource);"#, .template),
      (
        #"@id("share") permit(principal == ?principal, action, resource); @id("a") permit(principal, action, resource);"#,
        .duplicatePolicy
      ),
    ]
    for (text, code) in cases {
      let policies = try PolicySet(parsing: text)
      let refused = error { () throws(PolicyEngineError) in try engine.replace(policies: policies, keepingLinks: true) }
      #expect(refused?.code == code, "\(text)")
      #expect(refused?.description.contains("`a`") == true)
    }
    #expect(engine.version == 1)
    #expect(may(engine) == [true, false])
  }

  @Test("Removing or adding a template is an error that says what it is and what to do")
  func templates() throws {
    let engine = try PolicyEngine(set(links: ["a": ann]))
    let removed = error { () throws(PolicyEngineError) in try engine.remove("share") }
    #expect(removed?.code == .template)
    #expect(removed?.description.contains("remove the policies linked from it: `a`") == true)
    try engine.remove("a")
    let unlinked = error { () throws(PolicyEngineError) in try engine.remove("share") }
    #expect(unlinked?.description.contains("no policy is linked from it") == true)
    let template = try #require(set()["share"])
    let added = error { () throws(PolicyEngineError) in try engine.apply(.init(addedPolicies: [template])) }
    #expect(added?.code == .template)
    #expect(error { () throws(PolicyEngineError) in try engine.remove("never") }?.code == .unknownPolicy)
    // Also of templates that came later, in a compacted engine, and after a replacement.
    let later = try PolicyEngine(PolicySet())
    try later.add(set(links: ["c": bob]))
    let engines = [later, try later.compact(), try PolicyEngine(PolicySet())]
    try engines[2].replace(policies: set())
    for engine in engines {
      #expect(error { () throws(PolicyEngineError) in try engine.remove("share") }?.code == .template)
    }
    // A policy that now has the id is a policy.
    try engines[2].add(PolicySet(parsing: "@id(\"share\") permit(principal, action, resource);"))
    try engines[2].remove("share")
  }
}
