// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Answers from a table and notes what it was asked, in order.
final class TableSource: AttributeSource {
  private let values: [EntityUID: [String: Value]]
  private(set) var asked: [String] = []
  /// A closure that runs while the source is asked.
  var whileAsked: () -> Void = {}

  init(_ values: [EntityUID: [String: Value]]) { self.values = values }

  func value(of attribute: borrowing AskedAttribute) -> Value? {
    asked.append("\(attribute.entity).\(attribute.name)")
    whileAsked()
    return values[attribute.entity]?[attribute.name]
  }

  func takeAsked() -> [String] {
    defer { asked = [] }
    return asked
  }
}

/// A store with a source, as the literal evaluator sees them.
private struct LiteralEntities: EntitySource {
  let store: EntityStore
  let values: [EntityUID: [String: Value]]

  subscript(uid: EntityUID) -> Entity? { store[uid] }
  func attribute(_ name: String, of uid: EntityUID) -> Value? {
    store[uid]?.attributes[name] ?? values[uid]?[name]
  }
  func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool { store.isEntity(uid, inAnyOf: groups) }
}

/// The entities and sources of the tests of sources.
enum SourceWorld {
  static let ann = uid("User", "ann")
  static let doc = uid("Doc", "d")
  static let view = uid("Action", "view")
  static let request = AuthorizationRequest(principal: ann, action: view, resource: doc)
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 3, "owner": {"__entity": {"type": "User", "id": "bob"}}},
       "parents": [{"type": "Group", "id": "staff"}], "tags": {"t": 1}},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Doc", "id": "d"}, "attrs": {}, "parents": []}
    ]
    """

  static func rivals(_ policies: String, strict: Bool = false) throws -> Rivals {
    try Rivals(policies, entities: try store(entities), strict: strict)
  }
}

extension Rivals {
  /// Decides in every way that there is, expects what the literal evaluator says over a source of these values, and
  /// returns what the source was asked by `authorize`.
  @discardableResult
  func agree(
    _ values: [EntityUID: [String: Value]],
    _ request: AuthorizationRequest = SourceWorld.request,
    overlay entities: [Entity] = [],
    rule: OverlayRule = .merge,
    expecting decision: Decision? = nil,
    _ location: Testing.SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let store = try authorizer.entities.overlaid(with: entities, rule: rule)
    let evaluator = Evaluator(request: request, entities: LiteralEntities(store: store, values: values))
    let policies = authorizer.policies.policies
    let expected = evaluator.authorize(policies, erringForbids: authorizer.erringForbids)
    if let decision { #expect(expected.decision == decision, sourceLocation: location) }
    let overlay = entities.isEmpty ? nil : try engine.overlay(entities, rule: rule)
    let source = TableSource(values)
    #expect(
      decider.decide(request, overlay: overlay, attributes: source) == expected.decision,
      sourceLocation: location
    )
    let decided = source.takeAsked()
    #expect(Set(decided).count == decided.count, "asked twice: \(decided)", sourceLocation: location)

    let answer = decider.authorize(request, overlay: overlay, attributes: source)
    let asked = source.takeAsked()
    #expect(Set(asked).count == asked.count, "asked twice: \(asked)", sourceLocation: location)
    #expect("\(answer.response)" == "\(expected)", sourceLocation: location)
    #expect("\(answer.response)" == "\(expected)", sourceLocation: location)
    #expect(source.takeAsked().isEmpty, "asked after the answer", sourceLocation: location)

    let byUID = decider.decide(
      principal: request.principal,
      action: request.action,
      resource: request.resource,
      context: engine.context(request.context, over: overlay),
      overlay: overlay,
      attributes: source
    )
    #expect(byUID == expected.decision, sourceLocation: location)
    #expect(source.takeAsked() == decided, sourceLocation: location)
    func handle(_ uid: EntityUID) -> EntityHandle? { engine.handle(for: uid) ?? overlay?.handle(for: uid) }
    if let principal = handle(request.principal), let action = handle(request.action),
      let resource = handle(request.resource)
    {
      let context = engine.context(request.context)
      let byHandle = decider.decide(
        principal: principal,
        action: action,
        resource: resource,
        context: context,
        overlay: overlay,
        attributes: source
      )
      #expect(byHandle == expected.decision, sourceLocation: location)
      #expect(source.takeAsked() == decided, sourceLocation: location)
      let answer = decider.authorize(
        principal: principal,
        action: action,
        resource: resource,
        context: context,
        overlay: overlay,
        attributes: source
      )
      #expect("\(answer.response)" == "\(expected)", sourceLocation: location)
      #expect(source.takeAsked() == asked, sourceLocation: location)
    }
    let isAllowed = engine.isAuthorized(request, overlay: overlay, attributes: source)
    #expect(isAllowed == expected.decision.isAllowed, sourceLocation: location)
    let pooled = engine.authorize(request, overlay: overlay, attributes: source)
    #expect("\(pooled.response)" == "\(expected)", sourceLocation: location)
    _ = source.takeAsked()
    let explained = engine.explain(request, overlay: overlay, attributes: source)
    #expect("\(explained.map(\.outcome))" == "\(evaluator.explain(policies).map(\.outcome))", sourceLocation: location)
    let literally = source.takeAsked()
    #expect(Set(literally).count == literally.count, "explain asked twice: \(literally)", sourceLocation: location)

    // Without the source nothing is left of it.
    let plain = Evaluator(request: request, entities: store).authorize(
      policies,
      erringForbids: authorizer.erringForbids
    )
    #expect("\(decider.authorize(request, overlay: overlay).response)" == "\(plain)", sourceLocation: location)
    #expect(source.asked.isEmpty, sourceLocation: location)
    return asked
  }
}
