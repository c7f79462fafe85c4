// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The entities of a case and the UIDs that policies and requests name, stored or not.
struct World {
  /// How the hierarchy looks.
  enum Shape {
    case plain
    /// Some entities have more ancestors than a table has places.
    case wide
    /// A chain so long that not all ancestors are listed: `HierarchyCompiler`'s budget of 8 million is used up by the
    /// chain's first 4,100.
    case deep
  }

  static let deepCount = 4_300

  let shape: Shape
  /// The type whose entities have more ancestors than others, for the shapes that say so.
  private let steepType: String
  private(set) var people: [EntityUID] = []
  private(set) var groups: [EntityUID] = []
  private(set) var things: [EntityUID] = []
  private(set) var folders: [EntityUID] = []
  private(set) var actions: [EntityUID] = []
  private(set) var actionGroups: [EntityUID] = []
  /// The ancestors that many have, as far as policies name them.
  private(set) var tops: [EntityUID] = []
  /// The stored entities.
  private(set) var entities: [Entity] = []

  /// In every world: equal to look at, canonically equivalent, empty, in need of escapes.
  private static let oddIDs = ["\u{E9}", "e\u{301}", "", "\u{1F600}", "q\"\\\n*", "a"]
  static let types = ["User", "Org::Team", "Group", "Doc", "Folder", "Action", "Bot"]

  init(_ shape: Shape, _ random: inout SeededGenerator) {
    self.shape = shape
    steepType = random.pick(["Group", "Folder", "Action"])
    let size = [3, 8, 20, 60][shape == .plain ? random.weighted([2, 3, 4, 3]) : 1]
    groups = Self.uids("Group", random.number(in: 2...(size + 2)))
    folders = Self.uids("Folder", random.number(in: 2...(size + 2)))
    people = Self.uids("User", size + 2) + Self.uids("Org::Team", 2)
    things = Self.uids("Doc", size + 2) + Self.uids("Bot", 1)
    actions = Self.uids("Action", random.number(in: 2...7)) + [uid("Org::Action", "view")]
    actionGroups = (0..<random.number(in: 1...8)).map { uid("Action", "group\($0)") }
    addActions(&random)
    addHierarchy(of: groups, type: "Group", &random)
    addHierarchy(of: folders, type: "Folder", &random)
    for person in people { add(person, parents: random.some(groups, atMost: 3), &random) }
    for thing in things { add(thing, parents: random.some(folders, atMost: 3), &random) }
  }

  static func uids(_ type: String, _ count: Int) -> [EntityUID] {
    (0..<count).map { uid(type, $0 < oddIDs.count ? oddIDs[$0] : "\(type.lowercased())\($0)") }
  }

  // MARK: Storing

  /// Stores an entity, or mostly so.
  private mutating func add(_ uid: EntityUID, parents: [EntityUID], _ random: inout SeededGenerator) {
    guard !random.chance(9) else { return }
    var parents = parents
    if random.chance(2) { parents.append(EntityUID(type: uid.type, id: "never stored")) }
    let tags = Names.tags.filter { _ in random.chance(40) }.map { name in
      // Mostly texts that policies compare with.
      random.chance(60)
        ? (name, Value.string("v\(random.below(4))"))
        : (name, ValueMaker.value(random.pick(Kind.allCases), self, &random, depth: 1))
    }
    entities.append(
      Entity(
        uid: uid,
        attributes: random.chance(15) ? .empty : ValueMaker.record(self, &random, depth: 2, present: 85),
        tags: (try? RecordValue(tags)) ?? .empty,
        parents: parents
      )
    )
  }

  private mutating func addActions(_ random: inout SeededGenerator) {
    let top = steepType == "Action" ? self.top(&random) : []
    for (index, group) in actionGroups.enumerated() {
      let parents = random.some(Array(actionGroups[(index + 1)...]), atMost: 2)
      add(group, parents: parents + steep(top, &random), &random)
    }
    for action in actions { add(action, parents: random.some(actionGroups, atMost: 8), &random) }
    actionGroups += name(top, &random)
  }

  /// Each may be in those behind it, so that there is no circle.
  private mutating func addHierarchy(of uids: [EntityUID], type: String, _ random: inout SeededGenerator) {
    let top = shape == .wide || type == steepType ? self.top(&random) : []
    for (index, uid) in uids.enumerated() {
      let parents = random.some(Array(uids[(index + 1)...]), atMost: 3)
      add(uid, parents: parents + steep(top, &random), &random)
    }
    let named = name(top, &random)
    if type == "Group" { groups += named } else { folders += named }
  }

  // MARK: Many ancestors

  /// Entities that give others many ancestors.
  private mutating func top(_ random: inout SeededGenerator) -> [EntityUID] {
    switch shape {
    case .plain: []
    case .wide: (0..<random.number(in: 20...300)).map { uid(steepType, "wide\($0)") }
    case .deep: addChain(&random)
    }
  }

  /// Further parents of an entity below the top.
  private func steep(_ top: [EntityUID], _ random: inout SeededGenerator) -> [EntityUID] {
    guard !top.isEmpty, random.chance(shape == .deep ? 90 : 60) else { return [] }
    return shape == .wide ? top : [top[random.below(120)]]
  }

  /// Chooses those of the top that policies name.
  private mutating func name(_ top: [EntityUID], _ random: inout SeededGenerator) -> [EntityUID] {
    let named = top.isEmpty ? [] : top.prefix(2) + (0..<8).map { _ in random.pick(top) } + top.suffix(2)
    tops += named
    return named
  }

  /// Entities each in the next one, some in the one after it as well.
  private mutating func addChain(_ random: inout SeededGenerator) -> [EntityUID] {
    let chain = (0..<Self.deepCount).map { uid(steepType, "deep\($0)") }
    for index in chain.indices {
      var parents = Array(chain[(index + 1)...].prefix(1))
      if random.chance(10) { parents += chain[(index + 1)...].dropFirst().prefix(1) }
      entities.append(Entity(uid: chain[index], parents: parents))
    }
    return chain
  }

  // MARK: Choosing

  /// A UID that values and expressions name.
  func anyone(_ random: inout SeededGenerator) -> EntityUID {
    switch random.below(13) {
    case 0...3: random.pick(people.isEmpty ? groups : people)
    case 4...6: random.pick(groups)
    case 7, 8: random.pick(things.isEmpty ? groups : things)
    case 9: random.pick(folders)
    case 10: random.pick(actions.isEmpty ? groups : actions)
    case 11: random.pick(groups)
    default: Self.stranger(&random)
    }
  }

  /// A UID that mostly nothing else names.
  static func stranger(_ random: inout SeededGenerator) -> EntityUID {
    uid(
      random.pick(["User", "Group", "Doc", "Action", "Never", "Nowhere::Never"]),
      random.pick(["stranger", "\u{E9}!", "e\u{301}!"])
    )
  }
}

/// `Type::"id"` without ceremony.
func uid(_ type: String, _ id: String) -> EntityUID { EntityUID(type: EntityTypeName(checked: type), id: id) }
