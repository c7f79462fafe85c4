// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Answers from a table and notes what it was asked, in order.
final class TableSource: AttributeSource {
  private let values: [EntityUID: [String: Value]]
  private(set) var asked: [String] = []
  /// What else it does while it is asked.
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

@Suite("Attributes on demand")
struct AttributeSourceTests {
  private static let ann = uid("User", "ann")
  private static let doc = uid("Doc", "d")
  private static let view = uid("Action", "view")
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"level": 3, "owner": {"__entity": {"type": "User", "id": "bob"}}},
       "parents": [{"type": "Group", "id": "staff"}], "tags": {"t": 1}},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Doc", "id": "d"}, "attrs": {}, "parents": []}
    ]
    """

  private func rivals(_ policies: String, strict: Bool = false) throws -> Rivals {
    try Rivals(policies, entities: try store(Self.entities), strict: strict)
  }

  /// Decides in every way that there is, expects what the literal evaluator says over the source, and returns what the source
  /// was asked by `authorize`.
  @discardableResult
  private func agree(
    _ rivals: Rivals,
    _ values: [EntityUID: [String: Value]],
    _ request: Request = Request(principal: ann, action: view, resource: doc),
    overlay entities: [Entity] = [],
    expecting decision: Decision? = nil,
    _ location: Testing.SourceLocation = #_sourceLocation
  ) throws -> [String] {
    let store = try rivals.authorizer.entities.overlaid(with: entities)
    let evaluator = Evaluator(request: request, entities: LiteralEntities(store: store, values: values))
    let policies = rivals.authorizer.policies.policies
    let expected = evaluator.authorize(policies, isStrict: rivals.authorizer.isStrict)
    if let decision { #expect(expected.decision == decision, sourceLocation: location) }
    let overlay = entities.isEmpty ? nil : try rivals.engine.overlay(entities)
    let source = TableSource(values)
    let decider = rivals.decider
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
      context: rivals.engine.context(request.context, over: overlay),
      overlay: overlay,
      attributes: source
    )
    #expect(byUID == expected.decision, sourceLocation: location)
    #expect(source.takeAsked() == decided, sourceLocation: location)
    func handle(_ uid: EntityUID) -> EntityHandle? { rivals.engine.handle(for: uid) ?? overlay?.handle(for: uid) }
    if let principal = handle(request.principal), let action = handle(request.action),
      let resource = handle(request.resource)
    {
      let context = rivals.engine.context(request.context)
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
    let isAllowed = rivals.engine.isAuthorized(request, overlay: overlay, attributes: source)
    #expect(isAllowed == expected.decision.isAllowed, sourceLocation: location)
    let pooled = rivals.engine.authorize(request, overlay: overlay, attributes: source)
    #expect("\(pooled.response)" == "\(expected)", sourceLocation: location)
    _ = source.takeAsked()
    let explained = rivals.engine.explain(request, overlay: overlay, attributes: source)
    #expect("\(explained.map(\.outcome))" == "\(evaluator.explain(policies).map(\.outcome))", sourceLocation: location)
    let literally = source.takeAsked()
    #expect(Set(literally).count == literally.count, "explain asked twice: \(literally)", sourceLocation: location)

    // Without the source nothing is left of it.
    let plain = Evaluator(request: request, entities: store).authorize(policies, isStrict: rivals.authorizer.isStrict)
    #expect("\(decider.authorize(request, overlay: overlay).response)" == "\(plain)", sourceLocation: location)
    #expect(source.asked.isEmpty, sourceLocation: location)
    return asked
  }

  // MARK: What is supplied

  /// Values of every kind, each with a condition that holds for it only.
  private static func kinds() throws -> [(value: Value, test: String)] {
    let inner = try SetValue(["new"])
    return [
      (true, "principal.x"),
      (3, "principal.x + 1 == 4"),
      ("staff", "principal.x == \"staff\""),
      ("never heard of", "principal.x like \"never*\" && principal.x == resource.x"),
      ("10.0.0.1", "ip(principal.x).isInRange(ip(\"10.0.0.0/8\"))"),
      (.entity(uid("User", "bob")), "principal.x == User::\"bob\" && principal.x is User"),
      (.entity(uid("Group", "staff")), "principal in principal.x"),
      (
        .entity(uid("Unheard", "u")),
        "principal.x == resource.x && !(principal.x is User) && principal.x != principal && principal.x in resource.x"
      ),
      (.set(try SetValue([1, "new", .set(inner)])), "principal.x.contains(1) && principal.x == resource.x"),
      (
        .set(try SetValue(["b", "new", "a"])), "principal.x.containsAll([\"a\", \"b\"]) && principal.x.contains(\"b\")"
      ),
      (
        .record(try RecordValue([("a", .record(try RecordValue([("b", 1)]))), ("new name", .set(inner))])),
        "principal.x.a.b == 1 && principal.x has a.b && principal.x == resource.x && principal has x.a.b"
      ),
      (.ip(try IPAddressValue("10.1.2.3")), "principal.x.isInRange(ip(\"10.0.0.0/8\")) && principal.x == resource.x"),
      (.decimal(try DecimalValue("1.5")), "principal.x.lessThan(decimal(\"2.0\"))"),
      (.datetime(try DatetimeValue("2024-01-01")), "principal.x < datetime(\"2025-01-01\")"),
      (.duration(try DurationValue("1h")), "principal.x.toHours() == 1"),
    ]
  }

  @Test("a value of any kind is as if the entity had it")
  func kinds() throws {
    let kinds = try Self.kinds()
    let policies = kinds.enumerated().map { number, kind in
      "permit(principal, action == Action::\"\(number)\", resource) when { \(kind.test) };"
    }
    let rivals = try rivals(policies.joined())
    for number in kinds.indices {
      let request = Request(principal: Self.ann, action: uid("Action", "\(number)"), resource: Self.doc)
      for (other, kind) in kinds.enumerated() {
        let values = [Self.ann: ["x": kind.value], Self.doc: ["x": kind.value]]
        try agree(rivals, values, request, expecting: number == other ? .allow : nil)
      }
      try agree(rivals, [:], request, expecting: .deny)
    }
  }

  @Test("what is stored or brought wins, and is not asked for; tags are not asked for either")
  func storedWins() throws {
    let rivals = try rivals(
      """
      permit(principal, action, resource) when { principal.level == 3 };
      permit(principal, action, resource) when { principal.hasTag("t") && principal.getTag("u") == 1 };
      """
    )
    let values: [EntityUID: [String: Value]] = [Self.ann: ["level": 4, "u": 1, "t": 2]]
    #expect(try agree(rivals, values, expecting: .allow) == [])
    let brought = Entity(uid: Self.ann, attributes: try record("{\"level\": 5}"))
    #expect(try agree(rivals, values, overlay: [brought], expecting: .deny) == [])
    // Whoever is brought without it does not have what is stored.
    #expect(try agree(rivals, values, overlay: [Entity(uid: Self.ann)], expecting: .deny) == ["User::\"ann\".level"])
    #expect(try agree(rivals, [Self.ann: ["level": 3]], overlay: [Entity(uid: Self.ann)], expecting: .allow).count == 1)
  }

  @Test("absent entities have what is supplied; what is not supplied errs as it does without a source")
  func absentEntities() throws {
    let rivals = try rivals(
      """
      permit(principal, action, resource) when { principal has x && principal.x == 1 };
      permit(principal, action, resource) when { principal.y == 1 };
      permit(principal, action, resource) when { resource.owner.x.z == 1 };
      """
    )
    let strangers = [Self.ann, uid("User", "nobody"), uid("Never", "nobody"), uid("Never", "somebody")]
    for principal in strangers {
      let request = Request(principal: principal, action: Self.view, resource: Self.doc)
      try agree(rivals, [principal: ["x": 1]], request, expecting: .allow)
      try agree(rivals, [principal: ["x": 2, "y": 1]], request, expecting: .allow)
      try agree(rivals, [principal: ["x": "1"]], request, expecting: .deny)
      try agree(rivals, [Self.doc: ["owner": .entity(principal)]], request, expecting: .deny)
      let nested = Value.record(try RecordValue([("z", 1)]))
      try agree(
        rivals,
        [Self.doc: ["owner": .entity(principal)], principal: ["x": nested]],
        request,
        expecting: .allow
      )
    }
  }

  @Test("UIDs and strings that only the request knows are one, whoever names them")
  func localTexts() throws {
    let rivals = try rivals(
      """
      permit(principal, action == Action::"self", resource) when { resource.x == principal };
      permit(principal, action == Action::"context", resource) when { resource.x == context.x };
      permit(principal, action == Action::"brought", resource) when { resource.x == principal.mail };
      permit(principal, action == Action::"type", resource) when { resource.x is User };
      permit(principal, action == Action::"resource", resource) when { principal.x == resource };
      """
    )
    let texts: [Value] = [
      "one@new", "two@new", .entity(uid("User", "new")), .entity(uid("Unheard", "new")), .entity(uid("Other", "new")),
      .entity(uid("Other", "x")), .entity(Self.ann), "\u{E9}", "e\u{301}",
    ]
    let people = [uid("User", "new"), uid("Unheard", "new"), uid("Other", "new"), Self.ann]
    for principal in people {
      let brought = Entity(
        uid: principal,
        attributes: try RecordValue([("mail", "two@new"), ("a", .entity(uid("Other", "x")))])
      )
      for (text, context) in texts.flatMap({ text in [texts[0], texts[3], texts[4], text].map { (text, $0) } }) {
        let record = try RecordValue([("a", "one@new"), ("x", context)])
        for action in ["self", "context", "brought", "type", "resource"] {
          for resource in [Self.doc, uid("Other", "x"), principal] {
            var request = Request(principal: principal, action: uid("Action", action), resource: resource)
            let values = Dictionary([resource, principal].map { ($0, ["x": text]) }) { first, _ in first }
            try agree(rivals, values, request)
            request.context = record
            try agree(rivals, values, request)
            try agree(rivals, values, request, overlay: [brought])
          }
        }
      }
    }
  }

  // MARK: How often it is asked

  @Test("at most once for an entity and attribute, by whatever way it is reached, absent or not", arguments: [0, 1, 2])
  func once(index: Int) throws {
    let many = ["principal", "resource"].flatMap { base in (0..<40).map { "\(base).x\($0) == \($0)" } }
      .joined(separator: " && ")
    let policies = [
      // As a slot of both, by other entities, behind `if`, by `has`, in two policies, and in one that errs.
      """
      forbid(principal, action, resource) when { principal.x == 2 };
      permit(principal, action, resource) when { resource.x == 1 && principal.x == 1 };
      permit(principal, action, resource) when { resource.owner.x == 1 && (if true then resource else principal).x == 1 };
      permit(principal, action, resource) when { User::"bob".x == 1 && resource has x && resource has owner.x };
      permit(principal, action, resource) when { principal.y || resource.y };
      forbid(principal, action, resource) when { resource.owner.y };
      """,
      // Columns, because more than four policies share a scope.
      (0..<9).map {
        "permit(principal, action == Action::\"view\", resource) when "
          + "{ principal.x == \($0) && resource.s.contains(\"\($0)\") };"
      }.joined() + "permit(principal, action, resource) when { principal.x == 100 || resource.s.isEmpty() };",
      // More than a few.
      "permit(principal, action, resource) when { \(many) };",
    ][index]
    let rivals = try rivals(policies)
    for resource in [Self.ann, Self.doc, uid("User", "bob")] {
      for present in [true, false] {
        var attributes: [String: Value] = ["x": 1, "s": .set(try SetValue(["1", "a"]))]
        for number in 0..<40 { attributes["x\(number)"] = .long(Int64(number)) }
        let uids: Set = [Self.ann, resource]
        let values = Dictionary(uniqueKeysWithValues: uids.map { ($0, present ? attributes : [:]) })
        let asked = try agree(rivals, values, Request(principal: Self.ann, action: Self.view, resource: resource))
        #expect(!asked.isEmpty)
      }
    }
  }

  @Test("what no policy looks at is not asked for, and each request asks anew")
  func demand() throws {
    let rivals = try rivals(
      """
      permit(principal, action == Action::"view", resource) when { principal.level > 2 || principal.expensive };
      permit(principal, action == Action::"edit", resource) when { principal.cheap && principal.expensive };
      """
    )
    #expect(try agree(rivals, [:], expecting: .allow) == [])
    let edit = Request(principal: Self.ann, action: uid("Action", "edit"), resource: Self.doc)
    for cheap in [true, false, true] {
      let source = TableSource([Self.ann: ["cheap": .bool(cheap), "expensive": true]])
      #expect(rivals.decider.decide(edit, attributes: source).isAllowed == cheap)
      #expect(source.asked == ["User::\"ann\".cheap"] + (cheap ? ["User::\"ann\".expensive"] : []))
    }
  }

  @Test("errors are told by what the source said, and it is not asked again", arguments: [false, true])
  func errors(strict: Bool) throws {
    let rivals = try rivals(
      """
      permit(principal, action == Action::"view", resource);
      permit(principal, action, resource) when { principal.x == 1 && principal.y + 1 == resource.z };
      forbid(principal, action, resource) when { principal.x == 1 && principal.text like "*" && resource.nothing };
      forbid(principal, action == Action::"edit", resource) when { resource.nothing };
      """,
      strict: strict
    )
    let most: [String: Value] = ["x": 1, "y": 1, "text": "new"]
    for values: [String: Value] in [[:], ["x": 1], ["x": 1, "y": .long(.max)], ["x": 2], most] {
      let asked = try agree(rivals, [Self.ann: values])
      #expect(asked.first == "User::\"ann\".x")
    }
  }

  // MARK: What is asked

  /// Notes everything about an attribute.
  private struct Curious: AttributeSource {
    final class Notes { var notes: [String] = [] }

    let notes = Notes()
    let level: AttributeName?
    let foreign: AttributeName?
    let ann: EntityHandle?

    func value(of attribute: borrowing AskedAttribute) -> Value? {
      let roles = [attribute.isOfPrincipal, attribute.isOfAction, attribute.isOfResource]
        .map { $0 ? "1" : "0" }.joined()
      notes.notes.append(
        "\(attribute.entity).\(attribute.name) \(roles) \(attribute.isNamed(level)) \(attribute.isNamed("level")) "
          + "\(attribute.handle == ann) \(attribute.handle != nil)"
      )
      let isNamedOtherwise = attribute.isNamed(foreign) || attribute.isNamed("levels") || attribute.isNamed(nil)
      #expect(!isNamedOtherwise)
      return .bool(true)
    }
  }

  @Test("entity, name and role are those that are asked for, by handle and by text")
  func asked() throws {
    let policies = "permit(principal, action, resource) when { principal.level && action.level && resource.odd };"
    let ann = "permit(principal, action, resource == User::\"ann\");"
    let engine = try PolicyEngine(try PolicySet(parsing: ann + policies))
    let stranger = try PolicyEngine(try PolicySet(parsing: policies))
    let level = try #require(engine.attributeName(for: "level"))
    #expect(engine.attributeName(for: "never named") == nil)
    #expect(stranger.attributeName(for: "level") != level)
    let requests: [(Request, [String])] = [
      (
        Request(principal: uid("New", "n"), action: Self.view, resource: uid("New", "m")),
        [
          "New::\"n\".level 100 true true false false", "Action::\"view\".level 010 true true false false",
          "New::\"m\".odd 001 false false false false",
        ]
      ),
      (
        Request(principal: Self.doc, action: Self.doc, resource: Self.doc),
        ["Doc::\"d\".level 111 true true false false", "Doc::\"d\".odd 111 false false false false"]
      ),
    ]
    let decider = engine.decider()
    for round in 0..<3 {
      let curious = Curious(
        level: level,
        foreign: stranger.attributeName(for: "level"),
        ann: engine.handle(for: Self.ann)
      )
      for (request, expected) in requests {
        #expect(decider.decide(request, attributes: curious) == .allow)
        #expect(curious.notes.notes == expected)
        curious.notes.notes = []
        _ = engine.explain(request, attributes: curious)
        #expect(Set(curious.notes.notes) == Set(expected))
        curious.notes.notes = []
      }
      let ann = Request(principal: Self.ann, action: Self.ann, resource: uid("New", "m"))
      _ = decider.decide(ann, attributes: curious)
      #expect(curious.notes.notes.first == "User::\"ann\".level 110 true true true true")
      // The handles stay valid.
      let more = "permit(principal, action, resource == User::\"\(round)\");"
      try engine.replace(policies: try PolicySet(parsing: more + policies))
    }
  }

  @Test("a source that cannot be copied is lent")
  func notCopyable() throws {
    struct Single: ~Copyable, AttributeSource {
      let level: Int64
      func value(of attribute: borrowing AskedAttribute) -> Value? { .long(level) }
    }
    let rivals = try rivals("permit(principal, action, resource) when { principal.x == 1 && resource.x == 1 };")
    let request = Request(principal: Self.ann, action: Self.view, resource: Self.doc)
    for level: Int64 in [1, 2] {
      let source = Single(level: level)
      #expect(rivals.decider.decide(request, attributes: source).isAllowed == (level == 1))
      #expect(rivals.engine.authorize(request, attributes: source).decision.isAllowed == (level == 1))
      #expect(rivals.engine.explain(request, attributes: source)[0].outcome == (level == 1 ? .satisfied : .unsatisfied))
    }
  }

  // MARK: Misuse

  @Test("a source may ask the decider that asks it, build overlays with it, and replace policies", arguments: 0..<5)
  func reentrance(index: Int) throws {
    let rivals = try rivals(
      """
      permit(principal, action, resource) when { principal.x == 1 && resource.owner.x == "new" && principal.y == 2 };
      permit(principal, action, resource == Doc::"other") when { principal.level == 3 };
      """
    )
    let decider = rivals.decider
    let values: [EntityUID: [String: Value]] = [
      Self.ann: ["x": 1, "y": 2], Self.doc: ["owner": .entity(uid("Never", "heard of"))],
      uid("Never", "heard of"): ["x": "new"],
    ]
    let source = TableSource(values)
    let request = Request(principal: Self.ann, action: Self.view, resource: Self.doc)
    let other = Request(principal: Self.ann, action: Self.view, resource: uid("Doc", "other"))
    var inner: [Bool] = []
    source.whileAsked = {
      switch index {
      case 0: inner.append(decider.decide(other).isAllowed)
      case 1: inner.append(decider.authorize(request, attributes: TableSource(values)).decision.isAllowed)
      case 2:
        let overlay = try? decider.overlay([Entity(uid: Self.ann)])
        inner.append(!decider.decide(other, overlay: overlay).isAllowed)
      case 3:
        let twice = TableSource(values)
        twice.whileAsked = { inner.append(decider.decide(other).isAllowed) }
        inner.append(decider.decide(request, attributes: twice).isAllowed)
      default:
        for number in 0..<3 {
          let text = "forbid(principal, action, resource == D::\"\(number)\");"
          _ = try? rivals.engine.replace(policies: try PolicySet(parsing: text))
        }
        inner.append(!decider.decide(request, attributes: TableSource(values)).isAllowed)
      }
    }
    #expect(decider.decide(request, attributes: source) == .allow)
    #expect(source.takeAsked().count == 4)
    #expect(inner.allSatisfy { $0 } && inner.count >= 4)
    #expect(decider.decide(request, attributes: source) == (index == 4 ? .deny : .allow))
  }

  @Test("after the call nothing refers to the source, nor to what it said")
  func letGo() throws {
    final class Watched: AttributeSource {
      let value: Value
      init(_ value: Value) { self.value = value }
      func value(of attribute: borrowing AskedAttribute) -> Value? { value }
    }
    let rivals = try rivals("permit(principal, action, resource) when { principal.x == 1 && principal.y };")
    let request = Request(principal: Self.ann, action: Self.view, resource: Self.doc)
    weak var watched: Watched?
    var answer: Answer?
    do {
      let source = Watched(1)
      watched = source
      #expect(rivals.decider.decide(request, attributes: source) == .deny)
      answer = rivals.decider.authorize(request, attributes: source)
    }
    #expect(watched == nil)
    #expect(answer?.errors.map(\.error.code) == [.type])
    #expect(rivals.decider.authorize(request).errors.map(\.error.code) == [.attributeMissing])
    // Another type of source, and the first again.
    #expect(rivals.decider.decide(request, attributes: TableSource([Self.ann: ["x": 1, "y": true]])) == .allow)
    #expect(rivals.decider.decide(request, attributes: Watched(true)) == .deny)
  }

  @Test("handles of another engine, foreign contexts and overlays go with a source too")
  func foreign() throws {
    let rivals = try rivals(
      "permit(principal, action, resource) when { principal.x == resource.x && principal.x == context.x };"
    )
    let stranger = try PolicyEngine(try PolicySet(parsing: "permit(principal == Guest::\"g\", action, resource);"))
    let guest = uid("Guest", "g")
    let handle = try #require(stranger.handle(for: guest))
    let document = try #require(rivals.engine.handle(for: Self.doc))
    let context = stranger.context(try RecordValue([("x", "new")]))
    struct New: AttributeSource {
      func value(of attribute: borrowing AskedAttribute) -> Value? { .string("ne" + "w") }
    }
    for overlay in [nil, try stranger.overlay([Entity(uid: Self.doc, attributes: try record("{\"a\": \"b\"}"))])] {
      let answer = rivals.decider.authorize(
        principal: handle,
        action: document,
        resource: document,
        context: context,
        overlay: overlay,
        attributes: New()
      )
      #expect(answer.decision == .allow)
      // A foreign handle is nobody whom the source could know.
      let table = TableSource([guest: ["x": "new"], Self.doc: ["x": "new"]])
      let denied = rivals.decider.authorize(
        principal: handle,
        action: document,
        resource: document,
        context: context,
        overlay: overlay,
        attributes: table
      )
      #expect(denied.errors.map(\.error.code) == [.entityMissing])
    }
  }
}
