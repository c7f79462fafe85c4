// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

@Suite("Attributes on demand")
struct AttributeSourceTests {
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
    let rivals = try SourceWorld.rivals(policies.joined())
    for number in kinds.indices {
      let request = AuthorizationRequest(
        principal: SourceWorld.ann,
        action: uid("Action", "\(number)"),
        resource: SourceWorld.doc
      )
      for (other, kind) in kinds.enumerated() {
        let values = [SourceWorld.ann: ["x": kind.value], SourceWorld.doc: ["x": kind.value]]
        try rivals.agree(values, request, expecting: number == other ? .allow : nil)
      }
      try rivals.agree([:], request, expecting: .deny)
    }
  }

  @Test("what is stored or brought wins, and is not asked for; tags are not asked for either")
  func storedWins() throws {
    let rivals = try SourceWorld.rivals(
      """
      permit(principal, action, resource) when { principal.level == 3 };
      permit(principal, action, resource) when { principal.hasTag("t") && principal.getTag("u") == 1 };
      """
    )
    let values: [EntityUID: [String: Value]] = [SourceWorld.ann: ["level": 4, "u": 1, "t": 2]]
    #expect(try rivals.agree(values, expecting: .allow) == [])
    let brought = Entity(uid: SourceWorld.ann, attributes: try record("{\"level\": 5}"))
    let bare = Entity(uid: SourceWorld.ann)
    #expect(try rivals.agree(values, overlay: [brought], expecting: .allow) == [])
    #expect(try rivals.agree(values, overlay: [bare], expecting: .allow) == [])
    // In place of the stored entity: without it Ann does not have what is stored.
    #expect(try rivals.agree(values, overlay: [brought], rule: .replace, expecting: .deny) == [])
    let asked = try rivals.agree(values, overlay: [bare], rule: .replace, expecting: .deny)
    #expect(asked == ["User::\"ann\".level"])
    let supplied: [EntityUID: [String: Value]] = [SourceWorld.ann: ["level": 3]]
    #expect(try rivals.agree(supplied, overlay: [bare], rule: .replace, expecting: .allow).count == 1)
  }

  @Test("absent entities have what is supplied; what is not supplied errs as it does without a source")
  func absentEntities() throws {
    let rivals = try SourceWorld.rivals(
      """
      permit(principal, action, resource) when { principal has x && principal.x == 1 };
      permit(principal, action, resource) when { principal.y == 1 };
      permit(principal, action, resource) when { resource.owner.x.z == 1 };
      """
    )
    let strangers = [SourceWorld.ann, uid("User", "nobody"), uid("Never", "nobody"), uid("Never", "somebody")]
    for principal in strangers {
      let request = AuthorizationRequest(principal: principal, action: SourceWorld.view, resource: SourceWorld.doc)
      try rivals.agree([principal: ["x": 1]], request, expecting: .allow)
      try rivals.agree([principal: ["x": 2, "y": 1]], request, expecting: .allow)
      try rivals.agree([principal: ["x": "1"]], request, expecting: .deny)
      try rivals.agree([SourceWorld.doc: ["owner": .entity(principal)]], request, expecting: .deny)
      let nested = Value.record(try RecordValue([("z", 1)]))
      try rivals.agree(
        [SourceWorld.doc: ["owner": .entity(principal)], principal: ["x": nested]],
        request,
        expecting: .allow
      )
    }
  }

  @Test("UIDs and strings that only the request knows are one, whoever names them")
  func localTexts() throws {
    let rivals = try SourceWorld.rivals(
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
      .entity(uid("Other", "x")), .entity(SourceWorld.ann), "\u{E9}", "e\u{301}",
    ]
    let people = [uid("User", "new"), uid("Unheard", "new"), uid("Other", "new"), SourceWorld.ann]
    for principal in people {
      let brought = Entity(
        uid: principal,
        attributes: try RecordValue([("mail", "two@new"), ("a", .entity(uid("Other", "x")))])
      )
      for (text, context) in texts.flatMap({ text in [texts[0], texts[3], texts[4], text].map { (text, $0) } }) {
        let record = try RecordValue([("a", "one@new"), ("x", context)])
        for action in ["self", "context", "brought", "type", "resource"] {
          for resource in [SourceWorld.doc, uid("Other", "x"), principal] {
            var request = AuthorizationRequest(principal: principal, action: uid("Action", action), resource: resource)
            let values = Dictionary([resource, principal].map { ($0, ["x": text]) }) { first, _ in first }
            try rivals.agree(values, request)
            request.context = record
            try rivals.agree(values, request)
            try rivals.agree(values, request, overlay: [brought])
          }
        }
      }
    }
  }
}
