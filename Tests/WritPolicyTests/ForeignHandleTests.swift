// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// An engine that lets everyone in but the suspended, and ways to ask it with what is not its own.
///
/// An absent entity would be allowed everything: a handle that silently became one would let Ann in.
private struct Foreign {
  static let ways = ["another engine's", "compacted", "of an overlay not brought", "of another overlay", "a name"]

  private static let ann = uid("User", "ann")
  private let engine: PolicyEngine

  init() throws {
    let policies = """
      permit(principal, action, resource);
      forbid(principal in Group::"suspended", action, resource);
      forbid(principal, action, resource) when { principal has frozen && principal.frozen };
      """
    engine = try PolicyEngine(
      PolicySet(parsing: policies),
      entities: EntityStore([Entity(uid: Self.ann, parents: [uid("Group", "suspended")])])
    )
  }

  private struct Frozen: AttributeSource {
    let name: AttributeName

    func value(of attribute: borrowing AskedAttribute) -> Value? { attribute.isNamed(name) ? .bool(true) : nil }
  }

  /// Asks in one of the ways, for the decision, the answer and the answer with a source.
  func ask(_ way: String) throws -> (decisions: [Decision], answers: [EngineResponse]) {
    let bob = uid("User", "bob")
    let suspended = [Entity(uid: bob, parents: [uid("Group", "suspended")])]
    var decider = engine.decider()
    var overlay: EntityOverlay?
    var handle = try #require(engine.handle(for: Self.ann))
    switch way {
    case "another engine's": decider = try Self().engine.decider()
    case "compacted": decider = try engine.compact().decider()
    case "of an overlay not brought": handle = try #require(engine.overlay(suspended).handle(for: bob))
    case "of another overlay":
      handle = try #require(engine.overlay(suspended).handle(for: bob))
      overlay = try engine.overlay([Entity(uid: uid("User", "eve"))])
    default:
      let name = try #require(engine.attributeName(for: "frozen"))
      let request = AuthorizationRequest(principal: bob, action: bob, resource: bob)
      decider = try engine.compact().decider()
      return (
        [decider.decide(request, attributes: Frozen(name: name))],
        [decider.authorize(request, attributes: Frozen(name: name))]
      )
    }
    struct Nothing: AttributeSource {
      func value(of attribute: borrowing AskedAttribute) -> Value? { nil }
    }
    let decisions = [
      decider.decide(principal: handle, action: handle, resource: handle, overlay: overlay),
      decider.decide(principal: handle, action: handle, resource: handle, overlay: overlay, attributes: Nothing()),
    ]
    let answers = [
      decider.authorize(principal: handle, action: handle, resource: handle, overlay: overlay),
      decider.authorize(principal: handle, action: handle, resource: handle, overlay: overlay, attributes: Nothing()),
    ]
    // A request of its own goes on as before.
    let own = AuthorizationRequest(principal: bob, action: bob, resource: bob)
    #expect(decider.decide(own) == .allow)
    #expect(decider.authorize(own, attributes: Nothing()).refusal == nil)
    return (decisions, answers)
  }
}

@Suite("Handles and names that are not the engine's")
struct ForeignHandleTests {
  #if DEBUG
    @Test("A debug build stops with a reason at a handle, or name, of another engine or overlay")
    func stops() async throws {
      for number in Foreign.ways.indices {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
          [number = number as Int] in
          _ = try Foreign().ask(Foreign.ways[number])
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(output.contains("of another engine, of one before compact()") || output.contains("or of one before"))
      }
    }
  #else
    @Test("A handle, or name, of another engine or overlay is refused, never an absent entity", arguments: Foreign.ways)
    func refused(way: String) throws {
      let (decisions, answers) = try Foreign().ask(way)
      #expect(decisions.allSatisfy { $0 == .deny })
      for answer in answers {
        #expect(answer.decision == .deny)
        #expect(answer.refusal?.code == .foreignHandle)
        #expect(answer.reasons.isEmpty && answer.errors.isEmpty)
        #expect(answer.request.principal != uid("User", "ann"))
      }
    }
  #endif
}
