// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Batches for which the compiler builds tables of their own.
extension PolicyMaker {
  /// Policies of one scope that only their conditions tell apart: tables with columns.
  mutating func addCrowd(_ count: Int) {
    let scope = scope()
    // Of few constants: policies that the first test does not tell apart the second does.
    let isGrid = count >= 12 && expressions.random.chance(50)
    let number = isGrid ? 2 : expressions.random.number(in: 1...3)
    let tests = (0..<number).map { _ in NarrowingTest(&expressions, constants: isGrid ? 3 : nil) }
    for _ in 0..<count {
      var conditions = ""
      for test in tests where isGrid || expressions.random.chance(92) {
        conditions += test.condition(&expressions) + " "
      }
      if expressions.random.chance(20) { conditions += anyConditions() }
      var scope = scope
      if expressions.random.chance(10) { scope.effect = expressions.random.pick(["permit", "forbid"]) }
      add(scope, conditions)
    }
  }

  /// One side that a batch names over and over, and many others: leads with so many keys that each pair has a place.
  mutating func addPairs(_ count: Int) {
    var random = expressions.random
    let isPrincipal = random.chance(50)
    let few = (0..<random.number(in: 1...3)).map { _ in random.pick(isPrincipal ? world.groups : world.folders) }
    let many = isPrincipal ? world.folders + world.things : world.groups + world.people
    let (fewSign, manySign) = (random.pick(["in", "in", "=="]), random.pick(["in", "in", "=="]))
    expressions.random = random
    let action = action()
    let effect = expressions.random.chance(80) ? "permit" : "forbid"
    let test = NarrowingTest(&expressions)
    let narrowing = expressions.random.pick([0, 0, 95])
    for _ in 0..<count {
      let one = " \(fewSign) \(expressions.random.pick(few))"
      let other = " \(manySign) \(expressions.random.pick(many))"
      let (principal, resource) = isPrincipal ? (one, other) : (other, one)
      let conditions =
        if expressions.random.chance(narrowing) {
          test.condition(&expressions)
        } else {
          expressions.random.chance(25) ? anyConditions() : ""
        }
      add(Scope(effect: effect, principal: principal, action: action, resource: resource), conditions)
    }
  }

  /// Policies that each name somebody else: tables of many buckets, some of which overflow.
  mutating func addNames(_ count: Int) {
    let isPrincipal = expressions.random.chance(60)
    let named =
      switch expressions.random.below(3) {
      case 0: isPrincipal ? world.groups : world.folders
      case 1: isPrincipal ? world.people : world.things
      default: world.groups + world.folders + world.people + world.things
      }
    let sign = expressions.random.pick(["==", "in"])
    let action = action()
    let effect = expressions.random.chance(80) ? "permit" : "forbid"
    for _ in 0..<count {
      let name = " \(sign) \(expressions.random.pick(named))"
      add(
        Scope(effect: effect, principal: isPrincipal ? name : "", action: action, resource: isPrincipal ? "" : name),
        expressions.random.chance(30) ? anyConditions() : ""
      )
    }
  }

  /// A template with links.
  mutating func addLinks(_ count: Int) {
    let sides = expressions.random.pick([[Slot.principal], [.resource], [.principal, .resource]])
    var scope = scope()
    if sides.contains(.principal) { scope.principal = slot("User", .principal) }
    if sides.contains(.resource) { scope.resource = slot("Doc", .resource) }
    let links = (0..<count).map { _ in
      var slots: [Slot: EntityUID] = [:]
      for side in sides {
        let (own, groups) = side == .principal ? (world.people, world.groups) : (world.things, world.folders)
        slots[side] = expressions.random.pick(expressions.random.chance(50) ? own : groups)
      }
      return slots
    }
    addTemplate(scope, expressions.random.chance(50) ? anyConditions() : "", links: links)
  }

  private mutating func slot(_ type: String, _ slot: Slot) -> String {
    expressions.random.pick([" == \(slot)", " in \(slot)", " in \(slot)", " is \(type) in \(slot)"])
  }

  /// Policies of one scope, some without conditions: postings of several policies.
  mutating func addCopies(_ count: Int) {
    let scope = scope()
    for _ in 0..<count { add(scope, expressions.random.chance(50) ? "" : anyConditions()) }
  }
}
