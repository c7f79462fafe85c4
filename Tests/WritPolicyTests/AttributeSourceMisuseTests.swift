// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Sources of attributes, misused")
struct AttributeSourceMisuseTests {
  @Test("a source may ask the decider that asks it, build overlays with it, and replace policies", arguments: 0..<5)
  func reentrance(index: Int) throws {
    let rivals = try SourceWorld.rivals(
      """
      permit(principal, action, resource) when { principal.x == 1 && resource.owner.x == "new" && principal.y == 2 };
      permit(principal, action, resource == Doc::"other") when { principal.level == 3 };
      """
    )
    let decider = rivals.decider
    let values: [EntityUID: [String: Value]] = [
      SourceWorld.ann: ["x": 1, "y": 2], SourceWorld.doc: ["owner": .entity(uid("Never", "heard of"))],
      uid("Never", "heard of"): ["x": "new"],
    ]
    let source = TableSource(values)
    let request = AuthorizationRequest(principal: SourceWorld.ann, action: SourceWorld.view, resource: SourceWorld.doc)
    let other = AuthorizationRequest(
      principal: SourceWorld.ann,
      action: SourceWorld.view,
      resource: uid("Doc", "other")
    )
    var inner: [Bool] = []
    source.whileAsked = {
      switch index {
      case 0: inner.append(decider.decide(other).isAllowed)
      case 1: inner.append(decider.authorize(request, attributes: TableSource(values)).decision.isAllowed)
      case 2:
        let overlay = try? decider.overlay(replacing: [Entity(uid: SourceWorld.ann)])
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
    let rivals = try SourceWorld.rivals("permit(principal, action, resource) when { principal.x == 1 && principal.y };")
    let request = AuthorizationRequest(principal: SourceWorld.ann, action: SourceWorld.view, resource: SourceWorld.doc)
    weak var watched: Watched?
    var answer: EngineResponse?
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
    #expect(rivals.decider.decide(request, attributes: TableSource([SourceWorld.ann: ["x": 1, "y": true]])) == .allow)
    #expect(rivals.decider.decide(request, attributes: Watched(true)) == .deny)
  }

  @Test("contexts and overlays of another engine go with a source too")
  func foreign() throws {
    let rivals = try SourceWorld.rivals(
      "permit(principal, action, resource) when { principal.x == resource.x && principal.x == context.x };"
    )
    let stranger = try PolicyEngine(try PolicySet(parsing: "permit(principal == Guest::\"g\", action, resource);"))
    let bob = uid("User", "bob")
    let handle = try #require(rivals.engine.handle(for: bob))
    let document = try #require(rivals.engine.handle(for: SourceWorld.doc))
    let context = stranger.context(try RecordValue([("x", "new")]))
    struct New: AttributeSource {
      func value(of attribute: borrowing AskedAttribute) -> Value? { .string("ne" + "w") }
    }
    for overlay in [
      nil, try stranger.overlay([Entity(uid: SourceWorld.doc, attributes: try record("{\"a\": \"b\"}"))]),
    ] {
      let answer = rivals.decider.authorize(
        principal: handle,
        action: document,
        resource: document,
        context: context,
        overlay: overlay,
        attributes: New()
      )
      #expect(answer.decision == .allow)
      // A source that does not know Bob.
      let table = TableSource([uid("Guest", "g"): ["x": "new"], SourceWorld.doc: ["x": "new"]])
      let denied = rivals.decider.authorize(
        principal: handle,
        action: document,
        resource: document,
        context: context,
        overlay: overlay,
        attributes: table
      )
      #expect(denied.errors.map(\.error.code) == [.attributeMissing])
    }
  }
}
