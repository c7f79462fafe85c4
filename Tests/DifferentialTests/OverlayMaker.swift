// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Makes entities that requests bring.
struct OverlayMaker {
  let world: World
  var random: SeededGenerator

  /// A few overlays; some cannot be laid over the store, for they close a circle.
  mutating func make(_ count: Int) -> [[Entity]] { (0..<count).map { _ in overlay() }.filter { !$0.isEmpty } }

  private mutating func overlay() -> [Entity] {
    var entities: [Entity] = []
    // More than eight are hashed.
    for _ in 0..<random.pick([1, 1, 2, 3, 12]) {
      let uid = subject()
      // Actions are refused.
      guard !uid.type.isAction, !entities.contains(where: { $0.uid == uid }) else { continue }
      let tags = Names.tags.filter { _ in random.chance(40) }.map { ($0, string()) }
      entities.append(
        Entity(
          uid: uid,
          attributes: attributes(),
          tags: (try? RecordValue(tags)) ?? .empty,
          parents: (0..<random.pick([0, 1, 2, 2, 5])).map { _ in parent(entities) }
        )
      )
    }
    return entities
  }

  /// Whom an overlay brings: somebody stored, sometimes with descendants, or somebody new.
  private mutating func subject() -> EntityUID {
    switch random.below(8) {
    case 0: uid(random.pick(["User", "Group", "Never"]), "newcomer\(random.below(2))")
    case 1: random.pick(world.groups)
    case 2: random.pick(world.folders)
    case 3, 4: random.pick(world.things)
    default: random.pick(world.people)
    }
  }

  private mutating func parent(_ others: [Entity]) -> EntityUID {
    switch random.below(8) {
    case 0: uid("Group", "newcomer\(random.below(2))")
    case 1: World.stranger(&random)
    case 2 where !others.isEmpty: random.pick(others).uid
    case 3: random.pick(world.folders)
    default: random.pick(world.groups)
    }
  }

  private mutating func attributes() -> RecordValue {
    let record = ValueMaker.record(world, &random, depth: 2, present: 85)
    guard random.chance(50) else { return record }
    // Strings and UIDs that the engine does not know, as contexts name them too.
    var attributes = record.attributes.map { ($0.name, $0.value) }
    for index in attributes.indices where random.chance(30) {
      attributes[index].1 = random.chance(70) ? string() : .entity(uid("User", "newcomer\(random.below(2))"))
    }
    return (try? RecordValue(attributes)) ?? record
  }

  private mutating func string() -> Value { .string("unheard of \(random.below(2))") }
}
