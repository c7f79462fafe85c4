// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Validation: scopes, templates and links (J, F)")
struct ScopeValidationTests {
  @Test(
    "scopes",
    arguments: [
      ("principal, action, resource", []), ("principal is App::User, action, resource is App::Album", []),
      ("principal in App::Team::\"a\", action, resource", []),
      ("principal, action in App::Action::\"all\", resource", []),
      ("principal is App::User in ?principal, action, resource in ?resource", []),
      ("principal == ?principal, action == App::Action::\"view\", resource", []),
      ("principal == App::Usr::\"a\", action, resource", ["unrecognizedEntityType", "invalidActionApplication"]),
      (
        "principal is App::Usr, action, resource",
        [
          "unrecognizedEntityType", "invalidActionApplication", "impossiblePolicy",
        ]
      ),
      (
        "principal, action == App::Action::\"veiw\", resource",
        [
          "unrecognizedActionId", "invalidActionApplication", "impossiblePolicy",
        ]
      ),
      (
        "principal, action == Action::\"view\", resource",
        [
          "unrecognizedActionId", "invalidActionApplication", "impossiblePolicy",
        ]
      ),
      ("principal, action == App::Action::\"all\", resource", ["invalidActionApplication", "impossiblePolicy"]),
      (
        "principal == App::Team::\"a\", action == App::Action::\"view\", resource",
        [
          "invalidActionApplication", "impossiblePolicy",
        ]
      ),
      ("principal, action in [], resource", ["invalidActionApplication", "emptySetForbidden"]),
      ("principal, action, resource == App::Color::\"blue\"", ["invalidEnumEntity"]),
      ("principal in App::Color::\"red\", action, resource", ["invalidActionApplication", "impossiblePolicy"]),
      (
        "principal, action in [App::Action::\"veiw\", App::Action::\"edit\"], resource",
        [
          "unrecognizedActionId", "invalidActionApplication",
        ]
      ),
    ] as [(String, [String])]
  )
  func scopes(scope: String, codes: [String]) throws {
    #expect(try Set(Example.codes("permit(\(scope));")) == Set(codes))
  }

  @Test("A scope that no action applies to says what it applies to, or that a group is named with `in`")
  func application() throws {
    let report = try Example.report(
      """
      permit(principal == App::Team::"a", action == App::Action::"view", resource);
      permit(principal is App::Team, action == App::Action::"view", resource);
      permit(principal, action == App::Action::"all", resource);
      """
    )
    let helps = report.errors.map(\.help)
    #expect(
      helps == [
        "a group of entities is named with `in`: write `principal in …`",
        "App::Action::\"view\" applies to principals of type App::User and resources of type App::Photo",
        "App::Action::\"all\" applies to nothing: it is a group of actions",
      ]
    )
  }

  @Test("Actions of several namespaces have no common type, in a scope as in a set")
  func namespaces() throws {
    let schema = """
      entity U; action a appliesTo { principal: U, resource: U };
      namespace N { action b appliesTo { principal: U, resource: U }; }
      """
    let policies = """
      permit(principal, action in [Action::"a", N::Action::"b"], resource);
      permit(principal, action, resource) when { action in [Action::"a", N::Action::"b"] };
      """
    let report = try Example.report(policies, schema: schema)
    #expect(report.findings.map(\.code) == [.incompatibleTypes, .incompatibleTypes])
    #expect(report.findings.map(\.policy) == ["policy0", "policy1"])
  }

  @Test("A link is as valid as its template, and its entities fit the schema and an action")
  func links() throws {
    var policies = try PolicySet(parsing: "@id(\"t\") permit(principal == ?principal, action, resource in ?resource);")
    func link(_ id: PolicyID, _ principal: String, _ resource: String) throws {
      try policies.link(
        "t",
        as: id,
        slots: [.principal: EntityUID(parsing: principal), .resource: EntityUID(parsing: resource)]
      )
    }
    try link("good", "App::User::\"a\"", "App::Album::\"b\"")
    try link("unknown", "App::Usr::\"a\"", "App::Album::\"b\"")
    try link("unfit", "App::Photo::\"a\"", "App::Album::\"b\"")
    try link("blue", "App::Team::\"a\"", "App::Color::\"blue\"")
    let report = try policies.validate(against: Schema(parsing: Example.text))
    #expect(
      report.findings.map { "\($0.policy) \($0.code)" } == [
        "unknown unrecognizedEntityType", "unknown invalidActionApplication", "unfit invalidActionApplication",
        "blue invalidEnumEntity",
      ]
    )
    #expect(report.findings.first?.suggestion == "App::User")
    #expect(report.policyCount == 5)
  }

  @Test("A schema without actions makes every policy impossible, none invalid by types")
  func noActions() throws {
    let report = try Example.report("permit(principal, action, resource) when { 1 };", schema: "entity U;")
    #expect(report.findings.map(\.code) == [.invalidActionApplication, .impossiblePolicy])
  }
}
