// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Whether the tests run in an optimised build: `Scripts/test` runs them in both.
var isOptimised: Bool {
  #if DEBUG
    false
  #else
    true
  #endif
}

/// `Type::"id"` without ceremony.
func uid(_ type: String, _ id: String) -> EntityUID { EntityUID(type: EntityTypeName(checked: type), id: id) }

/// Entities in JSON as a store.
func store(_ json: String) throws -> EntityStore { try EntityStore(json: Array(json.utf8)) }

/// Policies and entities, decided by the tables and literally.
struct Rivals {
  let authorizer: Authorizer
  let engine: PolicyEngine
  let decider: Decider

  init(_ policies: String, entities: EntityStore = EntityStore(), strict: Bool = false) throws {
    authorizer = Authorizer(
      policies: try PolicySet(parsing: policies),
      entities: entities,
      erringForbids: strict ? .deny : .skip
    )
    engine = try PolicyEngine(authorizer.policies, entities: entities, erringForbids: strict ? .deny : .skip)
    decider = engine.decider()
  }

  /// Decides one request in every way that there is, expects the same from all, and returns what it was.
  @discardableResult
  func agree(_ request: AuthorizationRequest, _ location: Testing.SourceLocation = #_sourceLocation)
    -> AuthorizationResponse
  {
    let expected = authorizer.authorize(request)
    let answer = decider.authorize(request)
    let comment = Comment(rawValue: "\(request.principal) \(request.action) \(request.resource) \(request.context)")
    #expect(decider.decide(request) == expected.decision, comment, sourceLocation: location)
    #expect(answer.decision == expected.decision, comment, sourceLocation: location)
    #expect(answer.reasons == expected.reasons, comment, sourceLocation: location)
    #expect(answer.errors.map(\.policy) == expected.errors.map(\.policy), comment, sourceLocation: location)
    #expect(
      answer.errors.map(\.error.code) == expected.errors.map(\.error.code),
      comment,
      sourceLocation: location
    )
    if let principal = engine.handle(for: request.principal), let action = engine.handle(for: request.action),
      let resource = engine.handle(for: request.resource)
    {
      let decision = decider.decide(
        principal: principal,
        action: action,
        resource: resource,
        context: engine.context(request.context)
      )
      #expect(decision == expected.decision, comment, sourceLocation: location)
    }
    return expected
  }

  /// Decides all requests between these, and returns how many were allowed and how many denied.
  @discardableResult
  func agree(
    principals: [EntityUID],
    actions: [EntityUID],
    resources: [EntityUID],
    contexts: [RecordValue] = [.empty],
    _ location: Testing.SourceLocation = #_sourceLocation
  ) -> (allowed: Int, denied: Int) {
    var allowed = 0
    var denied = 0
    for principal in principals {
      for action in actions {
        for resource in resources {
          for context in contexts {
            let request = AuthorizationRequest(
              principal: principal,
              action: action,
              resource: resource,
              context: context
            )
            if agree(request, location).decision == .allow { allowed += 1 } else { denied += 1 }
          }
        }
      }
    }
    return (allowed, denied)
  }
}

/// A record in JSON.
func record(_ json: String) throws -> RecordValue {
  try RecordValue(json: Array(json.utf8), name: "context", for: uid("Action", "view"), schema: nil)
}
