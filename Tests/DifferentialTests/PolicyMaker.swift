// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// A policy or a template with its links, as text: what a case is made of and shrinks by.
struct PolicyText {
  struct Link {
    let id: String
    let slots: [Slot: EntityUID]
  }

  let id: String
  /// With its `@id`, so that it keeps it when others are dropped.
  let text: String
  /// Empty for what is no template.
  var links: [Link] = []
}

/// Makes the policies of a case, in batches that resemble each other, for tables come from resemblance.
struct PolicyMaker {
  var expressions: ExpressionMaker
  private(set) var policies: [PolicyText] = []
  private var made = 0

  var world: World { expressions.world }

  init(world: World, random: SeededGenerator) {
    expressions = ExpressionMaker(world: world, random: random)
  }

  /// Makes so many policies, links counted.
  mutating func make(_ count: Int) {
    for top in expressions.random.some(world.tops, atMost: Swift.min(4, count)) { addScope(naming: top) }
    while made < count {
      let left = count - made
      switch expressions.random.weighted([6, 6, 8, 3, 3, 12, 2]) {
      case 0: for _ in 0..<Swift.min(left, expressions.random.number(in: 1...10)) { add(scope(), anyConditions()) }
      case 1: addCrowd(batch(left))
      case 2: addPairs(Swift.min(left, expressions.random.number(in: 12...80)))
      case 3: addNames(batch(left))
      case 4: addLinks(batch(left))
      case 5: addProbes(batch(left))
      default: addCopies(Swift.min(left, expressions.random.number(in: 1...8)))
      }
    }
  }

  private mutating func batch(_ left: Int) -> Int {
    Swift.min(left, expressions.random.number(in: expressions.random.pick([4...15, 8...60])))
  }

  // MARK: Adding

  /// - Parameter probe: the form of its conditions, which becomes an annotation.
  mutating func add(_ scope: Scope, _ conditions: String, probe: ProbeTest.Form? = nil) {
    made += 1
    let id = "p\(made)"
    let annotation = probe.map { " @probe(\"\($0.rawValue)\")" } ?? ""
    policies.append(PolicyText(id: id, text: "@id(\"\(id)\")\(annotation)\n\(scope) \(conditions);\n"))
  }

  mutating func addTemplate(_ scope: Scope, _ conditions: String, links: [[Slot: EntityUID]]) {
    let id = "t\(made)"
    var template = PolicyText(id: id, text: "@id(\"\(id)\")\n\(scope) \(conditions);\n")
    for slots in links {
      made += 1
      template.links.append(PolicyText.Link(id: "p\(made)", slots: slots))
    }
    policies.append(template)
  }

  /// A policy for all that are in an entity.
  private mutating func addScope(naming uid: EntityUID) {
    var scope = scope()
    switch uid.type.basename {
    case "Group": scope.principal = " in \(uid)"
    case "Folder": scope.resource = " in \(uid)"
    default: scope.action = " in \(uid)"
    }
    add(scope, expressions.random.chance(60) ? "" : "when { \(expressions.bool(1)) }")
  }

  // MARK: Scopes

  /// The scope of a policy.
  struct Scope: CustomStringConvertible {
    var effect: String
    var principal = ""
    var action = ""
    var resource = ""

    var description: String { "\(effect)(principal\(principal), action\(action), resource\(resource))" }
  }

  mutating func scope() -> Scope {
    Scope(
      effect: expressions.random.chance(78) ? "permit" : "forbid",
      principal: side(world.people, world.groups, ["User", "Org::Team", "Group", "Never"]),
      action: action(),
      resource: side(world.things, world.folders, ["Doc", "Bot", "Folder"])
    )
  }

  /// The demand on principal or resource.
  private mutating func side(_ own: [EntityUID], _ groups: [EntityUID], _ types: [String]) -> String {
    let named = expressions.random.chance(92) ? own : [world.anyone(&expressions.random)]
    let group = expressions.random.pick(expressions.random.chance(90) ? groups : named)
    let type = expressions.random.pick(expressions.random.chance(60) ? Array(types.prefix(1)) : types)
    switch expressions.random.below(10) {
    case 0...3: return ""
    case 4: return " == \(expressions.random.pick(named))"
    case 5, 6: return " in \(group)"
    case 7: return " is \(type)"
    default: return " is \(type) in \(group)"
    }
  }

  mutating func action() -> String {
    let all = world.actions + world.actionGroups
    switch expressions.random.below(10) {
    case 0...3: return ""
    case 4, 5: return " == \(expressions.random.pick(expressions.random.chance(70) ? world.actions : all))"
    case 6, 7: return " in \(expressions.random.pick(world.actionGroups))"
    default:
      let some = (0..<expressions.random.number(in: 0...4)).map { _ in expressions.random.pick(all).description }
      return " in [\(some.joined(separator: ", "))]"
    }
  }

  // MARK: Conditions

  mutating func anyConditions() -> String {
    let isCareful = expressions.random.chance(25)
    return (0..<expressions.random.weighted([3, 6, 2, 1])).map { _ in
      let word = expressions.random.chance(75) ? "when" : "unless"
      let depth = expressions.random.weighted([3, 4, 3, 1])
      return "\(word) { \(isCareful ? expressions.careful(depth) : expressions.bool(depth)) }"
    }.joined(separator: " ")
  }
}
