// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Which attributes a source is asked for, and how often")
struct AskedAttributeTests {
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
    let rivals = try SourceWorld.rivals(policies)
    for resource in [SourceWorld.ann, SourceWorld.doc, uid("User", "bob")] {
      for present in [true, false] {
        var attributes: [String: Value] = ["x": 1, "s": .set(try SetValue(["1", "a"]))]
        for number in 0..<40 { attributes["x\(number)"] = .long(Int64(number)) }
        let uids: Set = [SourceWorld.ann, resource]
        let values = Dictionary(uniqueKeysWithValues: uids.map { ($0, present ? attributes : [:]) })
        let asked = try rivals.agree(
          values,
          AuthorizationRequest(principal: SourceWorld.ann, action: SourceWorld.view, resource: resource)
        )
        #expect(!asked.isEmpty)
      }
    }
  }

  @Test("what no policy looks at is not asked for, and each request asks anew")
  func demand() throws {
    let rivals = try SourceWorld.rivals(
      """
      permit(principal, action == Action::"view", resource) when { principal.level > 2 || principal.expensive };
      permit(principal, action == Action::"edit", resource) when { principal.cheap && principal.expensive };
      """
    )
    #expect(try rivals.agree([:], expecting: .allow) == [])
    let edit = AuthorizationRequest(
      principal: SourceWorld.ann,
      action: uid("Action", "edit"),
      resource: SourceWorld.doc
    )
    for cheap in [true, false, true] {
      let source = TableSource([SourceWorld.ann: ["cheap": .bool(cheap), "expensive": true]])
      #expect(rivals.decider.decide(edit, attributes: source).isAllowed == cheap)
      #expect(source.asked == ["User::\"ann\".cheap"] + (cheap ? ["User::\"ann\".expensive"] : []))
    }
  }

  @Test("errors are told by what the source said, and it is not asked again", arguments: [false, true])
  func errors(strict: Bool) throws {
    let rivals = try SourceWorld.rivals(
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
      let asked = try rivals.agree([SourceWorld.ann: values])
      #expect(asked.first == "User::\"ann\".x")
    }
  }

  /// Notes everything about an attribute.
  private struct Curious: AttributeSource {
    final class Notes { var notes: [String] = [] }

    let notes = Notes()
    let level: AttributeName?
    let ann: EntityHandle?

    func value(of attribute: borrowing AskedAttribute) -> Value? {
      let roles = [attribute.isOfPrincipal, attribute.isOfAction, attribute.isOfResource]
        .map { $0 ? "1" : "0" }.joined()
      notes.notes.append(
        "\(attribute.entity).\(attribute.name) \(roles) \(attribute.isNamed(level)) \(attribute.isNamed("level")) "
          + "\(attribute.handle == ann) \(attribute.handle != nil)"
      )
      let isNamedOtherwise = attribute.isNamed("levels") || attribute.isNamed(nil)
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
    let requests: [(AuthorizationRequest, [String])] = [
      (
        AuthorizationRequest(principal: uid("New", "n"), action: SourceWorld.view, resource: uid("New", "m")),
        [
          "New::\"n\".level 100 true true false false", "Action::\"view\".level 010 true true false false",
          "New::\"m\".odd 001 false false false false",
        ]
      ),
      (
        AuthorizationRequest(principal: SourceWorld.doc, action: SourceWorld.doc, resource: SourceWorld.doc),
        ["Doc::\"d\".level 111 true true false false", "Doc::\"d\".odd 111 false false false false"]
      ),
    ]
    let decider = engine.decider()
    for round in 0..<3 {
      let curious = Curious(
        level: level,
        ann: engine.handle(for: SourceWorld.ann)
      )
      for (request, expected) in requests {
        #expect(decider.decide(request, attributes: curious) == .allow)
        #expect(curious.notes.notes == expected)
        curious.notes.notes = []
        _ = engine.explain(request, attributes: curious)
        #expect(Set(curious.notes.notes) == Set(expected))
        curious.notes.notes = []
      }
      let ann = AuthorizationRequest(principal: SourceWorld.ann, action: SourceWorld.ann, resource: uid("New", "m"))
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
    let rivals = try SourceWorld.rivals(
      "permit(principal, action, resource) when { principal.x == 1 && resource.x == 1 };"
    )
    let request = AuthorizationRequest(principal: SourceWorld.ann, action: SourceWorld.view, resource: SourceWorld.doc)
    for level: Int64 in [1, 2] {
      let source = Single(level: level)
      #expect(rivals.decider.decide(request, attributes: source).isAllowed == (level == 1))
      #expect(rivals.engine.authorize(request, attributes: source).decision.isAllowed == (level == 1))
      #expect(rivals.engine.explain(request, attributes: source)[0].outcome == (level == 1 ? .satisfied : .unsatisfied))
    }
  }
}
