// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Testing
import WritCedar
import WritPolicy

/// Heap allocations, counted by a `malloc` that counts.
///
/// A build for debugging allocates where an optimised one does not.
@Suite(
  "Allocations",
  .enabled(if: isOptimised, "needs an optimised build"),
  .enabled(if: writ_allocation_count() >= 0, "allocations are counted on Linux only")
)
struct AllocationTests {
  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "parents": [{"type": "Group", "id": "staff"}], "attrs":
        {"name": "Ann", "level": 3, "address": "2001:0db8:0000:0000:0000:0000:0000:0001", "born": "1999-12-31T23:59:59.999Z",
         "score": "922337203685477.5807", "spent": "106751991167d7h12m55s807ms", "roles": ["a", "b", "c"]}},
      {"uid": {"type": "Doc", "id": "d"}, "parents": [{"type": "Folder", "id": "top"}], "attrs":
        {"owner": {"__entity": {"type": "User", "id": "ann"}}, "tags": ["x", "y"], "name": "a document with a long name"}}
    ]
    """

  private static let scenarios: [(name: String, policies: String)] = [
    ("roles", "permit(principal in Group::\"staff\", action == Action::\"view\", resource in Folder::\"top\");"),
    ("deny", "permit(principal in Group::\"others\", action, resource);"),
    (
      "attributes",
      """
      permit(principal is User, action, resource) when { principal.level > 2 && resource.tags.contains("x") &&
        resource.name like "a*long*" && resource.owner == principal && context.n + 1 < 10 };
      forbid(principal, action, resource) when { principal.level == 4 || context has absent.path };
      """
    ),
    (
      "composites",
      """
      permit(principal, action, resource) when { [principal.level, 4, context.n].contains(3) &&
        {"a": principal.level, "b": [context.n]} != {"a": 1} && principal.roles.containsAll(["a", "c"]) };
      """
    ),
    (
      "a large set",
      "permit(principal, action, resource) when { [\((0..<90).map { "context.n + \($0 * 37 % 90)" }.joined(separator: ","))].contains(5) };"
    ),
    (
      "errors",
      "permit(principal, action, resource) when { principal.missing }; forbid(principal, action, resource) when { 1 < \"\" };"
    ),
    (
      "texts of extension values",
      """
      permit(principal, action, resource) when { ip(principal.address).isIpv6() &&
        datetime(principal.born) < datetime("2000-01-01") && decimal(principal.score).greaterThan(decimal("1.0")) &&
        duration(principal.spent) > duration("1d") };
      permit(principal, action, resource) when { ip(principal.name).isIpv6() };
      permit(principal, action, resource) when { datetime(principal.name) == datetime(principal.address) };
      permit(principal, action, resource) when { decimal(principal.address) == duration(principal.born) };
      """
    ),
  ]

  /// How many allocations a call makes once it has been made a few times.
  private func allocations(_ body: () -> Void) -> Int64 {
    for _ in 0..<3 { body() }
    let before = writ_allocation_count()
    for _ in 0..<10 { body() }
    return writ_allocation_count() - before
  }

  @Test("the counter counts")
  func counter() {
    var kept: [[Int]] = []
    kept.reserveCapacity(100)
    #expect(allocations { kept.append([Int](repeating: 1, count: 100)) } >= 10)
  }

  @Test("none for a decision, by handles and by UIDs; one for an answer", arguments: 0..<7)
  func decisions(index: Int) throws {
    let (name, policies) = Self.scenarios[index]
    let rivals = try Rivals(policies, entities: try store(Self.entities))
    let (principal, action, resource) = (uid("User", "ann"), uid("Action", "view"), uid("Doc", "d"))
    let engine = rivals.engine
    let decider = rivals.decider
    let context = engine.context(try record("{\"n\": 3}"))
    rivals.agree(
      AuthorizationRequest(principal: principal, action: action, resource: resource, context: context.record)
    )
    let handles = try [principal, resource].map { try #require(engine.handle(for: $0)) }
    let unnamed = try #require(engine.handle(for: index == 0 ? action : principal))
    let byHandle = allocations {
      _ = decider.decide(principal: handles[0], action: unnamed, resource: handles[1], context: context)
    }
    #expect(byHandle == 0, "\(name)")
    let known = index == 0 ? action : principal
    let byUID = allocations {
      _ = decider.decide(principal: principal, action: known, resource: resource, context: context)
    }
    #expect(byUID == 0, "\(name)")
    let answers = allocations {
      _ = decider.authorize(principal: handles[0], action: unnamed, resource: handles[1], context: context)
    }
    // Ten calls, one each at most.
    #expect(answers <= 10, "\(name)")
  }

  @Test("two for an overlay, none for deciding with it")
  func overlays() throws {
    let policies = """
      permit(principal in Group::"staff", action, resource in Folder::"top") when { principal.level > 2 };
      permit(principal in Group::"new", action, resource) when { principal.name == "nobody" };
      """
    let rivals = try Rivals(policies, entities: try store(Self.entities))
    let decider = rivals.decider
    let document = try #require(rivals.engine.handle(for: uid("Doc", "d")))
    for name in ["ann", "unheard of"] {
      let entities = [
        Entity(
          uid: uid("User", name),
          attributes: try record("{\"level\": 3, \"name\": \"a name\", \"mail\": \"ann@example.com\"}"),
          parents: [uid("Group", "staff"), uid("Group", "new")]
        )
      ]
      #expect(allocations { withExtendedLifetime(try? decider.overlay(entities)) {} } <= 20, "\(name)")
      let overlay = try decider.overlay(entities)
      let principal = try #require(rivals.engine.handle(for: entities[0].uid) ?? overlay.handle(for: entities[0].uid))
      let byHandle = allocations {
        _ = decider.decide(principal: principal, action: document, resource: document, overlay: overlay)
      }
      #expect(byHandle == 0, "\(name)")
      let byUID = allocations {
        _ = decider.decide(
          principal: entities[0].uid,
          action: entities[0].uid,
          resource: entities[0].uid,
          overlay: overlay
        )
      }
      #expect(byUID == 0, "\(name)")
      #expect(decider.decide(principal: principal, action: document, resource: document, overlay: overlay) == .allow)
    }
  }

  /// Supplies one value for everything, and counts how often it is asked.
  private final class Constant: AttributeSource {
    let value: Value
    var asked = 0

    init(_ value: Value) { self.value = value }

    func value(of attribute: borrowing AskedAttribute) -> Value? {
      asked += 1
      return value
    }
  }

  @Test("none for a decision with a source that itself makes nothing, whatever it supplies")
  func sources() throws {
    let many = (0..<20).map { "principal.x == resource.y\($0)" }.joined(separator: " && ")
    let policies = "permit(principal, action, resource) when { \(many) && \"known\" != 1 };"
    let rivals = try Rivals(policies, entities: try store(Self.entities))
    let decider = rivals.decider
    let (ann, stranger) = (uid("User", "ann"), uid("Nobody", "a stranger with a long name"))
    let handle = try #require(rivals.engine.handle(for: ann))
    let set = try SetValue([1, 2, "a text that nobody knows but the source"])
    let values: [Value] = [
      1, true, "known", "a text that nobody knows but the source", .entity(ann), .entity(stranger), .set(set),
      .ip(try IPAddressValue("10.0.0.1")), .duration(try DurationValue("1h")),
    ]
    for value in values {
      let source = Constant(value)
      let byHandle = allocations {
        _ = decider.decide(principal: handle, action: handle, resource: handle, attributes: source)
      }
      #expect(byHandle == 0, "\(value)")
      let byUID = allocations {
        _ = decider.decide(principal: stranger, action: ann, resource: stranger, attributes: source)
      }
      #expect(byUID == 0, "\(value)")
      #expect(decider.decide(principal: stranger, action: ann, resource: ann, attributes: source) == .allow)
      #expect(source.asked == 27 * 21, "\(value)")
      let answers = allocations {
        _ = decider.authorize(principal: handle, action: handle, resource: handle, attributes: source)
      }
      // Ten calls, one each at most.
      #expect(answers <= 10, "\(value)")
    }
    // Without a source too, UIDs that nobody knows take nothing.
    #expect(allocations { _ = decider.decide(principal: stranger, action: stranger, resource: ann) } == 0)
  }

  @Test("none where ancestors are walked for, after the first time")
  func walks() throws {
    let chain = (0..<20_000).map { number in
      Entity(uid: uid("Group", "g\(number)"), parents: number == 0 ? [] : [uid("Group", "g\(number - 1)")])
    }
    let engine = try PolicyEngine(
      try PolicySet(parsing: "permit(principal in Group::\"g0\", action, resource == Group::\"g0\");"),
      entities: try EntityStore(chain)
    )
    let decider = engine.decider()
    let last = try #require(engine.handle(for: uid("Group", "g19999")))
    let first = try #require(engine.handle(for: uid("Group", "g0")))
    #expect(decider.decide(principal: last, action: first, resource: first) == .allow)
    #expect(allocations { _ = decider.decide(principal: last, action: first, resource: first) } == 0)
  }
}
