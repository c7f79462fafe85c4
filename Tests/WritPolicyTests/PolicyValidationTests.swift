// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Engines validate policies and, if asked, requests")
struct PolicyValidationTests {
  private let schema: Schema
  private let valid = "permit(principal, action == Action::\"view\", resource) when { principal.age > 17 };"
  private let misspelt = "@id(\"bad\") forbid(principal, action == Action::\"veiw\", resource);"

  init() throws {
    schema = try Schema(
      parsing: "entity User { age: Long }; entity Photo; action view appliesTo { principal: User, resource: Photo };"
    )
  }

  /// Why policies are refused.
  private func refusal(_ body: () throws -> Void) -> PolicyEngineError? {
    do {
      try body()
      return nil
    } catch {
      return error as? PolicyEngineError
    }
  }

  private func isInvalid(_ body: () throws -> Void) -> Bool {
    guard case .invalidPolicies? = refusal(body)?.code else { return false }
    return true
  }

  @Test("An engine with a schema refuses policies that are not valid, with what was found")
  func refuses() throws {
    let policies = try PolicySet(parsing: valid + misspelt, name: "p")
    let error = try #require(refusal { _ = try PolicyEngine(policies, schema: schema) })
    guard case .invalidPolicies = error.code else { throw error }
    #expect(error.report?.errors.map(\.code) == [.unrecognizedActionId, .invalidActionApplication])
    #expect(error.description.contains("the action Action::\"veiw\" is not declared"))
    #expect(error.description.contains("bad"))
  }

  @Test("Warnings are not refused, and without a schema or with `.skip` nothing is validated")
  func accepts() throws {
    _ = try PolicyEngine(try PolicySet(parsing: "permit(principal, action, resource) when { false };"), schema: schema)
    _ = try PolicyEngine(try PolicySet(parsing: misspelt))
    let engine = try PolicyEngine(try PolicySet(parsing: misspelt), schema: schema, validation: .skip)
    try engine.add(try PolicySet(parsing: "@id(\"too\") " + "permit(principal, action, resource) when { 1 };"))
  }

  @Test("Changes, replacements and compacted engines validate as well; what is refused changes nothing")
  func changes() throws {
    let engine = try PolicyEngine(try PolicySet(parsing: valid), schema: schema)
    let bad = try PolicySet(parsing: misspelt)
    let version = engine.version
    #expect(isInvalid { try engine.add(bad) })
    #expect(isInvalid { try engine.replace(policies: bad) })
    #expect(isInvalid { try engine.replace(policies: bad, entities: EntityStore()) })
    let compacted = try engine.compact()
    #expect(isInvalid { try compacted.add(bad) })
    #expect(engine.version == version)
    try engine.add(try PolicySet(parsing: "@id(\"more\") permit(principal, action, resource);"))
    var linked = try PolicySet(parsing: "@id(\"t\") permit(principal == ?principal, action, resource);")
    try linked.link("t", as: "l", slots: [.principal: EntityUID(parsing: "User::\"a\"")])
    try engine.add(linked)
  }

  @Test("A link that stays while its template changes is validated with the new template")
  func keptLinks() throws {
    let schema = try Schema(
      parsing: """
        entity User, Photo, Album;
        action view appliesTo { principal: User, resource: Photo };
        action open appliesTo { principal: User, resource: Album };
        """
    )
    func template(_ action: String) throws -> PolicySet {
      try PolicySet(parsing: "@id(\"t\") permit(principal, \(action), resource == ?resource);")
    }
    var linked = try template("action")
    try linked.link("t", as: "l", slots: [.resource: EntityUID(parsing: "Photo::\"p\"")])
    let engine = try PolicyEngine(linked, schema: schema)
    try engine.replace(policies: template("action == Action::\"view\""), keepingLinks: true)
    let version = engine.version
    #expect(isInvalid { try engine.replace(policies: template("action == Action::\"open\""), keepingLinks: true) })
    #expect(engine.version == version)
    try engine.replace(policies: template("action == Action::\"open\""))
  }

  @Test(
    "A request that does not fit is an error where it is validated, and only there: an undeclared action is never allowed"
  )
  func requests() throws {
    let policies = try PolicySet(parsing: "permit(principal, action, resource);")
    let engine = try PolicyEngine(policies, schema: schema)
    func request(_ action: String, _ principal: String = "User::\"a\"") throws -> AuthorizationRequest {
      try AuthorizationRequest(
        principal: EntityUID(parsing: principal),
        action: EntityUID(parsing: action),
        resource: EntityUID(parsing: "Photo::\"p\"")
      )
    }
    let decider = engine.decider()
    let good = try request("Action::\"view\"")
    #expect(try decider.decide(validating: good).isAllowed)
    #expect(try decider.authorize(validating: good).decision.isAllowed)
    #expect(try engine.isAuthorized(validating: good))
    #expect(try engine.authorize(validating: good).decision.isAllowed)
    for bad in [try request("Action::\"delete\""), try request("Action::\"view\"", "Photo::\"p\"")] {
      #expect(decider.decide(bad).isAllowed)
      #expect(throws: SchemaMismatch.self) { try decider.decide(validating: bad) }
      #expect(throws: SchemaMismatch.self) { try decider.authorize(validating: bad) }
      #expect(throws: SchemaMismatch.self) { try engine.isAuthorized(validating: bad) }
      #expect(throws: SchemaMismatch.self) { try engine.authorize(validating: bad) }
    }
    let schemaless = try PolicyEngine(policies)
    #expect(throws: SchemaMismatch.self) { try schemaless.isAuthorized(validating: good) }
  }
}
