// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// A source that decides by a hash of entity and name whether there is a value, and which.
struct RandomSource: AttributeSource {
  /// The log of attributes that were asked for, to see that none is asked for twice.
  final class Log {
    var asked: [EntityUID: Set<ScalarText>] = [:]
    var count = 0
    var repeated: String?
  }

  private let seed: UInt64
  /// How many of a hundred attributes have a value.
  private let present: Int
  let log = Log()

  init(seed: UInt64, _ turn: Int) {
    self.seed = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(turn % 5)
    present = [100, 80, 50, 20, 90][turn % 5]
  }

  func value(of attribute: borrowing AskedAttribute) -> Value? {
    let (uid, name) = (attribute.entity, attribute.name)
    log.count += 1
    if !log.asked[uid, default: []].insert(ScalarText(name)).inserted { log.repeated = "\(uid).\(name)" }
    return value(name, of: uid)
  }

  func forget() {
    log.asked = [:]
    log.count = 0
  }

  /// The value of an attribute, by nothing but its entity and name.
  func value(_ name: String, of uid: EntityUID) -> Value? {
    var hash = seed
    for byte in Array(uid.type.description.utf8) + [0] + Array(uid.id.utf8) + [0] + Array(name.utf8) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    var random = SeededGenerator(seed: hash)
    guard random.chance(present) else { return nil }
    let usual = Names.attributes.first { $0.name.hasSameScalars(as: name) }?.kind ?? .long
    return value(random.chance(85) ? usual : random.pick(Kind.allCases), &random, depth: 2)
  }

  /// Makes a value like those of contexts and overlays, with texts of its own among them.
  private func value(_ kind: Kind, _ random: inout SeededGenerator, depth: Int) -> Value {
    switch kind {
    case .bool: return .bool(random.chance(60))
    case .long: return .long(ValueMaker.long(&random))
    case .string:
      return .string(random.chance(80) ? random.pick(ValueMaker.strings) : "unheard of \(random.below(3))")
    case .entity:
      let type = random.pick(["User", "Group", "Doc", "Never", "Unheard"])
      return .entity(uid(type, random.pick(["\u{E9}", "", "a", "newcomer0", "newcomer1", "stranger", "nobody"])))
    case .ip: return (try? .ip(IPAddressValue(random.pick(["10.0.1.7", "::1"])))) ?? 0
    case .decimal: return (try? .decimal(DecimalValue(random.pick(["0.0", "1.5"])))) ?? 0
    case .datetime: return (try? .datetime(DatetimeValue("2024-01-01"))) ?? 0
    case .duration: return (try? .duration(DurationValue(random.pick(["1h", "0ms"])))) ?? 0
    case .set:
      let kind = random.pick([Kind.string, .long, .entity, .entity, depth > 0 ? .record : .bool])
      let elements = (0..<random.below(5)).map { _ in value(kind, &random, depth: depth - 1) }
      return .set((try? SetValue(elements)) ?? .empty)
    case .record:
      let attributes = Names.attributes.filter { _ in random.chance(40) }.compactMap { name, kind in
        depth <= 0 && (kind == .record || kind == .set) ? nil : (name, value(kind, &random, depth: depth - 1))
      }
      return .record((try? RecordValue(attributes)) ?? .empty)
    }
  }
}

/// A store with a source, as the literal evaluator sees them.
struct SourcedStore: EntitySource {
  let store: EntityStore
  let source: RandomSource

  subscript(uid: EntityUID) -> Entity? { store[uid] }

  func attribute(_ name: String, of uid: EntityUID) -> Value? {
    store[uid]?.attributes[name] ?? source.value(name, of: uid)
  }

  func isEntity(_ uid: EntityUID, inAnyOf groups: [EntityUID]) -> Bool { store.isEntity(uid, inAnyOf: groups) }
}
