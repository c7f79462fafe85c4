// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// Policies, entities and requests, made from a seed and a number.
struct Case {
  let number: Int
  var policies: [PolicyText]
  var entities: [Entity]
  let isStrict: Bool
  private(set) var requests: [AuthorizationRequest] = []
  /// The entities that some requests bring.
  var overlays: [[Entity]] = []
  let shape: World.Shape

  /// The case of this number.
  ///
  /// - Parameter requests: how many requests; fewer where the literal evaluator takes long for each.
  init(number: Int, seed: UInt64, requests count: Int) {
    self.number = number
    var random = SeededGenerator(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
    shape = number % 100 == 60 ? .deep : random.chance(8) ? .wide : .plain
    isStrict = random.chance(50)
    let world = World(shape, &random)
    let size =
      shape == .deep
      ? random.number(in: 1...8)
      : random.number(in: random.pick([1...12, 1...12, 1...12, 1...12, 5...40, 5...40, 5...40, 40...120, 100...200]))
    var maker = PolicyMaker(world: world, random: SeededGenerator(seed: random.next()))
    maker.make(size)
    policies = maker.policies
    entities = world.entities
    var requests = RequestMaker(world: world, policies: policies, random: SeededGenerator(seed: random.next()))
    self.requests = requests.make(shape == .deep ? Swift.max(1, count / 8) : count)
    var overlays = OverlayMaker(world: world, random: SeededGenerator(seed: random.next()))
    self.overlays = overlays.make(shape == .deep ? 1 : 6)
  }

  /// The policies that are evaluated: links, and what is no template.
  var policyCount: Int { policies.reduce(0) { $0 + Swift.max(1, $1.links.count) } }

  /// The policies as a set.
  func policySet() throws -> PolicySet {
    var set = try PolicySet(parsing: policies.map(\.text).joined())
    for policy in policies {
      for link in policy.links { try set.link(PolicyID(policy.id), as: PolicyID(link.id), slots: link.slots) }
    }
    return set
  }
}

/// Makes requests that meet the policies of a case.
struct RequestMaker {
  let world: World
  var random: SeededGenerator
  private let people: [EntityUID]
  private let things: [EntityUID]
  private let actions: [EntityUID]
  /// Few, so that one is built once and used often.
  private var contexts: [RecordValue] = [.empty]

  init(world: World, policies: [PolicyText], random: SeededGenerator) {
    self.world = world
    self.random = random
    // Entities with many ancestors, on all sides.
    people = world.people + world.groups.prefix(12) + world.tops.prefix(2)
    things = world.things + world.folders.prefix(12) + world.tops.prefix(2)
    actions = world.actions + world.tops.prefix(2)
    for _ in 0..<24 { contexts.append(ValueMaker.record(world, &self.random, depth: 2, present: 85)) }
    for _ in 0..<3 { contexts.append(Self.strangeContext(&self.random)) }
  }

  mutating func make(_ count: Int) -> [AuthorizationRequest] {
    (0..<count).map { _ in
      if random.chance(3) {
        return AuthorizationRequest(
          principal: Self.newcomer(&random),
          action: random.pick(actions),
          resource: Self.newcomer(&random),
          context: random.pick(contexts)
        )
      }
      return AuthorizationRequest(
        principal: one(of: people),
        action: random.chance(94) ? random.pick(actions) : one(of: world.actionGroups),
        resource: one(of: things),
        context: random.chance(3) ? ValueMaker.record(world, &random, depth: 2) : random.pick(contexts)
      )
    }
  }

  /// A UID that only requests name.
  private static func newcomer(_ random: inout SeededGenerator) -> EntityUID {
    uid(random.pick(["User", "Group", "Never"]), "newcomer\(random.below(2))")
  }

  /// A context of UIDs and strings that nothing else names.
  private static func strangeContext(_ random: inout SeededGenerator) -> RecordValue {
    let some = (0..<3).map { _ in Value.entity(newcomer(&random)) }
    let attributes: [(String, Value)] = [
      ("e", .entity(newcomer(&random))), ("o", .entity(newcomer(&random))), ("n", .long(1)),
      ("s", .string("unheard of \(random.below(2))")), ("t", .string("unheard of \(random.below(2))")),
      ("k", .set((try? SetValue(some)) ?? .empty)),
    ]
    return (try? RecordValue(attributes)) ?? .empty
  }

  private mutating func one(of usual: [EntityUID]) -> EntityUID {
    if world.shape == .deep, random.chance(40) { return random.pick(world.tops) }
    switch random.below(40) {
    case 0: return World.stranger(&random)
    case 1: return world.anyone(&random)
    default: return random.pick(usual)
    }
  }
}
